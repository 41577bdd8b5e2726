"""The in-call guard: what a sentence of the agent's costs, and an utterance of the caller's.

The slowest of a hundred counts, since each sentence is checked while somebody waits to hear it. Processor time, so that
other work on the machine counts less. Each is new: another
word at its beginning keeps every cache from helping.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles
from time import process_time

from benchmarks.measure import Row
from flowengine.compliance.honoured import honoured
from flowengine.compliance.saying.amounts import of_all
from flowengine.compliance.saying.saying import Saying

SETS = Path(__file__).parent.parent / "tests" / "guard"
LIMIT_S = 0.0003
ROUNDS = 8
FACTS = ("It's forty-nine pounds a month.", "The set-up fee is £120.", "VAT is twenty percent.")


def rows() -> Iterator[Row]:
    """All rows."""
    saying = Saying(of_all(FACTS), "Hearth & Home")
    said = [*_texts("allowed"), *_texts("never_said")]
    heard = [*_texts("ordinary"), *_texts("opt_outs")]
    before = [said[-1], *said]
    pairs = dict(zip(said, before, strict=False))
    split = _slowest(said, lambda text, _: text.split())
    yield Row(
        "guard: a sentence of the agent's (99 in 100)",
        f"{len(said)} sentences, each after another",
        _slowest(said, lambda text, key: saying.check(text, pairs[key])),
        "cutting it into words",
        split,
        LIMIT_S,
    )
    yield Row(
        "guard: an utterance of the caller's (99 in 100)",
        f"{len(heard)} utterances",
        _slowest(heard, lambda text, _: honoured(text)),
        "cutting it into words",
        _slowest(heard, lambda text, _: text.split()),
        LIMIT_S,
    )


def _texts(name: str) -> list[str]:
    lines = (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def _slowest(texts: list[str], work: Callable[[str, str], object]) -> float:
    """The time that 99 in 100 of them stay under."""
    for text in texts:
        work(text, text)
    times: list[float] = []
    for number in range(ROUNDS):
        for text in texts:
            fresh = f"Item {number}, {text}"
            began = process_time()
            work(fresh, text)
            times.append(process_time() - began)
    return quantiles(times, n=100)[98]
