"""What the caller says over the last lines of a call: what protects them counts until only the goodbye is left."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Hangup, Speak, StopSpeaking
from flowengine.conversation.events import (
    CallerPressed,
    CallerSaid,
    EndRequested,
    Reached,
    SpeechCut,
    SpeechHeard,
    TimerFired,
)
from flowengine.conversation.honouring import SUPPRESSED
from flowengine.graph.compile import compile_text
from tests.conversation.talk import HEAD, Talk, compiled

LINES = ["The first of it.", "The second of it.", "Goodbye."]
PITCH = """
policy rules
  never pitch after refuse

state start
  say "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."
  say "Shall I tell you?"
  listen
    agree -> offer
    refuse -> farewell
    silence or otherwise: again

state offer is pitch
  say "The first of it."
  say "The second of it."
  say "Goodbye."
  end good

state farewell
  say "Goodbye then."
  end bad

state taken_off
  say "You are off the list."
  end removed

anywhere
  opt_out -> taken_off
  price -> farewell
  press 9 -> taken_off
  after 8m -> farewell
  robot_question
    say "I am a machine."
    resume
"""


def pitching(flow: str = PITCH) -> Talk:
    """A call in the middle of its last lines: the first has been heard."""
    talk = Talk(compiled(flow), hears=False)
    talk.hear()
    talk.says("yes")
    assert talk.said == LINES
    hears_next(talk)
    return talk


def hears_next(talk: Talk) -> None:
    talk.at += 1
    talk.send(SpeechHeard(talk.at, talk.pending.pop(0)))


def over(talk: Talk, text: str) -> list[str]:
    """Said while the second line had come to its second word."""
    talk.at += 1
    talk.send(CallerSaid(talk.at, text, reached=Reached(talk.order_of("second"), 2)))
    return talk.said


def test_the_end_waits_for_all_but_the_goodbye() -> None:
    talk = pitching()
    speeches = [each for each in talk.commands if isinstance(each, Speak) and each.text in LINES]
    assert not any(each.interruptible for each in speeches)
    assert (talk.outcome, talk.conversation.is_ending) == (None, True)
    hears_next(talk)
    assert (talk.latest[0], talk.outcome) == (Hangup("good"), "good")
    hears_next(talk)
    assert talk.latest == []


def test_an_opt_out_takes_its_way() -> None:
    talk = pitching()
    assert over(talk, "stop calling me") == ["You are off the list."]
    assert talk.did(StopSpeaking)
    assert (talk.suppressed, talk.outcome) == (True, "removed")


def test_what_the_flow_does_not_handle_is_answered_by_the_engine() -> None:
    talk = pitching()
    assert over(talk, "help my husband has collapsed call an ambulance")[0].startswith("I can't call for help")
    assert talk.outcome == "failed"


def test_a_question_is_answered_and_the_rest_is_said() -> None:
    talk = pitching()
    assert over(talk, "are you a robot") == ["I am a machine.", *LINES[1:]]
    hears_next(talk)
    assert talk.outcome is None
    hears_next(talk)
    assert talk.outcome == "good"


@pytest.mark.parametrize("text", ["how much is it", "lovely", "hello?"])
def test_whatever_else_is_said_is_kept_and_changes_nothing(text: str) -> None:
    talk = pitching()
    assert over(talk, text) == []
    assert not talk.did(StopSpeaking)
    assert (talk.turns("caller")[-1], talk.outcome) == (text, None)
    hears_next(talk)
    assert talk.outcome == "good"


TAKEN_ELSEWHERE = """
intent busy "no time"
  "I'm at work"

intent human_request protective "a person"
  "can I speak to a human"

intent wrong_person "somebody else"
  "wrong person"

slot why: text
  ask "Why do you ask?"
""" + PITCH.replace("  price -> farewell", "  price or busy or human_request or wrong_person -> farewell").replace(
    '  robot_question\n    say "I am a machine."\n    resume', "  robot_question -> explaining"
).replace(
    "anywhere", 'state explaining\n  say "I am a machine."\n  collect why\n    done or failed: resume\n\nanywhere'
)


@pytest.mark.parametrize("text", ["can I speak to a human", "you've got the wrong person", "I'm at work"])
def test_what_asks_for_less_than_was_decided_undoes_nothing(text: str) -> None:
    for flow in (PITCH, TAKEN_ELSEWHERE):
        talk = pitching(flow)
        assert (over(talk, text), talk.turns("caller")[-1]) == ([], text)
        assert not talk.did(StopSpeaking)
        hears_next(talk)
        assert talk.outcome == "good"


@pytest.mark.parametrize("flow", [PITCH, TAKEN_ELSEWHERE])
def test_who_drives_hears_the_goodbye_and_no_more(flow: str) -> None:
    talk = pitching(flow)
    assert over(talk, "I have to go now, I'm driving") == ["Goodbye."]
    assert (talk.outcome, talk.did(StopSpeaking)) == ("good", True)


def test_what_counts_is_heard_beside_what_does_not() -> None:
    talk = pitching(PITCH.replace('  robot_question\n    say "I am a machine."\n    resume\n', ""))
    assert over(talk, "are you a robot? I'm driving")[0].startswith("Yes, I'm")
    assert talk.outcome is None


def test_a_hang_up_in_a_digression_from_the_last_lines_keeps_what_was_decided() -> None:
    talk = pitching(TAKEN_ELSEWHERE)
    assert over(talk, "are you a robot") == ["I am a machine.", "Why do you ask?"]
    assert talk.conversation.state == "explaining"
    talk.hangs_up()
    assert talk.outcome == "good"


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("Goodbye, and remember. Nobody else in Leeds mends a boiler for ten pounds.", "Goodbye."),
        ("Goodbye to cold radiators!", "Goodbye."),
        ("That is all. Have a lovely day!", "Have a lovely day!"),
        ("Thank you for your time, and bye for now.", "Thank you for your time, and bye for now."),
    ],
)
def test_the_goodbye_said_in_place_of_a_pitch_is_no_part_of_it(last: str, said: str) -> None:
    assert over(pitching_to(last), "not interested") == [said]


def pitching_to(last: str) -> Talk:
    talk = Talk(compiled(PITCH.replace(LINES[-1], last)), hears=False)
    talk.hear()
    talk.says("yes")
    hears_next(talk)
    return talk


def ending(lines: str, head: str = "") -> Talk:
    """A call in the first of its last lines."""
    talk = Talk(compiled(f"{head}\nstate start{lines}\n  end good\n\nanywhere\n  opt_out: end removed"), hears=False)
    assert talk.outcome is None
    return talk


def test_a_pitch_is_refused_to_its_end_however_short_it_is() -> None:
    short = '\n  say "Ten pounds a month, and nobody does it for less. Goodbye."\n  end good'
    refused, heard, agreed = (
        Talk(
            compiled(PITCH.replace("".join(f'\n  say "{each}"' for each in LINES) + "\n  end good", lines)), hears=False
        )
        for lines in (short, short, '\n  say "Goodbye, Mrs Miller."\n  end good')
    )
    for talk in (refused, heard, agreed):
        talk.hear()
        talk.says("yes")
    assert (refused.outcome, refused.says("not interested"), refused.understood.intent) == (
        None,
        ["Goodbye."],
        "refuse",
    )
    hears_next(heard)
    assert (heard.outcome, agreed.outcome) == ("good", "good")


@pytest.mark.parametrize("wait", ["wait 12s", 'keys "1ww2"'])
def test_a_pause_and_keys_are_more_than_a_goodbye(wait: str) -> None:
    talk = ending(f'\n  say "One moment."\n  {wait}')
    talk.says("stop calling me")
    assert (talk.outcome, talk.suppressed) == ("removed", True)
    silent = ending(f'\n  say "One moment."\n  {wait}')
    silent.hear()
    assert silent.outcome == "good"


CUTTABLE = "\n".join(f'line {name} barge-in always\n  "The {name} line."' for name in ("first", "second", "third"))


@pytest.mark.parametrize("noise", ["", "mm", "mm-hm", "um", "right, yes"])
def test_a_noise_cuts_nothing_of_lines_that_words_end(noise: str) -> None:
    talk = ending("\n  say first\n  say second\n  say third", CUTTABLE)
    hears_next(talk)
    reached = Reached(talk.order_of("second"), 1)
    cut(talk, "The")
    talk.send(CallerSaid(talk.at, noise, reached=reached))
    assert (talk.said, talk.outcome) == (["The second line.", "The third line."], None)
    hears_next(talk)
    assert talk.outcome == "good"
    words = ending("\n  say first\n  say second\n  say third", CUTTABLE)
    words.send(CallerSaid(words.at, "that is nice", reached=Reached(words.order_of("first"), 1)))
    assert (words.said, words.did(StopSpeaking), words.outcome) == ([], True, "good")


def cut(talk: Talk, heard: str) -> None:
    """The voice has been stopped so far into what it was saying."""
    for speech_id in talk.pending[:]:
        talk.send(SpeechCut(talk.at, speech_id, heard))
        heard = ""
    talk.pending.clear()


def test_a_refusal_of_what_is_being_said_ends_it() -> None:
    talk = pitching()
    assert over(talk, "not interested") == ["Goodbye."]
    assert (talk.understood.intent, talk.outcome) == ("refuse", "good")
    declining = pitching(PITCH.replace("policy rules\n", "outcome declined\n\npolicy rules\n", 1))
    assert over(declining, "not interested") == ["Goodbye."]
    assert declining.outcome == "declined"


def test_an_opt_out_cut_in_two_is_one() -> None:
    talk = pitching()
    assert over(talk, "please never") == []
    assert over(talk, "call this number again") == ["You are off the list."]
    assert talk.turns("caller")[-2:] == ["please never", "call this number again"]


@pytest.mark.parametrize(("turn", "is_one"), [("no don't", True), ("no", False), ("no thanks", False)])
def test_an_opt_out_begun_in_the_turn_before_the_goodbye_is_one(turn: str, is_one: bool) -> None:
    talk = Talk(compiled(PITCH.replace("    silence or otherwise: again", "    silence or otherwise -> farewell")))
    talk.hears = False
    talk.says(turn)
    assert talk.outcome == "bad"
    assert talk.says("call me again") == ([SUPPRESSED] if is_one else [])
    assert (talk.suppressed, talk.outcome) == (is_one, "bad")


def test_an_opt_out_over_the_goodbye_is_confirmed_once() -> None:
    talk = pitching()
    hears_next(talk)
    assert talk.says("stop calling me") == [SUPPRESSED]
    assert talk.did(StopSpeaking)
    assert talk.says("never ring me again") == []
    assert talk.outcome == "good"


def test_an_opt_out_after_the_goodbye_is_confirmed_while_a_caller_is_there() -> None:
    talk = pitching()
    hears_next(talk)
    hears_next(talk)
    assert (talk.outcome, talk.pending) == ("good", [])
    assert talk.says("stop calling me") == [SUPPRESSED]
    gone = pitching()
    hears_next(gone)
    gone.hangs_up()
    assert gone.says("stop calling me") == []
    assert gone.suppressed


@pytest.mark.parametrize(("text", "is_half"), [("please never", True), ("no don't", True), ("bye", False)])
def test_the_rest_of_what_is_begun_over_the_goodbye_is_awaited(text: str, is_half: bool) -> None:
    talk = pitching()
    hears_next(talk)
    talk.says(text)
    hears_next(talk)
    assert talk.conversation.awaits_more == is_half
    assert talk.says("call this number again") == ([SUPPRESSED] if is_half else [])
    assert not talk.conversation.awaits_more


def test_a_key_that_anywhere_listens_for_is_taken_and_no_other() -> None:
    talk = pitching()
    talk.send(CallerPressed(talk.at, "5"))
    assert (talk.latest, talk.outcome) == ([], None)
    assert talk.presses("9") == ["You are off the list."]
    assert talk.outcome == "removed"


def test_a_hang_up_a_limit_and_an_end_from_outside_keep_what_was_decided() -> None:
    gone = pitching()
    gone.hangs_up()
    assert gone.outcome == "good"
    late = pitching()
    late.send(TimerFired(480.0, "after-480"))
    assert (late.outcome, late.said, late.did(StopSpeaking)) == ("good", [], False)
    stopped = pitching()
    stopped.send(EndRequested(stopped.at, "service stopping", "Goodbye now."))
    assert (stopped.outcome, stopped.said, stopped.did(StopSpeaking)) == ("good", ["Goodbye now."], True)
    named = pitching()
    named.send(EndRequested(named.at, "an operator", outcome="bad"))
    assert named.outcome == "bad"


def test_ends_are_held_back_three_times_at_most() -> None:
    again = PITCH.replace('say "You are off the list."', 'say "You are off."\n  say "The second of that."')
    talk = pitching(again)
    assert [over(talk, "stop calling me")[:1] for _ in range(3)] == [["You are off."]] * 3
    assert talk.outcome == "removed"


def test_lines_that_nobody_has_cut_with_words_are_not_waited_for() -> None:
    talk = pitching()
    for speech_id in talk.pending[:]:
        talk.send(SpeechCut(talk.at, speech_id, ""))
    assert talk.outcome is None
    talk.waits()
    assert talk.outcome == "good"


def test_a_long_goodbye_is_none_until_it_was_heard() -> None:
    words = " ".join(["word"] * 31)
    talk = Talk(compiled(f'state start\n  say "{words}"\n  end good'), hears=False)
    assert talk.outcome is None
    hears_next(talk)
    assert talk.outcome == "good"


def test_a_policy_is_proved_over_the_last_lines_too() -> None:
    flow = f"""{HEAD}
intent opt_out protective "no more calls"
  "stop calling me"

policy rules
  require said(notice) before told

line notice
  "This is the notice."

state start
  say "One."
  say "Two. Goodbye."
  end good

state told
  say "Told."
  end removed

anywhere
  opt_out -> told
"""
    late = compile_text(flow)
    assert [each.name for each in late.errors] == ["policy-broken"]
    short = compile_text(flow.replace('  say "One."\n', ""))
    assert [each.name for each in short.errors] == []
