"""Twilio's REST side as a real HTTP server here: calls placed, searched, fetched, ended, redirected and recorded; the
account and its numbers. Errors and answers are Twilio's; what goes wrong on purpose stands in `troubles`.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from flowengine.adapters.twilio.callbacks import ENDS, CallStatus
from flowengine.errors import FlowEngineError
from flowengine.testing.twilio.belongings import OWN_NUMBERS, Belongings
from flowengine.testing.twilio.book import Book, PlacedCall
from flowengine.testing.twilio.lines import PlacingTrouble
from flowengine.testing.twilio.orders import Form, first, refusal

RINGING: tuple[CallStatus, ...] = ("queued", "initiated", "ringing")
NO_TROUBLE = PlacingTrouble()
LOOK_S = 0.005
CLOSES_WITHIN_S = 0.02
CALLBACK_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `call` was placed by this request, and begins once the answer is out."""

    status: int
    body: Mapping[str, object]
    headers: dict[str, str] = field(default_factory=dict)
    trouble: PlacingTrouble = NO_TROUBLE
    call: PlacedCall | None = None


class PortTaken(FlowEngineError):
    """Another program listens where the simulated REST API was to; the message says what to do."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """A dialler of many threads connects them all at once; past the queue, a connection takes a second longer."""


class RestServer:
    """Calls by CallSid with their status. Close it when done.

    Called from the server's threads: `on_completed` with a call that is over, `on_redirected` with a call and its new
    TwiML or address, `on_placed` with a call that begins, `refuses` for Twilio's code of a number not to be called.

    `failures` are answered first, one a request, as (HTTP status, Twilio's code); `troubles` happen to orders of calls,
    one an order. Every answer takes `delay_s`. `recordings` are calls and how their recording stands, in order of
    change. `port` 0 picks a free one.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        on_completed: Callable[[str], None],
        *,
        on_redirected: Callable[[str, str], None] = lambda sid, twiml: None,
        on_placed: Callable[[PlacedCall], None] = lambda call: None,
        refuses: Callable[[str], int | None] = lambda number: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        port: int = 0,
    ) -> None:
        self.book = Book(account_sid, now)
        self.calls = self.book.calls
        self.belongings = Belongings(account_sid, OWN_NUMBERS)
        self.failures: deque[tuple[int, int]] = deque()
        self.troubles: deque[PlacingTrouble] = deque()
        self.requests: list[str] = []
        self.orders: list[Form] = []
        self.recordings: list[tuple[str, str]] = []
        self.delay_s = 0.0
        self.extra: Callable[[str, str, str], Answer | None] = lambda method, path, body: None
        """Asked first, without authentication: how a simulator in a process of its own is told what to do."""
        self._account = account_sid
        credentials = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._authorization = f"Basic {credentials}"
        self._on_completed = on_completed
        self._on_redirected = on_redirected
        self._on_placed = on_placed
        self._refuses = refuses
        self.closing = threading.Event()
        try:
            self._server = _Server(("127.0.0.1", port), self._handler())
        except OSError as error:
            raise PortTaken(
                f"the simulated REST API cannot listen on port {port} of this machine ({error.strerror}); choose"
                " another with --rest-port, and name it in the server's FLOWENGINE_TWILIO_API_URL"
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(CLOSES_WITHIN_S,), name="twilio rest", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def complete(self, call_sid: str) -> None:
        """What an update with Status=completed does to a call."""
        self._end(call_sid, "completed")

    def redirect(self, call_sid: str, twiml: str) -> None:
        """What an update with Twiml does to a call."""
        self._on_redirected(call_sid, twiml)

    def answer(self, method: str, target: str, authorization: str, body: str) -> Answer:
        """Status and JSON of one request."""
        path, query = urlsplit(target).path, urlsplit(target).query
        self.requests.append(f"{method} {path}")
        if authorization != self._authorization:
            return _error(401, 20003, "Authenticate")
        if self.failures:
            status, code = self.failures.popleft()
            return _error(status, code, "simulated")
        account = f"/2010-04-01/Accounts/{self._account}"
        form = parse_qs(body if method == "POST" else query, keep_blank_values=True)
        resource, _, rest = path.removeprefix(account).strip("/").removesuffix(".json").partition("/")
        match method, resource, rest if path.startswith(account) else None:
            case "GET", "", "":
                return Answer(200, self.belongings.account())
            case "POST", "Calls", "":
                return self._place(form)
            case "GET", "Calls", "":
                return Answer(200, self.book.page(form))
            case _, "Calls", str(of_call):
                return self._call(method, *of_call.split("/", 1), form=form)
            case "GET", "IncomingPhoneNumbers", "":
                return Answer(200, self.belongings.page(form))
            case "POST", "IncomingPhoneNumbers", str(sid) if sid in self.belongings.numbers:
                return Answer(200, self.belongings.update(sid, form))
            case "GET", "OutgoingCallerIds", "":
                return Answer(200, self.belongings.callers_page())
            case _:
                return _not_found()

    def _place(self, form: Form) -> Answer:
        self.orders.append(form)
        trouble = self.troubles.popleft() if self.troubles else NO_TROUBLE
        if trouble.is_placed:
            refused = self._refusal(form)
            if refused is not None:
                return _error(400, *refused)
        call = self.book.enter(form) if trouble.is_placed else None
        if trouble.status is None:
            return Answer(201, self.book.shown(call.sid) if call else {}, {}, trouble, call)
        error = _error(trouble.status, trouble.code, "simulated")
        headers = {} if trouble.retry_after_s is None else {"Retry-After": f"{trouble.retry_after_s:g}"}
        return Answer(error.status, error.body, headers, trouble, call)

    def _refusal(self, form: Form) -> tuple[int, str] | None:
        if self.belongings.status != "active":
            return 20005, "Account is not active"
        verified = None if self.belongings.kind == "Full" else self.belongings.verified
        code = self._refuses(first(form, "To"))
        by_number = None if code is None else (code, "The number cannot be called")
        return refusal(form, callers=self.belongings.callers, verified=verified) or by_number

    def _call(self, method: str, sid: str, part: str = "", *, form: Form) -> Answer:
        if sid not in self.calls:
            return _not_found()
        if part.startswith("Recordings"):
            return self._record(sid, part.removeprefix("Recordings").strip("/"), form)
        return self._update(sid, form) if method == "POST" else Answer(200, self.book.shown(sid))

    def _update(self, sid: str, form: Form) -> Answer:
        stands, wanted = self.calls[sid], first(form, "Status")
        instructions = first(form, "Twiml") or first(form, "Url")
        if instructions and not wanted:
            if stands != "in-progress":
                return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
            self.redirect(sid, instructions)
            return Answer(200, self.book.shown(sid))
        if wanted not in ("completed", "canceled"):
            return _error(400, 21218, "Invalid Status")
        if wanted == "completed" and stands not in ENDS:
            self._end(sid, "completed")
        elif not (wanted == "canceled" and stands in RINGING and self._end(sid, "canceled")):
            return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
        return Answer(200, self.book.shown(sid))

    def _end(self, sid: str, status: CallStatus) -> bool:
        if sid not in self.calls:
            self.calls[sid] = "in-progress"
        if not self.book.move(sid, status):
            return False
        self._on_completed(sid)
        return True

    def _record(self, sid: str, recording: str, form: Form) -> Answer:
        """Start one (no `recording` named), or stop the one that runs."""
        running = [done for call, done in self.recordings if call == sid][-1:] == ["in-progress"]
        if not recording and self.calls[sid] == "in-progress":
            self.recordings.append((sid, "in-progress"))
        elif recording == "Twilio.CURRENT" and running and first(form, "Status") == "stopped":
            self.recordings.append((sid, "stopped"))
        elif not recording:
            return _error(400, 21220, "Call is not in-progress.")
        else:
            return _not_found()
        shown = {"sid": "RE" + sid[2:], "call_sid": sid, "status": self.recordings[-1][1]}
        return Answer(201 if not recording else 200, shown)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            """Head and body in one packet: apart, the second waits 40 ms for the first to be acknowledged."""

            def do_GET(self) -> None:
                self._reply("GET")

            def do_POST(self) -> None:
                self._reply("POST")

            def _reply(self, method: str) -> None:
                time.sleep(outer.delay_s)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                answer = outer.extra(method, self.path, body) or outer.answer(
                    method, self.path, self.headers.get("Authorization", ""), body
                )
                outer._see_out(answer, self)

            def send(self, answer: Answer) -> None:
                raw = json.dumps(answer.body).encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            def cut(self) -> None:
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler

    def _see_out(self, answer: Answer, handler: BaseHTTPRequestHandler) -> None:
        """Send the answer, unless trouble keeps it; the call it has placed begins afterwards, or before it if asked."""
        trouble, call = answer.trouble, answer.call
        if call is not None and (trouble.after_callbacks or trouble.answer != "comes"):
            self._on_placed(call)
            call = None
        deadline = time.monotonic() + CALLBACK_WAIT_S
        while answer.call and answer.call.told < trouble.after_callbacks and time.monotonic() < deadline:
            time.sleep(LOOK_S)
        if trouble.answer == "never":
            self.closing.wait()
        elif trouble.delay_s:
            self.closing.wait(trouble.delay_s)
        try:
            if trouble.answer == "comes":
                handler.send(answer)  # type: ignore[attr-defined]  # the class above
            else:
                handler.cut()  # type: ignore[attr-defined]
        except OSError:
            handler.close_connection = True
        if call is not None:
            self._on_placed(call)


def _error(status: int, code: int | None, message: str) -> Answer:
    return Answer(status, {"status": status, "code": code, "message": message, "more_info": ""})


def _not_found() -> Answer:
    return _error(404, 20404, "The requested resource was not found")
