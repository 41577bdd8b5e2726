"""In which order the files of the tests are run.

Some wait: for speech that takes its seconds, for another process, for a browser. Others compute. With more of pytest's
workers than processors, one computes while another waits, as long as both kinds are under way all the time: so those
that wait are spread among the others. The last tenth is left to short files: whoever ends with a long one, ends alone.
"""

from __future__ import annotations

from itertools import groupby

import pytest

WAITING = (
    "tests/adapters/local/",
    "tests/console/",
    "tests/contracts/",
    "tests/end_to_end/",
    "tests/testing/load/",
    "tests/testing/twilio/",
)
FREE = 0.1


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """Whole files, with the order of their tests as it was."""
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    waiting = [tests for tests in files if tests[0].nodeid.startswith(WAITING)]
    others = [tests for tests in files if not tests[0].nodeid.startswith(WAITING)]
    places: dict[int, float] = {id(tests): at for at, tests in enumerate(others)}
    step = (1 - FREE) * len(others) / max(1, len(waiting))
    places |= {id(tests): at * step for at, tests in enumerate(waiting)}
    return [test for tests in sorted(files, key=lambda tests: places[id(tests)]) for test in tests]
