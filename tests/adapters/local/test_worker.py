"""The speech process dies, is missed, and comes back; nothing hangs and nobody else is harmed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flowengine.adapters.local import packages
from flowengine.adapters.local.cache import cached
from flowengine.adapters.local.child import why
from flowengine.adapters.local.recogniser import LocalRecogniser, LocalStream
from flowengine.adapters.local.synthesiser import LONGEST_TEXT, LocalSynthesiser
from flowengine.adapters.local.wire import Kind, Message, decode_event, encode_event
from flowengine.adapters.local.worker import SpeechWorker, shared_worker
from flowengine.errors import MissingExtra, RecogniserError, SynthesiserError
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.ports import FinalTranscript, RecogniserFailed

installed = packages.present(*packages.HEARING, *packages.SPEAKING, *packages.MOONSHINE)
with_models = pytest.mark.skipif(not installed, reason="flowengine[local] is not installed")
LONG_S = 600.0
"""Never waited for to its end, however slow the machine is."""
on_unix = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")


def test_without_the_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "flowengine\[local\]"'):
        LocalRecogniser()
    with pytest.raises(MissingExtra, match="hibari"):
        LocalSynthesiser()


def test_without_moonshine_the_other_recogniser_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {*packages.HEARING}
    monkeypatch.setattr(packages, "find_spec", lambda name: object() if name in there else None)
    with pytest.raises(MissingExtra, match=r"flowengine\[local,digits\]"):
        LocalRecogniser()
    there |= {*packages.WHISPER}
    assert LocalRecogniser().name == "Whisper tiny.en, embedded"


def test_a_folder_that_cannot_be_made_is_told_with_its_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file / "below"))
    with pytest.raises(OSError, match="below") as raised:
        cached("m", lambda folder: None)
    assert why(raised.value).startswith(f"{file / 'below'}")
    assert "cannot be opened or made (not a directory); XDG_CACHE_HOME names" in why(raised.value)
    assert "installed again" in why(FileNotFoundError(2, "No such file or directory", "/elsewhere/model.onnx"))


def test_events_survive_the_pipe() -> None:
    for event in (FinalTranscript("u1", "£20, please", None, 3, 900), RecogniserFailed("lost")):
        assert decode_event(encode_event(event)) == event


def test_a_message_carries_its_length_kind_and_position() -> None:
    assert Message(Kind.AUDIO, 7, 2**40, b"abc").encoded()[:5] == b"\x03\x00\x00\x00\x03"


@with_models
def test_a_language_it_does_not_know_is_refused_at_once() -> None:
    with pytest.raises(RecogniserError, match="'de-DE'"):
        asyncio.run(LocalRecogniser().open("call", language="de-DE"))


@with_models
def test_a_text_without_end_is_refused() -> None:
    async def run() -> None:
        async for _ in LocalSynthesiser().speak("a" * (LONGEST_TEXT + 1)):
            pass

    with pytest.raises(SynthesiserError, match="longest"):
        asyncio.run(run())


@with_models
@on_unix
def test_when_the_process_dies_its_calls_are_told_and_the_next_call_works() -> None:
    async def run() -> tuple[object, bytes, int | None, int | None]:
        recogniser, synthesiser = LocalRecogniser(), LocalSynthesiser()
        try:
            stream = await recogniser.open("call")
            worker = shared_worker()
            first = worker.pid
            assert first is not None
            os.kill(first, signal.SIGKILL)
            async with asyncio.timeout(LONG_S):
                last = [event async for event in stream.events()][-1]
            stream.push(SILENCE * 160)
            await stream.close()
            async with asyncio.timeout(LONG_S):
                again = await recogniser.open("call")
                clip = await said(synthesiser)
            await again.close()
            return last, clip, first, worker.pid
        finally:
            await recogniser.close()
            await synthesiser.close()

    last, clip, first, second = asyncio.run(run())
    assert last == RecogniserFailed("the speech process died")
    assert len(clip) > 1600
    assert first != second


async def said(synthesiser: LocalSynthesiser) -> bytes:
    return b"".join([chunk async for chunk in synthesiser.speak("Hello.")])


@with_models
@on_unix
def test_a_sentence_that_loses_its_process_fails() -> None:
    async def run() -> None:
        synthesiser = LocalSynthesiser()
        try:
            await synthesiser.warm_up(lambda step: None)
            pid = shared_worker().pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            speaking = asyncio.create_task(said(synthesiser))
            await asyncio.sleep(0.05)
            os.kill(pid, signal.SIGKILL)
            async with asyncio.timeout(LONG_S):
                await speaking
        finally:
            await synthesiser.close()

    with pytest.raises(SynthesiserError, match="died"):
        asyncio.run(run())


class Pipe(SpeechWorker):
    """What is sent to the process."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Message] = []
        self.is_full = False

    @property
    def congested(self) -> bool:
        return self.is_full

    def send(self, order: Message) -> None:
        self.sent.append(order)


def test_what_may_be_an_echo_is_sent_as_that_and_as_quiet_where_it_has_to_wait() -> None:
    pipe = Pipe()
    stream = LocalStream(pipe)
    stream.push(b"a" * 160)
    stream.push_echo(b"b" * 160)
    pipe.is_full = True
    stream.push_echo(b"c" * 160)
    pipe.is_full = False
    stream.push(b"d" * 160)
    assert [(order.kind, order.position, order.body) for order in pipe.sent[1:]] == [
        (Kind.AUDIO, 0, b"a" * 160),
        (Kind.ECHO, 160, b"b" * 160),
        (Kind.AUDIO, 320, SILENCE * 160 + b"d" * 160),
    ]


@with_models
@on_unix
def test_audio_for_a_process_that_hangs_is_bounded() -> None:
    async def run() -> tuple[int, int]:
        recogniser = LocalRecogniser()
        try:
            stream = await recogniser.open("call")
            pid = shared_worker().pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            for _ in range(100):
                stream.push(SILENCE * 8000)
                await asyncio.sleep(0)
            dropped = stream.dropped_ms
            os.kill(pid, signal.SIGCONT)
            await stream.close()
            return dropped, len(stream._waiting)
        finally:
            await recogniser.close()

    dropped, waiting = asyncio.run(run())
    assert dropped > 70_000
    assert waiting <= 8000


@with_models
@on_unix
def test_the_process_ends_with_its_parent_and_not_by_a_signal_to_the_whole_group() -> None:
    program = (
        "import asyncio, os, signal\n"
        "from flowengine.adapters.local.synthesiser import LocalSynthesiser\n"
        "from flowengine.adapters.local.worker import shared_worker\n"
        "async def main():\n"
        "    await LocalSynthesiser().warm_up(lambda step: None)\n"
        "    os.kill(shared_worker().pid, signal.SIGINT)\n"
        "    os.kill(shared_worker().pid, signal.SIGTERM)\n"
        "    await asyncio.sleep(0.2)\n"
        "    print(shared_worker().pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=LONG_S, check=False)
    assert done.stderr == ""
    pid = int(done.stdout)
    deadline = time.monotonic() + LONG_S
    while time.monotonic() < deadline and _alive(pid):
        time.sleep(0.05)
    assert not _alive(pid)


@on_unix
def test_a_signal_to_the_whole_group_harms_no_process_that_has_just_been_started() -> None:
    program = (
        "import asyncio, os, signal\n"
        "from flowengine.adapters.local.worker import SpeechWorker\n"
        "async def main():\n"
        "    worker = SpeechWorker()\n"
        "    worker.attach()\n"
        "    run = await worker._start()\n"
        "    # Long before the child has come to its first line.\n"
        "    os.kill(worker.pid, signal.SIGINT)\n"
        "    os.kill(worker.pid, signal.SIGTERM)\n"
        "    print(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])))\n"
        "    run.process.stdin.close()\n"
        "    print(await run.process.wait())\n"
        "    await worker.detach()\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=LONG_S, check=False)
    # It was ended behind the worker's back, who may notice before it is detached.
    assert done.stderr in ("", "the speech process died\n")
    assert done.stdout == "[]\n0\n"


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
