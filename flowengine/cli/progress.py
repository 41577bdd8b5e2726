"""A bar on the terminal while a long file is read; nothing where there is no terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function that is told how many bytes were read, and of how many."""
    # click takes its time to load the drawing; nobody pays for it who pipes.
    import click

    if not sys.stderr.isatty():
        yield lambda done, whole: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as drawn:

        def advance(done: int, whole: int) -> None:
            drawn.length = max(whole, 1)
            drawn.update(done - drawn.pos)

        yield advance
