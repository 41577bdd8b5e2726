"""Which class serves WebSockets: our own, or uvicorn's on the `websockets` package."""

from __future__ import annotations

from typing import Literal, TypedDict

from flowengine.errors import SettingsError
from flowengine.service.values import shown

WebSocketClass = Literal["lean", "websockets"]

DEFAULT_CLASS: WebSocketClass = "lean"
LARGEST_MESSAGE = 256 * 1024
NAMES: dict[WebSocketClass, str] = {
    # By name, so that settings are read without loading uvicorn.
    "lean": "flowengine.service.websocket.lean:LeanWebSocket",
    "websockets": "websockets-sansio",
}


class WebSockets(TypedDict):
    """Of uvicorn's settings, those that a WebSocket is served with."""

    ws: str
    ws_per_message_deflate: bool
    ws_max_size: int


def websockets(chosen: WebSocketClass) -> WebSockets:
    """How uvicorn is to serve them. The benchmarks' floor is served with the same."""
    return WebSockets(ws=NAMES[chosen], ws_per_message_deflate=False, ws_max_size=LARGEST_MESSAGE)


def class_from(value: str | None) -> WebSocketClass:
    """The setting `FLOWENGINE_WEBSOCKETS`. Raises SettingsError."""
    match value:
        case None:
            return DEFAULT_CLASS
        case "lean" | "websockets":
            return value
        case _:
            raise SettingsError(f"FLOWENGINE_WEBSOCKETS is {shown(value)}: expected lean or websockets")
