"""Which words belong to what was said just before them, and which of those take it back."""

from __future__ import annotations

import pytest

from flowengine.conversation.afterthoughts import agreed, as_one, correction, goes_on, in_short, opposes
from flowengine.conversation.answers import is_assent, yes_or_no
from flowengine.graph.model import Intent
from tests.conversation.talk import compiled

TAKES_A_YES_BACK = """
no
nope
nah
no no no
sorry no
oh no
oh, no sorry
actually no
no wait
wait, no
hang on, no
I mean no
no thanks
no thank you I changed my mind
no I don't
no not today
no, in the morning
but no
well, no
er no
not really
not yet
I don't think so
""".strip().splitlines()

TAKES_A_NO_BACK = """
oh yes
oh yes please
oh go on then
actually yes
I mean yes
sorry, yes
no wait, yes
no, sorry, yes
hang on, yes
but yes
""".strip().splitlines()

TAKES_NOTHING_BACK = """
no problem
no, no problem
no worries
yes no worries
no, go ahead
no, yes
no that's fine
no I don't mind
no idea
no heating at all
never had one
never mind
not today
but not today
hello
in the morning
how much is it
""".strip().splitlines()


@pytest.mark.parametrize("said", TAKES_A_YES_BACK)
def test_a_no_takes_back_a_yes(said: str) -> None:
    assert opposes(True, said)
    assert not opposes(False, said)
    assert not opposes(None, said)


@pytest.mark.parametrize("said", TAKES_A_NO_BACK)
def test_a_change_of_mind_takes_back_a_no(said: str) -> None:
    assert opposes(False, said)
    assert not opposes(True, said)


@pytest.mark.parametrize("said", ["yes", "yeah", "yes please", "okay", "oh right", "oh okay", "oh fine", "oh lovely"])
def test_a_refusal_is_not_talked_away_by_a_noise_of_listening(said: str) -> None:
    assert not opposes(False, said)


@pytest.mark.parametrize("said", TAKES_NOTHING_BACK)
def test_words_with_a_no_in_them_that_take_nothing_back(said: str) -> None:
    assert not opposes(True, said)
    assert not opposes(False, said)


@pytest.mark.parametrize("said", ["nope", "nah", "oh no", "um, but not today", "oh and the tap", "I meant the tap"])
def test_words_go_on_behind_a_filler_and_in_all_their_spellings(said: str) -> None:
    assert goes_on(said)


@pytest.mark.parametrize("said", ["no problem", "no worries", "oh", "oh hello", "sorry?", "sorry, what was that"])
def test_words_that_are_said_to_the_agent(said: str) -> None:
    assert not goes_on(said)


@pytest.mark.parametrize(
    ("said", "short"),
    [
        ("no wait", "no"),
        ("sorry, no thanks", "no thanks"),
        ("I mean no", "no"),
        ("no wait, yes please", "yes please"),
        ("oh yes", "yes"),
        ("no I don't", "no I don't"),
        ("but only two", "but only two"),
    ],
)
def test_an_afterthought_in_short(said: str, short: str) -> None:
    assert in_short(said) == short


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("no, eleven", "eleven"),
        ("sorry, Wednesday", "Wednesday"),
        ("oh sorry, make it Wednesday", "Wednesday"),
        ("no, it's Dan Brown", "Dan Brown"),
        ("I mean eleven", "eleven"),
        ("no wait", ""),
        ("eleven", ""),
        ("nothing", ""),
        ("notably eleven", ""),
    ],
)
def test_what_is_said_in_the_place_of_something(said: str, rest: str) -> None:
    assert correction(said) == rest


def test_of_a_yes_and_a_no_the_last_is_meant() -> None:
    assert as_one("yes", "oh no") == "no"
    assert as_one("no", "I mean yes") == "yes"
    assert as_one("yes", "but not today") == "yes but not today"
    assert as_one("Tuesday", "no, Wednesday") == "Tuesday no, Wednesday"


def _intent(*phrases: str) -> Intent:
    quoted = " ".join(f'"{each}"' for each in phrases)
    flow = compiled(f'intent asked "asked"\n  {quoted}\nstate start\n  say "Hello."\n  end good\n', intents="")
    return flow.intents["asked"]


@pytest.mark.parametrize(
    ("phrases", "meant"),
    [(("yes", "sounds tempting"), True), (("not interested", "no thanks"), False), (("yes", "no"), None)],
)
def test_what_a_turn_was_taken_for_says_whether_it_was_a_yes(phrases: tuple[str, ...], meant: bool | None) -> None:
    assert agreed("sounds tempting", _intent(*phrases)) is meant
    assert agreed("no", _intent(*phrases)) is False


def test_a_courtesy_behind_a_yes_is_no_more_than_a_yes() -> None:
    assert is_assent("yes no worries")
    assert is_assent("okay, no problem")
    assert not is_assent("yes no")


def test_firmly_means_that_nothing_else_can_be_heard() -> None:
    assert yes_or_no("fine") is True
    assert yes_or_no("fine", firmly=True) is None
    assert yes_or_no("no heating") is False
    assert yes_or_no("no heating", firmly=True) is None
    assert yes_or_no("no, heating", firmly=True) is False
