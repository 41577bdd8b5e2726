"""A service with one live call in it, in virtual time, for tests of what is done to live calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from flowengine.runtime.observed import CallResult
from flowengine.service.app import create_app
from flowengine.service.calls import Calls
from flowengine.service.settings import Settings
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import FLOW
from tests.service.asgi import Answered, asked
from tests.virtual_time import run_virtually

SID = "CA" + "1" * 32
GREETED_S = 6.0
"""After so long the flow has said its first words and listens."""


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """The call, and the API beside it."""

    app: Starlette

    async def post(self, path: str, body: Any) -> Answered:
        return await asked(self.app, "POST", path, json.dumps(body).encode(), {"content-type": "application/json"})

    async def get(self, path: str) -> Answered:
        return await asked(self.app, "GET", path)

    async def act(self, action: str, **more: object) -> Any:
        """What `POST /api/llm-action` answers."""
        answered = await self.post("/api/llm-action", {"call_sid": SID, "action": action, **more})
        return answered.json


@dataclass(frozen=True, slots=True)
class Over:
    """The call afterwards: how it ended, its line, and what `GET /api/call` answers."""

    result: CallResult
    line: FakeLine
    record: Any

    @property
    def said(self) -> list[str]:
        """What the agent was heard to say."""
        return [line["text"] for line in self.record["transcript"] if line["speaker"] == "agent"]


Act = Callable[[OnTheLine], Awaitable[None]]


def small_service(folder: Path, text: str = FLOW) -> Settings:
    """A service with one flow, called small."""
    flows = folder / "flows"
    flows.mkdir(exist_ok=True)
    (flows / "small.flow").write_text(text, "utf-8")
    return Settings(
        flows=flows,
        database_url=f"sqlite:///{folder / 'record.db'}",
        nova_stt_ws_url="scripted://",
        nova_tts_ws_url="scripted://",
        meaning="off",
        # A busy machine's service refuses a call otherwise.
        max_lag_ms=0,
    )


def during_a_call(folder: Path, act: Act, *, text: str = FLOW, line: FakeLine | None = None) -> Over:
    """Run `act` while somebody is on the line; the call must come to an end by it."""
    settings = small_service(folder, text)
    line = line or FakeLine()

    async def main() -> Over:
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            calls: Calls = app.state.calls
            prepared = calls.prepare("small", {}, listens=False, call_sid=SID, from_number="+441134960123")
            live = calls.open(prepared, line, listens=False)
            line.echo = live.session.on_mark
            running = asyncio.create_task(calls.run(live))
            await asyncio.sleep(GREETED_S)
            await act(OnTheLine(app))
            result = await running
            record = (await asked(app, "GET", f"/api/call/{SID}")).json
            return Over(result, line, record)

    return run_virtually(main())
