"""The Starlette application: routes, and what lives as long as the process. Wiring only."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from flowengine.service import api, webhooks
from flowengine.service.auth import AccessMiddleware
from flowengine.service.console_stream import console_stream
from flowengine.service.media import twilio_stream
from flowengine.service.problems import ProblemError, on_problem, on_unexpected
from flowengine.service.settings import Settings

log = logging.getLogger(__name__)

CONSOLE = Path(__file__).parent / "console"
STOP_S = 15.0

Progress = Callable[[str], None]


def create_app(settings: Settings, *, progress: Progress | None = None) -> Starlette:
    """The service. `progress` is told, in a few words each, what loads at the start."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]: ...

    return Starlette(
        routes=[
            Route("/", api.page),
            Mount("/console", StaticFiles(directory=CONSOLE)),
            Route("/health/live", api.live),
            Route("/health/ready", api.ready),
            Route("/api/flows", api.flows),
            Route("/api/flows/{name}/graph.svg", api.graph),
            Route("/api/active-calls", api.active_calls),
            Route("/api/call/{sid}", api.call),
            Route("/twilio/voice", webhooks.voice, methods=["POST"]),
            Route("/twilio/status-callback", webhooks.status_callback, methods=["POST"]),
            Route("/twilio/after-stream", webhooks.after_stream, methods=["POST"]),
            Route("/twilio/stream-status", webhooks.stream_status, methods=["POST"]),
            WebSocketRoute("/twilio/stream", twilio_stream),
            WebSocketRoute("/console/stream", console_stream),
        ],
        lifespan=lifespan,
        middleware=[Middleware(AccessMiddleware, settings=settings)],
        exception_handlers={ProblemError: on_problem, Exception: on_unexpected},
    )
