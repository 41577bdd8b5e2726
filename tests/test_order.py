"""Files whose tests wait are spread among those that compute, and stay whole."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.order import in_order


def run_in(*files: str) -> list[str]:
    """The tests in the order in which they are run; each file has two."""
    items: Any = [
        SimpleNamespace(path=Path(file), nodeid=f"{file}::test_{number}") for file in files for number in range(2)
    ]
    return [item.nodeid for item in in_order(items)]


def test_files_that_wait_are_spread_and_the_last_do_not_wait() -> None:
    waiting = [f"tests/end_to_end/test_{number}.py" for number in range(3)]
    others = [f"tests/graph/test_{number}.py" for number in range(20)]
    files = [file for file, _ in groupby(test.partition("::")[0] for test in run_in(*waiting, *others))]
    assert sorted(files) == sorted([*waiting, *others]), "a file's tests stand together"
    assert [files.index(file) for file in waiting] == [0, 7, 14]


def test_the_tests_of_a_file_keep_their_order() -> None:
    file = "tests/graph/test_a.py"
    assert run_in(file) == [f"{file}::test_0", f"{file}::test_1"]
    assert run_in("tests/console/test_a.py") == ["tests/console/test_a.py::test_0", "tests/console/test_a.py::test_1"]
