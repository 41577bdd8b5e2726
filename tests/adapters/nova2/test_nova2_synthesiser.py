"""The text-to-speech client: every sort of audio becomes frames, and cancelled speech never leaks."""

from __future__ import annotations

import asyncio
import io
import math
import struct
import wave
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from flowengine.adapters.nova2 import incoming_audio
from flowengine.adapters.nova2 import synthesiser as module
from flowengine.adapters.nova2.incoming_audio import IncomingAudio
from flowengine.adapters.nova2.messages import TELEPHONE, AudioFormat
from flowengine.adapters.nova2.synthesiser import Nova2Synthesiser
from flowengine.errors import MissingExtra, ProtocolError, SynthesiserError
from flowengine.runtime.audio import FRAME_BYTES, duration_ms, level_dbfs, mulaw_to_pcm16
from tests.adapters.nova2.misbehaving import Script, Service, Visit, service
from tests.virtual_time import run_patiently

CLIP = bytes(range(1, 101)) * 16


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_TIMEOUT_S", 0.5)


def talk(act: Callable[[Nova2Synthesiser, Service], Awaitable[bytes]], *scripts: Script) -> tuple[bytes, Service]:
    async def run() -> tuple[bytes, Service]:
        async with asyncio.timeout(60), service(*scripts) as there:
            synthesiser = Nova2Synthesiser(there.url)
            try:
                return await act(synthesiser, there), there
            finally:
                await synthesiser.close()

    return run_patiently(run())


async def say_hello(synthesiser: Nova2Synthesiser, there: Service) -> bytes:
    return b"".join([chunk async for chunk in synthesiser.speak("hello", voice="anna")])


async def speaks(visit: Visit) -> None:
    """A good service."""
    while True:
        request = await visit.hears("speak")
        name = request["request_id"]
        await visit.says("audio_start", request_id=name, text=request["text"], format=request["format"])
        for start in range(0, len(CLIP), 100):
            await visit.sends(CLIP[start : start + 100])
        await visit.says("audio_end", request_id=name, duration_ms=200, reason="done")


def test_a_sentence_comes_in_whole_frames() -> None:
    async def sizes(synthesiser: Nova2Synthesiser, there: Service) -> bytes:
        chunks = [chunk async for chunk in synthesiser.speak("hello")]
        assert all(len(chunk) % FRAME_BYTES == 0 for chunk in chunks)
        return b"".join(chunks)

    heard, there = talk(sizes, speaks)
    assert heard == CLIP
    request = there.visits[0].messages[0]
    assert request["text"] == "hello"
    assert request["format"] == {"encoding": "mulaw", "sample_rate": 8000, "channels": 1}


def test_a_socket_is_used_again() -> None:
    async def twice(synthesiser: Nova2Synthesiser, there: Service) -> bytes:
        return await say_hello(synthesiser, there) + await say_hello(synthesiser, there)

    heard, there = talk(twice, speaks)
    assert heard == CLIP + CLIP
    assert len(there.visits) == 1
    names = [message["request_id"] for message in there.visits[0].messages]
    assert len(set(names)) == 2


def test_two_sentences_at_once_take_two_sockets() -> None:
    async def both(synthesiser: Nova2Synthesiser, there: Service) -> bytes:
        return b"".join(await asyncio.gather(say_hello(synthesiser, there), say_hello(synthesiser, there)))

    heard, there = talk(both, speaks)
    assert heard == CLIP + CLIP
    assert len(there.visits) == 2


def test_the_rest_of_a_cancelled_sentence_is_thrown_away() -> None:
    async def patient(visit: Visit) -> None:
        """Goes on sending for a while after the cancel, as a service with full buffers does."""
        name = (await visit.hears("speak"))["request_id"]
        await visit.says("audio_start", request_id=name)
        await visit.sends(b"\x11" * 800)
        cancelled = await visit.hears("cancel")
        assert cancelled["request_id"] == name
        await visit.sends(b"\x22" * 800)
        await visit.says("audio_end", request_id=name, duration_ms=200, reason="cancelled")
        await speaks(visit)

    async def interrupt(synthesiser: Nova2Synthesiser, there: Service) -> bytes:
        async with aclosing(synthesiser.speak("a long story")) as stream:
            assert await anext(stream) == b"\x11" * 800
        return await say_hello(synthesiser, there)

    heard, there = talk(interrupt, patient)
    assert heard == CLIP
    assert len(there.visits) == 1


def test_a_socket_that_does_not_come_to_rest_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAIN_TIMEOUT_S", 0.1)

    async def stuck(visit: Visit) -> None:
        await visit.hears("speak")
        await visit.sends(b"\x11" * 800)
        await visit.hears("speak")

    async def interrupt(synthesiser: Nova2Synthesiser, there: Service) -> bytes:
        async with aclosing(synthesiser.speak("a long story")) as stream:
            await anext(stream)
        return await say_hello(synthesiser, there)

    heard, there = talk(interrupt, stuck, speaks)
    assert heard == CLIP
    assert len(there.visits) == 2


def test_a_pooled_socket_that_died_is_replaced_unheard() -> None:
    async def dies_later(visit: Visit) -> None:
        name = (await visit.hears("speak"))["request_id"]
        await visit.sends(CLIP)
        await visit.says("audio_end", request_id=name, reason="done")
        await visit.hears("speak")
        await visit.leaves()

    async def twice(synthesiser: Nova2Synthesiser, there: Service) -> bytes:
        return await say_hello(synthesiser, there) + await say_hello(synthesiser, there)

    heard, _ = talk(twice, dies_later, speaks)
    assert heard == CLIP + CLIP


async def breaks_off(visit: Visit) -> None:
    await visit.hears("speak")
    await visit.sends(CLIP)
    await visit.leaves()


async def gives_up(visit: Visit) -> None:
    name = (await visit.hears("speak"))["request_id"]
    await visit.says("audio_end", request_id=name, duration_ms=0, reason="error")
    await visit.hears("speak")


async def reports_an_error(visit: Visit) -> None:
    name = (await visit.hears("speak"))["request_id"]
    await visit.says("error", request_id=name, code="model_error", message="no voice", fatal=False)
    await visit.hears("speak")


async def says_nothing(visit: Visit) -> None:
    await visit.hears("close")


async def sends_vorbis(visit: Visit) -> None:
    name = (await visit.hears("speak"))["request_id"]
    await visit.says("audio_start", request_id=name, format={"encoding": "vorbis"})
    await visit.sends(CLIP)


async def writes_nonsense(visit: Visit) -> None:
    await visit.hears("speak")
    await visit.sends("not json")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (breaks_off, "in the middle of a sentence"),
        (gives_up, "gave up the sentence"),
        (reports_an_error, "'model_error'"),
        (says_nothing, "does not answer"),
        (sends_vorbis, "'vorbis'"),
        (writes_nonsense, "cannot be read as JSON"),
    ],
)
def test_a_service_that_fails_is_one_clear_error(script: Script, message: str) -> None:
    with pytest.raises(SynthesiserError, match=message):
        talk(say_hello, script)


def test_after_an_error_the_next_sentence_is_spoken() -> None:
    async def errs_once(visit: Visit) -> None:
        name = (await visit.hears("speak"))["request_id"]
        await visit.says("error", request_id=name, code="model_error", message="no voice", fatal=False)
        await speaks(visit)

    async def twice(synthesiser: Nova2Synthesiser, there: Service) -> bytes:
        with pytest.raises(SynthesiserError):
            await say_hello(synthesiser, there)
        return await say_hello(synthesiser, there)

    assert talk(twice, errs_once)[0] == CLIP


def test_nobody_at_the_address_is_one_clear_error() -> None:
    async def run() -> None:
        async with service() as there:
            pass
        async for _ in Nova2Synthesiser(there.url).speak("hello"):
            pass

    with pytest.raises(SynthesiserError, match="no speech service answers"):
        run_patiently(run())


# Audio of every sort, without a socket.


def sine(rate: int, seconds: float = 0.5) -> bytes:
    samples = (8000 * math.sin(2 * math.pi * 440 * n / rate) for n in range(int(rate * seconds)))
    return struct.pack(f"<{int(rate * seconds)}h", *map(round, samples))


def wav(pcm: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(pcm)
    return file.getvalue()


def taken(declared: AudioFormat, *messages: bytes) -> bytes:
    audio = IncomingAudio(declared)
    return b"".join([mulaw for message in messages for mulaw in audio.feed(message)]) + audio.flush()


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 48000])
def test_pcm_of_any_rate_becomes_telephone_audio(rate: int) -> None:
    pcm = sine(rate)
    pieces = [pcm[start : start + 1001] for start in range(0, len(pcm), 1001)]
    mulaw = taken(AudioFormat("pcm_s16le", rate), *pieces)
    assert duration_ms(mulaw) == pytest.approx(500, abs=2)
    assert level_dbfs(mulaw) == pytest.approx(-15.3, abs=0.4)


def test_a_wav_header_on_every_chunk_is_heard_only_once() -> None:
    pcm = sine(24000)
    one = taken(TELEPHONE, wav(pcm, 24000))
    many = taken(TELEPHONE, *(wav(pcm[start : start + 4800], 24000) for start in range(0, len(pcm), 4800)))
    assert many == one
    assert duration_ms(one) == 500


def test_a_wav_header_on_the_first_chunk_only_does_too() -> None:
    whole = wav(sine(16000), 16000)
    assert taken(TELEPHONE, whole[:1000], whole[1000:5000], whole[5000:]) == taken(TELEPHONE, whole)


def test_mp3_is_decoded_where_a_decoder_is_installed() -> None:
    av = pytest.importorskip("av", reason="PyAV is not installed")
    numpy = pytest.importorskip("numpy")
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=24000, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            numpy.frombuffer(sine(24000), "<i2").reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = 24000
        container.mux([*stream.encode(frame), *stream.encode(None)])
    mp3 = file.getvalue()
    pieces = [mp3[start : start + 700] for start in range(0, len(mp3), 700)]
    mulaw = taken(AudioFormat("mp3", 24000), *pieces)
    assert duration_ms(mulaw) == pytest.approx(500, abs=120)
    assert level_dbfs(mulaw) == pytest.approx(-15.5, abs=1.5)


def test_mp3_without_a_decoder_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming_audio, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="pip install av"):
        taken(AudioFormat("mp3", 24000), b"ID3\x04")


def test_wav_that_is_none_is_refused() -> None:
    with pytest.raises(ProtocolError, match="does not begin with a WAV header"):
        taken(AudioFormat("wav"), CLIP)


def test_mulaw_passes_unchanged() -> None:
    assert taken(TELEPHONE, CLIP) == CLIP
    assert len(taken(AudioFormat("mulaw", 16000), CLIP)) == len(CLIP) // 2
    assert mulaw_to_pcm16(CLIP)
