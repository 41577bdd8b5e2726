"""How many examples a property is tried on: fewer in every run of the tests, four times as many in a thorough one.

pytest tests/language --hypothesis-profile=thorough
"""

from __future__ import annotations

from hypothesis import settings

ORDINARY = 100
"""What hypothesis takes unless told otherwise."""

THOROUGH = "thorough"
settings.register_profile(THOROUGH, max_examples=4 * ORDINARY)


def examples(number: int) -> int:
    """`number`, or as many more as the profile has."""
    return number * settings().max_examples // ORDINARY
