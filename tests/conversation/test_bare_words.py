"""The words that are compared by meaning, of what a recogniser or an author wrote."""

from __future__ import annotations

import pytest

from flowengine.words.normalise import bare


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Can you elaborate?", "can you elaborate"),
        ("um, can you elaborate.", "can you elaborate"),
        ("Well, can you\N{EM DASH}can you elaborate!", "can you elaborate"),
        ("I\N{RIGHT SINGLE QUOTATION MARK}m DRIVING", "i'm driving"),
        ("'tis the caf\N{LATIN SMALL LETTER E WITH ACUTE}, innit", "tis the cafe innit"),
        ("Uh-huh.", "yes"),
        ("\N{POUND SIGN}50 a month?", "\N{POUND SIGN} 50 a month"),
        ("Ελληνικά", "ελληνικα"),
        ("so", "so"),
        ("Um... er?!", ""),
        ("", ""),
    ],
)
def test_what_writing_and_talking_add_is_taken_away(text: str, words: str) -> None:
    assert bare(text) == words
    assert bare(words) == words
