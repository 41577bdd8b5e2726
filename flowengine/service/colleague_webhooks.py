"""What Twilio asks about a colleague rung for a warm transfer: their key, the briefing's end, how their call goes.

Each request names the colleague's call by `leg`, which nobody can guess, and which is good only while its caller waits.
Everything can come twice, late, or when nobody waits any more: then the colleague is told so, or their call is ended.
"""

from __future__ import annotations

import logging
from typing import assert_never

from starlette.requests import Request
from starlette.responses import Response

from flowengine.adapters.twilio import callbacks, consulting
from flowengine.errors import ProtocolError, TelephonyError
from flowengine.runtime.colleague import Colleague, Next
from flowengine.service.calls import Calls
from flowengine.service.live_call import LiveCall
from flowengine.service.problems import ProblemError
from flowengine.service.webhooks import signed_form, xml_response

log = logging.getLogger(__name__)

ANSWERED, BRIEFED, STATUS = "/twilio/colleague", "/twilio/colleague-briefed", "/twilio/colleague-status"


async def answered(request: Request) -> Response:
    """The colleague has pressed a key at the question whether they take a call."""
    form, leg = await signed_form(request), _leg(request)
    colleague = _colleague(request, leg)
    heard: Next = "gone" if colleague is None else colleague.answered(leg, form.get("Digits", ""))
    return _says(request, colleague, leg, heard)


async def briefed(request: Request) -> Response:
    """The colleague has heard the briefing, or pressed a key into it."""
    form, leg = await signed_form(request), _leg(request)
    colleague = _colleague(request, leg)
    heard: Next = "gone" if colleague is None else colleague.briefed(leg, form.get("Digits", ""))
    return _says(request, colleague, leg, heard)


async def status(request: Request) -> Response:
    """The colleague's call has changed its status. One that nobody waits for any more is ended."""
    form, leg = await signed_form(request), _leg(request)
    try:
        told = callbacks.parse_status(form)
    except ProtocolError as error:
        raise ProblemError(400, "Not a status callback", str(error)) from error
    live = _live(request, leg)
    if told.status in callbacks.ENDS:
        if live is not None:
            live.session.away.colleague_left(leg, callbacks.not_taken(told.status))
    elif live is None or not live.session.away.colleague.seen(leg, told.call_sid):
        try:
            await request.app.state.twilio.hang_up(told.call_sid)
        except TelephonyError:
            log.warning("a colleague's call could not be ended", extra={"call_sid": told.call_sid})
    return Response(status_code=204)


def _says(request: Request, colleague: Colleague | None, leg: str, heard: Next) -> Response:
    """What the colleague hears next."""
    base = request.app.state.calls.settings.server_base_url or ""
    match heard:
        case "ask":
            return xml_response(consulting.question("", f"{base}{ANSWERED}?leg={leg}"))
        case "brief":
            assert colleague is not None, "nobody is briefed for no call"
            return xml_response(consulting.briefing(colleague.briefing, f"{base}{BRIEFED}?leg={leg}"))
        case "meet":
            return xml_response(consulting.meeting(leg))
        case "declined":
            return xml_response(consulting.goodbye(consulting.DECLINED))
        case "gone":
            return xml_response(consulting.goodbye(consulting.GONE))
        case _:
            assert_never(heard)


def _leg(request: Request) -> str:
    return request.query_params.get("leg", "")


def _live(request: Request, leg: str) -> LiveCall | None:
    """The call whose caller waits for this colleague."""
    calls: Calls = request.app.state.calls
    return next((live for live in calls.live if leg and live.session.away.colleague.leg == leg), None)


def _colleague(request: Request, leg: str) -> Colleague | None:
    live = _live(request, leg)
    return None if live is None else live.session.away.colleague
