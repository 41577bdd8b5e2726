"""`barge-in`: which speech the caller may cut short, and when that is decided."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Speak, StopSpeaking
from flowengine.conversation.events import CallerPressed, EndRequested, SpeechHeard
from flowengine.conversation.record import command_from_json, command_to_json
from tests.conversation.talk import HEAD, Talk, compiled

STATES = """
state goodbye
  say "Goodbye."
  end good

anywhere
  robot_question
    say "Yes, I am."
    resume
  opt_out: end removed
"""


def flow(line: str = "", state: str = "", header: str = "", policy: str = "") -> str:
    """A text with a line and a state that say when they may be cut short. `header` stands in `HEAD`."""
    return f"""
line terms {line} "It runs for a year."
{policy}
state start
  {state or 'note "no barge-in"'}
  say terms
  say "Shall I go on?"
  listen
    agree -> next
    refuse: end bad
    silence: again

state next is offer
  say "Right then."
  listen
    agree -> goodbye
    silence or otherwise -> goodbye
{STATES}"""


def with_header(mode: str, body: str) -> Talk:
    head = HEAD.replace('  agent "Amy"', f'  barge-in {mode}\n  agent "Amy"')
    return Talk(compiled(body, head=head), hears=False)


def spoken(talk: Talk) -> dict[str, Speak]:
    return {each.text: each for each in talk.commands if isinstance(each, Speak)}


@pytest.mark.parametrize(
    ("header", "state", "line", "terms", "question"),
    [
        ("always", "", "", True, True),
        ("never", "", "", False, False),
        ("never", "barge-in always", "", True, True),
        ("always", "barge-in never", "", False, False),
        ("never", "", "barge-in always", True, False),
        ("always", "barge-in never", "barge-in always", True, False),
        ("always", "", "barge-in never", False, True),
        ("never", "barge-in always", "barge-in never", False, True),
    ],
)
def test_the_nearest_says_whether_speech_may_be_cut_short(
    header: str, state: str, line: str, terms: bool, question: bool
) -> None:
    talk = with_header(header, flow(line, state))
    said = spoken(talk)
    assert said["It runs for a year."].interruptible is terms
    assert said["Shall I go on?"].interruptible is question


def test_without_a_word_about_it_everything_may_be_cut_short() -> None:
    assert all(each.may_be_cut(()) for each in spoken(Talk(flow(), hears=False)).values())


def test_what_is_said_over_a_firm_line_is_taken_when_it_was_heard() -> None:
    talk = Talk(flow("barge-in never"), hears=False)
    assert talk.says("no") == []
    assert not talk.did(StopSpeaking)
    talk.send(SpeechHeard(3.0, talk.pending[0]))
    assert talk.outcome == "bad"


def test_all_that_is_said_over_one_line_is_one_turn() -> None:
    talk = Talk(flow("barge-in never"), hears=False)
    talk.says("yes", "yes please")
    talk.send(SpeechHeard(3.0, talk.pending[0]))
    # The second does not answer what is asked next.
    assert talk.state == "next"
    assert talk.turns("caller") == ["yes yes please"]


def test_words_that_protect_only_together_cut_it_short() -> None:
    talk = Talk(flow("barge-in never"), hears=False)
    talk.says("please don't")
    assert not talk.did(StopSpeaking)
    talk.says("call me again")
    assert talk.did(StopSpeaking)
    assert talk.outcome == "removed"
    assert talk.turns("caller") == ["please don't call me again"]


def test_a_key_waits_as_words_do() -> None:
    body = flow("barge-in never").replace("    agree -> next\n", "    agree or press 1 -> next\n", 1)
    talk = Talk(body, hears=False)
    talk.send(CallerPressed(1.0, "1"))
    assert talk.state == "start"
    talk.send(SpeechHeard(3.0, talk.pending[0]))
    assert talk.state == "next"


def test_a_firm_line_that_waits_behind_another_holds_that_one_too() -> None:
    body = flow("barge-in never").replace("  say terms\n", '  say "First of all."\n  say terms\n')
    talk = Talk(body, hears=False)
    assert talk.says("no") == []
    assert not talk.did(StopSpeaking)


@pytest.mark.parametrize("text", ["stop calling me", "take me off your list"])
def test_what_protects_the_caller_cuts_short_what_never_may_be(text: str) -> None:
    talk = with_header("never", flow("barge-in never", "barge-in never"))
    talk.says(text)
    assert talk.did(StopSpeaking)
    assert talk.outcome == "removed"


def test_in_a_state_that_may_not_be_interrupted_so_is_each_kind_of_speech() -> None:
    body = """
slot name: text
  ask "What is your name?"
  again "Sorry, your name?"

state start
  barge-in never
  collect name
    done or failed -> goodbye
"""
    talk = Talk(body + STATES, hears=False)
    for speech_id in talk.pending:
        talk.send(SpeechHeard(2.0, speech_id))
    talk.waits()
    speeches = [each for each in talk.commands if isinstance(each, Speak)]
    assert [each.text for each in speeches] == ["What is your name?", "Sorry, your name?"]
    assert not any(each.interruptible for each in speeches)


def test_what_a_state_says_in_a_branch_is_said_in_that_state() -> None:
    body = flow(state="barge-in never").replace(
        "    agree -> next\n", '    agree\n      say "Good."\n      -> next\n', 1
    )
    talk = Talk(body)
    talk.says("yes")
    said = spoken(talk)
    assert not said["Good."].interruptible
    assert said["Right then."].interruptible


AFTER = flow("barge-in after identity").replace(
    "state start\n", 'line identity "This is Amy."\n\nstate start\n  say identity\n', 1
)


def test_after_a_line_is_decided_by_what_was_heard_at_the_moment() -> None:
    talk = Talk(AFTER, hears=False)
    talk.says("no")
    assert not talk.did(StopSpeaking)
    first, second, third = talk.pending
    talk.pending = [second, third]
    talk.send(SpeechHeard(2.0, first))
    assert talk.did(StopSpeaking)
    assert talk.outcome == "bad"


def test_after_a_line_that_was_heard_before_it_is_ordinary_speech() -> None:
    talk = Talk(AFTER, hears=False)
    orders = spoken(talk)
    assert orders["It runs for a year."].after == "identity"
    assert orders["It runs for a year."].may_be_cut({"identity"})
    again = AFTER.replace("  say identity\n", '  say identity\n  say "Well then."\n  listen\n    agree -> more\n', 1)
    again = again.replace(
        "    agree -> more\n", "    agree -> more\n    silence or otherwise -> more\n\nstate more\n", 1
    )
    later = Talk(again)
    later.says("yes")
    assert spoken(later)["It runs for a year."].after is None


def test_a_line_after_itself_is_heard_once_and_then_as_the_caller_likes() -> None:
    body = flow("barge-in after terms").replace("    silence: again\n", "    silence: -> start\n", 1)
    talk = Talk(body, hears=False)
    assert not spoken(talk)["It runs for a year."].may_be_cut(talk.conversation.heard_lines)
    talk.hear()
    assert spoken(talk)["It runs for a year."].may_be_cut(talk.conversation.heard_lines)


POLICY = """
policy fair
  require heard(terms) before offer
"""


@pytest.mark.parametrize("state", ["", "barge-in always"])
def test_a_line_that_a_policy_requires_is_firm_whatever_its_state_says(state: str) -> None:
    talk = with_header("always", flow(state=state, policy=POLICY))
    assert not spoken(talk)["It runs for a year."].interruptible


def test_the_line_itself_may_say_otherwise_and_the_promise_is_kept() -> None:
    talk = Talk(flow("barge-in always", policy=POLICY), hears=False)
    talk.says("yes")
    assert talk.did(StopSpeaking)
    assert talk.state == "start"
    assert talk.said == ["It runs for a year."]
    talk.hear()
    assert talk.state == "next"


FAREWELL = """
line farewell {mode} "Thank you, goodbye."

state start
  say "Well?"
  listen
    agree -> leave
    silence or otherwise -> leave

state leave
  barge-in always
  say farewell
  end good
"""


@pytest.mark.parametrize(("mode", "firm"), [("", True), ("barge-in never", True), ("barge-in always", False)])
def test_a_farewell_is_firm_unless_its_own_line_says_otherwise(mode: str, firm: bool) -> None:
    talk = Talk(FAREWELL.format(mode=mode) + STATES.replace("-> goodbye", ""), hears=False)
    talk.hear()
    talk.says("yes")
    talk.says("oh and one more thing")
    assert talk.did(StopSpeaking) is not firm
    assert talk.turns("caller")[-1] == "oh and one more thing"


def test_what_ends_a_call_from_outside_is_firm_in_any_state() -> None:
    talk = with_header("always", flow(state="barge-in always"))
    talk.send(EndRequested(1.0, "a test", "We have to stop here."))
    assert not spoken(talk)["We have to stop here."].interruptible


def test_a_record_from_before_is_the_same_call_still() -> None:
    assert command_to_json(Speak("u1", ("Hello.",))) == {
        "kind": "Speak",
        "speech_id": "u1",
        "sentences": ("Hello.",),
        "line": None,
        "interruptible": True,
    }


def test_a_record_keeps_the_line_that_has_to_be_heard_first() -> None:
    speech = Speak("u1", ("Hello.",), "terms", after="identity")
    assert command_from_json(command_to_json(speech)) == speech
