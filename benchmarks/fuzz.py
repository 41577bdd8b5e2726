"""Fuzzing for as long as wanted: `python -m benchmarks.fuzz --minutes 10 [--seed N]`.

Each round makes one text and takes it through reading, parsing, lowering, all checks, the showing of what they found,
and the formatter. It must raise nothing, take less than SLOW_S of processor time, and say the same twice; each
diagnostic must stand inside the text, once. What breaks that is written to `fuzz-N.flow` in the folder for temporary
files; `--seed N` gets it again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from time import process_time, time

from benchmarks.hostile import SHAPES
from benchmarks.mutations import derived, libraries, mutated, some_bytes
from flowengine.graph.compile import Compilation, compile_text
from flowengine.language.formatter import format_text
from flowengine.language.reading import data_source
from flowengine.language.render import render
from flowengine.language.source import Source

SLOW_S = 2.0
"""Processor time for one text of at most 200,000 characters."""


def text_of(seed: int) -> str | None:
    """The text of a round; None where bytes are no text, which is an answer too."""
    random = Random(seed)
    match random.choices(("mutated", "derived", "bytes", "hostile"), (60, 25, 10, 5))[0]:
        case "mutated":
            return mutated(random)
        case "derived":
            return derived(random)
        case "bytes":
            source = data_source(some_bytes(random), "fuzz.flow")
            return source.text if isinstance(source, Source) else None
        case _:
            shape = random.choice(sorted(SHAPES))
            return SHAPES[shape](random.choice((1, 2, 7, 40)))


def judge(text: str, libraries_of: Mapping[str, str]) -> Compilation:
    """Compile and format a text. Raises AssertionError where something is not as promised."""
    compiled = compile_text(text, "fuzz.flow", libraries_of)
    assert (compiled.flow is None) == bool(compiled.errors), "a flow and errors, or neither"
    # One place may break several policies, each a mistake of its own.
    seen = [
        (problem.code, problem.span, problem.message if problem.code.startswith("FL7") else "")
        for problem in compiled.diagnostics
    ]
    assert len(set(seen)) == len(seen), f"reported twice: {Counter(seen).most_common(1)}"
    for problem in compiled.diagnostics:
        lines = compiled.sources[problem.span.path].lines
        span = problem.span
        assert 1 <= span.line <= span.end_line <= len(lines), problem
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1, problem
        assert (span.line, span.column) <= (span.end_line, span.end_column), problem
        assert problem.help, problem
    for problem in compiled.diagnostics:
        assert render([problem], compiled.sources, colour=True), problem
    formatted = format_text(text, "fuzz.flow")
    assert format_text(formatted.text, "fuzz.flow").text == formatted.text, "formatted twice, it differs"
    return compiled


def trial(seed: int) -> str | None:
    """What is wrong with the text of a seed, if anything is."""
    text = text_of(seed)
    if text is None:
        return None
    began = process_time()
    try:
        judge(text, libraries())
    except Exception:
        return traceback.format_exc(limit=-4)
    took = process_time() - began
    return f"it took {took:.1f} s" if took > SLOW_S else None


def run(minutes: float, seed: int, tell: Callable[[str], None]) -> int:
    """The number of texts that something was wrong with."""
    until = time() + minutes * 60
    first, found = seed, 0
    while time() < until:
        wrong = trial(seed)
        if wrong is not None:
            found += 1
            path = Path(tempfile.gettempdir()) / f"fuzz-{seed}.flow"
            path.write_text(text_of(seed) or "", "utf-8", errors="surrogatepass")
            tell(f"seed {seed}: {path}\n{wrong}")
        seed += 1
    tell(f"{seed - first:,} texts, {found} with something wrong")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(1 if run(given.minutes, given.seed, print) else 0)


if __name__ == "__main__":
    main()
