"""What the readers of settings share: values of one kind, checked alike, and how a value may be shown.

What is shown may end in a log, or in front of whoever looks over a shoulder. So a message that quotes a setting leaves
out what may be a secret in it, also where an address was set by mistake.
"""

from __future__ import annotations

import re

from flowengine.errors import SettingsError

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_SHOWN = 100

_CREDENTIALS = re.compile(r"(:/{1,2})\S*@")
"""Up to the last @: a password may hold what would end it in a sound address. As a path an address has one slash."""
_QUERY = re.compile(r"(?<=\?)\S+")
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:/")


def whole(name: str, value: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises SettingsError naming the setting, its value and what would do."""
    # Python refuses to read a number of thousands of digits, in words of its own.
    if not (value.isascii() and value.isdigit() and len(value) < 10) or not low <= int(value) <= high:
        raise SettingsError(f"{name} is {shown(value)}: expected a whole number from {low:,} to {high:,}")
    return int(value)


def masked(value: str) -> str:
    """Enough to tell two of them apart, for the eyes of who set them."""
    return f"{value[:4]}…{value[-2:]}"


def without_credentials(text: str) -> str:
    """An address without who may use it: user, password, and what follows a question mark."""
    if _ADDRESS.search(text) is None:
        return text
    return _QUERY.sub("…", _CREDENTIALS.sub(r"\1…@", text))


def shown(value: str) -> str:
    """A setting's value in quotes, for a message: no credentials, and of a very long one the beginning."""
    text = without_credentials(value)
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")
