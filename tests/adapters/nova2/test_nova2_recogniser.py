"""The speech-to-text client against services that keep the contract more or less."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from flowengine.adapters.nova2 import recogniser as module
from flowengine.adapters.nova2.recogniser import Nova2Recogniser, Nova2Stream
from flowengine.errors import RecogniserError
from flowengine.runtime.audio import SILENCE, mulaw_to_pcm16
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)
from tests.adapters.nova2.misbehaving import Script, Service, Visit, service, until
from tests.virtual_time import run_patiently

Act = Callable[[Nova2Stream, Service], Awaitable[None]]


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECONNECT_AFTER_S", (0.01, 0.02, 0.03))
    monkeypatch.setattr(module, "READY_TIMEOUT_S", 0.2)
    monkeypatch.setattr(module, "CLOSE_TIMEOUT_S", 0.2)


def conversation(act: Act, *scripts: Script) -> tuple[list[RecogniserEvent], Service]:
    """Open a stream to the service, do this, close; what was reported."""

    async def run() -> tuple[list[RecogniserEvent], Service]:
        async with asyncio.timeout(60), service(*scripts) as there:
            stream = await Nova2Recogniser(there.url).open("CA1", language="en-GB")
            events: list[RecogniserEvent] = []

            async def read() -> None:
                async for event in stream.events():
                    events.append(event)

            reading = asyncio.create_task(read())
            await act(stream, there)
            await stream.close()
            await reading
            return events, there

    return run_patiently(run())


async def greet(visit: Visit) -> None:
    await visit.hears("init")
    await visit.says("ready", session_id="s1")


def answering(*answers: dict[str, object]) -> Script:
    """Greets, takes 20 ms of audio, gives these answers, and closes politely."""

    async def script(visit: Visit) -> None:
        await greet(visit)
        await visit.hears_audio(320)
        for answer in answers:
            await visit.says(str(answer["type"]), **{key: value for key, value in answer.items() if key != "type"})
        await visit.hears("close")
        await visit.says("closed")

    return script


async def speak_a_frame(stream: Nova2Stream, there: Service) -> None:
    stream.push(b"\x20" * 160)
    await until(lambda: bool(there.visits) and len(there.visits[0].audio) >= 320)
    await asyncio.sleep(0.02)


def test_init_says_who_calls_and_in_what_format() -> None:
    _, there = conversation(speak_a_frame, answering())
    init = there.visits[0].messages[0]
    assert init["call_sid"] == "CA1"
    assert init["format"] == {"sample_rate": 8000, "channels": 1, "bit_depth": 16}
    assert (init["encoding"], init["language"], init["interim"]) == ("pcm_s16le", "en-GB", True)


def test_audio_leaves_as_pcm_in_frames_of_twenty_milliseconds() -> None:
    async def act(stream: Nova2Stream, there: Service) -> None:
        for _ in range(8):
            stream.push(bytes(range(100)))
        await until(lambda: len(there.visits[0].audio) >= 1600)

    _, there = conversation(act, answering())
    visit = there.visits[0]
    assert visit.sizes == {320}
    assert visit.audio[:1600] == mulaw_to_pcm16(bytes(range(100)) * 8)


def test_without_ready_audio_flows_after_the_wait() -> None:
    async def mute(visit: Visit) -> None:
        await visit.hears("init")
        await visit.hears_audio(320)
        await visit.hears("close")

    _, there = conversation(speak_a_frame, mute)
    assert len(there.visits[0].audio) >= 320


@pytest.mark.parametrize(
    ("final", "confidence"),
    [
        ({"type": "transcription", "is_final": True, "confidence": 0.91}, 0.91),
        ({"type": "transcript", "is_final": True, "confidence": 7}, 1.0),
        ({"type": "final"}, None),
    ],
)
def test_a_final_by_any_of_its_names(final: dict[str, object], confidence: float | None) -> None:
    events, _ = conversation(
        speak_a_frame, answering({**final, "utterance_id": "u1", "text": "yes", "start_ms": 0, "end_ms": 20})
    )
    assert events == [VoiceStarted(0), VoiceEnded(20), FinalTranscript("u1", "yes", confidence, 0, 20)]


def test_partials_then_one_final_and_no_duplicates() -> None:
    final: dict[str, object] = {"type": "transcription", "utterance_id": "u1", "text": "yes please", "is_final": True}
    events, _ = conversation(
        speak_a_frame,
        answering(
            {"type": "speech_start", "at_ms": 0},
            {"type": "transcription", "utterance_id": "u1", "text": "yes", "is_final": False},
            {"type": "speech_end", "at_ms": 20},
            final,
            final,
            {"type": "transcription", "utterance_id": "u1", "text": "yes", "is_final": False},
        ),
    )
    kinds = [type(event) for event in events]
    assert kinds == [VoiceStarted, PartialTranscript, VoiceEnded, FinalTranscript]


def test_utterances_without_ids_are_told_apart() -> None:
    events, _ = conversation(
        speak_a_frame,
        answering({"type": "final", "text": "one"}, {"type": "final", "text": "two"}, {"type": "final", "text": ""}),
    )
    finals = [(event.utterance_id, event.text) for event in events if isinstance(event, FinalTranscript)]
    assert finals == [("n1", "one"), ("n2", "two"), ("n3", "")]


def test_nonsense_is_passed_over() -> None:
    async def babble(visit: Visit) -> None:
        await greet(visit)
        await visit.hears_audio(320)
        for raw in ("not json", "[]", '{"no": "type"}', '{"type": "weather"}', b"\x00\x01"):
            await visit.sends(raw)
        await visit.says("final", text=5, utterance_id="u0", start_ms="soon")
        await visit.says("final", text="still here", utterance_id="u1")
        await visit.hears("close")
        await visit.says("closed")

    events, _ = conversation(speak_a_frame, babble)
    assert [event.text for event in events if isinstance(event, FinalTranscript)] == ["", "still here"]


def test_finalize_comes_after_the_audio_before_it() -> None:
    async def act(stream: Nova2Stream, there: Service) -> None:
        stream.push(b"\x20" * 200)
        stream.finalize()
        await until(lambda: "finalize" in [message["type"] for message in there.visits[0].messages])

    async def script(visit: Visit) -> None:
        await greet(visit)
        await visit.hears("finalize")
        await visit.says("final", text=str(len(visit.audio)), utterance_id="u1")
        await visit.hears("close")
        await visit.says("closed")

    events, _ = conversation(act, script)
    assert [event.text for event in events if isinstance(event, FinalTranscript)] == ["640"]


def test_closing_still_takes_the_last_final() -> None:
    async def script(visit: Visit) -> None:
        await greet(visit)
        await visit.hears("close")
        await visit.says("final", text="goodbye", utterance_id="u1")
        await visit.says("closed")

    events, _ = conversation(speak_a_frame, script)
    assert [event.text for event in events if isinstance(event, FinalTranscript)] == ["goodbye"]


def test_expectations_go_only_to_services_that_accept_them() -> None:
    async def act(stream: Nova2Stream, there: Service) -> None:
        stream.expect("digits")
        await speak_a_frame(stream, there)

    async def knowing(visit: Visit) -> None:
        await visit.hears("init")
        await visit.says("ready", accepts=["expect"])
        await visit.hears("close")
        await visit.says("closed")

    _, plain = conversation(act, answering())
    _, more = conversation(act, knowing)
    assert "expect" not in [message["type"] for message in plain.visits[0].messages]
    assert {"type": "expect", "expecting": "digits"} in more.visits[0].messages


def test_a_lost_connection_is_opened_again_and_hears_the_last_seconds_again() -> None:
    async def first(visit: Visit) -> None:
        await greet(visit)
        await visit.hears_audio(320 * 10)
        await visit.leaves()

    async def second(visit: Visit) -> None:
        await greet(visit)
        await visit.hears_audio(320 * 10)
        await visit.says("final", text="again", utterance_id="u1", start_ms=0, end_ms=200)
        await visit.hears("close")
        await visit.says("closed")

    async def act(stream: Nova2Stream, there: Service) -> None:
        stream.push(b"\x20" * 1600)
        await until(lambda: len(there.visits) == 2 and len(there.visits[1].audio) >= 3200)
        await asyncio.sleep(0.02)

    events, there = conversation(act, first, second)
    assert there.visits[1].messages[0]["type"] == "init"
    assert there.visits[1].audio[:3200] == mulaw_to_pcm16(b"\x20" * 1600)
    assert events[-1] == FinalTranscript("u1-1", "again", None, 0, 200)


def test_what_has_its_final_is_not_heard_again() -> None:
    async def first(visit: Visit) -> None:
        await greet(visit)
        await visit.hears_audio(320 * 10)
        await visit.says("final", text="yes", utterance_id="u1", start_ms=0, end_ms=160)
        await asyncio.sleep(0.02)
        await visit.leaves()

    async def act(stream: Nova2Stream, there: Service) -> None:
        stream.push(b"\x20" * 1600)
        await until(lambda: len(there.visits) == 2 and len(there.visits[1].audio) >= 640)
        await asyncio.sleep(0.02)

    _, there = conversation(act, first, answering())
    assert len(there.visits[1].audio) == 640


def test_a_service_that_does_not_come_back_fails_the_call() -> None:
    async def act(stream: Nova2Stream, there: Service) -> None:
        await until(lambda: stream.done)

    async def leave(visit: Visit) -> None:
        await visit.leaves()

    events, there = conversation(act, leave)
    assert events == [RecogniserFailed("connection lost")]
    assert 2 <= len(there.visits) <= 5


@pytest.mark.parametrize(("code", "visits"), [("bad_init", 1), ("unsupported_format", 1), ("overloaded", 4)])
def test_fatal_errors_end_the_call_at_once_or_after_some_tries(code: str, visits: int) -> None:
    async def script(visit: Visit) -> None:
        await greet(visit)
        await visit.says("error", code=code, message="no", fatal=True)
        await visit.connection.close(1008)

    async def act(stream: Nova2Stream, there: Service) -> None:
        await until(lambda: stream.done)

    events, there = conversation(act, script)
    assert events == [RecogniserFailed(code)]
    assert len(there.visits) == visits


def test_an_error_that_is_not_fatal_changes_nothing() -> None:
    events, _ = conversation(
        speak_a_frame,
        answering(
            {"type": "error", "code": "model_error", "message": "hm", "fatal": False},
            {"type": "final", "text": "yes", "utterance_id": "u1"},
        ),
    )
    assert isinstance(events[-1], FinalTranscript)


def test_a_slow_service_costs_the_oldest_audio_and_nobody_waits() -> None:
    async def asleep(visit: Visit) -> None:
        await greet(visit)
        await asyncio.sleep(0.5)

    async def act(stream: Nova2Stream, there: Service) -> None:
        for _ in range(400):
            stream.push(SILENCE * 8000)
        assert stream.dropped_ms >= 398_000

    conversation(act, asleep)


def test_nobody_at_the_address_is_one_clear_error() -> None:
    async def run() -> None:
        async with service() as there:
            pass
        await Nova2Recogniser(there.url).open("CA1")

    with pytest.raises(RecogniserError, match="no speech service answers at 'ws://127"):
        run_patiently(run())
