"""How a dialled number behaves, and what goes wrong while a call to it is placed or told of. All of it is data.

Seconds are those of the simulated world: an exchange may run faster than the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from flowengine.adapters.twilio.callbacks import CallStatus

HANGS_UP = "hangs up"
Verdict = Literal[
    "human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown"
]


class Callbacks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How status callbacks are told. As they happen, once each, unless this says otherwise."""

    reversed: bool = False
    """All at the end, the last one first."""
    times: int = 1
    """Each so often."""
    missing: tuple[CallStatus, ...] = ()
    delays: Mapping[CallStatus, float] = {}
    """So much later than it happened; later ones overtake it."""
    numbered: bool = True
    """False: without SequenceNumber, as the older kind comes."""


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower, forbid_unknown_fields=True):
    rings_s: float = 3.0
    """From the first ring to what becomes of it."""
    callbacks: Callbacks = Callbacks()


class Answers(_Line, frozen=True, kw_only=True):
    """A person picks up. With `says`, and where there is audio, they speak by that script; `talks_s` counts otherwise.

    `talks_s` None: they stay on the line until our side, or the test, ends the call. 0: they hang up at once.
    """

    talks_s: float | None = None
    presses: tuple[str, ...] = ()
    """A key for each `<Gather>` of a call that is ordered with TwiML: "" for none, `HANGS_UP` to leave there."""
    waits_s: float | None = None
    """So long alone in a room; None: until somebody comes, or it is over. 0: hangs up at its door."""
    says: tuple[str, ...] | None = None
    verdict: Verdict = "human"
    verdict_after_s: float = 2.4


class Voicemail(_Line, frozen=True, kw_only=True):
    """A machine answers, plays its greeting and a beep, records for `records_s` and hangs up.

    `verdict_after_s`: when detection tells `machine_start`; the end of the greeting is told when it is there.
    """

    greeting: str = "Please leave a message after the tone."
    greeting_s: float = 5.0
    records_s: float = 60.0
    verdict_after_s: float = 2.4
    says_nothing: bool = False
    """No audio, even where there is some: the stream is not opened."""


class Busy(_Line, frozen=True, kw_only=True):
    """Engaged."""


class NoAnswer(_Line, frozen=True, kw_only=True):
    """Rings for as long as the order lets it."""


class Fails(_Line, frozen=True, kw_only=True):
    """The carrier cannot put it through."""

    sip_code: int = 404


class Rejected(_Line, frozen=True, kw_only=True):
    """Twilio refuses to place a call to it: 13224, 21211, 21214, 21215, 21216, 21217, 21219, …"""

    code: int = 21216


Line = Answers | Voicemail | Busy | NoAnswer | Fails | Rejected


class PlacingTrouble(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong with one request to place a call."""

    is_placed: bool = True
    """The call exists, whatever the answer says."""
    answer: Literal["comes", "cut", "never"] = "comes"
    """`cut`: the connection breaks instead of an answer. `never`: it stays open and silent."""
    status: int | None = None
    """HTTP status of an error that is answered; None: the answer of a call that was placed."""
    code: int | None = None
    retry_after_s: float | None = None
    delay_s: float = 0.0
    """Real seconds before the answer."""
    after_callbacks: int = 0
    """The answer waits until so many status callbacks of the call have been told."""


LOST_BEFORE = PlacingTrouble(is_placed=False, answer="cut")
LOST_AFTER = PlacingTrouble(answer="cut")
NEVER_ANSWERED = PlacingTrouble(answer="never")
FAILED_BEFORE = PlacingTrouble(is_placed=False, status=500, code=20500)
FAILED_AFTER = PlacingTrouble(status=503, code=20503)
CALLBACK_FIRST = PlacingTrouble(after_callbacks=1)


def slow_down(retry_after_s: float | None = None) -> PlacingTrouble:
    """Too many requests; nothing is placed."""
    return PlacingTrouble(is_placed=False, status=429, code=20429, retry_after_s=retry_after_s)
