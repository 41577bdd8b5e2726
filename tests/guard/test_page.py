"""docs/reference/guard.md has every approved wording as it is spoken; hints hide nothing from a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.compliance.saying.normal import heard
from flowengine.compliance.saying.rule import Kind, hinted
from flowengine.compliance.saying.saying import KINDS
from flowengine.conversation.guarding import FAREWELL, INSTEAD
from flowengine.conversation.honouring import INBOUND, OUTBOUND, SUPPRESSED
from tests.guard.sets import rows

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "guard.md").read_text(encoding="utf-8")
SPOKEN = {
    *INSTEAD.values(),
    FAREWELL,
    SUPPRESSED,
    *(answer.text for answers in (INBOUND, OUTBOUND) for answer in answers.values()),
}


@pytest.mark.parametrize("text", sorted(SPOKEN))
def test_the_page_has_what_is_said(text: str) -> None:
    assert text in PAGE


@pytest.mark.parametrize("rule", sorted(INSTEAD))
def test_the_page_has_every_rule(rule: str) -> None:
    assert f"`{rule}`" in PAGE


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.called)
def test_no_hint_hides_a_sentence_from_its_pattern(kind: Kind) -> None:
    texts = (heard(f"{row.before.rstrip('.')} {row.text}".strip()) for row in rows("never_said"))
    assert [text for text in texts if kind.pattern.search(text) and kind.hints and not hinted(text, kind.hints)] == []
