"""One caller's media stream, driven by the common clock: frames out, the agent's audio in, played out and measured."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections import deque
from collections.abc import Sequence
from functools import cache

import msgspec

from flowengine.errors import UNREADABLE_JSON
from flowengine.runtime.audio import BYTES_A_SECOND, FRAME_BYTES, SILENCE, frames, loudness
from flowengine.testing.load.schedule import Run
from flowengine.testing.load.tally import Tally
from flowengine.testing.load.wire import Wire
from flowengine.testing.twilio.measures import VOICE_LOUDNESS
from flowengine.testing.twilio.playout import Playout

MARK_LATE_S = 1.0
"""Audio that was played to its end, and so long after it no mark has come: that mark is lost."""


@cache
def base64_of(frame: bytes) -> bytes:
    """A frame as it is sent; callers say few things, again and again."""
    return b2a_base64(frame, newline=False)


QUIET = base64_of(SILENCE * FRAME_BYTES)


class _Media(msgspec.Struct, forbid_unknown_fields=True):
    payload: str


class _Mark(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class _Message(msgspec.Struct, forbid_unknown_fields=True):
    event: str
    streamSid: str
    media: _Media | None = None
    mark: _Mark | None = None


_decode = msgspec.json.Decoder(_Message).decode


class LoadStream:
    """The stream of one call over an open wire. Measures go to whichever tally counts at that moment."""

    def __init__(self, account_sid: str, call_sid: str, stream_sid: str, tallies: Tallies) -> None:
        self._sids = (account_sid, call_sid, stream_sid)
        self._stream_sid = stream_sid
        self._tallies = tallies
        self._wire: Wire | None = None
        self._sequence = 1
        self._chunk = 0
        self._began = 0.0
        self._saying: deque[bytes] = deque()
        self._run = Run()
        self._unmarked_until: float | None = None
        self.playout = Playout(0.0, keeps_audio=False)
        self.cleared_at: float | None = None
        self.sounded_at: float | None = None
        """When the first sound that came since `listen` is heard."""
        self.finished_saying_at = 0.0

    def begin(self, wire: Wire, parameters: dict[str, str], now: float) -> None:
        """`connected` and `start`."""
        account_sid, call_sid, stream_sid = self._sids
        start: dict[str, object] = {
            "accountSid": account_sid,
            "streamSid": stream_sid,
            "callSid": call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }
        self._wire = wire
        self._began = now
        self.playout = Playout(now, keeps_audio=False)
        wire.send(b'{"event":"connected","protocol":"Call","version":"1.0.0"}')
        wire.send(self._numbered("start", start))

    @property
    def is_saying(self) -> bool:
        return bool(self._saying)

    def say(self, payloads: Sequence[bytes]) -> None:
        """Say these frames from the next tick on."""
        self._saying.extend(payloads)

    def listen(self) -> None:
        """From now on the next sound of the agent's is waited for."""
        self.sounded_at = None

    def tick(self, now: float) -> None:
        """Send the frame that is due, and the echoes."""
        wire = self._wire
        if wire is None:
            return
        payload = QUIET
        if self._saying:
            payload = self._saying.popleft()
            self.finished_saying_at = now
        number, self._sequence = self._sequence, self._sequence + 1
        self._chunk += 1
        wire.send(
            b'{"event":"media","sequenceNumber":"%d","media":{"track":"inbound","chunk":"%d","timestamp":"%d",'
            b'"payload":"%b"},"streamSid":"%b"}'
            % (number, self._chunk, (now - self._began) * 1000, payload, self._stream_sid.encode())
        )
        self._tallies.now.frames += 1
        for name in self.playout.due(now):
            self._echo(name)
        if self._unmarked_until is not None and now > self._unmarked_until + MARK_LATE_S:
            self._tallies.now.lost_marks += 1
            self._unmarked_until = None

    def take(self, payload: bytes, moment: float) -> None:
        """A message of the server's."""
        tally = self._tallies.now
        try:
            message = _decode(payload)
        except UNREADABLE_JSON:
            tally.problems["31951: a message that Twilio does not take"] += 1
            return
        if message.streamSid != self._stream_sid:
            tally.problems["31951: a message of another stream"] += 1
        elif message.event == "media" and message.media is not None:
            self._media(message.media.payload, moment, tally)
        elif message.event == "mark" and message.mark is not None:
            tally.marks += 1
            self._unmarked_until = None
            self.playout.mark(message.mark.name, moment)
        elif message.event == "clear":
            self.cleared_at = moment
            self._unmarked_until = None
            self._close_run(tally)
            for name in self.playout.clear(moment):
                self._echo(name)
        else:
            tally.problems["31951: a message of an unknown event"] += 1

    def stop(self) -> None:
        """`stop`, and the close."""
        if self._wire is None:
            return
        account_sid, call_sid, _ = self._sids
        self._wire.send(self._numbered("stop", {"accountSid": account_sid, "callSid": call_sid}))
        self._wire.close()

    def finish(self) -> None:
        """The stream is over: what was begun is measured."""
        self._close_run(self._tallies.now)

    def _media(self, text: str, moment: float, tally: Tally) -> None:
        try:
            mulaw = a2b_base64(text, strict_mode=True)
        except (Base64Error, ValueError):
            tally.problems["31951: audio that is not base64"] += 1
            return
        until, gaps = self.playout.until, len(self.playout.gaps)
        if until < moment:
            self._close_run(tally)
        self.playout.media(mulaw, moment)
        tally.underruns += len(self.playout.gaps) - gaps
        tally.messages += 1
        tally.audio_bytes += len(mulaw)
        if until > moment:
            tally.headroom.append(until - moment)
        self._run.add(moment, len(mulaw) / BYTES_A_SECOND)
        self._unmarked_until = self.playout.until
        if self.sounded_at is None and any(loudness(frame) >= VOICE_LOUDNESS for frame in frames(mulaw)):
            self.sounded_at = max(moment, until)

    def _close_run(self, tally: Tally) -> None:
        tally.lateness.extend(self._run.lateness())
        self._run = Run()

    def _echo(self, name: str) -> None:
        if self._wire is not None:
            self._wire.send(self._numbered("mark", {"name": name}))

    def _numbered(self, event: str, fields: dict[str, object]) -> bytes:
        number = str(self._sequence)
        self._sequence += 1
        return msgspec.json.encode(
            {"event": event, "sequenceNumber": number, event: fields, "streamSid": self._stream_sid}
        )


class Tallies:
    """The tally that counts now; `next` begins another."""

    def __init__(self) -> None:
        self.now = Tally()

    def next(self) -> Tally:
        """Begin a new one; gives the one that is over."""
        over, self.now = self.now, Tally()
        return over
