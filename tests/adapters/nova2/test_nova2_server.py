"""The server tells a client that breaks the contract so, once, and goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from click.testing import CliRunner
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from flowengine.adapters.nova2.server import SpeechAddresses, speech_server
from flowengine.adapters.scripted.code import decode, encode
from flowengine.adapters.scripted.recogniser import ScriptedRecogniser
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.cli.main import main
from flowengine.errors import SettingsError
from flowengine.runtime.audio import SILENCE, mulaw_to_pcm16, pcm16_to_mulaw
from tests.virtual_time import run_patiently

INIT = {"type": "init", "call_sid": "CA1", "format": {"sample_rate": 8000, "channels": 1, "bit_depth": 16}}
DEEP = "[" * 5000
FORMAT = {"encoding": "mulaw", "sample_rate": 8000, "channels": 1}


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[tuple[SpeechAddresses, ScriptedRecogniser]]:
    recogniser = ScriptedRecogniser(refuses=options.pop("refuses", False))
    synthesiser = ScriptedSynthesiser(delay_s=options.pop("delay_s", 0.0), fails={"fail here please"})
    async with speech_server(recogniser, synthesiser, host="127.0.0.1", port=0, **options) as addresses:
        yield addresses, recogniser


def visit(which: str, act: Callable[[ClientConnection], Awaitable[object]], **options: Any) -> object:
    async def run() -> object:
        async with (
            asyncio.timeout(60),
            running(**options) as (addresses, _),
            connect(getattr(addresses, which)) as socket,
        ):
            return await act(socket)

    return run_patiently(run())


async def answers(socket: ClientConnection, *messages: object, end: str | None = None) -> list[Any]:
    """Send these; everything that comes until a message of the type `end`, or until the server closes."""
    got: list[Any] = []
    with suppress(ConnectionClosed):
        for message in messages:
            await socket.send(message if isinstance(message, str | bytes) else json.dumps(message))
    try:
        while not (got and isinstance(got[-1], dict) and got[-1]["type"] == end):
            raw = await socket.recv()
            got.append(raw if isinstance(raw, bytes) else json.loads(raw))
    except ConnectionClosed:
        got.append(socket.close_code)
    return got


@pytest.mark.parametrize(
    ("first", "code", "close_code"),
    [
        (b"\x00" * 320, "bad_init", 1008),
        ("not json", "bad_init", 1008),
        (DEEP, "bad_init", 1008),
        ({"type": "hello"}, "bad_init", 1008),
        ({"type": "init", "format": "loud"}, "unsupported_format", 1008),
        ({"type": "init", "format": {"sample_rate": "8k"}}, "unsupported_format", 1008),
        ({"type": "init", "format": {"sample_rate": 8000, "bit_depth": 12}}, "unsupported_format", 1008),
        ({"type": "init", "encoding": "opus"}, "unsupported_format", 1008),
    ],
)
def test_a_bad_beginning_gets_one_error_and_the_end(first: object, code: str, close_code: int) -> None:
    got = visit("stt", lambda socket: answers(socket, first))
    assert isinstance(got, list)
    error, closed = got
    assert (error["type"], error["code"], error["fatal"], closed) == ("error", code, True, close_code)
    assert error["message"]


def test_a_recogniser_that_refuses_is_a_model_error() -> None:
    got = visit("stt", lambda socket: answers(socket, INIT), refuses=True)
    assert isinstance(got, list)
    assert (got[0]["code"], got[1]) == ("model_error", 1011)


def test_a_recogniser_that_dies_is_a_model_error() -> None:
    async def run() -> list[Any]:
        async with running() as (addresses, recogniser), connect(addresses.stt) as socket:
            await answers(socket, INIT, end="ready")
            recogniser.streams["CA1"].fail("it burned")
            return await answers(socket)

    error, closed = run_patiently(run())
    assert (error["code"], error["message"], closed) == ("model_error", "it burned", 1011)


def test_one_client_too_many_is_told_so() -> None:
    got = visit("stt", lambda socket: answers(socket, INIT), most_clients=0)
    assert isinstance(got, list)
    assert (got[0]["code"], got[1]) == ("overloaded", 1013)


def test_another_address_is_told_which_there_are() -> None:
    async def run() -> list[Any]:
        async with running() as (addresses, _), connect(addresses.stt.replace("/stt", "/elsewhere")) as socket:
            return await answers(socket)

    error, closed = run_patiently(run())
    assert "/stt and /tts" in error["message"]
    assert closed == 1008


def test_speech_goes_through_the_whole_conversation() -> None:
    audio = mulaw_to_pcm16(encode("yes speaking") + SILENCE * 160)
    frames = [audio[start : start + 320] for start in range(0, len(audio), 320)]
    got = visit("stt", lambda socket: answers(socket, INIT, *frames, {"type": "close", "why": "ignored"}))
    assert isinstance(got, list)
    types = [message["type"] for message in got[:-1]]
    assert types == ["ready", "speech_start", "speech_end", "transcription", "closed"]
    final = got[3]
    assert (final["text"], final["is_final"], final["call_sid"]) == ("yes speaking", True, "CA1")
    assert got[-1] == 1000


def test_partials_are_left_out_on_request() -> None:
    audio = mulaw_to_pcm16(encode("yes speaking") + SILENCE * 8000)
    got = visit("stt", lambda socket: answers(socket, {**INIT, "interim": False}, audio, {"type": "close"}))
    assert isinstance(got, list)
    assert [message["is_final"] for message in got[:-1] if message["type"] == "transcription"] == [True]


@pytest.mark.parametrize(("encoding", "rate"), [("pcm_s16le", 16000), ("mulaw", 8000), ("pcm_s16le", 8000)])
def test_other_formats_of_init_are_taken(encoding: str, rate: int) -> None:
    init = {**INIT, "encoding": encoding, "format": {"sample_rate": rate, "channels": 1, "bit_depth": 16}}
    audio = encode("a") + SILENCE * 8000
    raw = audio if encoding == "mulaw" else mulaw_to_pcm16(audio)
    got = visit("stt", lambda socket: answers(socket, init, raw, {"type": "close"}))
    assert isinstance(got, list)
    assert got[0]["type"] == "ready"
    assert "speech_start" in [message["type"] for message in got[:-1]]


def test_nonsense_in_the_middle_gets_an_error_and_the_call_goes_on() -> None:
    audio = mulaw_to_pcm16(encode("still here") + SILENCE * 8000)
    sent = (INIT, "nonsense", DEEP, {"type": "sing"}, audio, {"type": "close"})
    got = visit("stt", lambda socket: answers(socket, *sent))
    assert isinstance(got, list)
    errors = [message for message in got[:-1] if message["type"] == "error"]
    assert [error["fatal"] for error in errors] == [False, False]
    assert "still here" in [message.get("text") for message in got[:-1]]


def speak(name: str, text: object, **more: object) -> dict[str, object]:
    return {"type": "speak", "request_id": name, "text": text, "format": FORMAT, **more}


def test_a_sentence_has_a_start_audio_and_an_end() -> None:
    got = visit("tts", lambda socket: answers(socket, speak("r1", "hello there"), end="audio_end"))
    assert isinstance(got, list)
    start, *chunks, end = got
    assert (start["type"], start["request_id"], start["format"]) == ("audio_start", "r1", FORMAT)
    audio = b"".join(chunks)
    assert decode(audio) == "hello there"
    assert (end["duration_ms"], end["reason"]) == (len(audio) // 8, "done")


def test_pcm_is_sent_where_it_is_asked_for() -> None:
    form = {"encoding": "pcm_s16le", "sample_rate": 8000, "channels": 1}
    got = visit("tts", lambda socket: answers(socket, speak("r1", "hello", format=form), end="audio_end"))
    assert isinstance(got, list)
    assert decode(pcm16_to_mulaw(b"".join(got[1:-1]))) == "hello"


def test_cancel_ends_the_audio_and_the_socket_lives_on() -> None:
    async def act(socket: ClientConnection) -> list[Any]:
        await answers(socket, speak("r1", "a very long sentence " * 20), end="audio_start")
        cancelled = await answers(socket, {"type": "cancel", "request_id": "r1"}, end="audio_end")
        return [cancelled[-1], *await answers(socket, speak("r2", "hi"), end="audio_end")]

    got = visit("tts", act, delay_s=0.02)
    assert isinstance(got, list)
    assert (got[0]["request_id"], got[0]["reason"]) == ("r1", "cancelled")
    assert (got[-1]["request_id"], got[-1]["reason"]) == ("r2", "done")


def test_a_second_request_has_to_wait_for_the_first() -> None:
    async def act(socket: ClientConnection) -> list[Any]:
        got = await answers(socket, speak("r1", "a long sentence"), speak("r2", "me too"), end="audio_end")
        return [message for message in got if isinstance(message, dict)]

    got = visit("tts", act, delay_s=0.02)
    assert isinstance(got, list)
    error = next(message for message in got if message["type"] == "error")
    assert (error["code"], error["request_id"], error["fatal"]) == ("overloaded", "r2", False)
    assert (got[-1]["request_id"], got[-1]["reason"]) == ("r1", "done")


def test_an_engine_that_fails_ends_the_sentence_with_an_error() -> None:
    got = visit("tts", lambda socket: answers(socket, speak("r1", "fail here please"), end="audio_end"))
    assert isinstance(got, list)
    assert got[-1]["reason"] == "error"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00", "unsupported_format"),
        ("nonsense", "unsupported_format"),
        (DEEP, "unsupported_format"),
        ({"type": "speak", "text": "no name"}, "bad_init"),
        (speak("r1", 5), "bad_init"),
        (speak("r1", "x", format={"encoding": "opus"}), "unsupported_format"),
        (speak("r1", "x", format={"encoding": "mulaw", "sample_rate": 44100}), "unsupported_format"),
        (speak("r1", "x", format="loud"), "unsupported_format"),
    ],
)
def test_a_bad_request_gets_one_error_and_the_next_is_served(message: object, code: str) -> None:
    async def act(socket: ClientConnection) -> list[Any]:
        errors = await answers(socket, message, end="error")
        return errors + await answers(socket, speak("r9", "fine"), end="audio_end")

    got = visit("tts", act)
    assert isinstance(got, list)
    assert (got[0]["code"], got[0]["fatal"]) == (code, False)
    assert got[-1]["reason"] == "done"


def test_an_address_that_is_taken_is_a_setting_that_cannot_be_used() -> None:
    async def run() -> None:
        async with running() as (addresses, recogniser):
            port = int(addresses.stt.rsplit(":", 1)[1].split("/")[0])
            async with speech_server(recogniser, ScriptedSynthesiser(), host="127.0.0.1", port=port):
                pass

    with pytest.raises(SettingsError, match="cannot listen at 127"):
        run_patiently(run())


def test_the_command_explains_itself() -> None:
    shown = CliRunner().invoke(main, ["speech", "--help"])
    assert shown.exit_code == 0
    assert "NOVA_STT_WS_URL" in shown.output
