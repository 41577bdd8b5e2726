"""The media stream from Twilio's end: what is sent, paced; what comes, checked, played out and marked."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from flowengine.adapters.twilio.signature import sign
from flowengine.runtime.audio import FRAME_BYTES, SILENCE
from flowengine.testing.twilio.account import Account, ServerRefused
from flowengine.testing.twilio.playout import Playout

FRAME_S = 0.02
FIELDS = {
    "media": {"event", "streamSid", "media"},
    "mark": {"event", "streamSid", "mark"},
    "clear": {"event", "streamSid"},
}
INNER = {"media": {"payload"}, "mark": {"name"}}


@dataclass(slots=True)
class Warned:
    """What Twilio would put into its log: binary frames, and messages that it does not take."""

    binary_31950: int = 0
    invalid_31951: int = 0


class StreamPeer:
    """One open stream. `say` queues caller audio; quiet is sent when nothing is queued."""

    def __init__(self, socket: ClientConnection, call_sid: str, stream_sid: str) -> None:
        loop = asyncio.get_running_loop()
        self._socket = socket
        self._call_sid = call_sid
        self._stream_sid = stream_sid
        self._sequence = 0
        self._chunk = 0
        self._waiting = bytearray()
        self._closed = asyncio.Event()
        self.began = loop.time()
        self.playout = Playout(self.began)
        self.spoken = bytearray()
        self.warned = Warned()
        self.marks_echoed: list[str] = []
        self.marks_asked: list[str] = []
        self.stalled = False
        self.lost_marks = 0
        """How many of the next marks to swallow: echoes that get lost."""

    @classmethod
    async def open(
        cls, account: Account, url: str, call_sid: str, stream_sid: str, parameters: dict[str, str]
    ) -> StreamPeer:
        """Upgrade, signed; then `connected` and `start`. Raises ServerRefused."""
        try:
            socket = await connect(
                url,
                additional_headers={"X-Twilio-Signature": sign(account.auth_token, url)},
                compression=None,
                max_size=None,
                ping_interval=None,
            )
        except InvalidStatus as error:
            raise ServerRefused(f"31920: the upgrade was answered with {error.response.status_code}") from error
        except (OSError, WebSocketException) as error:
            raise ServerRefused(f"the stream could not be opened ({type(error).__name__})") from error
        peer = cls(socket, call_sid, stream_sid)
        await peer._send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        await peer._send_numbered(
            "start",
            {
                "accountSid": account.sid,
                "streamSid": stream_sid,
                "callSid": call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": parameters,
            },
        )
        peer.began = asyncio.get_running_loop().time()
        peer.playout = Playout(peer.began)
        return peer

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    @property
    def is_speaking(self) -> bool:
        """The caller's own audio is still being sent."""
        return bool(self._waiting)

    def now(self) -> float:
        """Seconds since the stream began."""
        return asyncio.get_running_loop().time() - self.began

    def say(self, mulaw: bytes) -> None:
        """Queue caller audio, mu-law."""
        self._waiting += mulaw

    async def press(self, key: str) -> None:
        await self._send_numbered("dtmf", {"track": "inbound_track", "digit": key})

    async def run(self) -> None:
        """Send and receive until the socket closes or this is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._pace())
            echoing = tasks.create_task(self._echo())
            try:
                await self._receive()
            finally:
                self._closed.set()
                sending.cancel()
                echoing.cancel()

    async def stop(self, *, abruptly: bool = False) -> None:
        """End the stream: `stop` and a close, or, abruptly, a broken connection (1006)."""
        if abruptly:
            self._socket.transport.abort()
            return
        with contextlib.suppress(ConnectionClosed):
            await self._send_numbered("stop", {"accountSid": "", "callSid": self._call_sid})
            await self._socket.close()

    async def send_raw(self, message: str | bytes) -> None:
        """Anything at all, to see what the server makes of it."""
        await self._socket.send(message)

    async def _pace(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        with contextlib.suppress(ConnectionClosed):
            while True:
                frame = bytes(self._waiting[:FRAME_BYTES])
                del self._waiting[:FRAME_BYTES]
                frame += SILENCE * (FRAME_BYTES - len(frame))
                self.spoken += frame
                self._chunk += 1
                await self._send_numbered(
                    "media",
                    {
                        "track": "inbound",
                        "chunk": str(self._chunk),
                        "timestamp": str(round(self.now() * 1000)),
                        "payload": base64.b64encode(frame).decode(),
                    },
                )
                deadline += FRAME_S
                await asyncio.sleep(max(0.0, deadline - loop.time()))

    async def _echo(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ConnectionClosed):
            while True:
                for name in self.playout.due(loop.time()):
                    await self._echo_mark(name)
                await asyncio.sleep(0.005)

    async def _echo_mark(self, name: str) -> None:
        if self.lost_marks:
            self.lost_marks -= 1
            return
        self.marks_echoed.append(name)
        await self._send_numbered("mark", {"name": name})

    async def _receive(self) -> None:
        try:
            while True:
                while self.stalled:  # noqa: ASYNC110 - a switch that a test throws
                    await asyncio.sleep(0.05)
                await self._take(await self._socket.recv())
        except ConnectionClosed:
            return

    async def _take(self, message: str | bytes) -> None:
        now = asyncio.get_running_loop().time()
        if isinstance(message, bytes):
            self.warned.binary_31950 += 1
            return
        parsed = self._valid(message)
        if parsed is None:
            self.warned.invalid_31951 += 1
            return
        match parsed["event"]:
            case "media":
                self.playout.media(base64.b64decode(parsed["media"]["payload"]), now)
            case "mark":
                self.marks_asked.append(parsed["mark"]["name"])
                self.playout.mark(parsed["mark"]["name"], now)
            case _:
                for name in self.playout.clear(now):
                    await self._echo_mark(name)

    def _valid(self, text: str) -> dict[str, Any] | None:
        """The message, if Twilio would take it: known event, exactly its fields, our stream, readable payload."""
        try:
            parsed = json.loads(text)
            event = parsed["event"]
            if set(parsed) != FIELDS[event] or parsed["streamSid"] != self._stream_sid:
                return None
            if event in INNER and set(parsed[event]) != INNER[event]:
                return None
            if event == "media":
                base64.b64decode(parsed["media"]["payload"], validate=True)
        except (ValueError, KeyError, TypeError, binascii.Error):
            return None
        return dict(parsed)

    async def _send_numbered(self, event: str, fields: dict[str, object]) -> None:
        self._sequence += 1
        await self._send(
            {
                "event": event,
                "sequenceNumber": str(self._sequence),
                event: fields,
                "streamSid": self._stream_sid,
            }
        )

    async def _send(self, message: dict[str, object]) -> None:
        await self._socket.send(json.dumps(message))
