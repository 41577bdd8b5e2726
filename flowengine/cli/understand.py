"""`flowengine understand`: what an utterance would be taken for, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from flowengine.cli.compiled import compiled
from flowengine.cli.further import chosen_by_model, likened
from flowengine.cli.meanings import engine_option
from flowengine.cli.unknown import unknown
from flowengine.compliance.honoured import honoured
from flowengine.conversation.commands import Candidate
from flowengine.conversation.deciding import overshadowed
from flowengine.conversation.doubts import did_you_mean
from flowengine.conversation.explaining import Evidence, ExplainingMatcher, Explanation
from flowengine.conversation.meaning import SECONDED, WEAK
from flowengine.conversation.place import Doubt, Live
from flowengine.conversation.supposing import decided, listened_for, live_in, waiting_in
from flowengine.conversation.understanding import EQUAL, OVERSHADOWED
from flowengine.graph.model import Collect, Flow
from flowengine.testing.paint import Painter

Fate = Literal["taken", "asked", "weaker", "too weak beside the best", "not handled here"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of each candidate; `question`: what the caller would be asked."""

    fates: tuple[tuple[Candidate, Fate], ...]
    question: str | None = None


@click.command(name="understand")
@click.argument("flow", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("text")
@click.option("--state", metavar="STATE", help="Weigh what is live in this state; else every intent of the flow.")
@click.option("--phrases", "phrases_only", is_flag=True, help="Leave out likeness: phrases and patterns alone.")
@click.option("--model", "asks_model", is_flag=True, help="Ask the model of the settings which intent is meant, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@engine_option
def command(
    flow: Path, text: str, state: str | None, phrases_only: bool, asks_model: bool, as_json: bool, engine: str | None
) -> None:
    """Show what TEXT would be taken for, tier by tier: each intent that fits, with its score and why.

    First phrases and patterns; then what it comes nearest to, where the engine of meanings is installed. A call asks
    a tier only where the ones before leave it open; here each is shown. Phrases that a "not" turns round are listed as
    denied. A `heard SLOT` branch and the answer to a `collect` are read by rules of their own and are not weighed
    here; `flowengine chat` plays them.
    """
    graph = compiled(flow)
    live = None if state is None else _live(graph, state)
    named = tuple(graph.intents) if live is None else listened_for(graph, live)
    explanation = ExplainingMatcher(graph.intents).explain(text, named)
    verdict = _weighed(explanation.candidates) if live is None else _decided(graph, live, explanation.candidates)
    kind = honoured(text)
    near = None if phrases_only else likened(graph, live, text, engine)
    choice = chosen_by_model(graph, live, text) if asks_model else None
    if as_json:
        body = _body(explanation, verdict, state)
        body["honoured"] = kind
        body |= {} if near is None else {"meaning": near if isinstance(near, str) else near.body()}
        body |= {} if choice is None else {"model": choice.body()}
        click.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    paint = Painter(sys.stdout.isatty())
    lines = [*_lines(explanation, verdict, paint)]
    if kind is not None and kind not in {each.intent for each in explanation.candidates}:
        lines.append(f"heard in every flow, by rules of the engine: {kind}")
    settled = kind is not None or any(fate in ("taken", "asked") for _, fate in verdict.fates)
    weak = next((each for each, fate in verdict.fates if fate == "taken" and each.tier == "phrase"), None)
    if isinstance(near, str):
        lines.append(paint.dim(near))
    elif near is not None and weak is not None and weak.score < WEAK:
        seconded = near.gives(weak.intent) >= SECONDED
        what = "it is taken, since that agrees" if seconded else "that gives its intent nothing, and decides"
        lines.append(f"a phrase that covers so little of the words is held against likeness: {what}")
        lines += near.lines(paint, is_asked=not seconded)
    elif near is not None:
        lines += near.lines(paint, is_asked=not settled)
    lines += choice.lines(paint) if choice is not None else []
    click.echo("\n".join(lines), color=paint.colour)
    if state is not None and any(isinstance(each, Collect) for each in waiting_in(graph, state)):
        click.echo(paint.dim(f"{state!r} collects slots: there an answer to its question comes first."))


def _live(flow: Flow, state: str) -> Live:
    if state not in flow.states:
        raise click.UsageError(unknown("state", state, flow.states))
    return live_in(flow, state)


def _decided(flow: Flow, live: Live, candidates: Sequence[Candidate]) -> Verdict:
    """As a call would, when the state has just been entered."""
    decision = decided(live, candidates)
    first, other = decision.intent, decision.asked
    handled = {fit.intent for fit in decision.fits}
    asked = {first, other.intent} if other is not None else set()
    fates: list[tuple[Candidate, Fate]] = []
    for each in candidates:
        if each.intent in asked:
            fates.append((each, "asked"))
        elif each.intent == first:
            fates.append((each, "taken"))
        elif overshadowed(each, candidates):
            fates.append((each, "too weak beside the best"))
        else:
            fates.append((each, "weaker" if each.intent in handled else "not handled here"))
    question = did_you_mean(flow, Doubt(decision.fits[0], other)) if other is not None else None
    return Verdict(tuple(fates), question)


def _weighed(candidates: Sequence[Candidate]) -> Verdict:
    """By score alone: without a state, nothing says which branches would compete."""
    fates: list[tuple[Candidate, Fate]] = []
    first = candidates[0] if candidates else None
    close = [
        each
        for each in candidates[1:]
        if first is not None and first.tier != "protective" and first.score - each.score < EQUAL
    ]
    for each in candidates:
        if close and (each is first or each in close):
            fates.append((each, "asked"))
        elif each is first:
            fates.append((each, "taken"))
        else:
            fates.append((each, "too weak beside the best" if overshadowed(each, candidates) else "weaker"))
    return Verdict(tuple(fates))


def _lines(explanation: Explanation, verdict: Verdict, paint: Painter) -> Iterator[str]:
    yield f"heard as  {' '.join(explanation.words) or paint.dim('nothing')}"
    width = max((len(each.intent) for each, _ in verdict.fates), default=0)
    for each, fate in verdict.fates:
        shown = paint.good(fate) if fate == "taken" else fate
        yield f"{paint.strong(f'{each.intent:<{width}}')}  {each.score:.2f}  {each.tier:<10}  {shown}"
        for why in explanation.evidence:
            if why.intent == each.intent and not why.denied:
                yield f"    {why.how}: {_quoted(why)}, in “{why.heard}”"
    for why in explanation.evidence:
        if why.denied:
            yield f"denied    {why.intent}: “{why.heard}” is turned round by a “not”"
    if not verdict.fates:
        yield "no phrase and no pattern fits"
    elif any(fate == "asked" for _, fate in verdict.fates):
        where = f": {verdict.question}" if verdict.question else " where their branches lead to different places"
        yield f"scores within {EQUAL} of the best are the same, so the caller is asked{where}"
    elif any(fate == "too weak beside the best" for _, fate in verdict.fates):
        yield f"a match weaker than the best by {OVERSHADOWED} or more is chance, and does not compete"
    elif not any(fate == "taken" for _, fate in verdict.fates):
        yield "no branch that is live handles what fits: `otherwise` is taken"


def _quoted(why: Evidence) -> str:
    return why.written if why.how == "pattern" else f"“{why.written}”"


def _body(explanation: Explanation, verdict: Verdict, state: str | None) -> dict[str, object]:
    return {
        "state": state,
        "words": explanation.words,
        "candidates": [
            {
                "intent": each.intent,
                "score": each.score,
                "tier": each.tier,
                "fate": fate,
                "why": [
                    {"how": why.how, "written": why.written, "heard": why.heard}
                    for why in explanation.evidence
                    if why.intent == each.intent and not why.denied
                ],
            }
            for each, fate in verdict.fates
        ],
        "denied": [
            {"intent": why.intent, "written": why.written, "heard": why.heard}
            for why in explanation.evidence
            if why.denied
        ],
        "question": verdict.question,
    }
