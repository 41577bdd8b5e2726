"""Policies while a call runs: what must be heard is heard, whatever comes in between."""

from __future__ import annotations

from flowengine.conversation.commands import Entered, Speak, StopSpeaking
from flowengine.conversation.events import CallerSaid, EndRequested, SpeechCut, SpeechHeard
from tests.conversation.talk import Talk

FLOW = """
line identity "This is Amy, an automated assistant calling for Hearth & Home."

policy careful
  require heard(identity) before pitch

state start
  guard uk_outbound
    allowed -> greeting
    refused: end bad

state greeting
  say identity
  say "Have you a minute?"
  listen
    agree -> offer
    silence or otherwise: end bad

state offer is pitch
  say "Shall I book it?"
  listen
    agree: end good
    silence or otherwise: end bad

state removed
  say "I've taken you off our list. Goodbye."
  end removed

anywhere
  opt_out -> removed
  robot_question
    say "Yes, I'm an automated assistant."
    resume
"""

AT_ONCE = FLOW.replace(
    '  say "Have you a minute?"\n  listen\n    agree -> offer\n    silence or otherwise: end bad\n', "  -> offer\n"
)


def spoken(talk: Talk) -> list[tuple[str, str]]:
    """What was asked to be said: ids and the first word."""
    return [(each.speech_id, each.text.split()[0]) for each in talk.commands if isinstance(each, Speak)]


def test_what_must_be_heard_is_not_interrupted() -> None:
    talk = Talk(FLOW, hears=False)
    talk.says("yes")
    assert talk.state == "greeting"
    talk.hear()
    assert talk.state == "offer"  # the words waited for the line's end, and were not lost


def test_a_move_waits_until_the_line_was_heard() -> None:
    talk = Talk(AT_ONCE, hears=False)
    assert talk.entered == ["start", "greeting"]
    talk.send(SpeechHeard(3.0, talk.pending.pop()))
    assert talk.entered == ["start", "greeting", "offer"]
    assert talk.said == ["Shall I book it?"]


def test_a_line_cut_by_a_protective_question_is_said_again_before_the_move() -> None:
    talk = Talk(AT_ONCE, hears=False)
    talk.says("are you a robot")
    assert any(isinstance(each, StopSpeaking) for each in talk.latest)
    assert [word for _, word in spoken(talk)] == ["This", "Yes,", "This"]
    assert talk.state == "greeting"
    talk.hear()
    assert talk.state == "offer"


def test_an_opt_out_does_not_wait() -> None:
    talk = Talk(AT_ONCE, hears=False)
    talk.says("stop calling me")
    assert talk.outcome == "removed"
    assert "offer" not in talk.entered


def test_a_line_that_is_cut_for_no_reason_is_said_again_a_few_times_only() -> None:
    talk = Talk(AT_ONCE, hears=False)
    for number in range(3):
        talk.send(SpeechCut(1.0 + number, talk.pending.pop(0), "This is"))
        assert [word for _, word in spoken(talk)] == ["This"] * (number + 2)
    talk.send(SpeechCut(9.0, talk.pending.pop(0), ""))
    assert talk.outcome == "failed"
    assert "offer" not in talk.entered


def test_nobody_outside_can_end_a_call_with_an_outcome_that_a_policy_forbids() -> None:
    flow = FLOW.replace("  require heard(identity) before pitch\n", "  require agree before good\n")
    talk = Talk(flow)
    talk.send(EndRequested(2.0, "operator", None, "good"))
    assert talk.outcome == "failed"


def test_an_outcome_waits_for_its_line_as_well() -> None:
    flow = (
        AT_ONCE.replace("before pitch", "before good")
        .replace("state offer is pitch", "state offer")
        .replace("  say identity\n  -> offer", "  -> offer")
    )
    talk = Talk(flow.replace("    agree: end good\n", "    agree\n      say identity\n      end good\n"), hears=False)
    talk.hear()
    talk.send(CallerSaid(5.0, "yes"))
    assert not talk.conversation.finished
    talk.hear()
    assert talk.outcome == "good"
    assert not any(isinstance(each, Entered) for each in talk.latest)
