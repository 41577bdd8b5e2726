"""What the engine itself says, whatever the flow: the same words in every call, so they can be spoken from a clip."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.conversation import guarding, interpreter
from flowengine.conversation.coming_back import CUT_OFF
from flowengine.conversation.goodbye import GOODBYE
from flowengine.conversation.honouring import INBOUND, OUTBOUND, SUPPRESSED
from flowengine.conversation.modelling import FILLER
from flowengine.conversation.settling import MISUNDERSTOOD
from flowengine.conversation.staying import STAYS, STILL
from flowengine.graph.model import Flow, Llm, Transfer
from flowengine.graph.walk import every_statement


def house_lines(flow: Flow) -> frozenset[str]:
    """These sentences, as this flow's agent says them."""
    return frozenset(_lines(flow))


def _lines(flow: Flow) -> Iterator[str]:
    agent = {"name": flow.agent.name, "company": flow.agent.company}
    yield from (interpreter.APOLOGY, guarding.FAREWELL, MISUNDERSTOOD, SUPPRESSED, CUT_OFF, GOODBYE)
    yield from (text.format(**agent) for text in guarding.INSTEAD.values())
    answers = INBOUND if flow.direction == "inbound" else OUTBOUND
    yield from (answer.text.format(**agent) for answer in answers.values())
    if any(isinstance(statement, Llm) for statement in every_statement(flow)):
        yield FILLER
    if any(isinstance(statement, Transfer) for statement in every_statement(flow)):
        yield from (STILL, STAYS)
