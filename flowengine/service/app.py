"""The Starlette application: routes, and what lives as long as the process. Wiring only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from flowengine.actions import offer_modules
from flowengine.adapters import registry
from flowengine.adapters.actions.http import HttpActions
from flowengine.adapters.actions.python import PythonActions
from flowengine.adapters.actions.runner import ActionRunner
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import MissingExtra, StoreError
from flowengine.graph.model import Flow
from flowengine.runtime.hold_tune import tune
from flowengine.runtime.ports import Meaning, Model
from flowengine.service import colleague_webhooks, webhooks
from flowengine.service.api.auditing import log_last_hash, log_last_hash_daily
from flowengine.service.api.openapi import document
from flowengine.service.api.routes import ENDPOINTS, routes
from flowengine.service.api.session import with_key_in_address
from flowengine.service.auth import Access, HeadersMiddleware
from flowengine.service.calls import Calls, Engines
from flowengine.service.clips import Rendering
from flowengine.service.compiling import compiled_apart
from flowengine.service.console_stream import console_stream
from flowengine.service.database import open_database
from flowengine.service.dialling.dialling import Dialling
from flowengine.service.dialling.opening import objections, open_dialling, open_queue
from flowengine.service.engines import open_engines, warm_up
from flowengine.service.hold_music import hold_music
from flowengine.service.keyring import KeyRing
from flowengine.service.lessons import Lessons
from flowengine.service.library import FlowLibrary
from flowengine.service.media import twilio_stream
from flowengine.service.orphans import look_after_orphans
from flowengine.service.outbound import Outbound
from flowengine.service.problems import (
    ProblemError,
    RecordFailures,
    on_disconnect,
    on_http,
    on_problem,
    on_store,
    on_unexpected,
)
from flowengine.service.recording import Recording
from flowengine.service.retention import purge_daily
from flowengine.service.settings import Settings
from flowengine.service.slow_bodies import TimedBodies
from flowengine.service.stalls import Stalls
from flowengine.service.tracing import Tracing
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.keys import ApiKeys
from flowengine.store.lists import Lists
from flowengine.store.queue import CallQueue
from flowengine.store.retention import Keep

log = logging.getLogger(__name__)

WATCH_S = 1.0
LEAST_PATIENCE_S = 1.0
"""What the record has at the end to take what is still to be kept, however little of the drain is left."""
CONSOLE = Path(__file__).parent / "console"

Progress = Callable[[str], None]


def create_app(settings: Settings, *, progress: Progress = lambda text: None) -> Starlette:
    """The service. `progress` is told, in a few words each, what has been loaded. Raises SettingsError."""
    offer_modules(settings.action_modules)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            recording = await Recording.open(await asyncio.to_thread(open_database, settings))
            stack.push_async_callback(recording.close)
            engines = open_engines(settings, progress)
            stack.push_async_callback(engines.close)
            library = FlowLibrary(settings.flows)
            await asyncio.to_thread(library.refresh)
            _check_numbers(settings, library, progress)
            model = _model(settings, progress)
            if model is not None:
                stack.push_async_callback(model.close)
            actions = ActionRunner(PythonActions(), HttpActions(settings.action_secret))
            stack.push_async_callback(actions.close)
            for sentence in actions.refused(_flows(library)):
                progress(sentence)
            meaning = _meaning(settings, progress)
            if meaning is not None:
                stack.push_async_callback(meaning.close)
            lessons = Lessons(meaning, progress)
            tracing = _tracing(settings, progress)
            if tracing is not None:
                stack.push_async_callback(tracing.close)
            calls = Calls(
                settings,
                library,
                recording,
                engines,
                actions=actions,
                model=model,
                lessons=lessons,
                tracing=tracing,
                hold_music=await asyncio.to_thread(hold_music, settings.hold_music),
            )
            # Reckoned once a process, and in no call's time.
            await asyncio.to_thread(tune)
            app.state.calls = calls
            recording.patience_s = lambda: max(calls.drain_left_s, LEAST_PATIENCE_S)
            rendering = Rendering(library, engines, is_busy=lambda: bool(calls.live))
            rendering.flows_changed()
            await _open_doors(app, settings, recording.store.database, stack)
            app.state.waiting_for = {"speech"}
            app.state.twilio = _rest(settings)
            app.state.queue = queue = open_queue(
                settings, recording.store.database, lambda: recording.writer.takes_opt_outs
            )
            app.state.dialling = _dialling(app, calls, queue, progress)
            app.state.outbound = Outbound.open(settings, queue, app.state.twilio)
            app.state.lists = Lists(recording.store.database)
            app.state.importing = asyncio.Lock()
            speaks = asyncio.Event()
            warming = asyncio.create_task(_warm_up(app, speaks, progress), name="warm-up")
            stack.push_async_callback(_cancel, warming)
            clips = asyncio.create_task(rendering.run(speaks, progress), name="rendering")
            stack.push_async_callback(_cancel, clips)
            lessons.want(_flows(library))
            learning = asyncio.create_task(lessons.keep_learning(after=warming), name="lessons")
            stack.push_async_callback(_cancel, learning)
            watching = asyncio.create_task(_watch(calls, rendering, lessons), name="flow watcher")
            stack.push_async_callback(_cancel, watching)
            lagging = asyncio.create_task(calls.lag.watch(), name="loop lag")
            stack.push_async_callback(_cancel, lagging)
            keep = Keep(calls=timedelta(days=settings.keep_calls_days))
            beating = asyncio.create_task(recording.stay_alive(), name="heartbeat")
            stack.push_async_callback(_cancel, beating)
            if (twilio := app.state.twilio) is not None:
                looking = look_after_orphans(recording.processes, twilio.status, calls.reviving.revive)
                orphans = asyncio.create_task(looking, name="orphans")
                stack.push_async_callback(_cancel, orphans)
            purging = asyncio.create_task(purge_daily(recording.store.database, keep), name="retention")
            stack.push_async_callback(_cancel, purging)
            stack.push_async_callback(calls.stop)
            # The socket takes connections only after these two: nobody waits for them on a line. The first file that is
            # answered with imports what anyio's threads need, which held the loop up for 32 ms.
            await run_in_threadpool(_nothing)
            app.state.before_calls()
            stalls = Stalls(calls.families, is_live=lambda: bool(calls.live))
            stalls.start()
            stack.callback(stalls.stop)
            if app.state.dialling is not None:
                # Before the calls: what it has in hand is placed, and then waited for.
                stack.push_async_callback(asyncio.to_thread, app.state.dialling.stop)
                app.state.dialling.start()
            yield

    app = Starlette(
        routes=[
            Route("/", page),
            # Before the folder, which would take the socket for a file.
            WebSocketRoute("/console/stream", console_stream),
            Mount("/console", StaticFiles(directory=CONSOLE), name="console"),
            *routes(ENDPOINTS),
            Route("/twilio/voice", webhooks.voice, methods=["POST"]),
            Route("/twilio/status-callback", webhooks.status_callback, methods=["POST"]),
            Route("/twilio/after-stream", webhooks.after_stream, methods=["POST"]),
            Route("/twilio/stream-status", webhooks.stream_status, methods=["POST"]),
            Route("/twilio/transfer-ended", webhooks.transfer_ended, methods=["POST"]),
            Route(colleague_webhooks.ANSWERED, colleague_webhooks.answered, methods=["POST"]),
            Route(colleague_webhooks.BRIEFED, colleague_webhooks.briefed, methods=["POST"]),
            Route(colleague_webhooks.STATUS, colleague_webhooks.status, methods=["POST"]),
            Route("/twilio/amd", webhooks.machine_detection, methods=["POST"]),
            WebSocketRoute("/twilio/stream", twilio_stream),
        ],
        lifespan=lifespan,
        middleware=[Middleware(HeadersMiddleware), Middleware(TimedBodies)],
        exception_handlers={
            ProblemError: on_problem,
            HTTPException: on_http,
            StoreError: on_store,
            ClientDisconnect: on_disconnect,
            Exception: on_unexpected,
        },
    )
    app.state.before_calls = _nothing
    app.state.record_failures = RecordFailures()
    app.state.openapi = msgspec.json.encode(document(ENDPOINTS, version("flowengine")))
    return app


async def page(request: Request) -> Response:
    if (onward := await with_key_in_address(request)) is not None:
        return onward
    return FileResponse(CONSOLE / "index.html", headers={"cache-control": "no-cache"})


def _nothing() -> None:
    """What an application without a server of ours does before its first call, and what anyio's first thread does."""


def _check_numbers(settings: Settings, library: FlowLibrary, progress: Progress) -> None:
    """Say now what a caller would find out: a number whose flow is not there."""
    there = {shelf.name: shelf.flow is not None for shelf in library.shelves()}
    known = sorted(name for name, is_sound in there.items() if is_sound)
    for flow in sorted(set(settings.numbers.values()) - set(known)):
        what = "has errors (flowengine validate shows them)" if flow in there else "is not there"
        progress(
            f"warning: FLOWENGINE_NUMBERS names the flow {flow!r}, which {what}: its callers hear that nobody answers; "
            f"known flows: {', '.join(known) or 'none'}"
        )


async def _open_doors(app: Starlette, settings: Settings, database: Database, stack: contextlib.AsyncExitStack) -> None:
    """Who may use the API, and the log of what they do."""
    app.state.keys = ApiKeys(database)
    app.state.audit = AuditLog(database)
    ring = KeyRing(app.state.keys, settings.api_key)
    stack.push_async_callback(ring.close)
    app.state.access = Access(settings, ring, database.vault)
    stack.push_async_callback(log_last_hash, app.state.audit)
    for name, work in (("keys used", ring.keep()), ("audit's last hash", log_last_hash_daily(app.state.audit))):
        stack.push_async_callback(_cancel, asyncio.create_task(work, name=name))


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _flows(library: FlowLibrary) -> list[Flow]:
    return [shelf.flow for shelf in library.shelves() if shelf.flow is not None]


async def _watch(calls: Calls, rendering: Rendering, lessons: Lessons) -> None:
    """Flows that were edited are there for the next call, compiled off the event loop, and while somebody is on the
    line by another process."""
    library = calls.library
    while True:
        await asyncio.sleep(WATCH_S)
        try:
            if await asyncio.to_thread(library.refresh, compiled_apart if calls.live else None):
                rendering.flows_changed()
                lessons.want(_flows(library))
                log.info("flows compiled again")
        except OSError as error:
            log.error("the folder of flows cannot be read, or not be compiled", extra={"error": str(error)})


async def _warm_up(app: Starlette, speaks: asyncio.Event, progress: Progress) -> None:
    """Load the speech models beside the start; until then the service says that it is not ready."""
    engines: Engines = app.state.calls.engines
    if engines.recogniser is not None:
        seconds = await warm_up(engines, progress)
        if seconds is None:
            return
        speaks.set()
        progress(f"speech ready after {seconds:.1f} s")
    app.state.waiting_for.discard("speech")


def _model(settings: Settings, progress: Progress) -> Model | None:
    """The language model of the settings; without its package each `llm` takes its fallback."""
    try:
        return None if settings.model is None else registry.model_from(settings.model)
    except MissingExtra as error:
        progress(f"{error}; until then each `llm` takes its fallback")
        return None


def _meaning(settings: Settings, progress: Progress) -> Meaning | None:
    """The engine of meanings of the settings; without its packages callers are understood by phrases alone."""
    try:
        return registry.meaning_from(settings.meaning)
    except MissingExtra as error:
        progress(f"{error}; until then callers are understood by phrases and patterns alone")
        return None


def _tracing(settings: Settings, progress: Progress) -> Tracing | None:
    """Traces, where the settings name a collector; without their packages there are none."""
    try:
        return None if settings.traces_to is None else Tracing.to(settings.traces_to)
    except MissingExtra as error:
        progress(f"{error}; until then no traces are sent")
        return None


def _dialling(app: Starlette, calls: Calls, queue: CallQueue, progress: Progress) -> Dialling | None:
    """What makes the calls of the queue, where there is a telephone line."""
    if not calls.settings.has_telephone:
        return None
    for objection in objections(calls.settings):
        progress(objection)
    return open_dialling(calls.settings, calls, queue, app.state.twilio, is_ready=lambda: not app.state.waiting_for)


def _rest(settings: Settings) -> TwilioRest | None:
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        return None
    return TwilioRest(settings.twilio_account_sid, settings.twilio_auth_token, api_url=settings.twilio_api_url)
