"""The calls of this process: prepared, live, over. Wires one session to what it needs and keeps its record."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from flowengine.compliance.policy import LONDON
from flowengine.conversation.call import Further
from flowengine.conversation.events import TransferResult, Verdict
from flowengine.conversation.slots import check_contact
from flowengine.errors import ContactNotValid, FlowEngineError, FlowNotValid
from flowengine.graph.model import Direction, Flow
from flowengine.runtime.last_words import STOPPING, STOPS
from flowengine.runtime.observed import CallResult, Observed, SessionParts
from flowengine.runtime.opening import CONNECTED, resumed
from flowengine.runtime.outliving import Outliving
from flowengine.runtime.ports import Actions, CallLine, Model, Recogniser, Synthesiser
from flowengine.runtime.session import CallSession
from flowengine.runtime.spare_voice import SpareVoice
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service.admission import Arrivals, occupied
from flowengine.service.guard import HoursGuard
from flowengine.service.lessons import Lessons
from flowengine.service.library import FlowLibrary
from flowengine.service.live_call import LiveCall
from flowengine.service.loop_lag import LoopLag
from flowengine.service.metrics.families import Families
from flowengine.service.metrics.watching import WatchedRecord
from flowengine.service.mind import mind_of
from flowengine.service.recording import Recording
from flowengine.service.reviving import Reviving
from flowengine.service.settings import Settings
from flowengine.service.summaries import Summaries
from flowengine.service.tokens import PreparedCall, Tokens
from flowengine.service.tracing import Tracing

log = logging.getLogger(__name__)

FAREWELL_S = 15.0
SETTLE_S = 5.0
"""For hang-ups that are still being tried; what fails then, the telephone's `action` makes good."""
AT_ONCE_S = 3.0
"""A call that is ended where it is has its last words, its one hang-up and its record: two seconds and a little."""
VERDICTS_KEPT = 1000


class AtCapacity(FlowEngineError):
    """As many calls are live as the settings allow, the event loop is late already, or the service is stopping."""


class NoSpeech(FlowEngineError):
    """The call wants to be heard, and there is no recogniser."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The speech engines that all calls share, and the clock of their audio. No recogniser: calls are typed.

    `voice` is the engine behind `synthesiser`, which remembers clips; `spare` both that and what stands in for it.
    """

    recogniser: Recogniser | None
    voice: Synthesiser
    synthesiser: CachedSynthesiser
    ticker: Ticker
    spare: SpareVoice | None = None

    @property
    def speaks(self) -> CachedSynthesiser | SpareVoice:
        """What calls are given to speak with."""
        return self.spare or self.synthesiser

    async def close(self) -> None:
        await self.ticker.close()
        if self.recogniser is not None:
            await self.recogniser.close()
        await self.speaks.close()


class Calls:
    """All calls of this process."""

    def __init__(
        self,
        settings: Settings,
        library: FlowLibrary,
        recording: Recording,
        engines: Engines,
        *,
        actions: Actions | None = None,
        model: Model | None = None,
        lessons: Lessons | None = None,
        tracing: Tracing | None = None,
        hold_music: bytes | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.library = library
        self.tokens = Tokens()
        self.engines = engines
        self.outliving = Outliving()
        self.recording = recording
        self._actions = actions
        self._model = model
        self.lessons = lessons or Lessons(None)
        self.families = Families()
        self.lag = LoopLag(settings.max_lag_ms, self.families.loop_lag_seconds.observe)
        self._tracing = tracing
        self._hold_music = hold_music
        self._summaries = Summaries(model)
        self.reviving = Reviving(recording, library, self.further)
        self._now = now
        self._verdicts: OrderedDict[str, Verdict] = OrderedDict()
        self._live: dict[str, LiveCall] = {}
        self._stopping = False
        self._drained_at = 0.0
        self._hurried = False
        self.arrivals = Arrivals()
        self._says_goodbye = False
        self.at_end: Callable[[PreparedCall], None] | None = None
        """Told, in a thread, when a call has ended and its record is kept."""
        self.ringing: Callable[[], int] = lambda: 0
        """How many calls of ours ring: they are waited for at the end, like those that are live."""

    @property
    def live(self) -> tuple[LiveCall, ...]:
        return tuple(self._live.values())

    def carried(self, call_id: str) -> LiveCall | None:
        """The live call of this call_id of ours."""
        return self._live.get(call_id)

    def find(self, call_sid: str) -> LiveCall | None:
        """The live call of this sid: one call has one session, and one record."""
        return next((live for live in self._live.values() if live.prepared.call_sid == call_sid), None)

    def judged(self, call_sid: str, verdict: Verdict) -> None:
        """Tell the call who has answered, now or when it begins: the verdict may be there before the stream is."""
        live = self.find(call_sid)
        if live is not None:
            live.session.on_verdict(verdict)
            return
        self._verdicts[call_sid] = verdict
        if len(self._verdicts) > VERDICTS_KEPT:
            self._verdicts.popitem(last=False)

    async def revive(self, call_sid: str, transferred: TransferResult | None = None) -> PreparedCall | None:
        """A call that another process held and left open when it died, ready to go on; None when there is none.

        `transferred`: it comes back from a transfer that ended so. Raises StoreError.
        """
        if self._stopping:
            return None
        with self.arrivals.one():
            return await self.reviving.revive(call_sid, transferred)

    def prepare(
        self,
        flow_name: str,
        contact: Mapping[str, object],
        *,
        listens: bool = True,
        call_id: str | None = None,
        call_sid: str | None = None,
        direction: Direction | None = None,
        from_number: str | None = None,
        to_number: str | None = None,
    ) -> PreparedCall:
        """Check a call before it begins. Raises FlowNotValid, ContactNotValid, AtCapacity, NoSpeech.

        `call_id`: that of a call that we made, and which is let in while the service drains.
        """
        if self._stopping and (call_id is None or self._says_goodbye):
            raise self._refused("stopping", AtCapacity("the service is stopping; no new calls"))
        if listens and self.engines.recogniser is None:
            no_speech = 'there is no speech recognition here: pip install "flowengine[local]", or type instead'
            raise self._refused("no_speech", NoSpeech(no_speech))
        # One whom we rang has had room kept, and Twilio may ask for the same call twice.
        count = self._occupied(self.tokens.fresh(beside=call_sid) if call_id is None else frozenset())
        if count >= self.settings.max_calls:
            full = f"{count} calls are live, which is the limit (FLOWENGINE_MAX_CALLS)"
            raise self._refused("max_calls", AtCapacity(full))
        if call_id is None and (trouble := self.lag.trouble) is not None:
            # One that we made ourselves has somebody on the line already: silence would be worse than stutter.
            raise self._refused("loop_lag", AtCapacity(f"{trouble}; no new calls until that has passed"))
        try:
            flow = self.library.get(flow_name)
            known = check_contact(flow, contact)
        except (FlowNotValid, ContactNotValid):
            self.families.refused.add("not_valid")
            raise
        call_id = call_id or str(uuid.uuid4())
        return PreparedCall(
            call_id=call_id,
            call_sid=call_sid or call_id,
            flow=flow,
            contact=known,
            direction=direction or flow.direction,
            from_number=from_number,
            to_number=to_number,
        )

    def open(
        self,
        prepared: PreparedCall,
        line: CallLine,
        *,
        listens: bool = True,
        asked_for: bool = False,
        observe: Callable[[float, Observed], None] | None = None,
    ) -> LiveCall:
        """Make the session of a call. `listens`: by ear, not typed; `asked_for`: the caller started it.

        One that was revived has been taken over. Follow with `run`.
        """
        now, revived = self._now(), prepared.revived
        recogniser = self.engines.recogniser if listens else None
        lesson = self.lessons.lesson_for(prepared.flow)
        if revived is None:
            started, opening = now, CONNECTED
            record = self.recording.begin(prepared, started)
            conversation = mind_of(prepared, started, self.further(prepared.flow))
        else:
            started, conversation = revived.started, revived.conversation
            at = round(max(revived.replay.at, (now - started).total_seconds()), 3)
            opening = resumed(revived.replay, at, revived.transferred)
            record = self.recording.go_on(prepared, revived, at)
        watched = WatchedRecord(record, self.families)
        trace = None if self._tracing is None else self._tracing.begin(prepared, started, watched)
        session = CallSession(
            SessionParts(
                conversation=conversation,
                line=line,
                synthesiser=self.engines.speaks,
                clips=self.engines.speaks,
                guard=HoursGuard(prepared.direction, prepared.person, self.settings.policy, asked_for=asked_for),
                record=trace or watched,
                ticker=self.engines.ticker,
                recogniser=recogniser,
                actions=self._actions,
                hold_music=self._hold_music,
                model=self._model,
                lesson=lesson,
                speculates=self.settings.model is not None and self.settings.model.speculates,
                voice=prepared.flow.voice,
                language=prepared.flow.language,
                longest_s=self.settings.longest_call_s,
                opening=opening,
                outliving=self.outliving,
                observe=observe,
            )
        )
        heard_by = recogniser.name if recogniser else "typed"
        return LiveCall(prepared, session, conversation, line, record, started, heard_by, trace)

    def further(self, flow: Flow) -> frozenset[Further]:
        """What a call may ask when no phrase fits. Its record shows what it asked, so a replay needs no more."""
        lesson = self.lessons.lesson_for(flow)
        meaning: frozenset[Further] = frozenset() if lesson is None else frozenset({"meaning"})
        model = self.settings.model
        return meaning | {"model"} if model is not None and model.understands else meaning

    async def run(self, live: LiveCall) -> CallResult:
        """The whole call, and its record closed. Raises only cancellation."""
        call_id = live.prepared.call_id
        self._live[call_id] = live
        self.families.started.add(live.prepared.direction)
        log.info("call started", extra={"call_id": call_id, "flow": live.prepared.flow.name})
        if (verdict := self._verdicts.pop(live.prepared.call_sid, None)) is not None:
            # Once the session is running: its clock begins there.
            asyncio.get_running_loop().call_soon(live.session.on_verdict, verdict)
        if self._says_goodbye:
            asyncio.get_running_loop().call_soon(self._part_with, live)
        result: CallResult | None = None
        try:
            result = await live.session.run()
        finally:
            result = result or CallResult("failed", "cancelled", abnormal=True, duration=live.seconds())
            self._live.pop(call_id, None)
            live.over.set()
            self._count_end(live, result)
            await live.record.finish(result)
            # Of all that ended in the same moment the record was written in one go.
            await self.engines.ticker.leisure.turn()
            if self.at_end is not None:
                await asyncio.to_thread(self.at_end, live.prepared)
            began = live.started.astimezone(LONDON)
            self._summaries.ask(live.conversation, call_id, began=began, keep=live.keep)
            log.info(
                "call ended",
                extra={
                    "call_id": call_id,
                    "outcome": result.outcome,
                    "reason": result.reason,
                    "duration": round(result.duration, 1),
                },
            )
        return result

    def _count_end(self, live: LiveCall, result: CallResult) -> None:
        outcome = live.prepared.flow.outcomes.get(result.outcome)
        disposition = None if outcome is None else outcome.disposition
        self.families.ended.add("abnormal" if result.abnormal else disposition or "none")
        self.families.call_seconds.observe(result.duration)
        if live.trace is not None:
            live.trace.end(result)

    def _refused(self, reason: str, error: FlowEngineError) -> FlowEngineError:
        self.families.refused.add(reason)
        return error

    @property
    def model(self) -> Model | None:
        """The language model that all calls share."""
        return self._model

    def _occupied(self, coming: Set[str]) -> int:
        """`coming`: callers who come all at once are answered before any of their streams is there."""
        return occupied(self._live.values(), coming, self.settings.max_calls)

    @property
    def accepts(self) -> bool:
        """One more call would be taken now."""
        is_full = self._occupied(self.tokens.fresh()) >= self.settings.max_calls
        return not (self._stopping or self.lag.is_too_late or is_full)

    @property
    def is_stopping(self) -> bool:
        return self._stopping

    @property
    def are_due(self) -> bool:
        """Somebody is on the line, or about to be: answered with a stream to open, or rung by us."""
        return bool(self._live or self._are_coming or self.ringing())

    @property
    def _are_coming(self) -> bool:
        return bool(self.arrivals.count or self.tokens.fresh())

    def refuse_new(self) -> None:
        """From now on no call begins."""
        if not self._stopping:
            self._drained_at = time.monotonic() + self.settings.drain_s
        self._stopping = True

    @property
    def drain_left_s(self) -> float:
        """Seconds of `FLOWENGINE_DRAIN` that are left to a service that stops; 0 for one in a hurry."""
        return 0.0 if self._hurried else max(0.0, self._drained_at - time.monotonic())

    def hurry(self) -> None:
        """What `stop` waits for is not waited for any more: calls end at once, with one try to hang each of them up."""
        self._hurried = True

    async def stop(self) -> None:
        """No new calls; live ones may finish for a while, then are told goodbye, as is who comes later. Idempotent."""
        self.refuse_new()
        await self._until(lambda: not self.are_due, self.settings.drain_s)
        self._says_goodbye = True
        if not self._hurried:
            self._end_all()
        await self._until(lambda: not (self._live or self._are_coming), FAREWELL_S)
        if self._hurried:
            self._end_all()
            await self._until(lambda: not self._live, AT_ONCE_S, even_hurried=True)
        await self._until(lambda: not len(self.outliving), SETTLE_S)
        await self.outliving.settle(0)
        await self._summaries.stop(is_hurried=lambda: self._hurried)

    def _end_all(self) -> None:
        for live in self.live:
            self._part_with(live)

    def _part_with(self, live: LiveCall) -> None:
        """End a live call with a goodbye; in a hurry, where it is."""
        if live.session.away.is_away:
            live.session.let_go(STOPS)
            return
        live.session.end(STOPS, None if self._hurried else STOPPING)
        if self._hurried:
            # Nor is what a flow still says heard to its end.
            live.session.leave(STOPS)

    async def _until(self, is_over: Callable[[], bool], seconds: float, *, even_hurried: bool = False) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        # Looked at a few times, at the very end.
        while not is_over() and loop.time() < deadline and (even_hurried or not self._hurried):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
