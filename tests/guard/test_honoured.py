"""What a caller may always say: opt-outs of the fixed set are all heard, and hardly anything else is taken for one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.compliance import honoured as honoured_module
from flowengine.compliance.honoured import declines, honoured, kinds, opts_out
from flowengine.compliance.protective_examples import EXAMPLES
from flowengine.conversation.understanding import Matcher
from flowengine.words.normalise import normalise
from tests.as_recognised import as_recognised
from tests.flows.test_shipped_flows import shipped
from tests.guard.sets import PARTS, Part, rows

FALSE_STOPS = 0.01
HELD_OUT_MISSED = 7
"""Of 50; the figure is in docs/explanation/compliance.md."""
ASKED = {
    "who's that": "who_are_you",
    "what number are you calling from": "who_are_you",
    "i forgot your name": "who_are_you",
    "why did you call": "who_are_you",
    "why are you calling me": "who_are_you",
    "who told you to call": "who_are_you",
    "put me through to sales": "human_request",
    "who has my details": "my_number",
    "no it's not me": "wrong_person",
}
"""Of what stops no call, what asks for something else that is always honoured, and for what."""
MATCHER = Matcher(shipped("telemarketing").intents)


def _stops(text: str) -> bool:
    """As a call does it: the library's intent, or the floor under it."""
    return opts_out(text) or bool(MATCHER.understand(text, ("opt_out",)))


def test_the_sets_are_as_large_as_was_promised() -> None:
    assert len(rows("opt_outs")) >= 150
    assert len(rows("ordinary")) >= 200
    assert all(len(rows(name, "held_out")) >= 50 for name in ("opt_outs", "ordinary"))


def test_every_opt_out_is_heard_through_a_recogniser() -> None:
    assert [heard for row in rows("opt_outs", "tuned") for heard in as_recognised(row.text) if not _stops(heard)] == []


def test_opt_outs_that_were_never_tuned_with_are_mostly_heard() -> None:
    missed = [row.text for row in rows("opt_outs", "held_out") if not _stops(row.text)]
    assert len(missed) <= HELD_OUT_MISSED, missed


@pytest.mark.parametrize("part", PARTS)
def test_what_callers_usually_say_stops_nothing(part: Part) -> None:
    heard = [each for row in rows("ordinary", part) for each in as_recognised(row.text)]
    stopped = [each for each in heard if _stops(each)]
    assert len(stopped) < FALSE_STOPS * len(heard), stopped


def test_the_floor_alone_hears_what_it_was_made_with() -> None:
    assert [row.text for row in rows("opt_outs", "tuned") if not opts_out(row.text)] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("please stop calling me", "opt_out"),
        ("stop trying to call me", "opt_out"),
        ("will you people quit attempting to ring us", "opt_out"),
        ("stop trying to ring me at work before nine", None),
        ("are you a robot", "robot_question"),
        ("hang on, am I talking to a machine", "robot_question"),
        ("who are you", "who_are_you"),
        ("where did you get my number from", "my_number"),
        ("I want to make a complaint about this", "complaint"),
        ("my husband has just died", "distress"),
        ("I'm only a child", "distress"),
        ("I'm really ill at the moment", "distress"),
        ("call an ambulance", "emergency"),
        ("I can smell gas", "emergency"),
        ("can I speak to a real person please", "human_request"),
        ("I'm not talking to a machine", "human_request"),
        ("you've got the wrong number", "wrong_person"),
        ("please don't record this call", "dont_record"),
        ("sorry I'm driving", "driving"),
        ("don't stop, carry on", None),
        ("I don't want you to stop", None),
        ("I'm driving the price down", "driving"),
        ("no need to call an ambulance", None),
        ("I work in a hospital", None),
        ("I'm not bothered", None),
        ("yes please", None),
        ("how much is it", None),
    ],
)
def test_each_kind_is_known(text: str, kind: str | None) -> None:
    assert honoured(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "I don't want you to stop calling me",
        "I didn't ask you to stop calling",
        "I never told you to stop ringing",
        "please don't take me off the list",
        "I don't want to be taken off your list",
        "why did you stop calling me",
        "don't stop trying to call me",
        "he should stop trying to call himself a plumber",
        "before you stop calling people, ring me",
        "I've no complaints",
        "I can't complain",
        "the battery's dead",
        "I'm dying for a cup of tea",
        "I work in a hospital with cancer patients",
        "is it recorded anywhere on my bill",
        "I need to speak to my wife first",
        "we've got one of those robot hoovers",
        "my computer is broken",
    ],
)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    assert honoured(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("are you a robot, and stop calling me", ("opt_out", "robot_question")),
        ("my husband has died, stop ringing us", ("opt_out", "distress")),
        ("what's your fucking name", ("who_are_you",)),
        ("I'd be ever so grateful if you would kindly, please, just not ring here again", ("opt_out",)),
        ("I can't complain but I want to complain about this call", ("complaint",)),
        ("once again, and for the last time, stop", ("opt_out",)),
    ],
)
def test_all_that_is_asked_for_is_found_through_courtesies_and_curses(text: str, found: tuple[str, ...]) -> None:
    assert kinds(text) == found


@pytest.mark.parametrize(
    "text",
    """
we want to stop missing calls
we need to stop losing calls
I need to stop answering calls myself
can it stop nuisance calls
would it stop people ringing us at night
I want to stop people calling me at weekends
we want to stop our customers calling at night
can you take me off speakerphone
will it remove callers from the list automatically
do you remove people from lists
I'm sick of missing calls
our customers complain a lot
I'm scared it's too expensive
I'm a funeral director
I run a hospice
the place is on fire today, we're that busy
it's an emergency plumber business I run
""".strip().splitlines(),
)
def test_words_about_trade_and_product_are_none(text: str) -> None:
    assert honoured(text) is None
    assert MATCHER.understand(text, ("opt_out", "complaint", "distress", "emergency")) == ()


@pytest.mark.parametrize(
    "text",
    """
I've told your company three times already, no more of these
this had better be the last time I hear from you
can you make sure nobody rings us from your place anymore
block me from your dialler
right that's it I'm blocking this number
do not under any circumstances phone me
I want off
we've told you lot to knock it on the head
if this phone rings from you lot one more time I'm going to the police
please I ask you no call this phone again I not understand
go away and don't come back
stop your bloody robots calling me
stop wasting my time calling
can you stop people ringing me
we want to stop receiving calls from you
I want to stop taking these calls
please stop your people calling me
I need you to stop people from your company calling
stop these nuisance calls
""".strip().splitlines(),
)
def test_opt_outs_in_other_words_are_heard(text: str) -> None:
    assert opts_out(text)


RANT = "I have had the kitchen in bits for weeks and the weather has been no help to anybody in this town at all, "


@pytest.mark.parametrize("repeated", [6, 40, 400])
@pytest.mark.parametrize(
    ("end", "kind"), [("please stop calling me", "opt_out"), ("can I speak to a real person", "human_request")]
)
def test_the_end_of_a_long_turn_is_heard(repeated: int, end: str, kind: str) -> None:
    assert honoured(RANT * repeated + end) == kind
    assert honoured(RANT * repeated) is None


def test_the_middle_of_a_long_turn_is_heard() -> None:
    assert opts_out(RANT * 50 + "so take me off your list. " + RANT * 50)


@pytest.mark.parametrize("text", ["the house is on fire", "the kitchen's on fire and we're busy getting out"])
def test_a_fire_stays_an_emergency(text: str) -> None:
    assert honoured(text) == "emergency"


@pytest.mark.parametrize("text", ["I'm scared", "I'm scared it's going to happen again", "she's in hospital today"])
def test_distress_stays_distress(text: str) -> None:
    assert honoured(text) == "distress"


def test_the_gaffer_is_a_person() -> None:
    assert honoured("let me speak to your gaffer") == "human_request"


@pytest.mark.parametrize("part", PARTS)
def test_little_else_is_taken_for_one(part: Part) -> None:
    said = [row.text for row in rows("ordinary", part)]
    found = [(text, honoured(text)) for text in said if honoured(text) not in (None, ASKED.get(text))]
    assert len(found) < FALSE_STOPS * len(rows("ordinary", part)) + 1, found


@pytest.mark.parametrize("text", ["no", "no thanks", "I'm not interested", "I don't want it", "not for me, thanks"])
def test_a_refusal_is_one(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize("text", ["yes", "no problem at all", "how much is it", "not sure yet"])
def test_what_is_none_is_none(text: str) -> None:
    assert not declines(text)


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    honoured(text)
    declines(text)


def test_no_rule_is_passed_over_where_it_fits() -> None:
    """The strings that a line of the grammar promises are read from the line, and not from its expression."""
    fitting = 0
    for kind, examples in EXAMPLES.items():
        rules = next(rules for each, rules, _ in honoured_module._RULES if each == kind)
        for example in examples:
            lines = honoured_module._lines(normalise(example))
            padded = f" {lines} ".replace("\n", " \n ")
            for rule in rules:
                if re.search(rule.expression, lines, re.MULTILINE):
                    assert all(any(each in padded for each in strings) for strings in rule.strings()), rule.expression
                    fitting += 1
    assert fitting > 300
