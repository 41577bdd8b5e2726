"""What a call asks of the world beside speech: the guard, actions, the model, a recording. Each is a task of the call.

Answers come back as events, failures too: an errand never raises, and none outlives its call. Reasons are constant
words and names of types; neither arguments nor answers stand in them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import assert_never

from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    ChooseIntent,
    ReadValue,
    Record,
    RunAction,
    Weigh,
    WeighMeaning,
)
from flowengine.conversation.events import (
    ActionFinished,
    Event,
    GuardAnswered,
    MeaningWeighed,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    WeighingFailed,
)
from flowengine.conversation.modelling import MODEL_STALL_S, MODEL_TIMEOUT_S
from flowengine.errors import ActionError, MeaningError, ModelError, TelephonyError, unforeseen
from flowengine.runtime.briefing import briefed
from flowengine.runtime.observed import SessionParts
from flowengine.runtime.ports import RecogniserEvent, RecordingSet, Remarked, Told
from flowengine.runtime.speculating import Speculating
from flowengine.runtime.tasks import Tasks
from flowengine.runtime.understanding import understood
from flowengine.runtime.unprovided import unprovided

log = logging.getLogger(__name__)

GUARD_TIMEOUT_S = 2.0
ACTION_GRACE_S = 1.0
"""The conversation's own timer decides that an action is late; what is later still is given up."""

Errand = AskGuard | RunAction | AskModel | Weigh | Record


class Errands:
    """Carries out one call's errands. `post` takes the answers, `tell` what only the record wants to know."""

    def __init__(
        self,
        parts: SessionParts,
        tasks: Tasks,
        at: Callable[[], float],
        post: Callable[[Event], None],
        tell: Callable[[Told], None],
    ) -> None:
        self._parts = parts
        self._tasks = tasks
        self._at = at
        self._post = post
        self._tell = tell
        self._running: set[asyncio.Task[None]] = set()
        self._asking: set[str] = set()
        self._speculating = Speculating(parts, tasks)
        self._recording = asyncio.Lock()

    def send(self, order: Errand) -> None:
        """Begin; never waits."""
        match order:
            case AskGuard():
                self._begin(self._ask_guard(order), order.request_id)
            case RunAction():
                self._begin(self._run_action(order), order.request_id)
            case AskModel():
                self._asking.add(order.request_id)
                self._begin(self._ask_model(order), order.request_id)
            case WeighMeaning():
                self._asking.add(order.request_id)
                self._begin(self._weigh_meaning(order), order.request_id)
            case ChooseIntent() | ReadValue():
                self._asking.add(order.request_id)
                self._begin(self._understand(order), order.request_id)
            case Record():
                self._begin(self._record(order), "recording")
            case _:
                assert_never(order)

    def is_out(self, request_id: str) -> bool:
        """Whether this request is still waited for. Its timer has the same id."""
        return any(task.get_name() == request_id for task in self._running)

    def drop(self, request_id: str) -> None:
        """Nobody waits for this any more. A model is told to stop; what an action does is done all the same."""
        for task in self._running:
            if task.get_name() == request_id and request_id in self._asking:
                task.cancel()

    def hear(self, event: RecogniserEvent) -> None:
        """What the recogniser reports, beforehand: a model may be asked early."""
        self._speculating.hear(event)

    def stop(self) -> None:
        """The call is over: whatever is still under way is given up."""
        self._speculating.stop()
        for task in self._running:
            task.cancel()

    def _begin(self, errand: Coroutine[object, object, None], name: str) -> None:
        task = self._tasks.create_task(errand, name=name)
        self._running.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._asking.discard(task.get_name())

    async def _ask_guard(self, order: AskGuard) -> None:
        try:
            async with asyncio.timeout(GUARD_TIMEOUT_S):
                answer = await self._parts.guard.decide(order.guard)
        except Exception:
            self._post(GuardAnswered(self._at(), order.request_id, allowed=False, reasons=("GUARD_UNAVAILABLE",)))
        else:
            self._post(GuardAnswered(self._at(), order.request_id, answer.allowed, answer.reasons))

    async def _run_action(self, order: RunAction) -> None:
        try:
            values = await self._result(order)
        except TimeoutError:
            reason = "it took too long"
        except ActionError as error:
            reason = str(error)
        except Exception as error:
            log.error("action failed", extra={"call_id": self._parts.line.call_id, "error": type(error).__name__})
            reason = unforeseen(error)
        else:
            self._post(ActionFinished(self._at(), order.request_id, "ok", values))
            return
        self._post(ActionFinished(self._at(), order.request_id, "error", reason=reason))

    async def _result(self, order: RunAction) -> tuple[tuple[str, object], ...]:
        """Raises ActionError, TimeoutError."""
        action = self._parts.conversation.flow.actions.get(order.action)
        if self._parts.actions is None or action is None:
            raise ActionError("no actions are configured")
        key = f"{self._parts.line.call_id}/{order.request_id}"
        async with asyncio.timeout(order.timeout + ACTION_GRACE_S):
            return tuple((await self._parts.actions.run(action, dict(order.arguments), key=key)).items())

    async def _ask_model(self, order: AskModel) -> None:
        patience = MODEL_TIMEOUT_S
        try:
            if self._parts.model is None:
                raise ModelError("no model is configured")
            async with asyncio.timeout(patience) as limit:

                def say(sentence: str) -> None:
                    nonlocal patience
                    patience = MODEL_STALL_S
                    limit.reschedule(asyncio.get_running_loop().time() + patience)
                    self._post(ModelSaid(self._at(), order.request_id, sentence))

                request = briefed(order, self._parts.conversation, self._parts.line.call_id)
                guess = self._speculating.take(order, request)
                reply = await (self._parts.model if guess is None else guess).answer(request, say)
        except TimeoutError:
            reason = f"no answer within {patience:g} s"
        except ModelError as error:
            reason = str(error)
        except Exception as error:
            log.error("model failed", extra={"call_id": self._parts.line.call_id, "error": type(error).__name__})
            reason = unforeseen(error)
        else:
            if reply.used:
                self._tell(Remarked(reply.used))
            self._post(ModelAnswered(self._at(), order.request_id, reply.text, reply.exit, reply.remarks))
            return
        self._post(ModelFailed(self._at(), order.request_id, reason))

    async def _weigh_meaning(self, order: WeighMeaning) -> None:
        try:
            if self._parts.lesson is None:
                raise MeaningError("no engine that compares meanings is configured")
            likenesses = await self._parts.lesson.liken(order.text, order.intents)
        except MeaningError as error:
            reason = str(error)
        except Exception as error:
            log.error("weighing failed", extra={"call_id": self._parts.line.call_id, "error": type(error).__name__})
            reason = unforeseen(error)
        else:
            self._post(MeaningWeighed(self._at(), order.request_id, likenesses))
            return
        self._post(WeighingFailed(self._at(), order.request_id, reason))

    async def _understand(self, order: ChooseIntent | ReadValue) -> None:
        model, call_id = self._parts.model, self._parts.line.call_id
        if model is None:
            return self._post(unprovided(order, self._at()))
        return self._post(await understood(order, model, self._parts.conversation, call_id, self._at))

    async def _record(self, order: Record) -> None:
        """A recording that cannot be had is noted; the call goes on. One order at a time: a stop follows its start."""
        try:
            async with self._recording:
                await self._parts.line.record(order.start)
        except TelephonyError as error:
            self._tell(RecordingSet(order.start, str(error)))
        else:
            self._tell(RecordingSet(order.start))
