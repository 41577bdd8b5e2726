"""How well callers are understood: the fixed utterances of tests/understanding, and what became of each.

`python -m benchmarks.understanding` prints the tables of docs/explanation/understanding.md, `--write` puts them there,
`--all` adds what is not right in the development part. Nothing prints the rows of the held-out part and of the fourth
batch: whoever has read them would mend for them. All intents of the library are live at once, which is harder than
any state of a flow.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from time import process_time
from typing import Literal

from benchmarks.pages import run, shown_between
from flowengine.compliance.honoured import kinds
from flowengine.conversation.commands import Candidate
from flowengine.conversation.honouring import floor_under
from flowengine.conversation.understanding import EQUAL, Matcher
from flowengine.graph.compile import compile_file
from flowengine.words.normalise import normalise

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "understanding"
PAGE = ROOT / "docs" / "explanation" / "understanding.md"
BETWEEN = ("<!-- python -m benchmarks.understanding --write -->\n", "<!-- until here -->\n")
PARTS = ("development", "held_out")
BATCHES = (*PARTS, "third", "fourth", "fifth")
"""The others are of protective groups alone: `third` and `fifth` are under development; `fourth`, as `held_out`, is
never mended by."""
NEAR = "near"
STOPS = "opt_out"
RUNS = 5

Verdict = Literal["right", "asked", "wrong", "none"]
VERDICTS: tuple[Verdict, ...] = ("right", "asked", "wrong", "none")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a caller says, and the intents of which any is right; none of them: nothing may be taken."""

    said: str
    group: str
    intents: frozenset[str]
    protective: bool


def utterances(part: str) -> list[Utterance]:
    """The rows of `development` or `held_out`."""
    tables = tomllib.loads((FOLDER / f"{part}.toml").read_text(encoding="utf-8"))
    return [
        Utterance(said, each["name"], frozenset(each["intents"]), each.get("protective", False))
        for each in tables["group"]
        for said in each["said"].splitlines()
        if said
    ]


@lru_cache(maxsize=1)
def library() -> tuple[Matcher, tuple[str, ...]]:
    """The matcher of flows/lib/uk_callers.flow, and what is live: all but `deny`, which answers a question of fact."""
    flow = compile_file(ROOT / "flows" / "boiler_cover.flow").flow
    assert flow is not None
    own = set(re.findall(r"^intent (\w+)", (ROOT / "flows/lib/uk_callers.flow").read_text(encoding="utf-8"), re.M))
    intents = {name: intent for name, intent in flow.intents.items() if name in own}
    return Matcher(intents), tuple(name for name in intents if name != "deny")


@cache
def understood(said: str) -> tuple[Candidate, ...]:
    """What fits, as a call takes it: an opt-out before all else."""
    matcher, live = library()
    unanswered, heard = floor_under(said, live, matcher.intents, matcher.understand(said, live))
    assert unanswered is None or unanswered not in live
    return tuple(sorted(heard, key=lambda each: each.intent != STOPS))


def verdict(row: Utterance) -> Verdict:
    """`asked`: two fit as well, one of them is right, and the caller would be asked which."""
    return decide(understood(row.said), row.intents)


def decide(found: Sequence[Candidate], meant: frozenset[str]) -> Verdict:
    """What is made of these candidates, where any of `meant` is right; none of them: nothing may be taken."""
    if not found:
        return "none" if meant else "right"
    first = found[0]
    rival = next(
        (
            each
            for each in found[1:]
            if first.tier != "protective" and first.score - each.score < EQUAL and each.intent not in meant
        ),
        None,
    )
    if first.intent in meant:
        return "right" if rival is None else "asked"
    near = any(each.intent in meant and first.score - each.score < EQUAL for each in found[1:])
    return "asked" if near and first.tier != "protective" else "wrong"


def is_false_alarm(row: Utterance) -> bool:
    """Whether anything that protects is heard, or answered by the engine, where nothing of the kind was said."""
    matcher, live = library()
    unanswered, heard = floor_under(row.said, live, matcher.intents, matcher.understand(row.said, live))
    return unanswered is not None or any(each.tier == "protective" for each in heard)


def is_found(row: Utterance) -> bool:
    """Whether the intent that protects is among what was found: an opt-out counts whatever else is said."""
    return any(each.intent in row.intents for each in understood(row.said))


def is_false_stop(row: Utterance) -> bool:
    """Whether an opt-out is heard where none was said."""
    return STOPS not in row.intents and any(each.intent == STOPS for each in understood(row.said))


def scores(part: str) -> dict[str, Counter[Verdict]]:
    """For each group, how many rows are what; `all` the last."""
    counted: dict[str, Counter[Verdict]] = {}
    for row in utterances(part):
        counted.setdefault(row.group, Counter())[verdict(row)] += 1
    return counted | {"all": sum(counted.values(), Counter())}


def table() -> str:
    """The tables as Markdown: the verdicts by group and part, then what protects the caller."""
    parts = {part: scores(part) for part in PARTS}
    lines = ["| |" + "".join(f" {part.replace('_', ' ')} | {' | '.join(VERDICTS)} |" for part in parts)]
    lines.append("| --- |" + " ---: |" * (1 + len(VERDICTS)) * len(parts))
    for name in parts[PARTS[0]]:
        cells = [cell for counted in parts.values() for cell in _cells(counted[name])]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        f"| | {' | '.join(part.replace('_', ' ') for part in BATCHES)} |",
        "| --- |" + " ---: |" * len(BATCHES),
    ]
    counts = (
        ("protective intents found", _protective_found),
        ("false stops", _false_stops),
        ("heard as protective, and only near", _false_alarms),
    )
    for label, count in counts:
        lines.append(f"| {label} | " + " | ".join(count(utterances(part)) for part in BATCHES) + " |")
    return "\n".join([*lines, "", *_by_group()]) + "\n"


def _by_group() -> Iterable[str]:
    """What protects, by group, in the batches that are of it alone."""
    rows = {part: utterances(part) for part in BATCHES if part not in PARTS}
    yield f"| found, of | {' | '.join(rows)} |"
    yield "| --- |" + " ---: |" * len(rows)
    for name in dict.fromkeys(row.group for row in rows["third"]):
        cells = []
        for part in rows:
            own = [row for row in rows[part] if row.group == name]
            cells.append(f"{sum(map(is_found, own))} of {len(own)}")
        yield f"| {name} | " + " | ".join(cells) + " |"


def _false_alarms(rows: list[Utterance]) -> str:
    near = [row for row in rows if row.group == NEAR]
    return _share(sum(map(is_false_alarm, near)), len(near)) if near else ""


def _protective_found(rows: list[Utterance]) -> str:
    protective = [row for row in rows if row.protective]
    return _share(sum(map(is_found, protective)), len(protective))


def _false_stops(rows: list[Utterance]) -> str:
    others = [row for row in rows if STOPS not in row.intents]
    return _share(sum(map(is_false_stop, others)), len(others))


def _share(count: int, total: int) -> str:
    return f"{count} of {total} ({100 * count / total:.1f} %)"


def _cells(count: Counter[Verdict]) -> Iterable[str]:
    total = count.total()
    yield str(total)
    yield f"{count['right']} ({100 * count['right'] // total} %)"
    for each in VERDICTS[1:]:
        yield str(count[each])


def times() -> str:
    """How long one utterance takes with all intents live, each row at the best of several runs, words as new."""
    matcher, live = library()

    def with_floor(said: str) -> None:
        floor_under(said, live, matcher.intents, matcher.understand(said, live))

    rows = [row.said for part in PARTS for row in utterances(part)]
    return "\n".join(
        (
            "an utterance, phrases and patterns: "
            + _spread([_seconds(matcher.understand, said, live) for said in rows]),
            "and the floor under them: " + _spread([_seconds(with_floor, said) for said in rows]),
        )
    )


def _spread(seconds: list[float]) -> str:
    taken = sorted(seconds)
    places = {"median": len(taken) // 2, "p99": len(taken) * 99 // 100, "slowest": len(taken) - 1}
    return ", ".join(f"{name} {1e6 * taken[place]:.0f} µs" for name, place in places.items())


def _seconds(work: Callable[..., object], *args: object) -> float:
    """Of processor time, at best."""
    runs = []
    for _ in range(RUNS):
        normalise.cache_clear()
        kinds.cache_clear()
        began = process_time()
        work(*args)
        runs.append(process_time() - began)
    return min(runs)


def _not_right() -> Iterable[str]:
    for row in utterances("development"):
        outcome = verdict(row)
        if outcome != "right" or is_false_stop(row) or (row.protective and not is_found(row)):
            got = ", ".join(f"{each.intent} {each.score:.2f}" for each in understood(row.said)) or "nothing"
            yield f"{row.group:15} {outcome:6} {row.said!r}: {got}"


def shown_in(page: Path) -> str:
    """The tables that stand on the page."""
    return shown_between(page, BETWEEN)


def main() -> None:
    run(PAGE, BETWEEN, table, times, _not_right)


if __name__ == "__main__":
    main()
