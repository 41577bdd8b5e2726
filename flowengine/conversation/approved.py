"""What a flow's author has approved by writing it: the amounts, telephone numbers and addresses that may be
named, and which texts hold something else.

A template that fills in a value from outside (a contact's field, a caller's words) can come to what nobody has checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.compliance.saying.amounts import Amount, of_all
from flowengine.compliance.saying.places import of_texts
from flowengine.compliance.saying.saying import Saying
from flowengine.graph.heard import ways
from flowengine.graph.jinja import read
from flowengine.graph.model import Expression, Flow, Llm, Set, Template
from flowengine.graph.walk import every_statement, written

AUTHORS = frozenset({"agent", "today", "now", "daypart", "turns"})
"""What a template may fill in that comes from the flow itself, or from the clock."""


@dataclass(frozen=True, slots=True)
class Approved:
    """`filled`: templates, by their text, that hold a value from outside; `callers`: those of them with the caller's.

    `places`: as `of_texts` reads them. `own`: the rules for the flow's own texts, which may name any amount and place.
    `english`: so the flow is, and what a model says in it has to be.
    """

    amounts: frozenset[Amount]
    places: frozenset[str]
    filled: frozenset[str]
    callers: frozenset[str]
    own: Saying
    english: bool


def approved(flow: Flow) -> Approved:
    """Read off a flow's texts."""
    theirs = _callers(flow)
    texts = tuple(_templates(flow))
    said = tuple(way.text for text in texts for way in ways(text))
    return Approved(
        of_all(said),
        of_texts(said),
        frozenset(text.text for text in texts if _names(text) - AUTHORS),
        frozenset(text.text for text in texts if _names(text) & theirs),
        Saying(None, flow.agent.company),
        flow.language.startswith("en"),
    )


def _templates(flow: Flow) -> Iterator[Template]:
    """What is spoken, and what a model is told to be true."""
    for each in written(flow):
        if each.spoken and isinstance(each.text, Template):
            yield each.text
    for statement in every_statement(flow):
        if isinstance(statement, Llm):
            yield from statement.facts


def _callers(flow: Flow) -> frozenset[str]:
    """The names that hold the caller's words, or what was made of them: what they say is no approved fact."""
    found = {*flow.slots, "slots", "last_heard"}
    sets = [statement for statement in every_statement(flow) if isinstance(statement, Set)]
    while more := {each.name for each in sets if _names(each.value) & found} - found:
        found |= more
    return frozenset(found)


def _names(text: Template | Expression) -> frozenset[str]:
    return frozenset(word.name for word in read(text).words)
