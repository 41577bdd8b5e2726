"""An action may take long, and the caller hears nothing meanwhile.

After about two seconds of silence people ask whether anybody is there. An action with a time-out above that (it is 5 s
where none is written) needs a `filler`, or something said just before the `do`.

Bad:

    action look_up() -> place: text
      python "acme.places:look_up"
      effect none

    state first
      do look_up()
        ok or error -> goodbye

Good:

    action look_up() -> place: text
      python "acme.places:look_up"
      effect none
      filler "One moment while I look that up."

    state first
      do look_up()
        ok or error -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import inner_blocks
from flowengine.graph.model import Block, Do, Say
from flowengine.graph.names import Draft
from flowengine.graph.walk import own
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL609", "slow-action-without-filler", "warning")

LONGEST_SILENCE_S = 2.0


def check(draft: Draft) -> Iterator[Diagnostic]:
    slow = {
        action.name: action
        for action in draft.flow.actions.values()
        if action.filler is None and action.timeout > LONGEST_SILENCE_S and own(draft, action.span)
    }
    for state in draft.flow.states.values() if slow else ():
        for do in _in_silence(state.body, spoken=False):
            action = slow.pop(do.action, None)
            if action is not None:
                message = f"the caller may hear nothing for {action.timeout:g} s while {action.name!r} runs"
                help_ = 'add to the action, for example: filler "One moment."'
                yield RULE.at(action.span, message, help_, Related(do.span, "it runs here"))


def _in_silence(block: Block, *, spoken: bool) -> Iterator[Do]:
    """The actions of a block that begin while nothing is being said."""
    for statement in block:
        if isinstance(statement, Do) and not spoken:
            yield statement
        for inner in inner_blocks(statement):
            yield from _in_silence(inner, spoken=spoken)
        spoken = spoken or isinstance(statement, Say)
