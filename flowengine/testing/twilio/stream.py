"""The media stream from Twilio's end: what is sent, paced; what comes, checked, played out and marked."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import secrets
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from flowengine.adapters.twilio.signature import sign
from flowengine.errors import UNREADABLE_JSON
from flowengine.runtime.audio import FRAME_BYTES, SILENCE
from flowengine.testing.twilio import trouble as troubles
from flowengine.testing.twilio.account import Account, ServerRefused
from flowengine.testing.twilio.playout import Playout
from flowengine.testing.twilio.report import Warned
from flowengine.testing.twilio.trouble import Trouble

FRAME_S = 0.02
CLOSE_TIMEOUT_S = 3.0
FIELDS = {
    "media": {"event", "streamSid", "media"},
    "mark": {"event", "streamSid", "mark"},
    "clear": {"event", "streamSid"},
}
INNER = {"media": {"payload"}, "mark": {"name"}}


class StreamPeer:
    """One open stream. `say` sends caller audio; quiet is sent while nothing is said."""

    def __init__(
        self,
        socket: ClientConnection,
        account_sid: str,
        call_sid: str,
        stream_sid: str,
        trouble: Trouble = troubles.NONE,
    ) -> None:
        self._socket = socket
        self._account_sid = account_sid
        self._call_sid = call_sid
        self._stream_sid = stream_sid
        self._trouble = trouble
        self._to_lose = trouble.lost_marks
        self._sequence = 0
        self._chunk = 0
        self._waiting = bytearray()
        self._all_said = asyncio.Event()
        self.began = asyncio.get_running_loop().time()
        self.playout = Playout(self.began)
        self.spoken = bytearray()
        self.warned = Warned()
        self.marks_echoed: list[str] = []
        self.marks_asked: list[str] = []
        self._first_sound: float | None = None
        self.sounds = asyncio.Event()
        """The agent's first sound has come."""
        self.broke = False
        """It was not the server that closed the socket."""

    @classmethod
    async def open(
        cls,
        account: Account,
        url: str,
        call_sid: str,
        stream_sid: str,
        parameters: dict[str, str],
        trouble: Trouble = troubles.NONE,
    ) -> StreamPeer:
        """Upgrade, signed; then `connected` and `start`. Raises ServerRefused."""
        token = secrets.token_hex(16) if trouble.bad_upgrade_signature else account.auth_token
        try:
            socket = await connect(
                url,
                additional_headers={"X-Twilio-Signature": sign(token, url)},
                user_agent_header="TwilioMediaStreams/1.0",
                compression=None,
                max_size=None,
                ping_interval=None,
                close_timeout=CLOSE_TIMEOUT_S,
            )
        except InvalidStatus as error:
            raise ServerRefused(f"31920: the upgrade was answered with {error.response.status_code}") from error
        except (OSError, WebSocketException, TimeoutError) as error:
            raise ServerRefused(f"31901: the stream could not be opened ({type(error).__name__})") from error
        peer = cls(socket, account.sid, call_sid, stream_sid, trouble)
        with contextlib.suppress(ConnectionClosed):
            await peer._send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
            if not trouble.no_start:
                await peer._start({"token": secrets.token_urlsafe(24)} if trouble.wrong_token else parameters)
        return peer

    @property
    def heard_until(self) -> float:
        """When what the agent has sent so far ends, or ended; seconds since the stream began."""
        return self.playout.until - self.began

    @property
    def close_code(self) -> int | None:
        """How the socket was closed; None while it is open."""
        return self._socket.close_code

    def now(self) -> float:
        """Seconds since the stream began."""
        return asyncio.get_running_loop().time() - self.began

    async def say(self, mulaw: bytes) -> None:
        """Speak: returns when the last frame of this audio (mu-law) has been sent."""
        self._waiting += mulaw
        self._all_said.clear()
        await self._all_said.wait()

    async def press(self, key: str) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self._send_numbered("dtmf", {"track": "inbound_track", "digit": key})

    async def run(self) -> None:
        """Send and receive until the socket closes or this is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._pace())
            try:
                await self._receive()
            finally:
                sending.cancel()

    async def stop(self, *, abruptly: bool = False) -> None:
        """End the stream: `stop` and a close, or, abruptly, a broken connection (1006)."""
        if abruptly:
            self._socket.transport.abort()
            return
        with contextlib.suppress(ConnectionClosed):
            if not self._trouble.no_stop:
                await self._send_numbered("stop", {"accountSid": self._account_sid, "callSid": self._call_sid})
            await self._socket.close()

    async def _start(self, parameters: dict[str, str]) -> None:
        await self._send_numbered(
            "start",
            {
                "accountSid": self._account_sid,
                "streamSid": self._stream_sid,
                "callSid": self._call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": parameters,
            },
        )
        for message in self._trouble.nonsense:
            await self._socket.send(message)
        self.began = asyncio.get_running_loop().time()
        self.playout = Playout(self.began)

    async def _pace(self) -> None:
        """Every 20 ms a frame of caller audio, and the echoes of the marks that have been reached."""
        if self._trouble.no_start:
            return
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        with contextlib.suppress(ConnectionClosed):
            while True:
                if _passed(self._trouble.breaks_after_s, self._talked_s()):
                    self.broke = True
                    self._socket.transport.abort()
                    return
                if not _passed(self._trouble.mute_after_s, self.now()):
                    await self._send_frame()
                for name in self.playout.due(loop.time() - self._trouble.mark_delay_s):
                    await self._echo(name)
                deadline += FRAME_S
                await asyncio.sleep(max(0.0, deadline - loop.time()))

    def _talked_s(self) -> float:
        """Since the agent's first sound; below zero before it."""
        return -1.0 if self._first_sound is None else self.now() - self._first_sound

    async def _send_frame(self) -> None:
        frame = bytes(self._waiting[:FRAME_BYTES])
        del self._waiting[:FRAME_BYTES]
        if not self._waiting:
            self._all_said.set()
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

    async def _echo(self, name: str) -> None:
        if self._to_lose:
            self._to_lose -= 1
            return
        self.marks_echoed.append(name)
        await self._send_numbered("mark", {"name": name})

    async def _receive(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                if _passed(self._trouble.deaf_after_s, self.now()):
                    await self._socket.wait_closed()
                    return
                await self._take(await self._socket.recv())

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
                if self._first_sound is None:
                    self._first_sound = self.now()
                    self.sounds.set()
                self.playout.media(base64.b64decode(parsed["media"]["payload"]), now)
            case "mark":
                self.marks_asked.append(parsed["mark"]["name"])
                self.playout.mark(parsed["mark"]["name"], now)
            case _:
                for name in self.playout.clear(now):
                    await self._echo(name)

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
            elif event == "mark" and not isinstance(parsed["mark"]["name"], str):
                return None
        except (*UNREADABLE_JSON, KeyError, TypeError, binascii.Error):
            return None
        return dict(parsed)

    async def _send_numbered(self, event: str, fields: dict[str, object]) -> None:
        self._sequence += 1
        await self._send(
            {"event": event, "sequenceNumber": str(self._sequence), event: fields, "streamSid": self._stream_sid}
        )

    async def _send(self, message: dict[str, object]) -> None:
        await self._socket.send(json.dumps(message))


def _passed(moment: float | None, now: float) -> bool:
    return moment is not None and now >= moment
