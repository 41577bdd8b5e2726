"""A simulator that is told over HTTP what to do, beside Twilio's API: for one that runs in a process of its own.

`GET /simulator`, `POST /simulator/lines`, `/simulator/troubles`, `/simulator/hang-up`. Loopback only, no credentials.
"""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from flowengine.errors import UNREADABLE_JSON, FlowEngineError
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import Line, PlacingTrouble
from flowengine.testing.twilio.rest import Answer

PATH = "/simulator"
KINDS = tuple(str(each.__struct_config__.tag) for each in get_args(Line))
"""What a line may be, as it is named in JSON."""


class ControlRefused(FlowEngineError):
    """What the simulator was told cannot be read; the message says where."""


class Scripted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a number behaves from now on, a line a ring; the last one stays."""

    number: str
    lines: list[Line]


class HungUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person who was called hangs up."""

    call_sid: str


def control(exchange: Exchange) -> None:
    """Have the exchange's HTTP side answer /simulator too."""
    exchange.rest.extra = lambda method, path, body: _answer(exchange, method, path, body)


def read_lines(text: str) -> dict[str, list[Line]]:
    """Lines by number, from JSON. Raises ControlRefused."""
    lines: dict[str, list[Line]] = _read(text, dict[str, list[Line]])
    return lines


def state(exchange: Exchange) -> dict[str, object]:
    """What has happened, as JSON."""
    return {
        "rung": dict(exchange.rung),
        "calls": [exchange.rest.book.shown(sid) for sid in list(exchange.rest.book.placed)],
        "happened": [msgspec.to_builtins(each) for each in list(exchange.happened)],
        "orders": len(exchange.rest.orders),
    }


def _answer(exchange: Exchange, method: str, path: str, body: str) -> Answer | None:
    if not path.startswith(PATH):
        return None
    try:
        match method, path.removeprefix(PATH):
            case "GET", "":
                pass
            case "POST", "/lines":
                scripted = _read(body, Scripted)
                exchange.script(scripted.number, *scripted.lines)
            case "POST", "/troubles":
                exchange.rest.troubles.extend(_read(body, list[PlacingTrouble]))
            case "POST", "/hang-up":
                sid = _read(body, HungUp).call_sid
                if sid not in exchange.rest.calls:
                    raise ControlRefused("there is no such call")
                exchange.hang_up(sid)
            case _:
                return Answer(404, {"detail": f"{PATH} is read; {PATH}/lines, /troubles and /hang-up are posted to"})
    except ControlRefused as error:
        return Answer(422, {"detail": str(error)})
    return Answer(200, state(exchange))


def _read(text: str, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text.encode(), type=kind)
    except UNREADABLE_JSON as error:
        is_about_kind = "`kind`" in str(error) or ".kind`" in str(error)
        hint = f"; the kinds are {', '.join(KINDS)}" if is_about_kind else ""
        raise ControlRefused(f"this cannot be read: {error}{hint}") from error
