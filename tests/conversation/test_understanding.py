"""What the caller meant: phrases, patterns, negation, protection, and what it costs."""

from __future__ import annotations

import pytest

from flowengine.conversation.understanding import MOST_WINDOWS, Matcher
from flowengine.graph.model import Intent
from flowengine.graph.patterns import LONGEST_MATCHED
from flowengine.language.source import Span
from flowengine.words.windows import OVERLAP, windows

HERE = Span("test.flow", 1, 1, 1, 1)


def intent(name: str, *phrases: str, patterns: tuple[str, ...] = (), protective: bool = False) -> Intent:
    return Intent(name, None, phrases, patterns, protective, HERE)


INTENTS = {
    each.name: each
    for each in (
        intent("agree", "please do", "yes", "yes please", "that's right", "speaking", "go on then", "go ahead", "sure"),
        intent("refuse", "no", "no thanks", "not interested", "I don't want it"),
        intent("price", "how much is it", "what does it cost", patterns=("how much .* (month|year)",)),
        intent("busy", "I'm driving", "I'm busy", "it's a bad time", "call me back later", "in a meeting"),
        intent("wrong_person", "wrong number", "you've got the wrong person", "there's no one of that name"),
        intent("interested", "interested", "tell me more"),
        intent(
            "opt_out",
            "stop calling me",
            "stop",
            "take me off your list",
            "don't call me again",
            "remove my number",
            protective=True,
        ),
        intent("robot_question", "are you a robot", "is this a robot", "am I talking to a machine", protective=True),
        intent("complaint", "I want to complain", "make a complaint", protective=True),
    )
}
MATCHER = Matcher(INTENTS)
UNDERSTOOD = [
    ("yes", "agree"),
    ("Yeah.", "agree"),
    ("Yep, speaking!", "agree"),
    ("um, yes, er, please", "agree"),
    ("That is right", "agree"),
    ("thats right", "agree"),
    ("well, go on then", "agree"),
    ("no, thanks, not interested", "refuse"),
    ("I'm not interested", "refuse"),
    ("I am really not interested", "refuse"),
    ("nope", "refuse"),
    ("So how much is it?", "price"),
    ("and how much is it then", "price"),
    ("what does it cost exactly", "price"),
    ("how much would that be a month", "price"),
    ("yes, but how much is it", "price"),
    ("sorry I'm driving", "busy"),
    ("I'm I'm driving at the moment", "busy"),
    ("i am driveing", "busy"),
    ("I'm in a meeting right now", "busy"),
    ("you have got the wrong person", "wrong_person"),
    ("you've got the wrong persn", "wrong_person"),
    ("tell me more", "interested"),
    ("stop calling me", "opt_out"),
    ("please stop calling me, I mean it", "opt_out"),
    ("I don't want to, stop calling me", "opt_out"),
    ("I don't care stop calling me", "opt_out"),
    ("why don't you stop calling me", "opt_out"),
    ("can't you take me off your list", "opt_out"),
    ("can you take me off the list please", "opt_out"),
    ("yes yes but take me off your list", "opt_out"),
    ("yes yes but take me off the list", "opt_out"),
    ("no thanks, and take me of your list", "opt_out"),
    ("do not call me again", "opt_out"),
    ("STOP", "opt_out"),
    ("take me of your list", "opt_out"),
    ("stop calin me", "opt_out"),
    ("stopp calling me", "opt_out"),
    ("just remove my number from your system", "opt_out"),
    ("hang on, are you a robot", "robot_question"),
    ("yes but I want to make a complaint", "complaint"),
    ("don't stop, carry on", None),
    ("I don't want you to stop", None),
    ("I never said stop", None),
    ("I'm not driving", None),
    ("the weather is lovely today", None),
    ("please do not", None),
    ("please do, not that I mind", "agree"),
    ("take me to your leader", None),
    ("um", None),
    ("", None),
]


@pytest.mark.parametrize(("said", "expected"), UNDERSTOOD)
def test_the_best_candidate(said: str, expected: str | None) -> None:
    candidates = MATCHER.understand(said, INTENTS)
    assert (candidates[0].intent if candidates else None) == expected


def test_only_live_intents_are_considered() -> None:
    assert MATCHER.understand("yes", ["refuse"]) == ()


def test_a_phrase_alone_is_certain_and_less_of_the_utterance_is_less() -> None:
    whole = MATCHER.understand("how much is it", INTENTS)[0]
    part = MATCHER.understand("could you tell my wife how much is it", INTENTS)[0]
    assert (whole.score, whole.tier) == (1.0, "phrase")
    assert 0.6 <= part.score < 0.9


def test_a_pattern_says_so() -> None:
    assert MATCHER.understand("how much is that per year", INTENTS)[0].tier == "pattern"


def test_protective_intents_come_first() -> None:
    candidates = MATCHER.understand("yes please go ahead and stop calling me", INTENTS)
    assert (candidates[0].intent, candidates[0].tier) == ("opt_out", "protective")


def test_equal_words_give_equal_scores() -> None:
    first, second = MATCHER.understand("yes no", INTENTS)[:2]
    assert {first.intent, second.intent} == {"agree", "refuse"}
    assert abs(first.score - second.score) < 0.03


@pytest.mark.parametrize(
    "said", ["call me um on monday", "call me, on monday", "call me — er — on monday", "call me... on monday"]
)
def test_a_pattern_that_looks_ahead_sees_past_what_the_writing_adds(said: str) -> None:
    matcher = Matcher({"stop": intent("stop", patterns=(r"call me\b(?! on)",))})
    assert matcher.understand(said, {"stop"}) == ()


def test_a_pattern_may_still_name_what_the_writing_keeps() -> None:
    matcher = Matcher({"costly": intent("costly", patterns=(r"£\d+,\d{3}\b", r"can't pay"))})
    assert matcher.understand("er, that's £12,500", {"costly"}) != ()
    assert matcher.understand("I can't, um, pay", {"costly"}) != ()


RANT = "The weather in this town has been a trial to everybody and the garden is a mess. "


@pytest.mark.parametrize("repeated", [8, 60, 1200])
def test_what_protects_is_found_at_the_end_of_a_long_turn(repeated: int) -> None:
    candidates = MATCHER.understand(RANT * repeated + "Take me off your list.", INTENTS)
    assert [each.intent for each in candidates] == ["opt_out"]
    assert MATCHER.understand(RANT * repeated, INTENTS) == ()


def test_the_end_of_a_long_turn_is_no_plain_answer() -> None:
    """What else is meant is read from its beginning, as ever: a "sure" in the twentieth sentence is none."""
    assert MATCHER.understand(RANT * 20 + "Sure, go ahead.", INTENTS) == ()


@pytest.mark.parametrize(
    "text", [RANT * 50, "word " * 900, "x" * 4000, RANT * 2000], ids=["said", "bare", "one", "long"]
)
def test_windows_hold_all_of_a_text_and_are_few(text: str) -> None:
    parts = list(windows(text, LONGEST_MATCHED, MOST_WINDOWS))
    assert max(map(len, parts)) <= LONGEST_MATCHED
    assert len(parts) <= 2 * MOST_WINDOWS + 2
    assert text.startswith(parts[0])
    assert text.endswith(parts[-1])


def test_a_request_across_a_cut_is_whole_in_one_window() -> None:
    said = " don't call me again "
    assert len(said) < OVERLAP
    for place in range(200, 1500, 7):
        text = ("word " * 400)[:place] + said + "word " * 300
        assert any(said.strip() in part for part in windows(text, LONGEST_MATCHED, MOST_WINDOWS)), place
