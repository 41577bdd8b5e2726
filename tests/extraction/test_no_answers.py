"""What callers say about being called, in place of an answer, fills nothing: the lines of tests/flows."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.extraction import ROOT, value_type
from flowengine.conversation.slots import extract
from tests.conversation.talk import TUESDAY

FLOWS: Path = ROOT / "tests" / "flows"
NAMED = {"Susie", "Dave"}
""" "Don't call me Susan, it's Susie", "you can call me Dave"."""


KINDS = ("uk_name", "phone", "email", "uk_postcode", "duration", "money", "number", "digits(4)")


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_is_made_of_what_is_no_answer(kind: str) -> None:
    texts = [(FLOWS / name).read_text("utf-8") for name in ("opt_outs.txt", "not_opt_outs.txt")]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("#")]
    assert len(lines) > 300
    made = {line: extract(value_type(kind), line, TUESDAY) for line in lines}
    assert {line: value for line, value in made.items() if value is not None and value not in NAMED} == {}
