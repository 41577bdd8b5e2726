"""What Twilio asks of us over HTTP. Every request is signed, and checked before anything else happens.

Twilio fetches TwiML again after a failure and repeats callbacks in any order, so every handler can run twice.
"""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from flowengine.adapters.twilio import twiml
from flowengine.errors import FlowEngineError
from flowengine.graph.model import Direction
from flowengine.service.calls import AtCapacity, Calls

log = logging.getLogger(__name__)

BODY_LIMIT = 64 * 1024
CONTACT_PREFIX = "contact."
NO_SUCH_NUMBER = "Sorry, this number is not in use at the moment. Goodbye."
BUSY = "Sorry, all our lines are busy. Please try again in a few minutes. Goodbye."
LOST = "I'm sorry, we lost the line. Goodbye."


async def voice(request: Request) -> Response:
    """A call is answered: TwiML that connects its stream, or a polite line and a hang-up."""
    form = await _signed_form(request)
    calls: Calls = request.app.state.calls
    flow = request.query_params.get("flow") or calls.settings.numbers.get(form.get("To", ""))
    if flow is None:
        log.warning("no flow for this number; map it in FLOWENGINE_NUMBERS", extra={"pii_to": form.get("To")})
        return _xml(twiml.refusal(NO_SUCH_NUMBER))
    contact = {
        name.removeprefix(CONTACT_PREFIX): value
        for name, value in request.query_params.items()
        if name.startswith(CONTACT_PREFIX)
    }
    direction: Direction = "outbound" if form.get("Direction", "").startswith("outbound") else "inbound"
    try:
        prepared = calls.prepare(
            flow,
            contact,
            call_sid=form.get("CallSid"),
            direction=direction,
            from_number=form.get("From"),
            to_number=form.get("To"),
        )
    except AtCapacity:
        log.warning("call refused: at capacity", extra={"call_sid": form.get("CallSid")})
        return _xml(twiml.refusal(BUSY))
    except FlowEngineError as error:
        log.error("call refused", extra={"call_sid": form.get("CallSid"), "error": type(error).__name__})
        return _xml(twiml.refusal(NO_SUCH_NUMBER))
    base = _base_url(calls.settings)
    return _xml(
        twiml.connect(
            stream_url=f"{'ws' if base.startswith('http://') else 'wss'}://{urlsplit(base).netloc}"
            f"{urlsplit(base).path}/twilio/stream",
            action_url=f"{base}/twilio/after-stream",
            status_url=f"{base}/twilio/stream-status",
            token=calls.tokens.issue(prepared),
        )
    )
