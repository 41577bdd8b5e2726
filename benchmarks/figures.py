"""The figures of the language, each beside its floor and its limit.

Processor time, so that other work on the machine counts less. All of it runs on one core.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from time import process_time

from benchmarks.flows import LIBRARY, of_lines, of_small_states, of_states
from benchmarks.measure import Row
from benchmarks.text import FLOWS, lark_alone_for
from flowengine.conversation.prepared import prepare
from flowengine.graph.compile import compile_text
from flowengine.language.reading import text_source

TIMES = 5


def rows() -> Iterator[Row]:
    """All rows."""
    for lines in (1_000, 10_000, 100_000):
        yield checking(lines, 2.0 if lines == 10_000 else None)
    yield states(of_small_states(500))
    yield states(of_states(500))
    yield keystroke(500)
    yield instance(100)
    yield validating()


def busy(work: Callable[[], object], times: int = TIMES) -> float:
    """The median processor time."""
    return statistics.median(_busy_once(work) for _ in range(times))


def _busy_once(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def checking(lines: int, target: float | None) -> Row:
    """Text to checked graph, a different text each time, so that no cache of texts helps."""
    text = of_lines(lines)
    times = TIMES if lines < 100_000 else 1
    seconds = busy(_fresh(text), times)
    floor = busy(lark_alone_for([text_source(text, "g.flow")]), times)
    return Row("parse and check", f"{text.count(chr(10)):,} lines", seconds, "tokens and tree", floor, target)


def states(text: str) -> Row:
    """Text to checked graph, by its states."""
    what = f"{len(re.findall('^state ', text, re.MULTILINE))} states, {text.count(chr(10)):,} lines"
    floor = busy(lark_alone_for([text_source(text, "g.flow")]))
    return Row("compile", what, busy(_fresh(text)), "tokens and tree", floor, 0.5)


def keystroke(lines: int) -> Row:
    """A flow is checked again after one of its characters has changed; its library is not touched."""
    text = of_lines(lines)
    typed = iter(range(10_000))

    def recheck() -> None:
        compile_text(text.replace("Thank you", f"Thank you {next(typed)}"), "g.flow", {"shared": LIBRARY})

    recheck()
    floor = busy(lark_alone_for([text_source(text, "g.flow")]))
    return Row(
        "check after a keystroke", f"{text.count(chr(10)):,} lines", busy(recheck), "tokens and tree", floor, 0.1
    )


def instance(count: int) -> Row:
    """One bare machine of a flow; its floor is an object with a name for each state."""
    flow = compile_text(of_states(count), "g.flow", {"shared": LIBRARY}).flow
    assert flow is not None
    machine = prepare(flow).plan.machine
    machine()
    many = 50

    def made() -> None:
        for _ in range(many):
            machine()

    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [machine() for _ in range(many)]
    each = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    tracemalloc.stop()
    what = f"{len(flow.states)} states, {each / 1024:.0f} KiB"
    floor = busy(lambda: [dict.fromkeys(flow.states) for _ in range(many)]) / many
    return Row("one instance of a flow", what, busy(made) / many, "a dictionary of states", floor, 0.002)


def validating() -> Row:
    """`flowengine validate flows/` as a process, imports and all; Python that starts and imports click."""
    command = [sys.executable, "-m", "flowengine", "validate", str(FLOWS)]
    bare = [sys.executable, "-c", "import click"]
    return Row("validate flows/", "a process", _process(command), "Python with click", _process(bare), 1.0)


def _process(command: list[str]) -> float:
    # As installed: with compiled modules, which the first run writes.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def once() -> float:
        before = os.times()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        after = os.times()
        used = after.children_user + after.children_system
        return used - before.children_user - before.children_system

    once()
    return statistics.median(once() for _ in range(TIMES))


def _fresh(text: str) -> Callable[[], object]:
    """Each run compiles a text of other words, as the first compilation of a file does."""
    runs = iter(range(10_000))

    def compile_it() -> object:
        other = text.replace("umber", f"umber{next(runs)}")
        compiled = compile_text(other, "g.flow", {"shared": LIBRARY})
        assert compiled.flow is not None, compiled.diagnostics[:3]
        return compiled

    return compile_it
