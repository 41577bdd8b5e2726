from __future__ import annotations

from collections.abc import Callable

import pytest

from flowengine.conversation.commands import (
    AskGuard,
    CancelTimer,
    Command,
    Fact,
    Hangup,
    Noted,
    Pause,
    Speak,
    StartTimer,
    StopSpeaking,
    Suppress,
)
from flowengine.conversation.events import (
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    Connected,
    Event,
    GuardAnswered,
    Reached,
    SpeechCut,
    SpeechHeard,
    TimerFired,
)
from flowengine.errors import FlowEngineError
from flowengine.runtime.ports import GuardAnswer
from flowengine.testing.pace import speech_seconds
from flowengine.testing.speech import Said
from flowengine.testing.virtual_call import VirtualCall

HELLO = Speak("s1", ("Hello there.",))
QUESTION = Speak("s2", ("Would you like a visit for your boiler?",))


class Script:
    """A mind that answers each event as a table says, and remembers what it was sent."""

    finished = False
    awaits_more = False

    def __init__(self, answer: Callable[[Event], tuple[Command, ...]]) -> None:
        self._answer = answer
        self.events: list[Event] = []

    def send(self, event: Event) -> tuple[Command, ...]:
        self.events.append(event)
        return self._answer(event)

    def is_early(self, text: str, reached: Reached) -> bool:
        return text == "yes"

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def call_of(answer: Callable[[Event], tuple[Command, ...]]) -> tuple[VirtualCall, Script, list[Said]]:
    mind = Script(answer)
    said: list[Said] = []
    facts: list[Fact | Suppress] = []

    def guard(name: str, at: float) -> GuardAnswer:
        return GuardAnswer(name == "yes")

    call = VirtualCall(mind, guard, on_said=said.append, on_fact=facts.append)
    call.connect()
    return call, mind, said


def on_connect(*commands: Command) -> Callable[[Event], tuple[Command, ...]]:
    return lambda event: commands if isinstance(event, Connected) else ()


def test_speech_is_heard_after_as_long_as_it_takes_in_order() -> None:
    call, mind, said = call_of(on_connect(HELLO, Pause("p", 2.0), QUESTION))
    call.let_speak()
    ends = [event.at for event in mind.events if isinstance(event, SpeechHeard)]
    first = speech_seconds(HELLO.text)
    assert ends == pytest.approx([first, first + 2.0, first + 2.0 + speech_seconds(QUESTION.text)])
    assert [each.text for each in said] == [HELLO.text, QUESTION.text]
    assert all(each.complete for each in said)


def test_a_timer_fires_at_its_time_and_not_before() -> None:
    call, mind, _ = call_of(on_connect(StartTimer("t", 6.0)))
    call.wait(5.9)
    assert "TimerFired" not in mind.kinds()
    call.wait(0.2)
    assert TimerFired(6.0, "t") in mind.events


def test_the_same_timer_again_replaces_the_first_and_a_cancelled_one_is_forgotten() -> None:
    call, mind, _ = call_of(
        on_connect(StartTimer("t", 1.0), StartTimer("t", 3.0), StartTimer("u", 1.0), CancelTimer("u"))
    )
    call.wait(10)
    assert [event for event in mind.events if isinstance(event, TimerFired)] == [TimerFired(3.0, "t")]


def test_a_timer_waits_while_the_caller_speaks() -> None:
    call, mind, _ = call_of(on_connect(StartTimer("t", 1.0)))
    call.say("well that is a very good question indeed")
    call.wait(1.0)
    said, fired = mind.events[1:]
    assert isinstance(said, CallerSaid)
    assert isinstance(fired, TimerFired)
    assert fired.at > said.at > 1.0


def test_a_caller_may_talk_for_as_long_as_a_test_says() -> None:
    call, mind, _ = call_of(on_connect(StartTimer("t", 300.0)))
    call.say("well", seconds=480.0)
    call.wait(1.0)
    said, fired = mind.events[1:]
    assert said == CallerSaid(480.5, "well")
    assert isinstance(fired, TimerFired)


def test_an_interruption_cuts_what_was_not_said_yet() -> None:
    call, mind, said = call_of(on_connect(HELLO, QUESTION))
    call.let_speak_words(5)
    call.interrupt("no")
    call.say("no", reaction=0.0)
    assert [each.heard for each in said] == ["Hello there.", "Would you like"]
    assert mind.kinds() == ["Connected", "SpeechHeard", "SpeechCut", "CallerSaid"]


def test_words_that_forbid_it_are_not_interrupted() -> None:
    call, mind, _ = call_of(on_connect(Speak("s1", ("One two three four five.",), interruptible=False)))
    call.let_speak_words(2)
    call.interrupt("no")
    call.say("no", reaction=0.0)
    call.let_speak()
    assert "SpeechCut" not in mind.kinds()
    assert mind.kinds().index("CallerSaid") < mind.kinds().index("SpeechHeard")


def test_the_conversation_may_stop_its_own_speech() -> None:
    def answer(event: Event) -> tuple[Command, ...]:
        match event:
            case Connected():
                return (QUESTION,)
            case CallerPressed():
                return (StopSpeaking(), HELLO)
            case _:
                return ()

    call, mind, said = call_of(answer)
    call.press("1")
    call.let_speak()
    assert mind.kinds() == ["Connected", "CallerPressed", "SpeechCut", "SpeechHeard"]
    assert said[-1].text == HELLO.text


def test_a_hang_up_waits_for_the_farewell() -> None:
    call, mind, _ = call_of(on_connect(HELLO, StartTimer("t", 0.1), Hangup("done")))
    before = call.over
    call.let_speak()
    assert (before, call.over) == (False, True)
    assert "TimerFired" not in mind.kinds()


def test_a_caller_who_goes_leaves_the_rest_unsaid() -> None:
    call, mind, said = call_of(on_connect(HELLO, QUESTION))
    call.let_speak_words(1)
    call.hang_up()
    assert call.over
    assert [type(event) for event in mind.events[1:]] == [SpeechCut, SpeechCut, CallerHungUp]
    assert [each.heard for each in said] == ["Hello"]


def test_the_guard_is_answered_at_once() -> None:
    _, mind, _ = call_of(on_connect(AskGuard("g1", "yes"), AskGuard("g2", "no")))
    assert mind.events[1:] == [GuardAnswered(0.0, "g1", True), GuardAnswered(0.0, "g2", False)]


def test_an_agent_who_never_stops_is_an_error() -> None:
    def answer(event: Event) -> tuple[Command, ...]:
        return (QUESTION,) if isinstance(event, Connected | SpeechHeard) else (Noted("x"),)

    call, _, _ = call_of(answer)
    with pytest.raises(FlowEngineError, match="circles"):
        call.let_speak()
