"""Where the caller is: on our line, being put through to somebody else, or on the way back.

    HERE ── put through ──> AWAY ── the telephone told how it ended ──> RETURNING ── a new stream ──> HERE
      ^──── it could not be begun ──┘└── the caller has left ──> gone <── nobody came in time ──┘
    HERE ── the stream broke ──> RETURNING

A warm transfer leaves the caller here while a colleague is rung and told (`colleague`), and sends them away when the
colleague is ready.

A stream that breaks is not the end of its call either: the telephone asks what comes then, and is told to connect
another one. A transfer takes the caller's media stream away, so the end of the stream says nothing while it lasts. What
does say something: the telephone's word that the transfer is over, and now and then a question whether the
call is still up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from enum import Enum
from typing import Protocol

from flowengine.conversation.commands import Dismiss, Join, Transfer
from flowengine.conversation.events import CameBack, TransferEnded, TransferResult
from flowengine.errors import TelephonyError
from flowengine.runtime.colleague import ROOM_S, Colleague
from flowengine.runtime.happenings import Happening, StreamLost, Transferred
from flowengine.runtime.last_words import HUNG_UP
from flowengine.runtime.outliving import Outliving
from flowengine.runtime.ports import CallLine, Remarked, Told
from flowengine.runtime.tasks import Tasks

log = logging.getLogger(__name__)

LOST_WITHIN_S = 0.5
"""A stream that ends so soon after a refusal ended by what was refused."""
LOOK_S = 15.0
LONGEST_TRANSFER_S = 4 * 3600.0
"""Twilio's own limit of a dialled leg."""
RETURN_S = 30.0
SETTLE_S = 5.0
BREAK_S = 15.0
"""So long a caller whose stream broke is waited for: within it Twilio has asked what comes then, or gives up itself."""
BREAK_LOOK_S = 2.0


class Place(Enum):
    """Where the caller is."""

    HERE = "here"
    AWAY = "away"
    RETURNING = "returning"


class Leave(Protocol):
    """How the session is told that the caller has gone."""

    def __call__(self, reason: str, *, failure: bool = False) -> None: ...


class Away:
    """The transfers of one call, and the breaks of its line, one after the other."""

    def __init__(
        self,
        line: CallLine,
        tasks: Tasks,
        at: Callable[[], float],
        post: Callable[[Happening], None],
        tell: Callable[[Told], None],
        leave: Leave,
        hear_again: Callable[[], None],
        outliving: Outliving,
    ) -> None:
        self._line = line
        self.colleague = Colleague(line, line.call_id, tasks, at, post, tell, outliving)
        self._tasks = tasks
        self._at = at
        self._post = post
        self._tell = tell
        self._leave = leave
        self._hear_again = hear_again
        self._wanted: Transfer | None = None
        self._order: Transfer | None = None
        self._task: asyncio.Task[None] | None = None
        self._stream_ended = asyncio.Event()
        self.was_lost = False
        """The stream broke, and its caller is waited for."""
        self.place = Place.HERE
        self.spent_s = 0.0
        """So long the caller has spoken with others: our own limit of a call does not count it."""
        self._left_at = 0.0

    @property
    def is_here(self) -> bool:
        return self.place is Place.HERE

    @property
    def is_returning(self) -> bool:
        """The transfer is over, or the stream broke, and the new one is not there yet."""
        return self.place is Place.RETURNING

    @property
    def is_away(self) -> bool:
        """The caller is being put through, or speaks with somebody else."""
        return self.place is Place.AWAY

    @property
    def is_wanted(self) -> bool:
        """The caller is to be put through as soon as all is quiet."""
        return self._wanted is not None

    @property
    def lost_s(self) -> float:
        """For how long a caller whose stream broke has been waited for, in seconds; 0 while none is."""
        return self._at() - self._left_at if self.was_lost else 0.0

    def want(self, order: Transfer | None) -> None:
        """Put the caller through as soon as `go` is told that all is quiet; None: do not, after all.

        A colleague who is to be told first is rung at once.
        """
        if order is not None and order.briefing is not None:
            self.colleague.ring(order)
        else:
            self._wanted = order

    def consult(self, order: Join | Dismiss) -> None:
        """The caller may go to the colleague who is ready, or nobody wants them any more."""
        if isinstance(order, Join):
            self._wanted = self.colleague.order
        else:
            self._wanted = None
            self.colleague.dismiss()

    def go(self, *, quiet: bool) -> bool:
        """Begin what is wanted, if what was said before it has been heard; True when the caller has just left."""
        if self._wanted is not None and self._wanted.briefing is not None and not self.colleague.leg:
            # They have left again, and the flow has been told so.
            self._wanted = None
        if self._wanted is None or not quiet or not self.is_here:
            return False
        self._order, self._wanted = self._wanted, None
        self.place, self._left_at = Place.AWAY, self._at()
        self._stream_ended.clear()
        self._follow(self._dial(self._order))
        return True

    def expects_stream_to_end(self, *, lost: bool = False) -> bool:
        """True when the end of a stream is no hang-up; it is remembered, should the transfer not come about.

        `lost`: it broke, so the caller is waited for, unless the call is being torn down already.
        """
        if lost and self.is_here and not self._tasks.are_over:
            self.place, self.was_lost, self._left_at = Place.RETURNING, True, self._at()
            self._post(StreamLost())
            self._follow(self._await_new_stream())
        if self.is_away:
            self._stream_ended.set()
        return not self.is_here

    async def told(self, result: TransferResult, *, is_up: bool = True) -> bool:
        """The telephone tells how it ended; `is_up` False: the caller has hung up too. True: the caller is wanted back.

        Told twice, it answers twice. The flow decides, so this waits for it.
        """
        if not self.is_away:
            return self.is_returning
        if self._order is not None and self._order.briefing is not None:
            # The telephone says only that the room is closed.
            result = "failed" if self.colleague.was_missed else "answered"
            # They may be on their way into a room that nobody comes to any more.
            self.colleague.dismiss()
        goes_on: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._post(Transferred(result, is_up, goes_on))
        try:
            async with asyncio.timeout(SETTLE_S):
                return await goes_on
        except TimeoutError:
            return False

    def ended(self) -> str | None:
        """The transfer is over, and the caller expected back: its request id; None when there is none."""
        if not self.is_away or self._order is None:
            return None
        self.place = Place.RETURNING
        self.spent_s += self._at() - self._left_at
        self._follow(self._await_return())
        return self._order.request_id

    def colleague_left(self, leg: str, result: TransferResult) -> None:
        """The telephone tells how the colleague's call ended."""
        if self.colleague.ended(leg, result) and self.is_away and not self._tasks.are_over:
            self._tasks.create_task(self._look_after(), name="room")

    def returned(self) -> bool:
        """A new stream is there; False when nobody was expected."""
        if not self.is_returning:
            return False
        self.place = Place.HERE
        self.stop()
        if self.was_lost:
            self.was_lost = False
            self._post(CameBack(self._at()))
        return True

    def stop(self) -> None:
        """Follow the caller no longer; idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _follow(self, following: Coroutine[object, object, None]) -> None:
        self.stop()
        self._task = self._tasks.create_task(following, name="transfer")

    async def _dial(self, order: Transfer) -> None:
        try:
            await (self._line.transfer(order.target) if order.briefing is None else self.colleague.join())
        except TelephonyError as error:
            self._tell(Remarked(f"the caller could not be put through: {error}"))
            if not await self._is_away_all_the_same():
                return
        await self._watch()

    async def _is_away_all_the_same(self) -> bool:
        """After a failure: a request whose answer was lost may have been carried out. Otherwise the flow goes on."""
        assert self._order is not None
        try:
            async with asyncio.timeout(LOST_WITHIN_S):
                await self._stream_ended.wait()
        except TimeoutError:
            self.place = Place.HERE
            self._hear_again()
            self.colleague.dismiss()
            self._post(TransferEnded(self._at(), self._order.request_id, "failed"))
            return False
        if await self._is_up():
            return True
        self._leave(HUNG_UP)
        return False

    async def _watch(self) -> None:
        """Should the telephone never tell how it ended: leave with the caller, or at Twilio's limit."""
        try:
            async with asyncio.timeout(LONGEST_TRANSFER_S):
                await asyncio.sleep(LOOK_S)
                while await self._is_up():  # noqa: ASYNC110 - nothing here would set an event
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            self._leave("the transfer never ended", failure=True)
        else:
            self._leave(HUNG_UP)

    async def _look_after(self) -> None:
        """A caller whose colleague has left is on the way back already, or alone in a room: then they are fetched."""
        await asyncio.sleep(ROOM_S)
        if not self.is_away:
            return
        try:
            await self._line.fetch_back()
        except TelephonyError as error:
            # Whether the call is up at all is being asked now and then.
            self._tell(Remarked(f"the caller could not be fetched back: {error}"))

    async def _is_up(self) -> bool:
        try:
            return await self._line.is_up()
        except TelephonyError:
            # Not knowing is no reason to give a caller up who may be speaking with a colleague.
            return True

    async def _await_new_stream(self) -> None:
        """Whether the call is still up is asked at once: mostly it was the caller's end of the line that broke."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BREAK_S):
                while await self._is_up():  # noqa: ASYNC110 - nothing here would set an event
                    await asyncio.sleep(BREAK_LOOK_S)
        self._leave("connection lost", failure=True)

    async def _await_return(self) -> None:
        await asyncio.sleep(RETURN_S)
        self._leave("the caller did not come back after the transfer", failure=True)


async def part(line: CallLine, onward: str | None) -> None:
    """The end of our part in a call: hung up, or put through to a number for good. Raises TelephonyError."""
    if onward is not None:
        try:
            await line.transfer(onward)
        except TelephonyError:
            log.warning("a caller could not be put through at the end of the call", extra={"call_id": line.call_id})
        else:
            return
    await line.hang_up()
