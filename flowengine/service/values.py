"""What the readers of settings share: values of one kind, checked alike, and how a secret or a number is shown."""

from __future__ import annotations

from flowengine.errors import SettingsError


def whole(name: str, value: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises SettingsError naming the setting, its value and what would do."""
    # Python refuses to read a number of thousands of digits, in words of its own.
    if not (value.isascii() and value.isdigit() and len(value) < 10) or not low <= int(value) <= high:
        raise SettingsError(f"{name} is {value!r}: expected a whole number from {low:,} to {high:,}")
    return int(value)


def masked(value: str) -> str:
    """Enough to tell two of them apart, for the eyes of who set them."""
    return f"{value[:4]}…{value[-2:]}"
