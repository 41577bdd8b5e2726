"""Texts become the pieces that the model was trained on: compared with what the reference tokeniser makes of them."""

from __future__ import annotations

import pytest

from flowengine.adapters.local.word_pieces import LONGEST_PIECES, LONGEST_TEXT, WordPieces, shortened, words

VOCABULARY = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "call", "##ing", "##s", "stop", "me", ",", "2", "##0", "[", "]", "e")


def pieces(text: str) -> str:
    return " ".join(VOCABULARY[number] for number in WordPieces(VOCABULARY).numbers(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Stop calling ME, stop", "[CLS] stop call ##ing me , stop [SEP]"),
        ("calls 20", "[CLS] call ##s 2 ##0 [SEP]"),
        ("\tstop\n\ncalling\x00me ", "[CLS] stop [UNK] [SEP]"),
        ("É è stop", "[CLS] e e stop [SEP]"),
        ("stop unheard", "[CLS] stop [UNK] [SEP]"),
        ("stop " + "call" * 30, "[CLS] stop [UNK] [SEP]"),
        ("[CLS] stop", "[CLS] [ [UNK] ] stop [SEP]"),
        ("", ""),
        (" ,, ", ""),
        ("unheard", ""),
        ("\N{GRINNING FACE}", ""),
    ],
)
def test_a_word_is_cut_into_the_longest_pieces(text: str, found: str) -> None:
    assert pieces(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("don't", ["don", "'", "t"]),
        ("£20.50", ["£20", ".", "50"]),
        ("$5", ["$", "5"]),
        ("naïve café", ["naive", "cafe"]),
        ("你好 stop", ["你", "好", "stop"]),
        ("Strauß — STRASSE", ["strauß", "—", "strasse"]),
        ("soft\N{SOFT HYPHEN}ly", ["softly"]),
        ("no\N{NO-BREAK SPACE}thanks", ["no", "thanks"]),
        ("half\ud800", ["half"]),
    ],
)
def test_words_are_bare_and_marks_stand_alone(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    numbers = WordPieces(VOCABULARY).numbers("me " * 60 + "call " * 100 + "stop " * 60)
    assert len(numbers) == LONGEST_PIECES
    assert (numbers[0], numbers[-1]) == (2, 3)
    assert numbers.count(8) == 60
    assert numbers.count(7) == 60


def test_an_endless_text_is_cut_before_it_is_looked_at() -> None:
    text = shortened("a" * 10_000_000)
    assert len(text) == LONGEST_TEXT + 1
    assert shortened("stop") == "stop"


def test_a_vocabulary_without_marks_is_refused() -> None:
    with pytest.raises(KeyError):
        WordPieces(("stop", "call"))
