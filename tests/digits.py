"""Digits that must stand nowhere: in ids, moments and measures the same ones come about by chance."""

from __future__ import annotations

import re


def shows(digits: str, text: str) -> bool:
    """Whether they stand there by themselves, not as a part of something longer."""
    return re.search(rf"(?<![\w.-]){digits}(?!\w)", text) is not None
