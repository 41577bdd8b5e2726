"""What Twilio asks of us over HTTP. Every request is signed, and checked before anything else happens.

Twilio fetches TwiML again after a failure and repeats callbacks in any order, so every handler can run twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from flowengine.adapters.twilio import callbacks, signature, twiml
from flowengine.errors import FlowEngineError, ProtocolError
from flowengine.graph.model import Direction
from flowengine.runtime.last_words import HUNG_UP
from flowengine.service.calls import AtCapacity, Calls
from flowengine.service.dialling.dialling import Dialling, PickedUp, Refusal
from flowengine.service.live_call import LiveCall
from flowengine.service.problems import ProblemError
from flowengine.service.settings import Settings
from flowengine.service.tokens import PreparedCall

log = logging.getLogger(__name__)

BODY_LIMIT = 64 * 1024
SETTLE_S = 1.0
LOOK_S = 0.05
CONTACT_PREFIX = "contact."
NO_SUCH_NUMBER = "Sorry, this number is not in use at the moment. Goodbye."
BUSY = "Sorry, all our lines are busy. Please try again in a few minutes. Goodbye."
REGRET = "Sorry to have troubled you: this call was made by mistake. Goodbye."
LOST = "I'm sorry, we lost the line. Goodbye."


async def voice(request: Request) -> Response:
    """A call is answered: TwiML that connects its stream, or a polite line and a hang-up."""
    form = await signed_form(request)
    calls: Calls = request.app.state.calls
    if (attempt_id := request.query_params.get("attempt")) is not None:
        return await _picked_up(request, form, attempt_id)
    flow = request.query_params.get("flow") or calls.settings.numbers.get(form.get("To", ""))
    if flow is None:
        calls.families.refused.add("no_flow")
        log.warning("no flow for this number; map it in FLOWENGINE_NUMBERS", extra={"pii_to": form.get("To")})
        return xml_response(twiml.refusal(NO_SUCH_NUMBER))
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
    except AtCapacity as error:
        # Our own words: the lines are full, the event loop is late, or the service stops.
        log.warning("call refused: no new calls now", extra={"call_sid": form.get("CallSid"), "why": str(error)})
        return xml_response(twiml.refusal(BUSY))
    except FlowEngineError as error:
        log.error("call refused", extra={"call_sid": form.get("CallSid"), "error": type(error).__name__})
        return xml_response(twiml.refusal(NO_SUCH_NUMBER))
    return _connect(calls, prepared)


async def _picked_up(request: Request, form: dict[str, str], attempt_id: str) -> Response:
    """A call that we made is answered: the queue says by which flow. What is not to go on ends with a word of regret.

    That it was not abandoned in silence is all it is for: the attempt is kept as abandoned where a person was there.
    """
    calls: Calls = request.app.state.calls
    dialling: Dialling | None = request.app.state.dialling
    facts = {"attempt_id": attempt_id, "call_sid": form.get("CallSid")}
    try:
        found: PickedUp | Refusal = "unknown"
        if dialling is not None:
            found = await asyncio.to_thread(dialling.answered, attempt_id, form.get("CallSid", ""))
        if not isinstance(found, PickedUp):
            log.warning("an answered call is not to go on", extra={**facts, "why": found})
            return xml_response(twiml.refusal(REGRET))
        prepared = calls.prepare(
            found.flow,
            found.contact,
            call_id=attempt_id,
            call_sid=form.get("CallSid"),
            direction="outbound",
            from_number=form.get("From"),
            to_number=form.get("To"),
        )
    except FlowEngineError as error:
        log.error("an answered call cannot be held", extra={**facts, "error": type(error).__name__})
        return xml_response(twiml.refusal(REGRET))
    return _connect(calls, prepared)


async def status_callback(request: Request) -> Response:
    """A call changed its status. Kept once a (CallSid, SequenceNumber), in whatever order it comes."""
    form = await signed_form(request)
    calls: Calls = request.app.state.calls
    try:
        told = callbacks.parse_status(form)
    except ProtocolError as error:
        raise ProblemError(400, "Not a status callback", str(error)) from error
    await calls.recording.status(told, form)
    live = calls.find(told.call_sid)
    if live is not None and told.status in callbacks.ENDS and not live.session.away.is_here:
        # There is no stream whose end would tell.
        lost = live.session.away.was_lost
        live.session.leave("connection lost" if lost else HUNG_UP, failure=lost)
    attempt_id, dialling = request.query_params.get("attempt"), request.app.state.dialling
    if attempt_id is not None and dialling is not None:
        await asyncio.to_thread(dialling.told, attempt_id, told.call_sid)
    return Response(status_code=204)


async def after_stream(request: Request) -> Response:
    """The stream is over and the call is still up: hang up if its flow has ended, else connect it again.

    Its session may wait for it here; or its process is dead, and the record tells where it was. Otherwise: an apology.
    """
    form = await signed_form(request)
    calls: Calls = request.app.state.calls
    call_sid = form.get("CallSid", "")
    live = calls.find(call_sid)
    if live is not None and await _waits_for(live):
        return _connect(calls, live.prepared)
    revived = await calls.revive(call_sid) if live is None else None
    if revived is not None:
        return _connect(calls, revived)
    # What is only just over may not be in the record yet.
    if (live is not None and live.session.has_ended_well) or await calls.recording.ended_well(call_sid):
        return xml_response(twiml.hang_up())
    log.warning("stream ended before its call", extra={"call_sid": call_sid})
    return xml_response(twiml.refusal(LOST))


async def _waits_for(live: LiveCall) -> bool:
    """Whether the session of a call whose stream is over wants another one. Twilio may know of the end before us."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            while not live.session.away.is_returning and not live.over.is_set():  # noqa: ASYNC110 - seldom, and short
                await asyncio.sleep(LOOK_S)
    if not live.over.is_set():
        live.session.on_gone("connection lost", failure=True, comes_back=True)
    return live.session.away.is_returning and not live.over.is_set()


async def stream_status(request: Request) -> Response:
    """Twilio's word on the stream itself; only its errors are worth a line."""
    form = await signed_form(request)
    try:
        told = callbacks.parse_stream_status(form)
    except ProtocolError as error:
        raise ProblemError(400, "Not a stream callback", str(error)) from error
    if told.event == "stream-error":
        log.error("twilio stream error", extra={"call_sid": told.call_sid, "error": told.error})
    return Response(status_code=204)


async def transfer_ended(request: Request) -> Response:
    """A transfer is over: the call comes back into its flow by a new stream, or, where the flow has ended, hangs up."""
    form = await signed_form(request)
    calls: Calls = request.app.state.calls
    try:
        told = callbacks.parse_transfer(form)
    except ProtocolError as error:
        raise ProblemError(400, "Not the end of a transfer", str(error)) from error
    live = calls.find(told.call_sid)
    if live is not None and await live.session.away.told(told.result, is_up=told.is_up):
        return _connect(calls, live.prepared)
    revived = await calls.revive(told.call_sid, told.result) if live is None and told.is_up else None
    if revived is not None:
        return _connect(calls, revived)
    if live is None and told.result != "answered" and not await calls.recording.ended_well(told.call_sid):
        log.warning("a transfer ended whose call is not live", extra={"call_sid": told.call_sid})
        return xml_response(twiml.refusal(LOST))
    return xml_response(twiml.hang_up())


async def machine_detection(request: Request) -> Response:
    """Twilio's verdict on who has answered, told to the call; that it does not know changes nothing."""
    form = await signed_form(request)
    calls: Calls = request.app.state.calls
    try:
        call_sid, verdict = callbacks.parse_answered_by(form)
    except ProtocolError as error:
        raise ProblemError(400, "Not a verdict", str(error)) from error
    if verdict is not None:
        calls.judged(call_sid, verdict)
    attempt_id, dialling = request.query_params.get("attempt"), request.app.state.dialling
    if attempt_id is not None and dialling is not None:
        await asyncio.to_thread(dialling.verdict, attempt_id, form["AnsweredBy"])
    return Response(status_code=204)


def _connect(calls: Calls, prepared: PreparedCall) -> Response:
    """TwiML that connects a stream for this call."""
    base = calls.settings.server_base_url or ""
    return xml_response(
        twiml.connect(
            stream_url=f"{'ws' if base.startswith('http://') else 'wss'}://{urlsplit(base).netloc}"
            f"{urlsplit(base).path}/twilio/stream",
            action_url=f"{base}/twilio/after-stream",
            status_url=f"{base}/twilio/stream-status",
            token=calls.tokens.issue(prepared),
        )
    )


async def signed_form(request: Request) -> dict[str, str]:
    """The form of a request that Twilio really sent. Raises ProblemError."""
    settings: Settings = request.app.state.calls.settings
    if not settings.has_telephone:
        raise ProblemError(
            503, "No telephone line", "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and SERVER_BASE_URL to open one."
        )
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            detail = f"At most {BODY_LIMIT:,} bytes are taken here; Twilio's forms are far smaller. This is none."
            raise ProblemError(413, "Body too large", detail)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=200)
    except (UnicodeDecodeError, ValueError) as error:
        raise ProblemError(400, "Not a form", "expected application/x-www-form-urlencoded") from error
    if not signature.is_valid(
        settings.twilio_auth_token or "",
        public_url(settings, request.url.path, request.url.query),
        pairs,
        request.headers.get("x-twilio-signature", ""),
    ):
        request.app.state.calls.families.refused.add("signature")
        log.warning("bad signature", extra={"path": request.url.path})
        raise ProblemError(
            403, "Bad signature", "Check that SERVER_BASE_URL is exactly the address in Twilio's console."
        )
    return dict(pairs)


def public_url(settings: Settings, path: str, query: str) -> str:
    """The URL as Twilio asked for it: from the configured address, never from the Host header."""
    return f"{settings.server_base_url}{path}" + (f"?{query}" if query else "")


def xml_response(text: str) -> Response:
    return Response(text, media_type="application/xml")
