"""What the recogniser still had of a caller's words when a secret was asked for is dropped, however late it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from flowengine.conversation.commands import Expecting
from flowengine.runtime.ears import Ears
from flowengine.runtime.ports import FinalTranscript, PartialTranscript, RecogniserEvent
from tests.runtime.some_tasks import some_tasks

SECOND = b"\xff" * 8000


class SlowStream:
    """Reports when a test says so."""

    def __init__(self) -> None:
        self.reports: asyncio.Queue[RecogniserEvent | None] = asyncio.Queue()
        self.pushed = 0

    def push(self, mulaw: bytes) -> None:
        self.pushed += len(mulaw)

    def expect(self, expecting: Expecting) -> None: ...

    def finalize(self) -> None: ...

    async def events(self) -> AsyncIterator[RecogniserEvent]:
        while (event := await self.reports.get()) is not None:
            yield event

    async def close(self) -> None:
        self.reports.put_nowait(None)


class SlowRecogniser:
    """Opens the one stream that it is given."""

    name = "slow"

    def __init__(self, stream: SlowStream) -> None:
        self._stream = stream

    async def open(self, call_id: str, *, language: str = "en-GB") -> SlowStream:
        return self._stream

    async def close(self) -> None: ...


def test_words_from_before_and_during_the_secret_are_dropped_afterwards_too() -> None:
    heard: list[RecogniserEvent] = []

    async def main() -> None:
        stream = SlowStream()
        async with some_tasks() as tasks:
            ears = Ears(SlowRecogniser(stream), "call-1", "en-GB", tasks, heard.append)
            ears.open()
            await asyncio.sleep(0)
            ears.push(SECOND, 0.0)
            ears.listen("digits", private=True)
            ears.push(SECOND, 1.0)
            stream.reports.put_nowait(PartialTranscript("u1", "my code is"))
            await asyncio.sleep(0)
            ears.listen("open", private=False)
            ears.push(SECOND, 2.0)
            for late in (
                PartialTranscript("u1", "my code is four"),
                FinalTranscript("u1", "my code is four", 0.9, 500, 1900),
                FinalTranscript("u2", "oh seven", 0.9, 1500, 1990),
                PartialTranscript("u3", "yes"),
                FinalTranscript("u3", "yes", 0.9, 2100, 2400),
            ):
                stream.reports.put_nowait(late)
            await asyncio.sleep(0.01)
            ears.shut()
        assert stream.pushed == 3 * 8000

    asyncio.run(main())
    assert heard == [
        FinalTranscript("u1", "", 0.9, 500, 1900),
        FinalTranscript("u2", "", 0.9, 1500, 1990),
        PartialTranscript("u3", "yes"),
        FinalTranscript("u3", "yes", 0.9, 2100, 2400),
    ]
