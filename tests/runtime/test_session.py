"""One live call in virtual time: a real conversation, scripted engines, a far end that plays and echoes marks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from flowengine.adapters.scripted.recogniser import ScriptedRecogniser
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.commands import Command, Ended, Speak
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerSaid, Event, GuardAnswered, SpeechCut, SpeechHeard
from flowengine.errors import SynthesiserError
from flowengine.graph.compile import compile_text
from flowengine.runtime.inbox import LIMIT
from flowengine.runtime.measured import ReplyStarted
from flowengine.runtime.observed import CallResult, SessionParts
from flowengine.runtime.playback import PACED_S, TICK_S
from flowengine.runtime.ports import GuardAnswer, Recogniser
from flowengine.runtime.session import CallSession
from flowengine.runtime.ticker import Ticker
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import FLOW, KeptRecord, Live, OpenGuard, call
from tests.virtual_time import run_virtually


def test_a_call_from_greeting_to_goodbye() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.say("yes please")

    result, live = call(act)
    assert (result.outcome, result.abnormal, result.reason) == ("booked", False, "flow ended")
    assert live.line.hung_up == 1
    (reply,) = live.record.of(ReplyStarted)
    assert 0 <= reply.ms < 100
    # Every speech was heard to its end, the goodbye too, before the line was put down.
    assert [heard.speech_id for heard in live.record.of(SpeechHeard)] == [
        said.speech_id for said in live.record.of(Speak)
    ]


def test_the_far_end_gets_its_whole_lead_at_the_beginning_of_a_line() -> None:
    class TimedLine(FakeLine):
        def play(self, mulaw: bytes) -> None:
            super().play(mulaw)
            had.append((asyncio.get_running_loop().time(), self.seconds))

    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        live.session.leave("enough")

    had: list[tuple[float, float]] = []
    call(act, line=TimedLine())
    # The voice gives 0.1 s at a time, each with the next pass of the loop.
    at_once = [seconds for moment, seconds in had if moment - had[0][0] < TICK_S / 2]
    assert at_once[-1] >= PACED_S


def test_words_stop_the_agent_and_only_what_was_heard_counts() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(2)
        live.recogniser.stream.say("book it")

    result, live = call(act)
    assert result.outcome == "booked"
    assert live.line.cleared >= 1
    cut = live.record.of(SpeechCut)[0]
    whole = live.record.of(Speak)[0].text
    assert cut.heard
    assert whole.startswith(cut.heard)
    assert cut.heard != whole


def test_the_recogniser_knows_what_is_expected_from_the_first_question_on() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        assert live.recogniser.stream.expecting == "choice"
        live.recogniser.stream.say("book it")

    result, _ = call(act)
    assert result.outcome == "booked"


def test_an_utterance_is_taken_once() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(2)
        live.recogniser.stream.say("yes")

    _, live = call(act)
    assert [said.text for said in live.record.of(CallerSaid)] == ["yes"]


def test_a_cough_is_no_turn() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.say("")
        await asyncio.sleep(1)
        live.recogniser.stream.say("yes")

    result, live = call(act)
    assert result.outcome == "booked"
    assert [said.text for said in live.record.of(CallerSaid)] == ["yes"]


def test_silence_is_asked_about_and_then_ends_thecall() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(3600)

    result, live = call(act)
    assert result.outcome == "declined"
    assert [said.text for said in live.record.of(Speak)][1:] == ["Are you there?", "Goodbye."]


def test_a_caller_who_hangs_up_in_mid_prompt_leaves_a_whole_record() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1.5)
        live.session.on_gone("hung up")

    result, live = call(act)
    assert (result.outcome, result.abnormal) == ("hung_up", False)
    assert live.record.of(SpeechCut)[0].heard
    assert live.record.of(Ended)[0].outcome == "hung_up"


def test_hanging_up_twice_is_once() -> None:
    async def act(live: Live) -> None:
        live.session.on_gone("hung up")
        live.session.on_gone("connection lost", failure=True)

    result, live = call(act)
    assert (result.reason, result.abnormal) == ("hung up", False)
    assert len(live.record.of(Ended)) == 1


def test_an_opt_out_is_written_at_once() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        live.recogniser.stream.say("stop calling me")

    result, live = call(act)
    assert result.outcome == "declined"
    assert len(live.record.suppressed) == 1


def test_a_recogniser_that_dies_ends_the_call_with_a_word() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.fail()

    result, live = call(act)
    assert (result.outcome, result.abnormal) == ("failed", True)
    assert "line is bad" in live.record.of(Speak)[-1].text
    assert live.line.hung_up == 1


class BrokenSynthesiser:
    """Fails so many times, then works."""

    name = "broken"
    version = "1"

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self._voice = ScriptedSynthesiser()

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        if self.failures:
            self.failures -= 1
            raise SynthesiserError("no voice")
        async for chunk in self._voice.speak(text, voice=voice):
            yield chunk

    async def close(self) -> None:
        """Nothing is held."""


def test_a_synthesiser_that_fails_once_is_asked_again() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.say("yes")

    result, _ = call(act, synthesiser=BrokenSynthesiser(1))
    assert result.outcome == "booked"


def test_a_synthesiser_that_stays_dead_ends_thecall() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(3600)

    result, live = call(act, synthesiser=BrokenSynthesiser(10_000))
    # Not the flow's outcome for a caller who hangs up.
    assert (result.outcome, result.reason, result.abnormal) == ("failed", "speech synthesis failed", True)
    assert live.record.of(Ended)[0].outcome == "failed"
    assert live.line.hung_up == 1


@pytest.mark.parametrize("seconds", [0.0, 0.5, 3.0, 9.0])
def test_an_operator_can_end_the_call_at_any_moment(seconds: float) -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(seconds)
        live.session.end("stopping", "We have to stop.")

    result, live = call(act)
    assert result.outcome == "failed"
    assert live.record.of(Speak)[-1].text == "We have to stop."
    assert live.record.of(SpeechHeard)[-1].speech_id == live.record.of(Speak)[-1].speech_id


def test_the_longest_call_ends_with_a_word() -> None:
    async def act(live: Live) -> None:
        while True:
            await asyncio.sleep(5)
            live.recogniser.stream.say("what was that")

    result, live = call(act)
    assert result.duration < 135
    assert "have to stop here" in live.record.of(Speak)[-1].text


@pytest.mark.parametrize(
    ("typed", "reason", "abnormal"), [(None, "no audio from the line", True), ("what is this", "flow ended", False)]
)
def test_a_line_without_audio_is_given_up_unless_its_caller_types(
    typed: str | None, reason: str, abnormal: bool
) -> None:
    flow = compile_text(FLOW).flow
    assert flow is not None

    async def main() -> CallResult:
        line, ticker = FakeLine(), Ticker()
        session = CallSession(
            SessionParts(
                conversation=Conversation(flow, {}, started=datetime(2026, 11, 24, 10, tzinfo=UTC)),
                line=line,
                synthesiser=ScriptedSynthesiser(),
                guard=OpenGuard(),
                record=KeptRecord(),
                ticker=ticker,
                recogniser=_quiet_recogniser(),
            )
        )
        line.echo = session.on_mark
        if typed is not None:
            asyncio.get_running_loop().call_later(7, session.on_text, typed)
        result = await session.run()
        await ticker.close()
        return result

    result = run_virtually(main())
    assert (result.reason, result.abnormal) == (reason, abnormal)
    assert (10 <= result.duration < 11) is (typed is None)


def _quiet_recogniser() -> Recogniser:
    return ScriptedRecogniser()


class BrokenConversation(Conversation):
    """A defect of ours, at the second event."""

    def send(self, event: Event) -> tuple[Command, ...]:
        if isinstance(event, CallerSaid):
            raise ZeroDivisionError("with the caller's words: yes")
        return super().send(event)


def test_a_defect_costs_one_call_and_tells_no_words(caplog: pytest.LogCaptureFixture) -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(2)
        live.recogniser.stream.say("yes")

    result, live = call(act, mind=BrokenConversation)
    assert (result.outcome, result.reason, result.abnormal) == ("failed", "ZeroDivisionError", True)
    assert live.line.hung_up == 1
    assert "yes" not in caplog.text


def test_a_flood_of_events_ends_the_call_instead_of_losing_some() -> None:
    async def act(live: Live) -> None:
        for _ in range(LIMIT + 1):
            live.session.on_key("5")

    result, live = call(act)
    assert (result.reason, result.abnormal) == ("event queue full", True)
    assert live.line.hung_up == 1


class FailingGuard:
    """Fails in a way that nobody foresaw."""

    async def decide(self, guard: str) -> GuardAnswer:
        raise ZeroDivisionError


STATE_WITH_GUARD = """state start
  guard uk
    allowed -> hello
    refused: end declined

state hello"""
GUARDED = FLOW.replace("state hello", STATE_WITH_GUARD)


def test_a_guard_that_fails_refuses() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(3600)

    result, live = call(act, text=GUARDED, guard=FailingGuard())
    assert (result.outcome, result.abnormal) == ("declined", False)
    assert live.record.of(GuardAnswered)[0].reasons == ("GUARD_UNAVAILABLE",)
    assert live.record.of(Speak) == []
