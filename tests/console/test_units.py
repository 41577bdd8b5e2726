"""The page's pure parts (mu-law, resampling, marks, the story of a call), tested by Node's own runner where it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

UNITS = Path(__file__).parent / "units"


def node() -> str:
    """Node's path; skips without it, and before 20.19, which does not know our .js files as modules."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("node is not installed: the page's modules are then tested through the browser alone")
    told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    if version < (20, 19):
        pytest.skip(f"node {told.strip()} is older than 20.19")
    return path


@pytest.mark.parametrize("file", sorted(UNITS.glob("*.test.mjs")), ids=lambda file: file.stem)
def test_the_page_s_modules_hold_their_own_tests(file: Path) -> None:
    ran = subprocess.run([node(), "--test", str(file)], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ran.returncode == 0, ran.stdout
