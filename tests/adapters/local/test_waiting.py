"""Sentences that wait for the embedded voice: told that it is at work, and told nothing when it is not."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.adapters.local import synthesiser as adapter
from flowengine.adapters.local.synthesiser import SIGN_OF_LIFE_S, LocalSynthesiser
from flowengine.adapters.local.wire import Kind, Message
from flowengine.adapters.local.worker import Receive, SpeechWorker, WorkerShare
from tests.virtual_time import run_virtually

SPEAKS_S = 1.0


class OneVoice(SpeechWorker):
    """A speech process that takes a second for each sentence, and hangs after so many."""

    def __init__(self, hangs_after: int = 10_000) -> None:
        super().__init__()
        self._left = hangs_after
        self._orders: asyncio.Queue[int] = asyncio.Queue()
        self._answers: dict[int, Receive] = {}

    def register(self, receive: Receive) -> int:
        number = super().register(receive)
        self._answers[number] = receive
        return number

    def send(self, order: Message) -> None:
        if order.kind is Kind.SPEAK:
            self._orders.put_nowait(order.number)

    async def run(self) -> None:
        while True:
            receive = self._answers[number := await self._orders.get()]
            await asyncio.sleep(SPEAKS_S if self._left else 3600)
            self._left -= 1
            receive(Message(Kind.CLIP, number, body=b"\x55" * 800))
            receive(Message(Kind.CLIP_END, number))


def _together(monkeypatch: pytest.MonkeyPatch, count: int, worker: OneVoice, wait_s: float) -> list[list[bytes] | None]:
    """What so many sentences that were asked for at once have brought after so long; None: nothing, not even a sign."""

    async def ready(self: WorkerShare, progress: object) -> SpeechWorker:
        return worker

    async def main() -> list[list[bytes] | None]:
        monkeypatch.setattr(adapter, "require", lambda *packages, purpose: None)
        monkeypatch.setattr(adapter, "version_of", lambda package: "1")
        monkeypatch.setattr(WorkerShare, "ready", ready)
        voice, running = LocalSynthesiser(), asyncio.create_task(worker.run())
        brought: list[list[bytes]] = [[] for _ in range(count)]

        async def listen(number: int) -> None:
            async for chunk in voice.speak(f"Sentence {number}."):
                brought[number].append(chunk)

        listening = [asyncio.create_task(listen(number)) for number in range(count)]
        await asyncio.sleep(wait_s)
        for task in (running, *listening):
            task.cancel()
        await asyncio.gather(running, *listening, return_exceptions=True)
        return [each or None for each in brought]

    return run_virtually(main())


def test_a_hundred_sentences_at_once_are_all_spoken_and_know_that_they_will_be(monkeypatch: pytest.MonkeyPatch) -> None:
    brought = _together(monkeypatch, 100, OneVoice(), 101 * SPEAKS_S)
    assert all(chunks is not None and b"".join(chunks) == b"\x55" * 800 for chunks in brought)
    last = brought[-1]
    assert last is not None
    assert last.count(b"") > 90 * SPEAKS_S / SIGN_OF_LIFE_S / 2


def test_a_voice_that_hangs_gives_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    brought = _together(monkeypatch, 3, OneVoice(hangs_after=0), 60.0)
    assert brought == [None, None, None]
