"""`keys "…"`: telephone keys that a flow sends."""

from __future__ import annotations

from flowengine.conversation.commands import Command, Listen, Pause, Record, SendKeys, Speak
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerPressed, CallerSaid, Connected, Event, SpeechHeard
from flowengine.conversation.record import command_from_json, command_to_json, hidden
from tests.conversation.talk import TUESDAY, Talk, compiled

FLOW = """
slot pin: digits(4) secret
  ask "Please type in your four digits."

slot reference: text
  ask "What is your reference?"

state start
  say "One moment."
  keys "1ww23#"
  say "There."
  listen
    agree -> typed
    refuse -> told
    price: keys "9"
    silence or otherwise: again

state typed
  collect pin
    done
      set twice = pin ~ pin
      keys "{{ twice }}#"
      end good
    failed: end bad

state told
  collect reference
    done
      keys "{{ reference }}"
      end good
    failed: end bad
"""


def sent(talk: Talk) -> list[SendKeys]:
    return [each for each in talk.latest if isinstance(each, SendKeys)]


def test_keys_are_sent_in_order_with_what_is_said() -> None:
    talk = Talk(FLOW)
    orders = [each for each in talk.commands if isinstance(each, Speak | SendKeys)]
    assert [each.text if isinstance(each, Speak) else each.keys for each in orders] == [
        "One moment.",
        "1ww23#",
        "There.",
    ]


def test_nothing_interrupts_keys() -> None:
    talk = Talk(FLOW, hears=False)
    talk.send(SpeechHeard(0.5, "u1"))
    talk.says("yes")
    assert talk.state == "start"
    talk.send(SpeechHeard(2.0, "u2"))
    assert talk.state == "typed"


def test_a_secret_may_be_sent_and_no_record_shows_it() -> None:
    talk = Talk(FLOW)
    talk.says("yes")
    talk.presses("4711")
    assert sent(talk) == [SendKeys(sent(talk)[0].speech_id, "47114711#", secret=True)]
    kept = command_to_json(sent(talk)[0])
    assert "4711" not in str(kept)
    assert "4711" not in repr(sent(talk)[0])
    assert command_from_json(kept) == SendKeys(sent(talk)[0].speech_id, "•••", secret=True)


def test_a_value_that_is_no_row_of_keys_is_noted_and_not_sent() -> None:
    talk = Talk(FLOW)
    talk.says("no", "AB12")
    assert sent(talk) == []
    assert "keys were not sent: the text holds something else, or too much" in talk.notes
    assert "AB12" not in str(talk.notes)
    assert talk.conversation.outcome == "good"


def test_a_value_of_keys_is_sent() -> None:
    talk = Talk(FLOW)
    talk.says("no", "4711")
    assert [each.keys for each in sent(talk)] == ["4711"]
    assert not sent(talk)[0].secret


RECORDED = """
slot pin: digits(4) secret
  ask "Please type in your four digits."

state start
  say "This call is recorded."
  record start
  collect pin
    done -> sure
    failed: end bad

state sure
  say "Shall I send them?"
  listen
    agree -> sending
    price -> open
    silence or otherwise: again

state sending
  say "One moment."
  keys "{{ pin }}#"
  say "That is done."
  listen
    agree: end good
    silence or otherwise: again

state open
  keys "22#"
  record stop
  keys "{{ pin }}#"
  say "That is done."
  listen
    agree: end good
    silence or otherwise: again
"""


def at_the_question(flow: str = RECORDED) -> Talk:
    """A call that is recorded, and whose caller has typed a secret some time ago."""
    talk = Talk(flow, hears=False)
    talk.hear()
    talk.presses("4711")
    talk.hear()
    assert [each for each in talk.commands if isinstance(each, Record)][-1] == Record(True)
    return talk


def orders(talk: Talk) -> list[bool | str]:
    kept = [each for each in talk.latest if isinstance(each, Record | SendKeys | Pause | Speak)]
    return [each.start if isinstance(each, Record) else type(each).__name__ for each in kept]


def test_a_recording_stops_before_the_keys_of_a_secret_and_goes_on_after_them() -> None:
    talk = at_the_question()
    talk.says("yes")
    assert orders(talk) == ["Speak", False, "Pause", "SendKeys", "Speak"]
    moment, pause, keys, done = talk.pending
    for speech_id in (moment, pause):
        talk.send(SpeechHeard(talk.at + 1, speech_id))
        assert orders(talk) == []
    talk.send(SpeechHeard(talk.at + 2, keys))
    assert orders(talk) == [True]
    talk.send(SpeechHeard(talk.at + 3, done))
    assert orders(talk) == []


def test_other_keys_are_recorded_and_what_the_flow_stops_does_not_begin_again() -> None:
    talk = at_the_question(RECORDED.replace('  keys "22#"\n  record stop\n  keys "{{ pin }}#"', '  keys "22#"'))
    talk.says("how much is it")
    assert orders(talk) == ["SendKeys", "Speak"]
    stopped = at_the_question(
        RECORDED.replace('  keys "{{ pin }}#"\n  say', '  keys "{{ pin }}#"\n  record stop\n  say')
    )
    stopped.says("yes")
    stopped.hear()
    # Off for the keys, and off it stays.
    assert [each for each in stopped.commands if isinstance(each, Record)] == [Record(True), Record(False)]


def test_a_call_that_is_not_recorded_sends_a_secret_at_once() -> None:
    talk = Talk(FLOW, hears=False)
    talk.hear()
    talk.says("yes")
    talk.hear()
    talk.presses("4711")
    assert orders(talk) == ["SendKeys"]


def test_sending_a_secret_replays_from_what_was_hidden() -> None:
    flow = compiled(RECORDED)
    call, again = (Conversation(flow, {}, started=TUESDAY) for _ in range(2))
    events: list[Event] = [Connected(0.0), SpeechHeard(1.0, "u1"), SpeechHeard(2.0, "u2")]
    events += [CallerPressed(3.0 + number / 4, key) for number, key in enumerate("4711")]
    events += [SpeechHeard(5.0, "u3"), CallerSaid(6.0, "yes")]
    events += [SpeechHeard(7.0 + number, f"u{number}") for number in range(4, 8)]
    given: list[Command] = []
    private = False
    for event in events:
        commands = call.send(event)
        replayed = again.send(hidden(event) if private else event)
        assert [command_to_json(each) for each in replayed] == [command_to_json(each) for each in commands]
        given += commands
        private = next((each.private for each in reversed(commands) if isinstance(each, Listen)), private)
    assert [each.keys for each in given if isinstance(each, SendKeys)] == ["4711#"]
    assert [each.start for each in given if isinstance(each, Record)] == [True, False, True]
