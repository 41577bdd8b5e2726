"""How well values are understood: the fixed utterances of tests/extraction, and what became of each.

`python -m benchmarks.extraction` prints the table of docs/explanation/extraction.md, `--write` puts it there, `--all`
adds what is not right in the development part. Nothing prints the rows of the held-out part: whoever has read them
would mend for them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Literal, cast
from zoneinfo import ZoneInfo

from benchmarks.pages import run, shown_between
from flowengine.conversation.contact import typed_value
from flowengine.conversation.slots import find_all
from flowengine.graph.model import TypeKind, ValueType
from flowengine.testing.expected import shown

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "extraction"
PAGE = ROOT / "docs" / "explanation" / "extraction.md"
BETWEEN = ("<!-- python -m benchmarks.extraction --write -->\n", "<!-- until here -->\n")
PARTS = ("development", "held_out")
LONDON = ZoneInfo("Europe/London")
RUNS = 7
TOGETHER = "several in one answer"

Verdict = Literal["right", "asked again", "wrong"]
VERDICTS: tuple[Verdict, ...] = ("right", "asked again", "wrong")


@dataclass(frozen=True, slots=True)
class Utterance:
    """An answer, the slots it may fill, the one that was asked for, and what it ought to fill."""

    said: str
    now: datetime
    slots: Mapping[str, ValueType]
    current: str
    expected: Mapping[str, object]
    group: str
    """The type, or `TOGETHER`: the line of the table it counts in."""

    def understood(self) -> dict[str, object]:
        return self.heard(self.said)

    def heard(self, text: str) -> dict[str, object]:
        """The values of other words in its place."""
        return find_all(text, self.slots, self.now, current=self.current)


def utterances(part: str) -> list[Utterance]:
    """The rows of `development` or `held_out`."""
    tables = tomllib.loads((FOLDER / f"{part}.toml").read_text(encoding="utf-8"))
    rows: list[Utterance] = []
    for each in tables["question"]:
        kind = value_type(each["type"])
        for said, *value in each["said"]:
            rows.append(_utterance(each, said, {"value": kind}, "value", {"value": value[0]} if value else {}))
    for each in tables["together"]:
        slots = {name: value_type(written) for name, written in each["slots"].items()}
        for said, values in each["said"]:
            rows.append(_utterance(each, said, slots, each["current"], values))
    return rows


def verdict(row: Utterance) -> Verdict:
    """`wrong`: a slot was filled that should not be, or with another value. `asked again`: nothing wrong, not all."""
    got = row.understood()
    if any(name not in row.expected or value != row.expected[name] for name, value in got.items()):
        return "wrong"
    return "right" if got.keys() == row.expected.keys() else "asked again"


def scores(part: str) -> dict[str, Counter[Verdict]]:
    """For each line of the table, how many rows are what; `all` the last."""
    counted: dict[str, Counter[Verdict]] = {}
    for row in utterances(part):
        counted.setdefault(row.group, Counter())[verdict(row)] += 1
    return counted | {"all": sum(counted.values(), Counter())}


def table() -> str:
    """The table as Markdown: right, asked again and wrong, for each part."""
    parts = {part: scores(part) for part in PARTS}
    lines = ["| |" + "".join(f" {part.replace('_', ' ')} | right | asked again | wrong |" for part in parts)]
    lines.append("| --- |" + " ---: |" * 4 * len(parts))
    for name in parts[PARTS[0]]:
        cells = [cell for counted in parts.values() for cell in _cells(counted.get(name, Counter()))]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def times() -> str:
    """How long the reading of one slot takes, each row at the best of several runs."""
    taken = sorted(_seconds(row) for part in PARTS for row in utterances(part) if len(row.slots) == 1)
    places = {"median": len(taken) // 2, "p99": len(taken) * 99 // 100, "slowest": len(taken) - 1}
    return "one slot: " + ", ".join(f"{name} {1e6 * taken[place]:.0f} µs" for name, place in places.items())


def _seconds(row: Utterance) -> float:
    runs = []
    for _ in range(RUNS):
        began = perf_counter()
        row.understood()
        runs.append(perf_counter() - began)
    return min(runs)


def value_type(written: str) -> ValueType:
    """A type as a flow writes it: `date`, `digits(4)`, `one of (gas, "combi boiler")`."""
    kind, _, inside = written.partition("(")
    if kind.strip() == "one of":
        return ValueType("one_of", choices=tuple(re.findall(r"\w+(?: \w+)*", inside)))
    digits = inside.removesuffix(")")
    return ValueType(cast("TypeKind", kind), digits=int(digits) if digits else None)


def _utterance(
    table: Mapping[str, str], said: str, slots: Mapping[str, ValueType], current: str, values: Mapping[str, str]
) -> Utterance:
    expected = {name: typed_value(slots[name], value) for name, value in values.items()}
    for name, value in expected.items():
        assert value is not None, f"{said!r}: {values[name]!r} is no {slots[name].kind}"
    now = datetime.fromisoformat(table["now"]).replace(tzinfo=LONDON)
    group = slots[current].kind.replace("_of", " of") if len(slots) == 1 else TOGETHER
    return Utterance(said, now, slots, current, expected, group)


def _cells(count: Counter[Verdict]) -> Iterable[str]:
    total = count.total()
    if not total:
        yield from ("", "", "", "")
        return
    yield str(total)
    yield f"{count['right']} ({100 * count['right'] // total} %)"
    yield str(count["asked again"])
    yield str(count["wrong"])


def _not_right() -> Iterable[str]:
    for row in utterances("development"):
        outcome = verdict(row)
        if outcome != "right":
            got = {name: shown(value) for name, value in row.understood().items()}
            wanted = {name: shown(value) for name, value in row.expected.items()}
            yield f"{row.group:12} {outcome:12} {row.said!r}: {got} in place of {wanted}"


def shown_in(page: Path) -> str:
    """The table that stands on the page."""
    return shown_between(page, BETWEEN)


def main() -> None:
    run(PAGE, BETWEEN, table, times, _not_right)


if __name__ == "__main__":
    main()
