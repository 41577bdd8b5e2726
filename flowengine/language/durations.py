"""Lengths of time as they are written: `500ms`, `6s`, `1.5m`, `2h`."""

from __future__ import annotations

import re

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """The length in seconds. Raises ValueError for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a length of time")
    return float(match[1]) * _SECONDS[match[2]]


def written(length: float) -> str:
    """So many seconds as an author writes them: `8m`, `90s`."""
    return f"{length / 60:g}m" if length >= 60 and length % 60 == 0 else f"{length:g}s"
