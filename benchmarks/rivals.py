"""What other ways of finding an intent make of the held-out utterances, for comparison; none is a dependency.

`python -m benchmarks.rivals`, in an environment of its own: `pip install -e ".[meaning]"`, the vocabulary's package as
docs/howto/embedded-speech.md has it, and `pip install scikit-learn rapidfuzz wordllama`. Each learns the examples that
our engine of meanings is taught, and the development part with its off-topic utterances; all intents of the library are
live. An answer below a threshold is none; the threshold is the one that is best on the development part when four
fifths of all that is learnt tell the rest, where a wrong answer costs as much as two right ones bring.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.understanding import Utterance, library, utterances
from flowengine.adapters.local.sentence_graph import sentence_files
from flowengine.adapters.local.sentences import DIMENSIONS, Sentences
from flowengine.conversation.teaching import examples

NOTHING = "none of them"
FOLDS = 5
SEED = 7
THRESHOLDS = [step / 50 for step in range(51)]

Answer = tuple[str, float]
Learn = Callable[[Sequence[str], Sequence[str]], Callable[[str], Answer]]
"""From sentences and their intents to what answers an utterance, with a score from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, and the intents of which any is right; the first is learnt."""

    said: str
    intents: tuple[str, ...]
    source: str


def learnt() -> list[Example]:
    """All that each rival is given."""
    matcher, live = library()
    taught = examples({name: matcher.intents[name] for name in live})
    found = [Example(said, (name,), "phrase") for name in live for said in taught[name]]
    for row in utterances("development"):
        named = sorted(row.intents, key=lambda name: name != row.group) or [NOTHING]
        found.append(Example(row.said, tuple(named), "development"))
    return found


def fuzzy(said: Sequence[str], intents: Sequence[str]) -> Callable[[str], Answer]:
    """rapidfuzz: the nearest by WRatio."""
    process, fuzz = import_module("rapidfuzz.process"), import_module("rapidfuzz.fuzz")

    def answer(text: str) -> Answer:
        _, score, place = process.extractOne(text.lower(), lowered, scorer=fuzz.WRatio)
        return intents[place], score / 100

    lowered = [each.lower() for each in said]
    return answer


def counted(said: Sequence[str], intents: Sequence[str]) -> Callable[[str], Answer]:
    """TF-IDF of words and pairs of words, and of runs of letters, then logistic regression."""
    text, linear = import_module("sklearn.feature_extraction.text"), import_module("sklearn.linear_model")
    pipeline = import_module("sklearn.pipeline")
    words = text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = pipeline.make_pipeline(
        pipeline.make_union(words, letters), linear.LogisticRegression(C=20.0, max_iter=1000, class_weight="balanced")
    )
    model.fit(list(said), list(intents))

    def answer(text_: str) -> Answer:
        shares = model.predict_proba([text_])[0]
        best = int(shares.argmax())
        return str(model.classes_[best]), float(shares[best])

    return answer


def nearest(vector: Callable[[str], NDArray[np.float32]]) -> Learn:
    """The example whose vector comes nearest."""
    kept: dict[str, NDArray[np.float32]] = {}

    def learn(said: Sequence[str], intents: Sequence[str]) -> Callable[[str], Answer]:
        for each in said:
            if each not in kept:
                kept[each] = vector(each)
        known = np.stack([kept[each] for each in said])

        def answer(text: str) -> Answer:
            cosines = known @ vector(text)
            best = int(cosines.argmax())
            return intents[best], float(cosines[best])

        return answer

    return learn


def llama() -> Callable[[str], NDArray[np.float32]]:
    """wordllama's vectors, from the weights in its package."""
    package = import_module("wordllama")
    folder = Path(str(package.__file__)).parent
    model = package.WordLlama.load(cache_dir=folder, disable_download=True)

    def vector(text: str) -> NDArray[np.float32]:
        found: NDArray[np.float32] = model.embed([text], norm=True)[0]
        return found

    return vector


def minilm() -> Callable[[str], NDArray[np.float32]]:
    """The vectors of our engine of meanings."""
    engine = Sentences(sentence_files(lambda step: print(step, file=sys.stderr)))

    def vector(text: str) -> NDArray[np.float32]:
        found = engine.vector(text)
        return np.zeros(DIMENSIONS, np.float32) if found is None else found

    return vector


def threshold(learn: Learn, given: Sequence[Example]) -> float:
    """The best on the development part, told by four fifths of all."""
    order = list(given)
    random.Random(SEED).shuffle(order)
    told: list[tuple[Example, Answer]] = []
    for fold in range(FOLDS):
        rest = [each for place, each in enumerate(order) if place % FOLDS != fold]
        answer = learn([each.said for each in rest], [each.intents[0] for each in rest])
        told += [(each, answer(each.said)) for each in order[fold::FOLDS] if each.source == "development"]
    return max(THRESHOLDS, key=lambda least: _worth(told, least))


def _worth(told: Sequence[tuple[Example, Answer]], least: float) -> int:
    worth = 0
    for example, (intent, score) in told:
        taken = NOTHING if score < least else intent
        worth += 1 if taken in example.intents else 0 if taken == NOTHING else -2
    return worth


def row(name: str, learn: Learn, given: Sequence[Example], least: float) -> str:
    """One line of the table."""
    answer = learn([each.said for each in given], [each.intents[0] for each in given])
    rows = utterances("held_out")
    began = perf_counter()
    count = Counter(_verdict(each, answer(each.said), least) for each in rows)
    took = 1000 * (perf_counter() - began) / len(rows)
    cells = " | ".join(f"{count[each]} ({100 * count[each] / len(rows):.1f} %)" for each in ("right", "wrong", "none"))
    unseen = [each for each in utterances("fourth") if each.protective]
    found = sum(_verdict(each, answer(each.said), least) == "right" for each in unseen)
    share = f"{found} of {len(unseen)} ({100 * found / len(unseen):.1f} %)"
    return f"| {name} | {least:.2f} | {cells} | {share} | {took:.1f} ms |"


def _verdict(said: Utterance, answered: Answer, least: float) -> str:
    intent, score = answered
    taken = NOTHING if score < least else intent
    if taken == NOTHING:
        return "none" if said.intents else "right"
    return "right" if taken in said.intents else "wrong"


def main() -> None:
    given = learnt()
    print(
        "| held out, all intents live | threshold | right | wrong | none | fourth batch, what protects | an utterance |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, make in MAKES.items():
        learn = make()
        print(row(name, learn, given, threshold(learn, given)), flush=True)


MAKES: Mapping[str, Callable[[], Learn]] = {
    "rapidfuzz, nearest by WRatio": lambda: fuzzy,
    "TF-IDF and logistic regression": lambda: counted,
    "wordllama, nearest": lambda: nearest(llama()),
    "MiniLM (int8), nearest": lambda: nearest(minilm()),
}


if __name__ == "__main__":
    main()
