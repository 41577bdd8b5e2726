"""`flowengine understand`: what an utterance would be taken for, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import click

from flowengine.cli.terminal import columns
from flowengine.conversation.commands import Candidate
from flowengine.conversation.deciding import OPT_OUT, fitting, overshadowed, rivals
from flowengine.conversation.doubts import did_you_mean
from flowengine.conversation.explaining import Evidence, ExplainingMatcher, Explanation
from flowengine.conversation.place import Doubt, Live
from flowengine.conversation.supposing import listened_for, live_in, waiting_in
from flowengine.conversation.understanding import EQUAL, OVERSHADOWED
from flowengine.graph.compile import compile_file
from flowengine.graph.model import Collect, Flow
from flowengine.language.render import render
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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(flow: Path, text: str, state: str | None, as_json: bool) -> None:
    """Show what TEXT would be taken for: each intent that fits, with its score, its tier and why.

    Phrases that a "not" turns round are listed as denied. A `heard SLOT` branch and the answer to a `collect` are read
    by rules of their own and are not weighed here; `flowengine chat` plays them.
    """
    graph = _read(flow)
    live = None if state is None else _live(graph, state)
    named = tuple(graph.intents) if live is None else listened_for(graph, live)
    explanation = ExplainingMatcher(graph.intents).explain(text, named)
    verdict = _weighed(explanation.candidates) if live is None else _decided(graph, live, explanation.candidates)
    if as_json:
        click.echo(json.dumps(_body(explanation, verdict, state), indent=2, ensure_ascii=False))
        return
    paint = Painter(sys.stdout.isatty())
    click.echo("\n".join(_lines(explanation, verdict, paint)), color=paint.colour)
    if state is not None and any(isinstance(each, Collect) for each in waiting_in(graph, state)):
        click.echo(paint.dim(f"{state!r} collects slots: there an answer to its question comes first."))


def _read(path: Path) -> Flow:
    compiled = compile_file(path)
    if compiled.flow is None:
        colour = sys.stderr.isatty()
        shown = render(compiled.diagnostics, compiled.sources, colour=colour, columns=columns(sys.stderr))
        click.echo(shown, err=True, color=colour)
        raise SystemExit(1)
    return compiled.flow


def _live(flow: Flow, state: str) -> Live:
    if state not in flow.states:
        near = get_close_matches(state, flow.states, n=1)
        raise click.UsageError(f"no state is called {state!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return live_in(flow, state)


def _decided(flow: Flow, live: Live, candidates: Sequence[Candidate]) -> Verdict:
    """As a call would, when the state has just been entered."""
    ordered = fitting(candidates, live, {}, {})
    suppresses = any(each.intent == OPT_OUT for each in candidates)
    others = rivals(ordered) if ordered and not suppresses else []
    handled = {fit.intent for fit in ordered}
    first = OPT_OUT if suppresses else ordered[0].intent if ordered else None
    asked = {first, others[0].intent} if others else set()
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
    return Verdict(tuple(fates), did_you_mean(flow, Doubt(ordered[0], others[0])) if others else None)


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
        yield "nothing fits: `otherwise` is taken, or the model asked where it has the floor"
    elif any(fate == "asked" for _, fate in verdict.fates):
        where = f": {verdict.question}" if verdict.question else " where their branches lead to different places"
        yield f"scores within {EQUAL} of the best are the same, so the caller is asked{where}"
    elif any(fate == "too weak beside the best" for _, fate in verdict.fates):
        yield f"a match weaker than the best by {OVERSHADOWED} or more is chance, and does not compete"
    elif not any(fate == "taken" for _, fate in verdict.fates):
        yield "no branch that is live handles what fits: `otherwise` is taken"


def _quoted(why: Evidence) -> str:
    return why.written if why.how == "pattern" else f"“{why.written}”"


def _body(explanation: Explanation, verdict: Verdict, state: str | None) -> Mapping[str, object]:
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
