"""A call is lived through again from its record; where the record ends, all that was open is known."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from flowengine.conversation.coming_back import CUT_OFF
from flowengine.conversation.commands import AskModel, Command, Listen, RunAction, Speak, StartTimer
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    CallerSaid,
    CameBack,
    Connected,
    Event,
    ModelFailed,
    ModelSaid,
    SpeechCut,
    SpeechHeard,
    TimerFired,
)
from flowengine.conversation.record import command_to_json, event_to_json
from flowengine.conversation.replaying import Recorded, Replay, replay
from flowengine.graph.model import Flow
from tests.conversation import test_collect, test_do, test_keys, test_llm_stream, test_secrets
from tests.conversation.talk import TUESDAY, Talk, compiled


class Written:
    """A call, and its record as the store gives it back."""

    def __init__(self, flow: Flow | str) -> None:
        self.flow = compiled(flow) if isinstance(flow, str) else flow
        self.conversation = self.fresh()
        self.record: list[Recorded] = []
        self.given: list[Command] = []
        self.send(Connected(0.0))

    def fresh(self) -> Conversation:
        return Conversation(self.flow, {}, started=TUESDAY)

    def send(self, *events: Event) -> None:
        for event in events:
            self._write(event.at, event_to_json(event))
            for command in self.conversation.send(event):
                self.given.append(command)
                self._write(event.at, command_to_json(command))

    def hear(self, at: float) -> None:
        """All that has been said until now is heard."""
        for command in [each for each in self.given if isinstance(each, Speak)]:
            self.send(SpeechHeard(at, command.speech_id))

    def again(self) -> tuple[Conversation, Replay]:
        fresh = self.fresh()
        return fresh, replay(fresh, self.record)

    def _write(self, at: float, payload: dict[str, object]) -> None:
        self.record.append(Recorded(at, msgspec.json.decode(msgspec.json.encode(payload))))


def said(commands: tuple[Command, ...]) -> list[str]:
    return [command.text for command in commands if isinstance(command, Speak)]


def test_the_same_call_gives_the_same_commands() -> None:
    call = Written(test_collect.BOTH)
    call.hear(3.0)
    call.send(CallerSaid(5.0, "next Tuesday"))
    conversation, done = call.again()
    assert done.difference is None
    assert (done.commands, done.unwritten) == (len(call.given), [])
    assert conversation.variables == call.conversation.variables
    assert conversation.transcript == call.conversation.transcript


def test_a_record_that_does_not_fit_is_told_by_its_first_difference() -> None:
    call = Written(test_collect.BOTH)
    number = next(n for n, entry in enumerate(call.record) if entry.payload["kind"] == "Speak")
    call.record[number] = replace(call.record[number], payload={**call.record[number].payload, "line": "another"})
    _, done = call.again()
    assert done.difference is not None
    assert (done.difference.number, done.difference.at) == (number, 0.0)
    assert done.difference.recorded == call.record[number].payload
    assert done.difference.replayed != done.difference.recorded


@pytest.mark.parametrize("taken", [1, 2])
def test_a_command_that_is_missing_in_the_middle_is_a_difference(taken: int) -> None:
    call = Written(test_collect.BOTH)
    written = len(call.record)
    call.send(CallerSaid(5.0, "next Tuesday"))
    del call.record[written - taken : written]
    assert call.again()[1].difference is not None


def test_what_the_record_ends_before_is_known_and_open() -> None:
    call = Written(test_do.BOOKING)
    while call.record[-1].payload["kind"] != "Connected":
        call.record.pop()
    _, done = call.again()
    assert (done.difference, done.commands) == (None, 0)
    assert done.unwritten == call.given


def booking() -> tuple[Written, RunAction]:
    """A call in which an action has been ordered."""
    call = Written(test_do.BOOKING)
    call.hear(2.0)
    call.send(CallerSaid(3.0, "yes"))
    return call, next(each for each in call.given if isinstance(each, RunAction))


def test_an_action_under_way_is_ordered_again_under_its_own_number() -> None:
    call, ordered = booking()
    _, done = call.again()
    orders = done.orders(30.0)
    assert [each for each in orders if isinstance(each, RunAction)] == [ordered]
    # Whoever does it anew has as long for it as at first.
    assert StartTimer(ordered.request_id, ordered.timeout) in orders


def test_a_limit_of_the_call_counts_on_from_the_connection() -> None:
    call = Written(LIMITED)
    _, done = call.again()
    (before,) = [each for each in call.given if isinstance(each, StartTimer) and each.timer_id.startswith("after-")]
    (after,) = [each for each in done.orders(40.0) if isinstance(each, StartTimer) and each.timer_id == before.timer_id]
    assert after.seconds == before.seconds - 40.0
    (late,) = [each for each in done.orders(1e5) if isinstance(each, StartTimer) and each.timer_id == before.timer_id]
    assert late.seconds == 0.0


LIMITED = """
state hello
  say "Hello." "Shall I?"
  listen 5s
    agree: end good
    silence or otherwise: again "Sorry?"

state bye
  say "We have to stop here."
  end bad

anywhere
  opt_out: end removed
  after 5m -> bye
"""


def test_the_open_question_is_asked_again_and_what_was_being_said_was_not_heard() -> None:
    call = Written(LIMITED)
    conversation, done = call.again()
    (cut,) = done.events(9.0)
    assert cut == SpeechCut(9.0, "u1", "")
    assert said(conversation.send(cut)) == []
    assert said(conversation.send(CameBack(9.0))) == [CUT_OFF, "Hello. Shall I?"]
    assert [each.text for each in conversation.transcript if each.heard] == []


def test_what_was_heard_is_not_said_again_but_for_the_question() -> None:
    call = Written(LIMITED)
    call.hear(3.0)
    call.send(CallerSaid(4.0, "hm what was that"))
    call.hear(5.0)
    conversation, done = call.again()
    assert done.events(9.0) == ()
    back = conversation.send(CameBack(9.0))
    assert said(back) == [CUT_OFF, "Hello. Shall I?"]
    assert any(isinstance(command, Listen) for command in back)


def test_a_number_that_was_half_typed_is_typed_anew() -> None:
    talk = Talk(test_keys.PIN)
    talk.presses("12")
    talk.at += 1
    talk.send(CameBack(talk.at))
    assert talk.said[0] == CUT_OFF
    assert len(talk.said) == 2
    talk.presses("4711")
    assert "4711" in talk.conversation.variables.values()


def test_a_secret_is_asked_for_again() -> None:
    talk = Talk(test_secrets.PIN)
    talk.presses("12")
    talk.send(CameBack(talk.at + 1))
    assert talk.said[0] == CUT_OFF
    assert talk.listening.private


def test_half_an_answer_of_the_model_stays_half() -> None:
    call = Written(test_llm_stream.OUTBOUND)
    call.hear(1.0)
    call.send(CallerSaid(2.0, "why would I want that at all"))
    request = next(each for each in reversed(call.given) if isinstance(each, AskModel))
    _, whole = call.again()
    assert request in whole.orders(9.0)
    call.send(ModelSaid(3.0, request.request_id, "It covers the boiler."))
    _, half = call.again()
    assert request not in half.orders(9.0)
    assert ModelFailed(9.0, request.request_id, "the line was lost") in half.events(9.0)


def test_nobody_waits_for_what_came_too_late() -> None:
    call, request = booking()
    call.send(TimerFired(8.0, request.request_id))
    assert not [each for each in call.again()[1].orders(9.0) if isinstance(each, RunAction)]
