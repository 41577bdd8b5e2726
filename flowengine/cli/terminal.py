"""How wide the terminal is that text goes to."""

from __future__ import annotations

import os
import shutil
from typing import TextIO

_USUAL = 80


def columns(stream: TextIO) -> int | None:
    """The columns of a stream's terminal; None where it is none, and sentences are better left whole."""
    if not stream.isatty():
        return None
    try:
        own = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        own = _USUAL
    # Asks the variable COLUMNS first, then standard output, which may be a file where this is standard error.
    return shutil.get_terminal_size((own, 24)).columns
