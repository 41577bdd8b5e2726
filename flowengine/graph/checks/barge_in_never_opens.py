"""`barge-in after` names a line that is not spoken on any way to there: the caller can never cut in.

It was meant to open once the caller has heard something, and it never does. Most often the line is another one, or it
is said later. What is never to be cut short is written `barge-in never`.

Bad:

    line terms "It runs for a year."
    line price barge-in after terms "It is fourteen pounds a month."

    state first
      say price
      say terms
      -> goodbye

Good:

    line terms "It runs for a year."
    line price barge-in after terms "It is fourteen pounds a month."

    state first
      say terms
      say price
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flowengine.graph.barge_in import Placed, placed
from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import statements
from flowengine.graph.effects import Effect, Spoke
from flowengine.graph.model import Flow, Say
from flowengine.graph.names import Draft
from flowengine.graph.paths import paths_of
from flowengine.graph.proof.builtin import may_prove
from flowengine.graph.proof.policies import CannotProve, breaches
from flowengine.graph.proof.query import Query
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Span

RULE = Rule("FL616", "barge-in-never-opens", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    waited_for = [each for each in placed(flow) if each.barge_in.line in flow.lines]
    if not waited_for or not may_prove(draft):
        return
    spoken = {each.line for each in every_statement(flow) if isinstance(each, Say)}
    open_: set[Span] = set()
    shut: dict[Span, Diagnostic] = {}
    for each in waited_for:
        # A subflow's `barge-in` stands in each of its copies: it opens where it opens in one of them.
        if each.line is not None and each.line not in spoken:
            continue
        if each.barge_in.line in spoken and _opens(flow, each):
            open_.add(each.barge_in.span)
        else:
            shut[each.barge_in.span] = _finding(each, is_spoken=each.barge_in.line in spoken)
    yield from (finding for span, finding in shut.items() if span not in open_)


def _opens(flow: Flow, each: Placed) -> bool:
    """Whether on some path the line is spoken before anything that waits for it.

    True as well where that is not known, and where nothing that waits for it is ever said.
    """
    wanted, at_effect = each.barge_in.line, _spoken(flow, each)
    if wanted == each.line:
        return True
    after = Query(lambda effect: isinstance(effect, Spoke) and effect.line == wanted, True, at_effect=at_effect)
    at_all = Query(lambda _: False, False, at_effect=at_effect)
    try:
        return bool(breaches(paths_of(flow), after)) or not breaches(paths_of(flow), at_all)
    except CannotProve:
        return True


def _spoken(flow: Flow, each: Placed) -> Callable[[Effect], bool]:
    """Whether something is said that a `barge-in` stands for."""
    if each.line is not None:
        return lambda effect: isinstance(effect, Spoke) and effect.line == each.line
    if each.state is None:
        return lambda effect: isinstance(effect, Spoke)
    lines = {(span.path, span.line) for span in _spans(flow, each.state)}
    return lambda effect: isinstance(effect, Spoke) and (effect.span.path, effect.span.line) in lines


def _spans(flow: Flow, state: str) -> Iterator[Span]:
    """Where things are said in a state."""
    for statement in statements(flow.states[state].body):
        yield statement.span
        if isinstance(statement, Say) and statement.line is None:
            yield from (text.span for text in statement.sentences)


def _finding(each: Placed, *, is_spoken: bool) -> Diagnostic:
    line = each.barge_in.line
    if is_spoken:
        where = "this is" if each.line is not None else "anything here is"
        message = f"{line!r} is spoken on no way on which {where} said after it, so the caller can never cut in"
    else:
        message = f"{line!r} is never spoken, so the caller can never cut in"
    help_ = f"name a line that is said before, say {line!r} before, or write 'barge-in never'"
    return RULE.at(each.barge_in.span, message, help_)
