"""How well feelings are read off callers' words: the fixed utterances of tests/sentiment, and what became of each.

`python -m benchmarks.sentiment` prints the tables of docs/explanation/sentiment.md, `--write` puts them there, `--all`
adds what is not right in the development part. Nothing prints the rows of the other parts: whoever has read them would
mend for them.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal

from benchmarks.pages import run, shown_between
from flowengine.conversation.sentiment import FELT, sentiment
from flowengine.words.normalise import normalise

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "sentiment"
PAGE = ROOT / "docs" / "explanation" / "sentiment.md"
BETWEEN = ("<!-- python -m benchmarks.sentiment --write -->\n", "<!-- until here -->\n")
PARTS = ("development", "held_out", "unseen")
RUNS = 5

Feeling = Literal["positive", "neutral", "negative"]
FEELINGS: tuple[Feeling, ...] = ("positive", "neutral", "negative")
GROUPS: dict[str, Feeling] = {"positive": "positive", "neutral": "neutral", "negative": "negative", "angry": "negative"}
"""The groups of the files, and what is to be found in each."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a caller says, and how they feel about it."""

    said: str
    group: str

    @property
    def feeling(self) -> Feeling:
        return GROUPS[self.group]


def utterances(part: str) -> list[Utterance]:
    """The rows of `development` or `held_out`."""
    tables = tomllib.loads((FOLDER / f"{part}.toml").read_text(encoding="utf-8"))
    return [Utterance(said, each["name"]) for each in tables["group"] for said in each["said"].splitlines() if said]


def read(said: str) -> Feeling:
    """What the rules make of it."""
    felt = sentiment(said)
    return "positive" if felt >= FELT else "negative" if felt <= -FELT else "neutral"


def confusion(part: str) -> dict[str, Counter[Feeling]]:
    """For each group of the part, how many rows were read as what."""
    counted: dict[str, Counter[Feeling]] = {group: Counter() for group in GROUPS}
    for row in utterances(part):
        counted[row.group][read(row.said)] += 1
    return counted


def right(counted: dict[str, Counter[Feeling]]) -> int:
    """How many rows were read as what they are."""
    return sum(count[GROUPS[group]] for group, count in counted.items())


def total(counted: dict[str, Counter[Feeling]]) -> int:
    return sum(count.total() for count in counted.values())


def anger_missed(counted: dict[str, Counter[Feeling]]) -> int:
    """Angry rows that were not read as negative."""
    return counted["angry"].total() - counted["angry"]["negative"]


def table() -> str:
    """The tables as Markdown: what each group was read as, then the sums."""
    parts = {part: confusion(part) for part in PARTS}
    lines = [
        "| part | group | rows | " + " | ".join(FEELINGS) + " |",
        "| --- | --- |" + " ---: |" * (1 + len(FEELINGS)),
    ]
    for part, counted in parts.items():
        for group, count in counted.items():
            cells = (count.total(), *(count[feeling] for feeling in FEELINGS))
            lines.append(f"| {named(part)} | {group} | " + " | ".join(map(str, cells)) + " |")
    lines += ["", "| | " + " | ".join(map(named, parts)) + " |", "| --- |" + " ---: |" * len(parts)]
    for label, cell in (("right", _right), ("anger missed", _missed), ("anger read as pleasure", _misread)):
        lines.append(f"| {label} | " + " | ".join(cell(counted) for counted in parts.values()) + " |")
    return "\n".join(lines) + "\n"


def named(part: str) -> str:
    return part.replace("_", " ")


def _right(counted: dict[str, Counter[Feeling]]) -> str:
    return _share(right(counted), total(counted))


def _missed(counted: dict[str, Counter[Feeling]]) -> str:
    return _share(anger_missed(counted), counted["angry"].total())


def _misread(counted: dict[str, Counter[Feeling]]) -> str:
    return _share(counted["angry"]["positive"], counted["angry"].total())


def _share(count: int, of: int) -> str:
    return f"{count} of {of} ({100 * count / of:.1f} %)"


def times() -> str:
    """How long one turn takes, each row at the best of several runs: with words as new, and once they were matched."""
    rows = [row.said for part in PARTS for row in utterances(part)]
    new = sorted(_seconds(said, fresh=True) for said in rows)
    known = sorted(_seconds(said, fresh=False) for said in rows)
    shown = (
        f"{name} median {1e6 * each[len(each) // 2]:.0f} µs, slowest {1e6 * each[-1]:.0f} µs"
        for name, each in (("words as new:", new), ("once they were matched:", known))
    )
    return "one turn, " + "; ".join(shown)


def _seconds(said: str, *, fresh: bool) -> float:
    runs = []
    for _ in range(RUNS):
        if fresh:
            normalise.cache_clear()
        else:
            normalise(said)
        began = perf_counter()
        sentiment(said)
        runs.append(perf_counter() - began)
    return min(runs)


def _not_right() -> Iterator[str]:
    for row in utterances("development"):
        if read(row.said) != row.feeling:
            yield f"{row.group:9} {sentiment(row.said):+.2f} {row.said!r}"


def shown_in(page: Path) -> str:
    """The tables that stand on the page."""
    return shown_between(page, BETWEEN)


def main() -> None:
    run(PAGE, BETWEEN, table, times, _not_right)


if __name__ == "__main__":
    main()
