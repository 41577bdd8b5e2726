"""The telephone network behind the simulated REST side: calls that are ordered are dialled, and numbers behave as told.

Without audio an answered call posts its Url, reads the TwiML, and stays up for as long as its line says. With a
`converse` (a `Telephone` has one) a line that has something to say is talked to.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, assert_never

from flowengine.adapters.twilio.callbacks import ENDS, CallStatus
from flowengine.testing.twilio.account import Account, Instructions, ServerRefused, read_twiml
from flowengine.testing.twilio.book import PlacedCall
from flowengine.testing.twilio.leg import Leg
from flowengine.testing.twilio.lines import Answers, Busy, Fails, Line, NoAnswer, Rejected, Verdict, Voicemail
from flowengine.testing.twilio.orders import first
from flowengine.testing.twilio.rest import RestServer
from flowengine.testing.twilio.rooms import Rooms
from flowengine.testing.twilio.telling import Teller

What = Literal["placed", "dialled", "ended", "told", "not told", "fetched", "not fetched", "redirected"]
Converse = Callable[[PlacedCall, Answers | Voicemail, dict[str, str]], None]
"""Talks to a call that was answered, until it is over."""

LOOK_S = 0.02
SIP_CODES = {"completed": 200, "busy": 486, "no-answer": 487, "canceled": 487, "failed": 503}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to an ordered call: when (real time), what, and a word more: a status, a webhook."""

    at: datetime
    what: What
    call_sid: str
    number: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Detection:
    """A verdict that is due: where it is told, what it is, and when."""

    url: str
    verdict: Verdict
    after_s: float


class Exchange:
    """An account at a simulated Twilio. `script` says how a number behaves; `happened` and `rung` what became of it.

    `speed`: simulated seconds a real one; infinite: ringing and talking take no time. `calls_a_second` begin, the
    rest waits in Twilio's queue; None: no limit. A number without a line is answered, and stays on the line.
    Use as a context manager, or close it.
    """

    def __init__(
        self,
        account: Account | None = None,
        *,
        port: int = 0,
        speed: float = 1.0,
        calls_a_second: float | None = 1.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.account = account or Account()
        self.speed = speed
        self.calls_a_second = calls_a_second
        self.happened: list[Happened] = []
        self.rung: Counter[str] = Counter()
        """How often each number was dialled."""
        self.default: Line = Answers()
        self.converse: Converse | None = None
        self.on_completed: Callable[[str], None] = lambda sid: None
        self.on_redirected: Callable[[str, str], None] = lambda sid, twiml: None
        self.rooms = Rooms()
        self.said: list[tuple[str, str]] = []
        """What Twilio itself has said on calls without a stream, each with the call's SID."""
        self._lines: dict[str, deque[Line]] = {}
        self._changed = threading.Condition()
        self._next_turn = 0.0
        self._now = now
        self.rest = RestServer(
            self.account.sid,
            self.account.auth_token,
            self._completed,
            on_redirected=self._redirected,
            on_placed=self._begin,
            refuses=self._rejection,
            now=now,
            port=port,
        )

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop; calls that are still up are dropped without a word."""
        self.rest.close()
        for call in list(self.rest.book.placed.values()):
            call.over.set()

    def script(self, number: str, *lines: Line) -> None:
        """How this number behaves, a line a ring; the last one stays."""
        with self._changed:
            self._lines[number] = deque(lines)

    def until(self, claim: Callable[[], object], *, within_s: float = 60.0) -> None:
        """Wait until the claim is true, of the exchange or of anything else. Raises TimeoutError."""
        deadline = time.monotonic() + within_s
        # The claim is asked without the lock: it may well ask somebody who is placing a call just now.
        while not claim():
            if time.monotonic() > deadline:
                raise TimeoutError("that did not happen in time")
            with self._changed:
                self._changed.wait(LOOK_S)

    def calls_to(self, number: str) -> list[PlacedCall]:
        """The calls that were placed to this number, in order."""
        return [call for call in list(self.rest.book.placed.values()) if call.to == number]

    def over(self, number: str, calls: int = 1) -> bool:
        """So many calls to this number have ended, and their last callback is out."""
        return len([each for each in self.happened if each.what == "ended" and each.number == number]) >= calls

    def hang_up(self, call_sid: str) -> None:
        """The person who was called hangs up."""
        if self.rest.book.move(call_sid, "completed"):
            self.on_completed(call_sid)

    def moment(self, call: PlacedCall) -> datetime:
        """What time it is in the call's own world."""
        return self._now() + call.ahead

    def note(self, call: PlacedCall, what: What, detail: str = "") -> None:
        with self._changed:
            self.happened.append(Happened(self._now(), what, call.sid, call.to, detail))
            self._changed.notify_all()

    def pause(self, call: PlacedCall, seconds: float) -> bool:
        """Let simulated time pass; True when the call was ended meanwhile. Infinite: until it is ended."""
        began = self._now()
        is_over = call.over.wait(None if math.isinf(seconds) else seconds / self.speed)
        passed = (self._now() - began).total_seconds()
        if is_over:
            seconds = passed * self.speed if math.isfinite(self.speed) else passed
        call.ahead += timedelta(seconds=max(0.0, seconds - passed))
        return is_over

    def _begin(self, call: PlacedCall) -> None:
        self.note(call, "placed")
        threading.Thread(target=self._drive, args=(call,), name="simulated call", daemon=True).start()

    def _drive(self, call: PlacedCall) -> None:
        """One call from the queue to its end."""
        line = self.default
        teller = Teller(self, call)
        try:
            if not self._await_turn(call):
                line = self._line_of(call.to)
                teller.callbacks = line.callbacks
                self._dial(call, line, teller)
        finally:
            status = self.rest.calls[call.sid]
            if status in ENDS:
                sip_code = line.sip_code if isinstance(line, Fails) and status == "failed" else SIP_CODES[status]
                teller.status(status, sip_code=sip_code)
                self.note(call, "ended", status)

    def _await_turn(self, call: PlacedCall) -> bool:
        """Twilio's own queue. True when the call was taken back meanwhile."""
        if not self.calls_a_second:
            return call.over.is_set()
        with self._changed:
            now = time.monotonic()
            turn = max(now, self._next_turn)
            self._next_turn = turn + 1 / (self.calls_a_second * self.speed)
        return self.pause(call, (turn - now) * self.speed if turn > now else 0.0)

    def _dial(self, call: PlacedCall, line: Line, teller: Teller) -> None:
        if not self.rest.book.move(call.sid, "initiated"):
            return
        with self._changed:
            self.rung[call.to] += 1
        self.note(call, "dialled")
        teller.status("initiated")
        match line:
            case Busy():
                self._end(call, line.rings_s, "busy")
            case Fails():
                self._end(call, line.rings_s, "failed")
            case NoAnswer():
                if self._moved(call, "ringing", teller):
                    self._end(call, float(first(call.order, "Timeout", "60")), "no-answer")
            case Answers() | Voicemail():
                if self._moved(call, "ringing", teller) and not self.pause(call, line.rings_s):
                    self._answered(call, line, teller)
            case Rejected():
                self._end(call, 0, "failed")
            case _:
                assert_never(line)

    def _end(self, call: PlacedCall, after_s: float, status: CallStatus) -> None:
        if not self.pause(call, after_s):
            self.rest.book.move(call.sid, status)

    def _moved(self, call: PlacedCall, status: CallStatus, teller: Teller) -> bool:
        """The call goes on, and it is told; False when it is over."""
        if not self.rest.book.move(call.sid, status):
            return False
        teller.status(status)
        return True

    def _answered(self, call: PlacedCall, line: Answers | Voicemail, teller: Teller) -> None:
        if not self._moved(call, "in-progress", teller):
            return
        detection, url = first(call.order, "MachineDetection"), first(call.order, "AsyncAmdStatusCallback")
        verdict, after_s = _verdict(line, detection)
        if detection and first(call.order, "AsyncAmd") != "true":
            self.pause(call, after_s)
            call.answered_by = verdict
        due = _Detection(url, verdict, after_s) if detection and url and call.answered_by is None else None
        if self.converse is not None and _has_voice(line):
            if due is not None:
                threading.Thread(target=self._detect, args=(call, due, teller), daemon=True).start()
            self.converse(call, line, teller.form("in-progress"))
        elif twiml := first(call.order, "Twiml"):
            Leg(self, call, line, teller).follow(twiml)
        elif (told := self._fetch(call, teller)) is not None and (told.stream_url or told.dial):
            self._stay(call, line, due, teller)
        self.rest.book.move(call.sid, "completed")

    def _stay(self, call: PlacedCall, line: Answers | Voicemail, due: _Detection | None, teller: Teller) -> None:
        """Stay on the line without a sound: as long as the line, and the order's limit, say."""
        talks_s = line.greeting_s + line.records_s if isinstance(line, Voicemail) else line.talks_s
        left = min(math.inf if talks_s is None else talks_s, float(first(call.order, "TimeLimit", "14400")))
        if due is not None and due.after_s <= left:
            left -= due.after_s
            self._detect(call, due, teller)
        # An endless call is kept up in real time, whatever the speed: the test, or the server, ends it.
        self.pause(call, math.inf if talks_s is None and math.isinf(self.speed) else left)

    def _detect(self, call: PlacedCall, due: _Detection, teller: Teller) -> None:
        """Tell who has answered; of a call that is over by then nobody is told."""
        if self.pause(call, due.after_s):
            return
        call.answered_by = due.verdict
        verdict = {"AnsweredBy": due.verdict, "MachineDetectionDuration": str(round(due.after_s * 1000))}
        teller.post(due.url, {"AccountSid": self.account.sid, "CallSid": call.sid} | verdict)

    def _fetch(self, call: PlacedCall, teller: Teller) -> Instructions | None:
        """Ask the server what to do; None when it does not say, and Twilio says that an application error occurred."""
        url = first(call.order, "Url")
        answered_by = {} if call.answered_by is None else {"AnsweredBy": call.answered_by}
        try:
            status, body = self.account.post_now(url, teller.form("in-progress") | answered_by)
            if status != 200:
                raise ServerRefused(f"answered {status}")
            instructions = read_twiml(body)
        except ServerRefused as error:
            self.note(call, "not fetched", str(error))
            return None
        self.note(call, "fetched", body)
        return instructions

    def _line_of(self, number: str) -> Line:
        with self._changed:
            lines = self._lines.get(number)
            if not lines:
                return self.default
            return lines.popleft() if len(lines) > 1 else lines[0]

    def _rejection(self, number: str) -> int | None:
        with self._changed:
            lines = self._lines.get(number)
            if not lines or not isinstance(lines[0], Rejected):
                return None
            return (lines.popleft() if len(lines) > 1 else lines[0]).code  # type: ignore[union-attr]  # just looked at

    def _completed(self, sid: str) -> None:
        self.on_completed(sid)

    def _redirected(self, sid: str, instructions: str) -> None:
        if sid in self.rest.book.placed:
            self.note(self.rest.book.placed[sid], "redirected", instructions)
        self.on_redirected(sid, instructions)


def _has_voice(line: Answers | Voicemail) -> bool:
    return not line.says_nothing if isinstance(line, Voicemail) else line.says is not None


def _verdict(line: Answers | Voicemail, detection: str) -> tuple[Verdict, float]:
    """What machine detection comes to, and when; that of a message's end waits for the greeting to be over."""
    if isinstance(line, Answers):
        return line.verdict, line.verdict_after_s
    if detection == "DetectMessageEnd":
        return "machine_end_beep", line.greeting_s
    return "machine_start", line.verdict_after_s
