"""What likeness adds to the phrases: the utterances of tests/understanding, by the embedded engine of meanings.

`python -m benchmarks.meaning` prints the tables of docs/explanation/understanding.md, `--write` puts them there. Needs
the engine (docs/howto/embedded-speech.md). As in `benchmarks.understanding`, nothing prints the held-out rows. An
utterance is weighed by likeness only where no phrase, no pattern and none of the rules for what is always honoured
fits, or only a phrase that covers little of it, as in a call. Two ways: with all intents of the library live, and with
those of the states of the shipped flows; there, an utterance whose intent is not live has to be taken for nothing.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from benchmarks.pages import shown_between, write_between
from benchmarks.understanding import PAGE, ROOT, STOPS, Utterance, decide, library, understood, utterances
from flowengine.adapters.local.meaning import LocalMeaning
from flowengine.compliance.honoured import NAMED, honoured
from flowengine.conversation.likely import KINDS
from flowengine.conversation.meaning import ASKED, ASKED_PROTECTIVE, SECONDED, TAKEN, WEAK, Likeness, weighed
from flowengine.conversation.supposing import listened_for, listening_in, live_in
from flowengine.conversation.teaching import examples
from flowengine.graph.compile import compile_file

BETWEEN = ("<!-- python -m benchmarks.meaning --write -->\n", "<!-- until here, meaning -->\n")
BANDS = (0.6, 0.75, 0.85, 1.01)
FLOWS = ("telemarketing", "boiler_cover", "reception")
PART, UNSEEN = "held_out", "fourth"
"""`UNSEEN`: of what protects, and of what only sounds like it; written late, and never mended by."""
GO_ON = frozenset({"robot_question", "who_are_you", "my_number", "dont_record"})
"""What is answered by likeness alone, since the call goes on after it; about the rest of what protects, it asks."""

Verdict = Literal["right", "asked", "wrong", "asked wrong", "none"]
Found = Literal["rule", "asked", "no"]
COLUMNS: tuple[Verdict, ...] = ("right", "asked", "wrong", "asked wrong", "none")
Named = frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an utterance: by `phrases`, and with the further tier where they leave it. `stop`: a false one."""

    phrases: Verdict
    both: Verdict
    probability: float | None
    """Of what is likeliest, where it was weighed."""
    likeliest_is_right: bool
    found: Found
    """Of those that protect: whether a rule hears it, or the caller is asked about it or answered by likeness."""
    disturbs: bool
    """Asked about, or answered by likeness as, something that protects, which was not meant."""


def settled(row: Utterance, live: Named, likenesses: Sequence[Likeness] | None) -> Outcome:
    """What becomes of a row where these are live; likenesses None: it is not weighed, since something fits."""
    meant = row.intents & set(choices(live))
    phrases = by_phrases(row, live, meant)
    if likenesses is None:
        ruled = _heard(row, live) & (meant | {kind for name in meant for kind in _answers(name)})
        return Outcome(phrases, phrases, None, False, "rule" if ruled else "no", False)
    found = weighed(likenesses)
    weak = leaning(row, live)
    if weak is not None and any(each.intent == weak and each.score >= SECONDED for each in found):
        return Outcome(phrases, phrases, None, False, "no", False)
    turned = denied(row, live)
    best = next((each for each in found if each.intent not in turned), None)
    if best is None:
        return Outcome(phrases, "none" if meant else "right", 0.0, False, "no", False)
    protects = best.intent in KINDS or library()[0].intents[best.intent].protective
    right = best.intent in meant
    acts = best.score >= (ASKED_PROTECTIVE if protects else ASKED)
    both: Verdict
    if best.score >= TAKEN and (not protects or best.intent in GO_ON):
        both = "right" if right else "wrong"
    elif acts:
        both = "asked" if right else "asked wrong"
    else:
        both = "none" if meant else "right"
    return Outcome(
        phrases, both, best.score, right, "asked" if acts and right else "no", protects and acts and not right
    )


def by_phrases(row: Utterance, live: Named, meant: Named) -> Verdict:
    """The verdict of the phrases, and of the rules for what is always honoured, with these intents live."""
    found = [each for each in understood(row.said) if each.intent in live]
    if found:
        return decide(found, meant)
    kind = honoured(row.said)
    if kind is None:
        return "none" if meant else "right"
    return "right" if kind in meant or any(kind in _answers(name) for name in row.intents) else "wrong"


def is_weighed(row: Utterance, live: Named) -> bool:
    """Whether no phrase and no rule fits, or only a phrase that covers little."""
    return not _heard(row, live) or leaning(row, live) is not None


def leaning(row: Utterance, live: Named) -> str | None:
    """What a phrase says that covers so little of the words that likeness is asked first."""
    found = [each for each in understood(row.said) if each.intent in live]
    weak = bool(found) and found[0].tier == "phrase" and found[0].score < WEAK and honoured(row.said) is None
    return found[0].intent if weak else None


def denied(row: Utterance, live: Named) -> set[str]:
    """What the words hold a phrase of that a "not" turns round."""
    matcher, _ = library()
    found = {each.intent for each in matcher.understand(row.said, live)}
    return matcher.turned_round - found


def _heard(row: Utterance, live: Named) -> set[str]:
    """What phrases and rules hear."""
    kind = honoured(row.said)
    return {each.intent for each in understood(row.said) if each.intent in live} | ({kind} if kind else set())


def _answers(name: str) -> set[str]:
    """What is always honoured and this intent answers: "I'm driving" is `busy`."""
    return {kind for kind, names in NAMED.items() if name in names}


@cache
def typical() -> tuple[Named, ...]:
    """The library's intents that are live in each state of the shipped flows; each set once."""
    _, known = library()
    sets: dict[Named, None] = {}
    for name in FLOWS:
        flow = compile_file(ROOT / "flows" / f"{name}.flow").flow
        assert flow is not None
        for state in listening_in(flow):
            sets[frozenset(listened_for(flow, live_in(flow, state))) & frozenset(known)] = None
    return tuple(sets)


async def outcomes(part: str) -> tuple[list[tuple[Utterance, Outcome]], list[tuple[Utterance, Outcome]]]:
    """Of every row, with all intents live, and once for each typical set."""
    matcher, known = library()
    engine = LocalMeaning()
    everything: list[tuple[Utterance, Outcome]] = []
    narrowed: list[tuple[Utterance, Outcome]] = []
    try:
        lesson = await engine.learn(examples({name: matcher.intents[name] for name in known}))
        for row in utterances(part):
            near = {each.intent: each for each in await lesson.liken(row.said, (*known, *KINDS))}
            for live, kept in ((frozenset(known), everything), *((each, narrowed) for each in typical())):
                likenesses = [near[name] for name in choices(live) if name in near] if is_weighed(row, live) else None
                kept.append((row, settled(row, live, likenesses)))
    finally:
        await engine.close()
    return everything, narrowed


def choices(live: Named) -> tuple[str, ...]:
    """The live intents, and what is always honoured where none of them answers it."""
    kinds = (kind for kind in KINDS if not any(name in live for name in NAMED.get(kind, (kind,))))
    return (*sorted(live), *kinds)


Rows = Sequence[tuple[Utterance, Outcome]]


def table(everything: Rows, narrowed: Rows, unseen: Rows) -> str:
    """The tables as Markdown."""
    lines = ["| held out | rows | right | asked, the right one first | wrong | asked, a wrong one first | none |"]
    lines.append("| --- |" + " ---: |" * 6)
    for label, found in (("all intents live", everything), ("those of a typical state live", narrowed)):
        lines.append(_row(f"phrases and rules alone, {label}", [each.phrases for _, each in found]))
        lines.append(_row(f"and likeness, {label}", [each.both for _, each in found]))
    lines += ["", "| what protects, all intents live | held out | fourth batch |", "| --- | ---: | ---: |"]
    both = zip(_protective(everything), _protective(unseen), strict=True)
    lines += [f"| {label} | {value} | {other} |" for (label, value), (_, other) in both]
    lines += ["", "| probability of the likeliest, those of a typical state live | weighed | mean | right |"]
    lines += ["| --- | ---: | ---: | ---: |"]
    lines += _reliability([each for _, each in narrowed if each.probability is not None])
    lines += ["", "| score of the phrase or pattern taken, all intents live | held out | right |"]
    lines += ["| --- | ---: | ---: |", *_bands()]
    return "\n".join(lines) + "\n"


def _bands() -> Iterator[str]:
    """How often what a phrase or a pattern takes is right, by its score."""
    taken = [
        (each[0].score, each[0].intent in row.intents) for row in utterances(PART) if (each := understood(row.said))
    ]
    for low, high in itertools.pairwise(BANDS):
        those = [right for score, right in taken if low <= score < high]
        shown = f"{low:.2f} to {high:.2f}" if high <= 1 else f"{low:.2f} and more"
        yield f"| {shown} | {len(those)} | {_share(sum(those), len(those))} |"


def _row(label: str, verdicts: Iterable[Verdict]) -> str:
    count = Counter(verdicts)
    total = count.total()
    cells = " | ".join(f"{count[each]} ({100 * count[each] / total:.1f} %)" for each in COLUMNS)
    return f"| {label} | {total} | {cells} |"


def _protective(found: Rows) -> Iterator[tuple[str, str]]:
    rows = [each for row, each in found if row.protective]
    others = [each for row, each in found if not row.protective]
    stops = [row for row, _ in found if STOPS not in row.intents]
    by_rule = sum(each.found == "rule" for each in rows)
    asked = sum(each.found == "asked" for each in rows)
    false_stops = sum(
        honoured(row.said) == STOPS or any(each.intent == STOPS for each in understood(row.said)) for row in stops
    )
    yield "found by rule", _share(by_rule, len(rows))
    yield "found by rule, or asked", _share(by_rule + asked, len(rows))
    yield "asked about in vain, of the rest", _share(sum(each.disturbs for each in others), len(others))
    yield "false stops", _share(false_stops, len(stops))


def _share(count: int, total: int) -> str:
    return f"{count} of {total} ({100 * count / total:.1f} %)"


def _reliability(weighed_: Sequence[Outcome]) -> Iterator[str]:
    tenths: dict[int, list[tuple[float, bool]]] = {}
    pairs = [(each.probability or 0.0, each.likeliest_is_right) for each in weighed_]
    for probability, right in pairs:
        tenths.setdefault(min(9, int(probability * 10)), []).append((probability, right))
    for tenth, those in sorted(tenths.items()):
        mean, share = sum(p for p, _ in those) / len(those), sum(each for _, each in those) / len(those)
        yield f"| {tenth / 10:.1f} to {(tenth + 1) / 10:.1f} | {len(those)} | {mean:.2f} | {share:.2f} |"
    brier = sum((probability - right) ** 2 for probability, right in pairs) / len(pairs)
    off = sum(abs(sum(p - right for p, right in those)) for those in tenths.values()) / len(pairs)
    yield f"| all: Brier score {brier:.3f}, calibration error {off:.3f} | {len(pairs)} | | |"


def shown_in() -> str:
    """The tables that stand on the page."""
    return shown_between(PAGE, BETWEEN)


def tables() -> str:
    """All tables, reckoned anew."""
    everything, narrowed = asyncio.run(outcomes(PART))
    return table(everything, narrowed, asyncio.run(outcomes(UNSEEN))[0])


def main() -> None:
    text = tables()
    if "--write" in sys.argv[1:]:
        write_between(PAGE, BETWEEN, text)
    print(text)


if __name__ == "__main__":
    main()
