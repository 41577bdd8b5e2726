"""Fits the numbers of the head (`conversation/meaning.py`) that makes probabilities of likenesses.

`python -m benchmarks.fit_head` prints them and how well they are calibrated, `--write` puts them into the module. Needs
the embedded engine of meanings, some minutes the first time.

Fitted on the development part alone, on the phrases of the library and the sentences for what is always honoured, each
as if the flow did not have it nor anything that stands in it; on answers to slot questions, which mean no intent; and
each with a chance choice of intents live, as flows have them, so that what is meant is often not among them, and with
as few examples as other flows give. The held-out part is only looked at, as a whole.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import extraction
from benchmarks.understanding import library, utterances
from flowengine.adapters.local.sentence_graph import sentence_files
from flowengine.adapters.local.sentences import DIMENSIONS, Sentences
from flowengine.conversation import meaning
from flowengine.conversation.teaching import examples
from flowengine.words.normalise import normalise

HEAD = Path(meaning.__file__)
NUMBERS = re.compile(r"^NEAREST, NEAR, NOTHING = .*$", re.MULTILINE)
SEED = 7
VIEWS = 2
"""How often each utterance is looked at, with other intents live."""
LIVE = (4, 12)
"""So many intents are live beside those that protect, which always are."""
FEW = (6, 25)
"""Half the intents are shown with so many of their examples, as flows of one's own have them."""
WEIGHTS = {"development": 1.0, "phrase": 0.5, "slot": 0.3}
ROUNDS = 25

Features = NDArray[np.float64]
Cosines = NDArray[np.float32]
"""Of one utterance, to each of the examples in order."""


@dataclass(frozen=True, slots=True)
class Row:
    """An utterance, the intents of which any is right, and where it is from."""

    said: str
    intents: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class View:
    """An utterance among live intents: for each what the head weighs, and which are right; "none of them" the last."""

    features: Features
    right: NDArray[np.bool_]
    weight: float


def rows() -> list[Row]:
    """All that is fitted on."""
    _, live = library()
    taught = _taught()
    spoken = [Row(each.said, each.intents, "development") for each in utterances("development")]
    spoken += [Row(said, frozenset({name}), "phrase") for name in live for said in taught[name]]
    answers = sorted({each.said for each in extraction.utterances("development")})
    return spoken + [Row(said, frozenset(), "slot") for said in answers]


def _taught() -> Mapping[str, tuple[str, ...]]:
    matcher, live = library()
    return examples({name: matcher.intents[name] for name in live})


def similarities(texts: Iterable[str], taught: Sequence[str]) -> Iterator[tuple[str, Cosines]]:
    """How near each text comes to each example, by the engine that calls ask; texts without a word are left out."""
    engine = Sentences(sentence_files(lambda step: print(step, file=sys.stderr)))
    vectors = {said: engine.vector(said) for said in dict.fromkeys((*texts, *taught))}
    nothing = np.zeros(DIMENSIONS, np.float32)
    known = np.stack([nothing if (vector := vectors[said]) is None else vector for said in taught])
    return ((said, known @ vector) for said, vector in vectors.items() if vector is not None)


def views(looked_at: Sequence[Row], near: Mapping[str, Cosines], places: Mapping[str, int]) -> Iterator[View]:
    """Each row with chance sets of live intents. `places`: where the examples stand among the cosines."""
    matcher, live = library()
    taught, chance = _taught(), random.Random(SEED)
    protective = [name for name in live if matcher.intents[name].protective]
    others = [name for name in live if name not in protective]
    for row in looked_at:
        if row.said not in near:
            continue
        times = 1 if row.source == "slot" else VIEWS
        for _ in range(times):
            named = protective + chance.sample(others, chance.randint(*LIVE))
            cosines = near[row.said]
            weighed = [
                _weighed(row, {each: float(cosines[places[each]]) for each in taught[name]}, chance, name in protective)
                for name in named
            ]
            right = [name in row.intents for name in named]
            yield View(
                np.array([*weighed, (0.0, 0.0, 1.0)]),
                np.array([*right, not any(right)]),
                WEIGHTS[row.source] / times,
            )


def _weighed(
    row: Row, near: Mapping[str, float], chance: random.Random, protective: bool
) -> tuple[float, float, float]:
    """Nearest, and the mean over three; what an example of the flow's own already says is left out."""
    shown = list(near) if row.source == "slot" else [each for each in near if not _overlap(row.said, each)]
    if not protective and chance.random() < 0.5:
        shown = chance.sample(shown, min(len(shown), chance.randint(*FEW)))
    best = sorted((near[each] for each in shown), reverse=True)[:3] or [-1.0]
    return best[0], sum(best) / len(best), 0.0


def _overlap(one: str, other: str) -> bool:
    """Whether one stands in the other, word by word."""
    first, second = sorted((normalise(one).words, normalise(other).words), key=len)
    return any(second[start : start + len(first)] == first for start in range(len(second) - len(first) + 1))


def fit(seen: Sequence[View]) -> Features:
    """The weights under which what is right is most probable, by Newton's method."""
    weights = np.array([10.0, 5.0, 10.0])
    for _ in range(ROUNDS):
        slope, bend = np.zeros(3), np.zeros((3, 3))
        for view in seen:
            shares = _shares(view.features, weights)
            right = np.where(view.right, shares, 0.0)
            right /= right.sum()
            expected = shares @ view.features
            slope += view.weight * (right @ view.features - expected)
            spread = view.features - expected
            bend += view.weight * (spread.T * shares) @ spread
        step = np.linalg.solve(bend + 1e-6 * np.eye(3), slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-4:
            break
    return weights


def _shares(features: Features, weights: Features) -> Features:
    scores = features @ weights
    raised = np.exp(scores - scores.max())
    shares: Features = raised / raised.sum()
    return shares


def calibration(seen: Iterable[View], weights: Features) -> str:
    """For each tenth of the most probable intent's probability: how many, the mean, and the share that is right."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for view in seen:
        shares = _shares(view.features, weights)[:-1]
        best = int(shares.argmax())
        tenths.setdefault(min(9, int(shares[best] * 10)), []).append((float(shares[best]), bool(view.right[best])))
    return "\n".join(
        f"{tenth / 10:.1f}: {len(those):5} views, mean {sum(p for p, _ in those) / len(those):.2f},"
        f" right {sum(right for _, right in those) / len(those):.2f}"
        for tenth, those in sorted(tenths.items())
    )


def main() -> None:
    looked_at = rows()
    taught = sorted({said for texts in _taught().values() for said in texts})
    near = dict(similarities((row.said for row in looked_at), taught))
    seen = list(views(looked_at, near, {said: place for place, said in enumerate(taught)}))
    weights = fit(seen)
    numbers = "NEAREST, NEAR, NOTHING = " + ", ".join(f"{each:.2f}" for each in weights)
    print(numbers)
    print(calibration(seen, weights))
    if "--write" in sys.argv[1:]:
        HEAD.write_text(NUMBERS.sub(numbers, HEAD.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
