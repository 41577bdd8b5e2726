"""The server's side of one text-to-speech conversation."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing, suppress
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from flowengine.adapters.nova2.messages import MULAW, PCM, TELEPHONE, ErrorCode, read, read_format, written
from flowengine.errors import ProtocolError, SynthesiserError
from flowengine.runtime.audio import BYTES_A_SECOND, mulaw_to_pcm16
from flowengine.runtime.ports import Synthesiser

log = logging.getLogger(__name__)

CHUNK_BYTES = 1600
"""200 ms a message."""


class TtsConversation:
    """One socket; one request at a time."""

    def __init__(self, connection: ServerConnection, synthesiser: Synthesiser) -> None:
        self._connection = connection
        self._synthesiser = synthesiser
        self._speaking: asyncio.Task[None] | None = None
        self._request: str | None = None

    async def run(self) -> None:
        """Until the client goes."""
        try:
            async for raw in self._connection:
                await self._take(raw)
        finally:
            await self._stop()

    async def _take(self, raw: str | bytes) -> None:
        if isinstance(raw, bytes):
            await self._complain("unsupported_format", "this address takes text messages only")
            return
        try:
            message = read(raw)
        except ProtocolError as error:
            await self._complain("unsupported_format", str(error))
            return
        match message["type"]:
            case "speak":
                await self._speak(message)
            case "cancel" if self._request is not None and message.get("request_id", self._request) == self._request:
                await self._stop()

    async def _speak(self, message: dict[str, Any]) -> None:
        """Check the request, then speak it beside the reading of further messages."""
        request, text, voice = message.get("request_id"), message.get("text"), message.get("voice")
        if not isinstance(request, str) or not isinstance(text, str) or not (voice is None or isinstance(voice, str)):
            await self._complain("bad_init", "speak needs a request_id and a text", request)
            return
        if self._speaking is not None and not self._speaking.done():
            await self._complain("overloaded", "one request at a time a socket: wait for audio_end", request)
            return
        try:
            form = read_format(message.get("format"), TELEPHONE)
        except ProtocolError as error:
            await self._complain("unsupported_format", str(error), request)
            return
        if form.encoding not in MULAW | PCM or (form.sample_rate, form.channels) != (8000, 1):
            await self._complain("unsupported_format", "mulaw or pcm_s16le at 8000 Hz, one channel", request)
            return
        encoded = "mulaw" if form.encoding in MULAW else "pcm_s16le"
        self._request = request
        self._speaking = asyncio.get_running_loop().create_task(
            self._say(request, text, voice, encoded), name="nova2 speak"
        )

    async def _say(self, request: str, text: str, voice: str | None, encoding: str) -> None:
        """Start, audio, end: the end comes whatever happens between."""
        form = {**TELEPHONE.described(), "encoding": encoding}
        sent = 0
        reason = "cancelled"
        try:
            await self._connection.send(written("audio_start", request_id=request, text=text, format=form))
            async with aclosing(self._synthesiser.speak(text, voice=voice)) as stream:
                async for mulaw in stream:
                    for start in range(0, len(mulaw), CHUNK_BYTES):
                        piece = mulaw[start : start + CHUNK_BYTES]
                        await self._connection.send(piece if encoding == "mulaw" else mulaw_to_pcm16(piece))
                        sent += len(piece)
                        # A cancel that has come meanwhile is read here.
                        await asyncio.sleep(0)
            reason = "done"
        except SynthesiserError as error:
            reason = "error"
            log.warning("synthesis failed", extra={"reason": type(error).__name__})
        except ConnectionClosed:
            reason = "error"
        finally:
            # Sent after a cancellation too: the client throws audio away until it reads this.
            ended = sent * 1000 // BYTES_A_SECOND
            with suppress(ConnectionClosed):
                await self._connection.send(written("audio_end", request_id=request, duration_ms=ended, reason=reason))

    async def _stop(self) -> None:
        """Cancel what is being spoken, and wait for its end; idempotent."""
        task, self._speaking, self._request = self._speaking, None, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _complain(self, code: ErrorCode, message: str, request: object = None) -> None:
        name = request if isinstance(request, str) else None
        await self._connection.send(written("error", code=code, message=message, fatal=False, request_id=name))
