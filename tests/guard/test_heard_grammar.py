"""The lines that the floor's rules are written in: what one says, and what it leaves out."""

from __future__ import annotations

import re

import pytest

from flowengine.compliance.heard.grammar import expression

CLASSES = {"calling": "calling phone_calls ringing"}


@pytest.mark.parametrize(
    ("line", "fits", "fits_not"),
    [
        (
            "stop ~2 <calling>",
            ("please stop your phone calls", "stop all of ringing"),
            ("stop it all of ringing", "stopcalling"),
        ),
        ("take [me] off", ("take me off", "take off"), ("take us off", "take me offline")),
        ("take (me|us)? off", ("take us off", "take off"), ("take him off",)),
        ("(pack_in|stop) <calling>", ("pack in calling", "stop ringing"), ("pack calling",)),
        ("not call !(before|after)", ("not call me", "not call"), ("not call before",)),
        ("^ stop $", ("stop", "; stop"), ("stop it", "do stop")),
        ("^; stop $", ("; stop",), ("stop",)),
        ("~1 name $", ("name", "the name"), ("names",)),
    ],
)
def test_a_line_says_a_family_of_sentences(line: str, fits: tuple[str, ...], fits_not: tuple[str, ...]) -> None:
    rule = re.compile(expression(line, CLASSES))
    assert [each for each in fits if rule.search(each) is None] == []
    assert [each for each in fits_not if rule.search(each) is not None] == []


def test_a_class_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError, match="nothing"):
        expression("stop <nothing>", CLASSES)
