"""How a caller feels is read off the words, may be asked for by a flow, and stands in the record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.conversation.commands import Understood
from flowengine.conversation.feeling_phrases import PHRASES
from flowengine.conversation.feeling_words import WORDS
from flowengine.conversation.record import command_from_json, command_to_json
from flowengine.conversation.sentiment import FELT, moved, sentiment
from flowengine.words.normalise import normalise
from tests.conversation.talk import Talk, compiled
from tests.conversation.test_secrets import PIN

CROSS = """
state start
  say "Well?"
  listen
    agree: end good
    otherwise: again "Go on."
    otherwise 2 -> next

state next
  if mood < -0.5 -> apology
  say "All fine, {{ sentiment }}."
  end good

state apology
  say "I'm sorry to hear that."
  end good
"""


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("brilliant", "not bad"),
        ("not bad", "it's okay"),
        ("it's okay", "I'm a bit disappointed"),
        ("I'm a bit disappointed", "I'm really disappointed"),
        ("I'm disappointed", "bloody useless"),
        ("I'm happy", "I'm not happy"),
        ("it works", "it doesn't work"),
        ("it's dear but I love it", "I love it but it's too dear"),
        ("oh brilliant, thanks", "oh brilliant, it's broken again"),
        ("what happens if I'm not happy", "I'm not happy"),
        ("no that's lovely", "that's not lovely"),
        ("it's never been better", "it's never been good"),
        ("yeah, right, brilliant", "yeah right, brilliant"),
        ("I'm not angry or disappointed", "I'm not angry just disappointed"),
        ("don't bother, I'll ring again", "don't you ever bother us again"),
        ("nobody else lives here", "nobody told me"),
    ],
)
def test_one_turn_is_friendlier_than_another(more: str, less: str) -> None:
    assert sentiment(more) > sentiment(less)


@pytest.mark.parametrize(
    "text",
    ["", "um", "yes", "no thanks", "thank you", "sorry", "good morning", "wrong number", "I'm not interested", "•••"],
)
def test_politeness_and_plain_answers_are_no_feeling(text: str) -> None:
    assert sentiment(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "bloody useless",
        "I'm not happy",
        "you're having a laugh",
        "don't you patronise me",
        "not another penny from me",
        "brilliant, it's broken again",
        "great, another hour of waiting",
    ],
)
def test_displeasure_shows(text: str) -> None:
    assert sentiment(text) <= -FELT


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz '.,!?•1", max_size=200) | st.lists(st.sampled_from(
    ["not", "no", "never", "but", "if", "brilliant", "useless", "very", "is", "again", "what", "a", "joke", "nobody"]
), max_size=12).map(" ".join))  # fmt: skip
def test_any_text_has_a_sentiment_within_bounds_and_always_the_same(text: str) -> None:
    felt = sentiment(text)
    assert -1 <= felt <= 1
    assert sentiment(text) == felt


def test_words_and_phrases_are_written_as_they_are_heard() -> None:
    """One that no utterance could hold would never be found."""
    phrases = [phrase for begun in PHRASES.values() for phrase, _ in begun]
    for words in (*phrases, *((word,) for word in WORDS)):
        assert normalise(f"then {' '.join(words)}").words == ("then", *words)
    assert len(set(phrases)) == len(phrases)


def test_the_mood_follows_and_calms_down() -> None:
    cross = moved(moved(0.0, -0.8), -0.8)
    assert cross < -0.5
    calmer = moved(cross, 0.0)
    assert cross < calmer < 0
    assert moved(cross, 0.9) > calmer


def test_a_flow_asks_for_the_mood() -> None:
    flow = compiled(CROSS)
    cross, calm = Talk(flow), Talk(flow)
    cross.says("this is bloody ridiculous")
    assert cross.says("that is an awful lot of nonsense") == ["I'm sorry to hear that."]
    calm.says("the weather is grey")
    assert calm.says("that was lovely") == ["All fine, 0.71."]


def taken(talk: Talk) -> list[float | None]:
    return [each.sentiment for each in talk.commands if isinstance(each, Understood)]


def test_the_record_has_the_sentiment_of_each_turn_but_of_hidden_ones() -> None:
    talk = Talk(compiled(CROSS))
    talk.says("it is a nightmare")
    assert taken(talk) == [sentiment("it is a nightmare")]
    secret = Talk(PIN)
    secret.says("one two bloody three four")
    assert taken(secret) == [None]


def test_an_older_record_is_read_without_a_sentiment() -> None:
    written = command_to_json(Understood("yes", "agree", 1.0, "phrase", (), 0.2))
    assert command_from_json(written) == Understood("yes", "agree", 1.0, "phrase", (), 0.2)
    del written["sentiment"]
    assert command_from_json(written) == Understood("yes", "agree", 1.0, "phrase")
