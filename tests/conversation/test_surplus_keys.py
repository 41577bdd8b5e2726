"""Keys that are pressed on after an answer was full: they answer nothing, and after a secret they are part of it."""

from __future__ import annotations

import msgspec
import pytest

from flowengine.conversation.commands import Listen, Record, StartTimer, StopSpeaking
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerPressed, CallerSaid, Connected, Event, SpeechHeard, TimerFired
from flowengine.conversation.open_turn import RUN_S, RUN_TIMER, SURPLUS
from flowengine.conversation.record import command_to_json, event_to_json, hidden
from flowengine.conversation.replaying import Recorded, replay
from tests.conversation.talk import TUESDAY, Talk, compiled

FLOW = """
slot pin: digits(4){secret}
  ask "Please type your four digits."

slot account: digits(6)
  ask "Now type your account number."

state start
  say "This call is recorded."
  record start
  collect pin
    done -> second
    failed: end bad

state second
  say "Thank you."
  collect account
    done: end good
    failed: end bad
"""
SECRET = FLOW.format(secret=" secret")
PLAIN = FLOW.format(secret="")
PRIVATE = pytest.mark.parametrize("flow", [SECRET, PLAIN])


def begun(flow: str) -> Talk:
    """The first question has been heard, and what comes after it takes its time to be."""
    talk = Talk(flow, hears=False)
    talk.hear()
    return talk


def shown(talk: Talk) -> str:
    return msgspec.json.encode([command_to_json(each) for each in talk.commands]).decode()


def is_private(talk: Talk) -> bool:
    return talk.listening.private


def recorded(talk: Talk) -> list[bool]:
    return [each.start for each in talk.commands if isinstance(each, Record)]


@pytest.mark.parametrize("typed", ["471198", "4711#", "47119#", "4711*"])
@PRIVATE
def test_keys_after_the_last_are_no_answer_to_the_next_question(flow: str, typed: str) -> None:
    talk = begun(flow)
    talk.presses(typed)
    assert len(talk.turns("caller")) == 1
    # The next question is not cut, and the whole number is typed after it.
    assert len([each for each in talk.commands if isinstance(each, StopSpeaking)]) <= 1
    assert list(talk.pending)
    talk.hear()
    talk.waits(RUN_S)
    talk.presses("998877")
    assert talk.conversation.variables == {"pin": "4711", "account": "998877"}


def test_what_follows_a_secret_at_once_shows_nowhere() -> None:
    talk = begun(SECRET)
    talk.presses("471198")
    talk.waits(RUN_S)
    assert "98" not in shown(talk)
    assert talk.turns("caller") == ["(press •••)"]
    assert talk.notes == [SURPLUS]


def test_the_line_stays_private_until_no_more_keys_come() -> None:
    talk = begun(SECRET)
    talk.presses("47119")
    assert is_private(talk)
    assert recorded(talk) == []
    talk.waits(RUN_S - 0.1)
    talk.presses("8")
    assert not talk.conversation.finished
    assert is_private(talk)
    assert talk.timers[RUN_TIMER] == pytest.approx(talk.at + RUN_S)
    talk.waits(RUN_S)
    assert not is_private(talk)
    assert recorded(talk) == [True]


def test_what_the_next_question_says_ends_it_once_it_was_heard_after_the_last_key() -> None:
    talk = begun(SECRET)
    talk.presses("4711")
    talk.hear()
    assert not is_private(talk)
    assert RUN_TIMER not in talk.timers
    talk.presses("998877")
    assert talk.conversation.variables["account"] == "998877"


def test_a_line_that_was_on_its_way_at_the_last_key_ends_nothing() -> None:
    talk = begun(SECRET)
    talk.presses("47119")
    talk.send(SpeechHeard(talk.at + 0.1, talk.pending[0]))
    assert is_private(talk)
    talk.presses("8")
    assert talk.conversation.variables == {"pin": "4711"}
    assert talk.turns("caller") == ["(press •••)"]


def test_a_pause_ends_a_run_that_is_no_secret() -> None:
    talk = begun(PLAIN)
    talk.presses("4711")
    assert not [each for each in talk.latest if isinstance(each, StartTimer | Listen) and "run" in str(each)]
    talk.at += RUN_S
    talk.presses("998877")
    assert talk.conversation.variables["account"] == "998877"
    assert SURPLUS not in talk.notes


def test_a_hash_is_the_end_of_the_run() -> None:
    talk = begun(SECRET)
    talk.presses("4711#998877")
    assert talk.conversation.variables == {"pin": "4711", "account": "998877"}
    assert recorded(talk) == [True]
    assert talk.notes == []


def test_a_timer_that_was_late_for_a_key_ends_nothing() -> None:
    talk = begun(SECRET)
    talk.presses("47119")
    talk.send(TimerFired(talk.at + 0.1, RUN_TIMER))
    assert is_private(talk)


def test_words_in_a_private_line_are_taken_when_they_protect_the_caller_alone() -> None:
    talk = begun(SECRET)
    talk.presses("4711")
    talk.send(CallerSaid(talk.at + 0.5, "nine nine eight eight seven seven"))
    assert len(talk.turns("caller")) == 1
    talk.send(CallerSaid(talk.at + 0.6, "stop calling me"))
    assert talk.understood.intent == "opt_out"


def test_a_call_with_surplus_keys_replays_from_its_record() -> None:
    flow = compiled(SECRET)
    written: list[Recorded] = []
    conversation = Conversation(flow, {}, started=TUESDAY)
    private = False

    def keep(at: float, payload: dict[str, object]) -> None:
        written.append(Recorded(at, msgspec.json.decode(msgspec.json.encode(payload))))

    def send(event: Event) -> None:
        nonlocal private
        keep(event.at, event_to_json(hidden(event) if private else event))
        for command in conversation.send(event):
            keep(event.at, command_to_json(command))
            private = command.private if isinstance(command, Listen) else private

    keys = [CallerPressed(3.0 + number / 4, key) for number, key in enumerate("471198")]
    later = [CallerPressed(9.0 + number / 4, key) for number, key in enumerate("998877")]
    before: list[Event] = [Connected(0.0), SpeechHeard(1.5, "u1"), SpeechHeard(2.5, "u2"), *keys]
    for event in (*before, TimerFired(5.75, RUN_TIMER), SpeechHeard(6.0, "u3"), SpeechHeard(8.0, "u4"), *later):
        send(event)
    assert conversation.variables == {"pin": "4711", "account": "998877"}
    kept = [each.payload["key"] for each in written if each.payload["kind"] == "CallerPressed"]
    assert "".join(map(str, kept)) == "••••••998877"
    done = replay(Conversation(flow, {}, started=TUESDAY), written)
    assert (done.difference, done.unwritten) == (None, [])
