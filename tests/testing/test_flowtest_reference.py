"""The reference page lists every diagnostic of test files, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_reference_lists_every_diagnostic() -> None:
    page = (ROOT / "docs" / "reference" / "flowtest.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| (FL8\d\d) \| ([a-z-]+) \|", page, re.MULTILINE))
    sources = [
        *(ROOT / "flowengine" / "testing").glob("*.py"),
        *(ROOT / "flowengine" / "testing" / "flowtest").glob("*.py"),
    ]
    made = dict(re.findall(r'"(FL8\d\d)",\s+"([a-z-]+)"', "\n".join(path.read_text("utf-8") for path in sources)))
    # One kind of line mistake has its name in a variable.
    assert listed == made | {"FL853": "bad-line"}
