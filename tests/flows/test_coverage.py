"""Every state, edge, rung and side of a condition of the shipped flows and libraries is taken by one of their tests."""

from __future__ import annotations

from pathlib import Path

from flowengine.testing.coverage.sums import gaps
from flowengine.testing.suite import find_tests, run

FLOWS = Path(__file__).parent.parent.parent / "flows"


def test_the_shipped_flows_are_covered_in_full() -> None:
    """Where this fails, write the call that is missing: `flowengine test flows/ --coverage`."""
    found = run(find_tests([FLOWS]), covering=[FLOWS]).coverage
    assert found is not None
    assert len(found.counted) >= 4
    assert [f"{file.path}:{span.line} {text}" for file in found.counted for span, text in gaps(file)] == []
