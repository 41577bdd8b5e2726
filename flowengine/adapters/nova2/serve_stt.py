"""The server's side of one speech-to-text conversation."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import suppress
from typing import Any, assert_never, get_args

from websockets.asyncio.server import ServerConnection

from flowengine.adapters.nova2.incoming_audio import IncomingCaller
from flowengine.adapters.nova2.messages import CLOSE_CODES, AudioFormat, ErrorCode, read, read_format, written
from flowengine.conversation.commands import Expecting
from flowengine.errors import ProtocolError, RecogniserError
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    Recogniser,
    RecogniserEvent,
    RecogniserFailed,
    RecogniserStream,
    VoiceEnded,
    VoiceStarted,
)

log = logging.getLogger(__name__)

INIT_TIMEOUT_S = 10.0
LAST_WORD_S = 0.2
LAST_FINAL_S = 5.0
EXPECTING: frozenset[str] = frozenset(get_args(Expecting))


class _Refused(Exception):
    """The client cannot be served; says why."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code


class SttConversation:
    """One socket, one call."""

    def __init__(self, connection: ServerConnection, recogniser: Recogniser) -> None:
        self._connection = connection
        self._recogniser = recogniser
        self._call_id = ""
        self._interim = True
        self._settled = asyncio.Event()
        self._settled.set()

    async def run(self) -> None:
        """Until the client closes, or cannot be served."""
        try:
            audio, stream = await self._begin()
        except _Refused as refused:
            await refuse(self._connection, refused.code, str(refused))
            return
        listener = asyncio.create_task(self._listen(stream, audio), name="nova2 listen")
        teller = asyncio.create_task(self._tell(stream), name="nova2 tell")
        try:
            await asyncio.wait((listener, teller), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # The teller ends by itself, with the stream's last report.
            await stream.close()
            listener.cancel()
            ends = await asyncio.gather(listener, teller, return_exceptions=True)
        for end in ends:
            if isinstance(end, _Refused):
                await refuse(self._connection, end.code, str(end))
            elif isinstance(end, Exception):
                raise end

    async def _begin(self) -> tuple[IncomingCaller, RecogniserStream]:
        """The `init`, and what it asks for."""
        try:
            async with asyncio.timeout(INIT_TIMEOUT_S):
                raw = await self._connection.recv()
        except TimeoutError:
            raise _Refused("bad_init", f"no init came within {INIT_TIMEOUT_S:.0f} seconds") from None
        message = _init(raw)
        self._call_id = str(message.get("call_sid") or uuid.uuid4())
        self._interim = message.get("interim", True) is not False
        try:
            audio = _audio(message)
        except ProtocolError as error:
            raise _Refused("unsupported_format", str(error)) from error
        try:
            stream = await self._recogniser.open(self._call_id, language=str(message.get("language") or "en-GB"))
        except RecogniserError as error:
            raise _Refused("model_error", str(error)) from error
        await self._connection.send(written("ready", session_id=str(uuid.uuid4()), accepts=["expect"]))
        return audio, stream

    async def _listen(self, stream: RecogniserStream, audio: IncomingCaller) -> None:
        """Audio and orders, until `close`."""
        async for raw in self._connection:
            if isinstance(raw, bytes):
                stream.push(audio.feed(raw))
                continue
            try:
                message = read(raw)
            except ProtocolError as error:
                await self._connection.send(
                    written("error", code="unsupported_format", message=str(error), fatal=False)
                )
                continue
            match message["type"]:
                case "finalize":
                    stream.finalize()
                case "expect" if message.get("expecting") in EXPECTING:
                    stream.expect(message["expecting"])
                case "close":
                    stream.finalize()
                    await self._last_final()
                    await self._connection.send(written("closed"))
                    await self._connection.close()
                    return

    async def _last_final(self) -> None:
        """Wait for the final of an utterance that is open, if one is: the engine may only be about to say so."""
        await asyncio.sleep(LAST_WORD_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_FINAL_S):
                await self._settled.wait()

    async def _tell(self, stream: RecogniserStream) -> None:
        async for event in stream.events():
            await self._send(event)

    async def _send(self, event: RecogniserEvent) -> None:
        match event:
            case VoiceStarted(at_ms=at, certain=certain):
                self._settled.clear()
                started = written("speech_start", call_sid=self._call_id, at_ms=at, certain=certain)
                await self._connection.send(started)
            case VoiceEnded(at_ms=at):
                await self._connection.send(written("speech_end", call_sid=self._call_id, at_ms=at))
            case PartialTranscript(utterance_id=name, text=text, confidence=confidence):
                if self._interim:
                    await self._transcription(name, text, confidence, is_final=False)
            case FinalTranscript(utterance_id=name, text=text, confidence=confidence, start_ms=start, end_ms=end):
                await self._transcription(name, text, confidence, is_final=True, start_ms=start, end_ms=end)
                self._settled.set()
            case RecogniserFailed(reason=reason):
                self._settled.set()
                raise _Refused("model_error", reason)
            case _:
                assert_never(event)

    async def _transcription(
        self, name: str, text: str, confidence: float | None, *, is_final: bool, **times: int
    ) -> None:
        await self._connection.send(
            written(
                "transcription",
                call_sid=self._call_id,
                utterance_id=name,
                text=text,
                is_final=is_final,
                confidence=confidence,
                **times,
            )
        )


async def refuse(connection: ServerConnection, code: ErrorCode, message: str) -> None:
    """One error, and the end of the connection."""
    await connection.send(written("error", code=code, message=message, fatal=True))
    await connection.close(CLOSE_CODES[code], code)


def _init(raw: str | bytes) -> dict[str, Any]:
    if isinstance(raw, bytes):
        raise _Refused("bad_init", "audio came before the init message")
    try:
        message = read(raw)
    except ProtocolError as error:
        raise _Refused("bad_init", f"the first message must be an init: {error}") from error
    if message["type"] != "init":
        raise _Refused("bad_init", "the first message must be an init")
    return message


def _audio(message: dict[str, Any]) -> IncomingCaller:
    """The decoder for what `init` announces. Raises ProtocolError."""
    given = message.get("format")
    encoding = message.get("encoding", "pcm_s16le")
    if not isinstance(encoding, str):
        raise ProtocolError("an encoding that is not a text")
    bits = given.get("bit_depth", 16) if isinstance(given, dict) else 16
    if not isinstance(bits, int):
        raise ProtocolError("a bit_depth that is not a number")
    return IncomingCaller(read_format(given, AudioFormat(encoding=encoding.lower())), bits)
