"""What a service says of itself at `/metrics`, as numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flowengine.testing.twilio.server import get

TRIES = 10
"""Of ten seconds each, at a machine that has other things to do."""
_SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Scrape:
    """All samples of one look."""

    samples: Mapping[tuple[str, Labels], float]

    def one(self, name: str, **labels: str) -> float:
        """The sample of this name with exactly these labels; 0 where there is none."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def total(self, name: str) -> float:
        """Over all labels."""
        return sum(self.by(name).values())

    def by(self, name: str) -> dict[Labels, float]:
        """Each sample of this name."""
        return {labels: value for (found, labels), value in self.samples.items() if found == name}


def parsed(text: str) -> Scrape:
    """The Prometheus text format, as far as the service writes it."""
    found = (_SAMPLE.match(line) for line in text.splitlines())
    return Scrape(
        {
            (each["name"], frozenset(_LABEL.findall(each["labels"] or ""))): float(each["value"])
            for each in found
            if each is not None
        }
    )


async def scraped(base: str, key: str | None = None) -> Scrape:
    """What the service at this address says now. Raises ValueError when it says nothing."""
    for _ in range(TRIES):
        status, body = await get(f"{base}/metrics", key)
        if status != 0:
            break
    if status != 200:
        raise ValueError(f"{base}/metrics answered {status}")
    return parsed(body.decode())
