"""What the embedded engine of meanings takes: seconds to load and to learn, milliseconds an utterance, memory.

`python -m benchmarks.embedding` prints the table of docs/explanation/understanding.md, `--write` puts it there. Asked
as a call asks: from an event loop, through the pipe, in a cache of its own; so other work on the machine counts, and
what counts without it is told beside it. How much is understood is another measurement (`benchmarks.meaning`).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, TypeVar

from benchmarks.pages import write_between
from benchmarks.understanding import PAGE, ROOT, utterances
from flowengine.adapters.local.meaning import LocalMeaning
from flowengine.adapters.local.sentence_graph import sentence_files
from flowengine.adapters.local.sentences import Sentences
from flowengine.adapters.local.worker import shared_worker
from flowengine.conversation.teaching import examples
from flowengine.graph.compile import compile_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from flowengine.runtime.ports import Lesson

BETWEEN = ("<!-- python -m benchmarks.embedding --write -->\n", "<!-- until here -->\n")
LONG_WORDS = 25
ASKED = 500
AT_ONCE = 8
MB = 1024

Row = tuple[str, str]
T = TypeVar("T")


async def rows() -> list[Row]:
    """All rows, measured in this order, since each finds what the one before has left in the cache."""
    flow = compile_file(ROOT / "flows" / "boiler_cover.flow").flow
    assert flow is not None
    taught = examples(flow.intents)
    total, intents = len({text for texts in taught.values() for text in texts}), tuple(taught)
    found: list[Row] = []
    async with _engine() as (engine, loaded):
        found.append(("first start on a machine: converting and loading", f"{loaded:.1f} s"))
        took, _ = await _timed(lambda: engine.learn(taught))
        found.append((f"learning a flow of {total:,} examples for the first time", f"{took:.1f} s"))
    async with _engine() as (engine, loaded):
        found.append(("any other start", f"{loaded:.1f} s"))
        found.append(("memory of the process with this engine alone", f"{_memory_mb()} MB"))
        took, lesson = await _timed(lambda: engine.learn(taught))
        found.append(("learning the same flow again, from the cache", f"{took * 1000:.0f} ms"))
        said = [row.said for row in utterances("development")][:ASKED]
        await _each(lesson, said[:20], intents)
        found.append((_heading("an utterance", said, intents), _shown(await _each(lesson, said, intents))))
        long = list(itertools.islice(_long(said), ASKED))
        found.append((f"one of {LONG_WORDS} words", _shown(await _each(lesson, long, intents))))
        together = await asyncio.gather(*(_each(lesson, said[start::AT_ONCE], intents) for start in range(AT_ONCE)))
        found.append((f"{AT_ONCE} callers at once", _shown([each for taken in together for each in taken])))
        new = {intent: tuple(f"{text} or so" for text in texts) for intent, texts in taught.items()}
        learning = asyncio.create_task(engine.learn(new))
        while_learning = await _each(lesson, said, intents, until=learning.done)
        await learning
        found.append(("an utterance while another flow is learnt", _shown(while_learning)))
    sentences = Sentences(sentence_files(lambda step: None))
    for what, texts in (("an utterance", said), (f"one of {LONG_WORDS} words", long)):
        found.append((f"processor time of {what}", _shown([_busy(sentences, text) for text in texts])))
    return found


def _busy(sentences: Sentences, text: str) -> float:
    began = thread_time()
    sentences.vector(text)
    return thread_time() - began


@asynccontextmanager
async def _engine() -> AsyncIterator[tuple[LocalMeaning, float]]:
    """An engine that is loaded, and the seconds that took."""
    engine = LocalMeaning()
    try:
        took, _ = await _timed(lambda: engine.warm_up(lambda step: None))
        yield engine, took
    finally:
        await engine.close()


async def _timed(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    began = perf_counter()
    result = await work()
    return perf_counter() - began, result


async def _each(
    lesson: Lesson, said: Sequence[str], intents: Sequence[str], until: Callable[[], bool] = lambda: False
) -> list[float]:
    """Seconds for each, one after the other."""
    taken: list[float] = []
    for text in said:
        if until():
            break
        began = perf_counter()
        await lesson.liken(text, intents)
        taken.append(perf_counter() - began)
    return taken


def _long(said: Sequence[str]) -> Iterator[str]:
    """Utterances strung together to so many words."""
    words = itertools.cycle(word for text in said for word in text.split())
    while True:
        yield " ".join(itertools.islice(words, LONG_WORDS))


def _heading(what: str, said: Sequence[str], intents: Sequence[str]) -> str:
    middle = sorted(len(text.split()) for text in said)[len(said) // 2]
    return f"{what} of {middle} words in the median, {len(intents)} intents live"


def _shown(taken: list[float]) -> str:
    ordered = sorted(1000 * each for each in taken)
    median, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return f"{median:.1f} ms in the median, {p99:.1f} ms at p99"


def _memory_mb() -> str:
    """What the process holds now, as Linux tells it."""
    status = Path(f"/proc/{shared_worker().pid}/status")
    if not status.exists():
        return "?"
    held = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmRSS"))
    return str(round(int(held.split()[1]) / MB))


def table(found: list[Row]) -> str:
    """As Markdown."""
    return "\n".join(["| | |", "| --- | --- |", *(f"| {what} | {took} |" for what, took in found)]) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        shown = table(asyncio.run(rows()))
    print(shown)
    if "--write" in sys.argv[1:]:
        write_between(PAGE, BETWEEN, shown)


if __name__ == "__main__":
    main()
