"""Formatting as one edit: what comes out is what `flowengine fmt` writes."""

from __future__ import annotations

import pytest

from flowengine.editor.layout import layout_edit
from flowengine.editor.workspace import edited
from flowengine.language.formatter import format_source
from flowengine.language.source import Source

GOOD = 'outcome booked success\n\nline price "It is ten pounds."\n\nstate goodbye\n  end booked\n'


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("end booked", "end   booked"),
        GOOD.replace("outcome booked", "outcome   booked"),
        GOOD.replace("\n\nstate", "\nstate"),
        GOOD.rstrip("\n"),
        GOOD + "\n\n\n",
        "\n\n" + GOOD,
        GOOD.replace("  end", "      end"),
        GOOD.replace("\n", "   \n"),
    ],
)
def test_the_edit_gives_the_formatted_text(text: str) -> None:
    source = Source("here.flow", text)
    fix = layout_edit(source)
    assert fix is not None
    assert edited(source, fix) == format_source(source).text == GOOD


def test_a_small_change_is_a_small_edit() -> None:
    source = Source("here.flow", GOOD.replace("line price ", "line   price "))
    fix = layout_edit(source)
    assert fix is not None
    assert (fix.span.line, fix.span.end_line) == (3, 4)


@pytest.mark.parametrize("text", [GOOD, GOOD + "stat x\n", ""])
def test_a_text_in_its_layout_or_with_a_mistake_is_left_alone(text: str) -> None:
    assert layout_edit(Source("here.flow", text)) is None
