"""How many examples a property is tried on: fewer in every run of the tests, four times as many in a thorough one.

pytest tests/language --hypothesis-profile=thorough
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

ORDINARY = 100
"""What hypothesis takes unless told otherwise."""

THOROUGH = "thorough"
# How long an example takes, or is made, is the machine's affair: hypothesis would fail one of more than 200 ms, and
# examples that are made too slowly, except in CI.
settings.register_profile("ordinary", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ordinary")
settings.register_profile(THOROUGH, settings(), max_examples=4 * ORDINARY)


def examples(number: int) -> int:
    """`number`, or as many more as the profile has."""
    return number * settings().max_examples // ORDINARY
