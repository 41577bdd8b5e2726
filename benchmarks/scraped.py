"""What a service says of itself at `/metrics`, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from flowengine.testing.twilio.server import NOBODY, get

TRIES = 10
"""Of ten seconds each, at a machine that has other things to do."""

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
    """The Prometheus text format."""
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return Scrape({(each.name, frozenset(each.labels.items())): each.value for each in samples})


async def scraped(base: str, key: str | None = None) -> Scrape:
    """What the service at this address says now. Raises ValueError when it says nothing."""
    for _ in range(TRIES):
        status, body = await get(f"{base}/metrics", key)
        if status != NOBODY:
            break
    if status != 200:
        raise ValueError(f"{base}/metrics answered {status}")
    return parsed(body.decode())
