"""An opt-out does not end the call somewhere, or nobody can opt out at all.

Whoever asks not to be called is told that they won't be, and the call ends: at once, in every state (Privacy and
Electronic Communications Regulations 2003, 21). The engine writes the number to the do-not-call list by itself, and
ends the call where no branch answers `opt_out`; but it can only hear an opt-out if the flow or a library defines the
intent. Where a policy says `always opt_out -> STATE`, that policy's proof speaks of the branches instead.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        opt_out: again "It only takes a minute. Shall I book it?"
        silence or otherwise -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        opt_out
          say "I've taken you off our list. Goodbye."
          end declined
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Always, Flow, OnIntent
from flowengine.graph.names import Draft
from flowengine.graph.paths import paths_of
from flowengine.graph.proof.always import ends_soon, listens_for, waits_of
from flowengine.graph.proof.builtin import PITCH, may_prove
from flowengine.graph.proof.query import path_line
from flowengine.graph.walk import own
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL705", "opt-out-ignored", "error")
_OPT_OUT = OnIntent("opt_out")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if flow.direction != "outbound" or not may_prove(draft):
        return
    if _OPT_OUT.name not in flow.intents:
        pitches = [state for state in flow.states.values() if PITCH in state.tags and own(draft, state.span)]
        if pitches:
            message = "this flow offers something, and nobody can ask not to be called again"
            help_ = "define the intent 'opt_out', or write 'use uk_telesales' under the flow line"
            yield RULE.at(pitches[0].span, message, help_)
        return
    if not _has_rule(flow):
        yield from _branches(flow)


def _has_rule(flow: Flow) -> bool:
    rules = (rule for policy in flow.policies for rule in policy.rules)
    return any(isinstance(rule, Always) and rule.trigger == _OPT_OUT for rule in rules)


def _branches(flow: Flow) -> Iterator[Diagnostic]:
    paths = paths_of(flow)
    seen: set[int] = set()
    for state, statement, path in waits_of(paths):
        if not listens_for(_OPT_OUT, statement):
            continue
        for take in paths.takes(state, statement):
            if take.trigger != _OPT_OUT or id(take.branch) in seen:
                continue
            seen.add(id(take.branch))
            if not ends_soon(paths, paths.body(take.branch)):
                message = f"after an opt-out in state {state!r} the call goes on"
                help_ = f"let it say goodbye and end (shortest path: {path_line(path())})"
                yield RULE.at(take.branch.span, message, help_)
