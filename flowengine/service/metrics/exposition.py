"""Counters, gauges and histograms, and the text in which Prometheus reads them (its format 0.0.4).

One thread writes them all, the event loop's, so there is no lock; a scrape reads them on that thread too. Families are
declared once with their label names; a series that was never touched is not shown, except that of a family without
labels.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Kind = Literal["counter", "gauge", "histogram"]
Values = tuple[str, ...]


class Family(Protocol):
    """One metric under one name, with its series."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        """Each line: what is appended to the name, the labels, the value."""


class Counter:
    """Goes up. Its name ends in `_total`."""

    kind: Kind = "counter"

    def __init__(self, name: str, help: str, labels: Sequence[str] = ()) -> None:
        self.name = name
        self.help = help
        self.labels = tuple(labels)
        self._values: dict[Values, float] = {} if self.labels else {(): 0}

    def add(self, *values: str, by: float = 1) -> None:
        """One more, in the series with these label values."""
        self._values[values] = self._values.get(values, 0) + by

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        for values, number in sorted(self._values.items()):
            yield "", _labelled(self.labels, values), number


class Read:
    """A gauge, or a counter that somebody else keeps: read when it is asked for, by label values."""

    def __init__(
        self,
        kind: Literal["counter", "gauge"],
        name: str,
        help: str,
        read: Callable[[], Mapping[Values, float]],
        labels: Sequence[str] = (),
    ) -> None:
        self.kind: Kind = kind
        self.name = name
        self.help = help
        self.labels = tuple(labels)
        self._read = read

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        for values, number in sorted(self._read().items()):
            yield "", _labelled(self.labels, values), number


class Histogram:
    """How values spread: for each bucket how many were no greater, their sum and their number."""

    kind: Kind = "histogram"

    def __init__(self, name: str, help: str, buckets: Sequence[float], labels: Sequence[str] = ()) -> None:
        self.name = name
        self.help = help
        self.labels = tuple(labels)
        self.buckets = tuple(buckets)
        self._counts: dict[Values, list[int]] = {}
        self._sums: dict[Values, float] = {}
        if not self.labels:
            self._series(())

    def observe(self, value: float, *values: str) -> None:
        """One more value, in the series with these label values."""
        self._series(values)[bisect_left(self.buckets, value)] += 1
        self._sums[values] += value

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        for values, counts in sorted(self._counts.items()):
            labels, until = _labelled(self.labels, values), 0
            for bound, count in zip((*self.buckets, float("inf")), counts, strict=True):
                until += count
                yield "_bucket", {**labels, "le": _number(bound)}, until
            yield "_sum", labels, self._sums[values]
            yield "_count", labels, until

    def _series(self, values: Values) -> list[int]:
        counts = self._counts.get(values)
        if counts is None:
            counts = self._counts[values] = [0] * (len(self.buckets) + 1)
            self._sums[values] = 0.0
        return counts


def exposition(families: Iterable[Family]) -> str:
    """All of them, as a scrape is answered."""
    lines: list[str] = []
    for family in families:
        lines += (f"# HELP {family.name} {_escaped(family.help)}", f"# TYPE {family.name} {family.kind}")
        for suffix, labels, value in family.samples():
            pairs = ",".join(f'{name}="{_quoted(text)}"' for name, text in labels.items())
            lines.append(f"{family.name}{suffix}{f'{{{pairs}}}' if pairs else ''} {_number(value)}")
    return "\n".join(lines) + "\n"


def _labelled(names: tuple[str, ...], values: Values) -> dict[str, str]:
    return dict(zip(names, values, strict=True))


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")
