"""Patterns made ready to match, each once for the whole process: the check of a flow and its calls use the same."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """For texts in small letters. Raises what `re.compile` raises.

    A pattern without capitals need not be told that they count as small ones: it is made, and matches, in less time.
    """
    return re.compile(pattern, 0 if pattern == pattern.lower() else re.IGNORECASE)
