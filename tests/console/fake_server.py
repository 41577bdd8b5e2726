"""A server for the page alone: the real flows and drawings, and one call told from a script in real time.

For looking at the page and for its browser tests; run it with `python -m tests.console.fake_server PORT`. Its policy
is stricter than the service's: no inline style at all.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

import flowengine.service
from flowengine.graph.compile import compile_file
from flowengine.graph.export import to_svg
from flowengine.graph.model import Flow
from flowengine.runtime.audio import level_dbfs

CONSOLE = Path(flowengine.service.__file__).parent / "console"
FLOWS = Path(flowengine.__file__).parents[1] / "flows"
LOUD_DBFS = -30.0
POLICY = {"content-security-policy": "default-src 'self'"}


@dataclass(frozen=True, slots=True)
class Pause:
    """So many seconds until the next fact."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Tone:
    """So many seconds of audio, then a mark of this name."""

    seconds: float
    mark: str


@dataclass(frozen=True, slots=True)
class Hear:
    """Until the caller has made a sound, and is quiet again for this many frames of 20 ms."""

    quiet: int = 15


Step = dict[str, object] | Pause | Tone | Hear

SCRIPT: tuple[Step, ...] = (
    {"event": "entered", "state": "start", "previous": None, "by": ""},
    {"event": "entered", "state": "greeting", "previous": "start", "by": "allowed"},
    {"event": "agent", "speech_id": "1", "text": "Good morning, this is Amy, an automated assistant calling."},
    Tone(0.3, "m1"),
    {"event": "heard", "speech_id": "1", "text": "Good morning.", "complete": True},
    {"event": "agent", "speech_id": "2", "text": "Am I speaking with Sam?"},
    Tone(0.3, "m2"),
    {"event": "heard", "speech_id": "2", "text": "Am I speaking with Sam?", "complete": True},
    {"event": "listening", "expecting": "listen", "intents": ["agree", "deny", "wrong_person", "busy", "opt_out"]},
    {"event": "partial", "text": "yes spea"},
    Pause(0.3),
    {"event": "caller", "text": "Yes, speaking.", "intent": "agree", "score": 1.0, "tier": "phrase"},
    {"event": "latency", "ms": 640},
    {"event": "entered", "state": "introduction", "previous": "greeting", "by": "agree"},
    {
        "event": "agent",
        "speech_id": "3",
        "text": "Your Essential cover ends on the first of December, so shall I go on?",
    },
    Pause(0.4),
    {"event": "heard", "speech_id": "3", "text": "Your Essential cover ends", "complete": False},
    {"event": "clear"},
    {"event": "caller", "text": "Sorry, how much is it?", "intent": "price_question", "score": 0.83, "tier": "meaning"},
    {"event": "action", "request": "action-1", "action": "price", "result": None, "reason": ""},
    {"event": "latency", "ms": 910, "filler": True},
    {"event": "action", "request": "action-1", "action": "price", "result": "ok", "reason": ""},
    {"event": "latency", "ms": 2910, "filler": False},
    {
        "event": "turn",
        "endpointing": 480,
        "waiting": 0,
        "understanding": 2,
        "deciding": 0,
        "acting": 2408,
        "voicing": 20,
        "playing": 900,
        "reply": 2910,
        "filler": 910,
    },
    {"event": "slot", "name": "visit_day", "value": "2026-12-01"},
    {"event": "slot", "name": "price", "value": "14.5", "shown": "£14.50"},
    {"event": "note", "text": "asked for the price"},
    {"event": "agent", "speech_id": "4", "text": "It's fourteen pounds fifty a month."},
    {"event": "listening", "expecting": "listen", "intents": ["agree", "refuse", "busy"]},
    {"event": "partial", "text": "Well I think that"},
)


async def page(_: Request) -> Response:
    return FileResponse(CONSOLE / "index.html", headers=POLICY)


async def flows(_: Request) -> Response:
    listed = []
    for path in sorted(FLOWS.glob("*.flow")):
        flow = compile_file(path).flow
        listed.append(_entry(flow) if flow is not None else _broken(path.stem))
    return JSONResponse({"flows": [*listed, _broken("half_written")]})


async def session(_: Request) -> Response:
    return JSONResponse({"name": "this machine", "role": "admin", "expires_at": None})


async def graph(request: Request) -> Response:
    flow = compile_file(FLOWS / f"{request.path_params['name']}.flow").flow
    if flow is None:
        return JSONResponse({"detail": "this flow has errors"}, 409)
    return Response(to_svg(flow), media_type="image/svg+xml")


async def stream(socket: WebSocket) -> None:
    """Tells the script once, then what the page types; `stop`, or the word "bye", ends the call; "break" breaks it."""
    await socket.accept()
    start = json.loads(await socket.receive_text())
    clock = asyncio.get_running_loop().time
    began = clock()

    async def tell(fact: dict[str, object]) -> None:
        await socket.send_json({**fact, "at": round(clock() - began, 2)})

    engines = {"recogniser": "Moonshine base-en, embedded", "synthesiser": "hibari, embedded"}
    await tell({"event": "started", "call_id": "c1", "flow": start["flow"], "title": "", "voice": "amelia", **engines})
    script: Sequence[Step] = socket.app.state.script
    for step in script:
        match step:
            case Pause(seconds=seconds):
                await asyncio.sleep(seconds)
            case Tone(seconds=seconds, mark=mark):
                await socket.send_bytes(_tone(seconds))
                await socket.send_json({"event": "mark", "name": mark})
                await _marked(socket, mark)
            case Hear(quiet=quiet):
                await _heard(socket, quiet)
            case fact:
                await tell(fact)
    told_of_microphone = False
    try:
        while True:
            message = await socket.receive()
            heard = json.loads(message["text"]) if message.get("text") else {}
            if heard.get("event") == "stop" or heard.get("text") == "bye":
                fields = {"booked": "true", "visit_at": "10:30:00", "reason": None}
                await tell({"event": "summary", "fields": fields, "shown": {**fields, "booked": "yes"}})
                await tell({"event": "ended", "outcome": "booked", "reason": "the flow ended"})
                return
            if heard.get("text") == "break":
                await socket.close(1011)
                return
            if _is_loud(message.get("bytes") or b"") and not told_of_microphone:
                told_of_microphone = True
                await tell({"event": "note", "text": "The microphone is heard."})
            if heard.get("event") == "text":
                await tell({"event": "caller", "text": heard["text"], "intent": None, "score": None, "tier": None})
    except (WebSocketDisconnect, RuntimeError, KeyError):
        return


async def _marked(socket: WebSocket, mark: str) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        if message.get("text") and json.loads(message["text"]) == {"event": "mark", "name": mark}:
            return


async def _heard(socket: WebSocket, quiet: int) -> None:
    is_loud, frames = False, 0
    while not is_loud or frames < quiet:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        if frame := message.get("bytes"):
            is_loud, frames = is_loud or _is_loud(frame), 0 if _is_loud(frame) else frames + 1


def _is_loud(frame: bytes) -> bool:
    """Whether this is audio, mu-law, with a sound in it that nobody could miss."""
    return level_dbfs(frame) > LOUD_DBFS


def _tone(seconds: float) -> bytes:
    """A quiet 440 Hz in mu-law, coarse but audible: two levels a half wave."""
    samples = (math.sin(2 * math.pi * 440 * at / 8000) for at in range(int(8000 * seconds)))
    return bytes(0xBF if sample > 0 else 0x3F for sample in samples)


def _entry(flow: Flow) -> dict[str, object]:
    return {
        "name": flow.name,
        "title": flow.title,
        "direction": flow.direction,
        "version": flow.version,
        "states": len(flow.states),
        "contact": [
            {
                "name": field.name,
                "type": field.type.kind,
                "required": field.default is None,
                "default": field.default.text if field.default is not None else None,
                "choices": list(field.type.choices),
            }
            for field in flow.contact.values()
        ],
        "valid": True,
        "problem": None,
    }


def _broken(name: str) -> dict[str, object]:
    problem = "error[FL201] undefined-state: no state is called 'confrim'\n  flows/half_written.flow:14:8"
    entry: dict[str, object] = {"name": name, "title": name, "direction": "inbound", "version": "", "states": 0}
    return entry | {"contact": [], "valid": False, "problem": problem}


def app_telling(script: Sequence[Step]) -> Starlette:
    """The server whose calls go so."""
    app = Starlette(
        routes=[
            Route("/", page),
            WebSocketRoute("/console/stream", stream),
            Mount("/console", StaticFiles(directory=CONSOLE)),
            Route("/api/session", session),
            Route("/api/flows", flows),
            Route("/api/flows/{name}/graph.svg", graph),
        ]
    )
    app.state.script = script
    return app


if __name__ == "__main__":
    uvicorn.run(app_telling(SCRIPT), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
