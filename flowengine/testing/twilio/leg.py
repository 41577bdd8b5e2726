"""A call without a media stream, as it follows its TwiML: what is said, which keys are pressed, which room it enters.

Nobody speaks here: what Twilio says takes its time, a `<Gather>` gets the next key that the line has, and in a room the
line stays for as long as it talks.
"""

from __future__ import annotations

import math
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowengine.testing.twilio.account import ServerRefused, WantedRoom, room_of
from flowengine.testing.twilio.book import PlacedCall
from flowengine.testing.twilio.lines import HANGS_UP, Answers, Voicemail
from flowengine.testing.twilio.rooms import Room
from flowengine.testing.twilio.telling import Teller

if TYPE_CHECKING:
    from flowengine.testing.twilio.exchange import Exchange

CHARACTERS_A_SECOND = 15
KEY_AFTER_S = 0.3
LOOK_S = 0.01
DEFAULT_TIMEOUT_S = 5.0


class _Over(Exception):
    """The call is over, whoever ended it."""


class Leg:
    """One placed call whose line takes no stream. `heard` is what was said to whoever answered."""

    def __init__(self, exchange: Exchange, call: PlacedCall, line: Answers | Voicemail, teller: Teller) -> None:
        self._exchange = exchange
        self._call = call
        self._teller = teller
        self._keys = list(line.presses) if isinstance(line, Answers) else []
        self._talks_s = line.talks_s if isinstance(line, Answers) else line.greeting_s + line.records_s
        self._alone_s = line.waits_s if isinstance(line, Answers) else None

    def follow(self, twiml: str) -> None:
        """Until the call is over; the caller of this ends it."""
        following: str | None = twiml
        try:
            while following is not None:
                following = self._through(following)
        except ServerRefused as error:
            self._exchange.note(self._call, "not fetched", str(error))
        except _Over:
            pass

    def _through(self, twiml: str) -> str | None:
        """One document from verb to verb; the next one, or None when nothing follows."""
        try:
            response = ET.fromstring(twiml)
        except ET.ParseError as error:
            raise ServerRefused(f"12100: the TwiML is not XML: {error}") from error
        for verb in response:
            match verb.tag:
                case "Say":
                    self._say(verb)
                case "Pause":
                    self._wait(float(verb.get("length", "1")))
                case "Gather":
                    followed = self._gather(verb)
                    if followed is not None:
                        return followed
                case "Redirect":
                    return self._fetch((verb.text or "").strip(), {})
                case "Dial":
                    self._talk(room_of(verb))
                case "Hangup":
                    return None
                case tag:
                    raise ServerRefused(f"12200: <{tag}> is not known here")
        return None

    def _say(self, verb: ET.Element) -> None:
        text = verb.text or ""
        self._exchange.said.append((self._call.sid, text))
        self._wait(len(text) / CHARACTERS_A_SECOND)

    def _gather(self, verb: ET.Element) -> str | None:
        """What the action orders, when a key was pressed or the action is asked without one."""
        key = self._keys.pop(0) if self._keys else ""
        if key == HANGS_UP:
            self._wait(KEY_AFTER_S)
            raise _Over
        action = verb.get("action")
        if key:
            for said in verb.findall("Say"):
                self._exchange.said.append((self._call.sid, said.text or ""))
            self._wait(KEY_AFTER_S)
        else:
            for said in verb.findall("Say"):
                self._say(said)
            self._wait(float(verb.get("timeout", DEFAULT_TIMEOUT_S)))
        if action is None or not (key or verb.get("actionOnEmptyResult") == "true"):
            return None
        return self._fetch(action, {"Digits": key, "FinishedOnKey": "", "msg": "Gather End"})

    def _talk(self, wanted: WantedRoom | None) -> None:
        """In the room until it is over, or the line has had its talk."""
        if wanted is None:
            raise ServerRefused("this leg is put through to nobody but a room")
        if self._alone_s == 0:
            raise _Over
        rooms = self._exchange.rooms
        room = rooms.enter(wanted.name, self._call.sid, starts=wanted.starts, ends=wanted.ends, most=wanted.most)
        if room is None:
            raise ServerRefused("the room is full")
        try:
            self._stay(room)
        finally:
            rooms.leave(room, self._call.sid)

    def _stay(self, room: Room) -> None:
        """Alone for as long as the line bears it; then, with somebody there, for as long as it talks."""
        deadline = self._deadline(self._alone_s)
        while not room.over.is_set() and not room.has_met:
            self._look(deadline)
        deadline = self._deadline(self._talks_s)
        while not room.over.is_set():
            self._look(deadline)

    def _deadline(self, seconds: float | None) -> float:
        return math.inf if seconds is None else time.monotonic() + seconds / self._exchange.speed

    def _look(self, deadline: float) -> None:
        if time.monotonic() >= deadline:
            raise _Over
        self._wait(LOOK_S)

    def _fetch(self, url: str, more: Mapping[str, str]) -> str:
        """Raises ServerRefused."""
        status, body = self._exchange.account.post_now(url, {**self._teller.form("in-progress"), **more})
        if status != 200:
            raise ServerRefused(f"11200: answered {status}")
        self._exchange.note(self._call, "fetched", body)
        if self._call.over.is_set():
            raise _Over
        return body

    def _wait(self, seconds: float) -> None:
        if self._exchange.pause(self._call, seconds):
            raise _Over
