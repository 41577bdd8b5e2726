"""The report for people: what gets mixed up, with which words, and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from flowengine.testing.confusions.examples import Borders, Slip
from flowengine.testing.confusions.findings import Findings, Missed, Mixed
from flowengine.testing.confusions.patch import phrase_lines
from flowengine.testing.confusions.proposals import ORDER, Proposal
from flowengine.testing.confusions.recorded import Turn
from flowengine.testing.confusions.wording import Wording
from flowengine.testing.paint import Painter

PAIRS, EXAMPLES = 12, 4
"""So much is shown of each list; --json has all of it."""
LONE = 0.7
"""An intent of which so many phrases are the only ones of their kind misses what is said in other words."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found. `recorded` None: no calls were looked at. `compared`: an engine of meanings was there."""

    flow: str
    borders: Borders
    recorded: Findings | None = None
    proposals: tuple[Proposal, ...] = field(default=(), repr=False)
    compared: bool = False


def lines(report: Report, wording: Wording, paint: Painter) -> Iterator[str]:
    """The report as text."""
    yield from _phrases(report.borders, paint)
    if report.recorded is not None:
        yield ""
        yield from _calls(report.recorded, wording, paint, compared=report.compared)
        yield ""
        yield from _proposed(report.proposals, paint)


def _phrases(borders: Borders, paint: Painter) -> Iterator[str]:
    yield paint.strong("From the flow's phrases, each said where it is not known")
    pairs: dict[tuple[str, str, bool], list[Slip]] = defaultdict(list)
    for slip in borders.slips:
        pairs[slip.meant, slip.taken, slip.asked].append(slip)
    ordered = sorted(pairs.items(), key=lambda each: -len(each[1]))
    if not ordered:
        yield "  nothing is taken for something else"
    for (meant, taken, asked), slips in ordered[:PAIRS]:
        what = f"{meant} is {'asked about beside' if asked else 'taken for'} {taken}"
        yield f"  {what}: {_counted(len({slip.phrase for slip in slips}), 'phrase')}, in {_listed(_states(slips))}"
        yield f"    {paint.dim(_quoted(slip.phrase for slip in slips))}"
    yield from _rest(len(ordered) - PAIRS, "pair")
    together = [each for each in borders.shared if each.states]
    if together:
        yield ""
        yield paint.strong("Phrases that stand in two intents, live in the same state")
        for each in together[:PAIRS]:
            yield f"  “{each.phrase}”: {' and '.join(each.intents)}, in {_listed(each.states)}"
        yield from _rest(len(together) - PAIRS, "phrase")
    lone = [each for each in borders.standings if each.phrases > 1 and each.nothing / each.phrases >= LONE]
    if lone:
        yield ""
        yield paint.strong("Intents whose phrases hardly cover one another: other words for the same will be missed")
        for standing in sorted(lone, key=lambda each: -each.nothing / each.phrases)[:PAIRS]:
            yield f"  {standing.intent}: {standing.nothing} of {standing.phrases} phrases stand alone"
        yield from _rest(len(lone) - PAIRS, "intent")


def _calls(found: Findings, wording: Wording, paint: Painter, *, compared: bool) -> Iterator[str]:
    yield paint.strong(f"From {_counted(found.calls, 'recorded call')}")
    yield (
        f"  {_counted(found.turns, 'turn')}: {found.understood} understood, {found.asked} asked about,"
        f" {found.missed} understood by nothing"
    )
    for mixed in found.mixed[:PAIRS]:
        yield f"  {_mixed(mixed)}: {_counted(len(mixed.turns), 'turn')}"
        yield f"    {paint.dim(_quoted(wording.shown(turn.said) for turn in mixed.turns))}"
    yield from _rest(len(found.mixed) - PAIRS, "pair")
    for group in found.groups[:PAIRS]:
        yield f"  {_missed(group, compared=compared)}: {_counted(len(group.turns), 'turn')}"
        yield f"    {paint.dim(_quoted(wording.shown(turn.said) for turn, _ in group.turns))}"
    yield from _rest(len(found.groups) - PAIRS, "group")
    if found.weak:
        yield f"  understood by little: {_counted(len(found.weak), 'turn')}; look whether they were meant so"
        for turn in found.weak[:EXAMPLES]:
            yield f"    {paint.dim(_weak(turn, wording))}"
        yield from _rest(len(found.weak) - EXAMPLES, "turn", indent=4)


def _proposed(found: Sequence[Proposal], paint: Painter) -> Iterator[str]:
    kept = [each for each in found if not each.clashes]
    if not kept:
        yield "No phrase is proposed."
    else:
        yield paint.strong("Phrases to add; none of them fits another intent that is live beside its own")
    for intent in dict.fromkeys(each.intent for each in kept):
        yield f"intent {intent}"
        for reason in ORDER:
            mine = [each for each in kept if each.intent == intent and each.reason == reason]
            if mine:
                yield paint.dim(f"  # {reason}")
                yield from phrase_lines([each.phrase for each in mine])
    clashing = [each for each in found if each.clashes]
    if clashing:
        yield ""
        yield "Not proposed, since another intent has such words:"
        for each in clashing[:PAIRS]:
            yield f"  “{each.phrase}” for {each.intent}: {' and '.join(each.clashes)}"
        yield from _rest(len(clashing) - PAIRS, "phrase")


def _mixed(mixed: Mixed) -> str:
    meant = mixed.meant or "no intent"
    if mixed.told_by == "caller":
        return f"asked whether {mixed.taken} was meant, callers said {meant}"
    return f"{meant} was taken for {mixed.taken}, a reviewer says"


def _missed(group: Missed, *, compared: bool) -> str:
    if group.near is not None:
        return f"understood by nothing, and nearest to {group.near}"
    return "understood by nothing, and near to nothing" if compared else "understood by nothing"


def _weak(turn: Turn, wording: Wording) -> str:
    heard = turn.understood
    return f"“{wording.shown(turn.said)}” as {heard.intent}, {heard.score:.2f} by {heard.tier}"


def _states(slips: Iterable[Slip]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(state for slip in slips for state in slip.states))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:EXAMPLES])
    return shown if len(names) <= EXAMPLES else f"{shown} and {len(names) - EXAMPLES} more"


def _quoted(texts: Iterable[str]) -> str:
    each = list(dict.fromkeys(texts))
    shown = " ".join(f"“{text}”" for text in each[:EXAMPLES])
    return shown if len(each) <= EXAMPLES else f"{shown} and {len(each) - EXAMPLES} more"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _rest(number: int, what: str, *, indent: int = 2) -> Iterator[str]:
    if number > 0:
        yield f"{' ' * indent}and {_counted(number, what)} more: --json has all"
