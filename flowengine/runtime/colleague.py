"""The colleague of a warm transfer: rung, told what it is about, and asked, while the caller waits on our line.

    RINGING ── "1" ──> BRIEFING ── has heard it ──> READY ── the caller comes, the two talk ──> over
       └── "2", busy, no answer, a machine, hung up ──┴──────────┴──> over

A key is asked for before anything about the caller is said: a machine presses none, so no message about somebody is
left on one. Everything the telephone tells comes signed, but may come twice, late, or never; what belongs to another
leg than the one in hand changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from enum import Enum
from typing import Literal

from flowengine.conversation.commands import Transfer
from flowengine.conversation.events import ColleagueReady, TransferEnded, TransferResult
from flowengine.errors import AnswerLost, TelephonyError
from flowengine.runtime.colleague_line import ColleagueLine, ColleagueRung
from flowengine.runtime.happenings import Happening
from flowengine.runtime.outliving import Outliving
from flowengine.runtime.ports import Remarked, Told
from flowengine.runtime.tasks import Tasks

log = logging.getLogger(__name__)

Next = Literal["ask", "brief", "meet", "declined", "gone"]
"""What a colleague is to hear next: the question, the briefing, the caller, goodbye, that the caller has gone."""

TAKES, DECLINES = "1", "2"
LOST_S = 5.0
"""So long a call whose order was not answered is waited for: by then it rings, and the telephone has told."""
SETTLES_S = 3.0
"""A colleague who leaves so soon after the caller was sent to them was not met: they are told of the caller first."""
ROOM_S = 2.0
"""A room whose colleague has left is closed by then, and the caller's way back told."""


class Stage(Enum):
    """How far the colleague has come."""

    RINGING = "ringing"
    BRIEFING = "briefing"
    READY = "ready"


class Colleague:
    """The colleague of one call, one after the other. `call` is what the caller's call is known by in the log."""

    def __init__(
        self,
        line: ColleagueLine,
        call: str,
        tasks: Tasks,
        at: Callable[[], float],
        post: Callable[[Happening], None],
        tell: Callable[[Told], None],
        outliving: Outliving,
    ) -> None:
        self._line = line
        self._call = call
        self._tasks = tasks
        self._at = at
        self._post = post
        self._tell = tell
        self._outliving = outliving
        self.order: Transfer | None = None
        self.leg = ""
        """The name of the colleague's call in hand; "" when there is none."""
        self._stage = Stage.RINGING
        self._seen = asyncio.Event()
        self._placed: dict[str, str] = {}
        self._joined_at: float | None = None
        self._joining = False
        self.was_missed = False
        """The colleague had left before the caller came."""

    @property
    def briefing(self) -> str:
        """What the colleague is told."""
        return (self.order.briefing if self.order is not None else None) or ""

    # What the session orders.

    def ring(self, order: Transfer) -> None:
        """Begin; what comes of it is posted to the session."""
        self.order, self.leg = order, secrets.token_urlsafe(18)
        self._stage, self._joined_at, self._joining, self.was_missed = Stage.RINGING, None, False, False
        self._seen.clear()
        self._tasks.create_task(self._ring(order, self.leg), name="colleague")

    def dismiss(self) -> None:
        """Nobody waits for the colleague any more; idempotent."""
        leg, self.leg = self.leg, ""
        self.order = None
        if leg in self._placed:
            # Most often the call itself is over with it: who was rung is let go all the same.
            ending = asyncio.get_running_loop().create_task(self._end(self._placed[leg]), name="dismiss")
            self._outliving.keep(ending, self._call, is_meant=True)

    async def join(self) -> None:
        """Bring the caller to them. Raises TelephonyError."""
        if not self.leg:
            raise TelephonyError("the colleague has left")
        self._joining = True
        await self._line.join(self.leg)
        self._joined_at = self._at()

    # What the telephone tells.

    def seen(self, leg: str, placed: str) -> bool:
        """The colleague's call is there, by the telephone's own id; False when nobody waits for it."""
        if leg != self.leg or not leg:
            return False
        self._note(leg, placed)
        return True

    def answered(self, leg: str, key: str) -> Next:
        """The colleague has answered the question with this key. Told twice, it answers twice."""
        if leg != self.leg or not leg:
            return "gone"
        if self._stage is Stage.READY:
            return "meet"
        if key == DECLINES:
            return self._declined()
        if key != TAKES:
            return "ask"
        self._stage = Stage.BRIEFING
        return "brief"

    def briefed(self, leg: str, key: str) -> Next:
        """The colleague has heard the briefing, or has cut it short by this key ("": none)."""
        if leg != self.leg or not leg or self.order is None:
            return "gone"
        if self._stage is Stage.READY:
            return "meet"
        if self._stage is not Stage.BRIEFING:
            return "ask"
        if key == DECLINES:
            return self._declined()
        self._stage = Stage.READY
        self._post(ColleagueReady(self._at(), self.order.request_id))
        return "meet"

    def ended(self, leg: str, result: TransferResult) -> bool:
        """Their call is over. True when the caller may be left alone in the room, and has to be looked after."""
        if leg != self.leg or not leg:
            return False
        self.leg = ""
        if self._joining:
            met = self._joined_at is not None and self._at() - self._joined_at >= SETTLES_S
            self.was_missed = not met
            return True
        # Whoever has taken the call, and then is not there, was no colleague who did not answer.
        self._give_up("failed" if self._stage is Stage.READY else result)
        return False

    def _declined(self) -> Next:
        self.leg = ""
        self._give_up("busy")
        return "declined"

    def _give_up(self, result: TransferResult) -> None:
        order, self.order = self.order, None
        if order is not None:
            self._post(TransferEnded(self._at(), order.request_id, result))

    def _note(self, leg: str, placed: str) -> None:
        if leg not in self._placed:
            self._placed[leg] = placed
            self._tell(ColleagueRung(placed))
        self._seen.set()

    async def _ring(self, order: Transfer, leg: str) -> None:
        try:
            await self._line.consult(leg, order.target, lambda placed: self._note(leg, placed))
        except TelephonyError as error:
            if not (isinstance(error, AnswerLost) and await self._is_there_all_the_same()):
                self._tell(Remarked(f"the colleague could not be rung: {error}"))
                if leg == self.leg:
                    self.leg = ""
                    self._give_up("failed")
                return
        if leg != self.leg and leg in self._placed:
            # The caller had gone before the order was answered.
            await self._end(self._placed[leg])

    async def _is_there_all_the_same(self) -> bool:
        try:
            async with asyncio.timeout(LOST_S):
                await self._seen.wait()
        except TimeoutError:
            return False
        return True

    async def _end(self, placed: str) -> None:
        try:
            await self._line.dismiss(placed)
        except TelephonyError:
            log.warning("a colleague's call could not be ended", extra={"call_id": self._call})
