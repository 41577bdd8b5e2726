"""What the further tiers make of an utterance, for `flowengine understand`: likeness, then the model's choice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import click

from flowengine.cli.meanings import with_lesson
from flowengine.compliance.honoured import NAMED
from flowengine.conversation.doubts import MEANT
from flowengine.conversation.likely import KINDS, Likely, choices, least, likely
from flowengine.conversation.meaning import TAKEN, Likeness, weighed
from flowengine.conversation.place import Live
from flowengine.errors import ModelError
from flowengine.graph.model import Flow
from flowengine.runtime.ports import Lesson
from flowengine.testing.paint import Painter

SHOWN = 3
"""So many intents are shown at least; the rest only where a call would ask about them."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One intent: how near its nearest example is, how probable it is meant, and from when on it is asked about."""

    likeness: Likeness
    probability: float
    asked_from: float


@dataclass(frozen=True, slots=True)
class Likened:
    """All weights, best first. `likely` None: without a state nothing says what a call would do."""

    weights: tuple[Weight, ...]
    likely: Likely | None

    def lines(self, paint: Painter, *, is_asked: bool) -> Iterator[str]:
        """As text. `is_asked`: a call would ask likeness, since the tiers before leave it open."""
        if not self.weights:
            yield "likeness  no word that the engine knows"
            return
        shown = [
            each for place, each in enumerate(self.weights) if place < SHOWN or each.probability >= each.asked_from
        ]
        width = max(len(each.likeness.intent) for each in shown)
        yield paint.strong("likeness") + ("" if is_asked else ", which a call does not ask here: the words fit")
        for each in shown:
            near = each.likeness
            yield (
                f"{near.intent:<{width}}  probability {each.probability:.2f}, likeness {near.nearest:.2f}"
                f" to “{near.example}”"
            )
        if self.likely is not None and is_asked:
            yield self._outcome(self.likely)

    def gives(self, intent: str) -> float:
        """The probability of an intent."""
        return next((each.probability for each in self.weights if each.likeness.intent == intent), 0.0)

    def body(self) -> dict[str, object]:
        """As JSON."""
        found: dict[str, object] = {
            "weighed": [
                {
                    "intent": each.likeness.intent,
                    "probability": each.probability,
                    "nearest": each.likeness.nearest,
                    "near": each.likeness.near,
                    "example": each.likeness.example,
                }
                for each in self.weights
            ]
        }
        if self.likely is not None:
            found |= {
                "outcome": self.likely.outcome,
                "intent": self.likely.intent,
                "question": self.likely.question,
            }
        return found

    def _outcome(self, what: Likely) -> str:
        match what.outcome:
            case "taken":
                return f"by likeness {what.intent} would be taken, from {TAKEN} on"
            case "asked":
                return f"by likeness the caller would be asked, or the model first: {what.question}"
            case "nothing":
                return "by likeness nothing is meant: the model is asked where there is one, else `otherwise` is taken"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the model chose; `intent` None: none of them, or `failed`."""

    intent: str | None
    failed: str | None = None

    def lines(self, paint: Painter) -> Iterator[str]:
        """As text."""
        if self.failed is not None:
            yield paint.dim(f"the model gives no answer: {self.failed}")
        else:
            yield f"{paint.strong('the model')}  chooses {self.intent or 'none of the intents'}"

    def body(self) -> dict[str, object]:
        """As JSON."""
        return {"intent": self.intent, "failed": self.failed}


def likened(flow: Flow, live: Live | None, text: str, engine: str | None) -> Likened | str:
    """What likeness makes of the words; a sentence where there is no engine to ask."""
    named = tuple(_choices(flow, live))

    async def ask(lesson: Lesson) -> tuple[Likeness, ...]:
        return await lesson.liken(text, named)

    found = with_lesson(flow, engine, ask)
    if isinstance(found, str):
        return found
    by_intent = {each.intent: each for each in found}
    candidates = weighed(found)
    weights = tuple(Weight(by_intent[each.intent], each.score, least(flow, each)) for each in candidates)
    return Likened(weights, None if live is None else likely(flow, live, candidates))


def chosen_by_model(flow: Flow, live: Live | None, text: str) -> Choice:
    """What the model of the settings chooses, asked as a call asks it. UsageError where none is set."""
    from flowengine.adapters.registry import model_from
    from flowengine.runtime.choosing import choice_form, chosen
    from flowengine.service.settings import Settings

    options = Settings.from_env().model
    if options is None:
        raise click.UsageError("--model needs FLOWENGINE_MODEL, and where it runs (docs/howto/connect-a-model.md)")
    form = choice_form(text, "", _choices(flow, live).items(), language=flow.language)

    async def ask() -> str | None:
        model = model_from(options)
        try:
            return chosen(await model.fill(form))
        finally:
            await model.close()

    try:
        return Choice(asyncio.run(ask()))
    except ModelError as error:
        return Choice(None, str(error))


def _choices(flow: Flow, live: Live | None) -> dict[str, str]:
    """What may be meant, with a description each: in the state, or anywhere."""
    if live is not None:
        return choices(flow, live)
    own = {name: intent.description or name.replace("_", " ") for name, intent in flow.intents.items()}
    kinds = (kind for kind in KINDS if not any(name in own for name in NAMED.get(kind, (kind,))))
    return {**own, **{kind: MEANT[kind] for kind in kinds}}
