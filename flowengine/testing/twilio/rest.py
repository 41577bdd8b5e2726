"""Twilio's REST side, as far as a call needs it: fetch, end, redirect and record it. A real HTTP server here."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from flowengine.adapters.twilio.callbacks import ENDS, CallStatus

RINGING: tuple[CallStatus, ...] = ("queued", "initiated", "ringing")


class RestServer:
    """Calls by CallSid with their status. `on_completed(sid)` is called from the server's thread.

    `on_redirected(sid, twiml)` likewise. `recordings` are calls and how their recording stands, in order of change.
    `failures` are answered first, one a request, as (HTTP status, Twilio's code): a 429, a 500. Every answer takes
    `delay_s`. `port` 0 picks a free one. Close it when done.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        on_completed: Callable[[str], None],
        *,
        on_redirected: Callable[[str, str], None] = lambda sid, twiml: None,
        port: int = 0,
    ) -> None:
        self.calls: dict[str, CallStatus] = {}
        self.failures: deque[tuple[int, int]] = deque()
        self.requests: list[str] = []
        self.recordings: list[tuple[str, str]] = []
        self.delay_s = 0.0
        self._account = account_sid
        credentials = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._authorization = f"Basic {credentials}"
        self._on_completed = on_completed
        self._on_redirected = on_redirected
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, name="twilio rest", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def complete(self, call_sid: str) -> None:
        """What an update with Status=completed does to a call."""
        self.calls[call_sid] = "completed"
        self._on_completed(call_sid)

    def redirect(self, call_sid: str, twiml: str) -> None:
        """What an update with Twiml does to a call."""
        self._on_redirected(call_sid, twiml)

    def answer(self, method: str, path: str, authorization: str, body: str) -> tuple[int, dict[str, object]]:
        """Status and JSON of one request."""
        self.requests.append(f"{method} {urlsplit(path).path}")
        if authorization != self._authorization:
            return _error(401, 20003, "Authenticate")
        if self.failures:
            status, code = self.failures.popleft()
            return _error(status, code, "simulated")
        prefix = f"/2010-04-01/Accounts/{self._account}/Calls/"
        path = urlsplit(path).path
        sid, _, part = path.removeprefix(prefix).removesuffix(".json").partition("/")
        if not path.startswith(prefix) or sid not in self.calls:
            return _error(404, 20404, "The requested resource was not found")
        form = parse_qs(body)
        if part.startswith("Recordings"):
            return self._record(sid, part.removeprefix("Recordings").strip("/"), form)
        if method == "POST":
            stands = self.calls[sid]
            if "Twiml" in form and "Status" not in form:
                if stands != "in-progress":
                    return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
                self.redirect(sid, form["Twiml"][0])
                return 200, self._shown(sid)
            match form.get("Status", [""])[0]:
                case "completed" if stands not in ENDS:
                    self.complete(sid)
                case "canceled" if stands in RINGING:
                    self.calls[sid] = "canceled"
                    self._on_completed(sid)
                case "completed" | "canceled":
                    return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
                case _:
                    return _error(400, 21218, "Invalid Status")
        return 200, self._shown(sid)

    def _shown(self, sid: str) -> dict[str, object]:
        return {"sid": sid, "account_sid": self._account, "status": self.calls[sid]}

    def _record(self, sid: str, recording: str, form: dict[str, list[str]]) -> tuple[int, dict[str, object]]:
        """Start one (no `recording` named), or stop the one that runs."""
        running = [done for call, done in self.recordings if call == sid][-1:] == ["in-progress"]
        if not recording and self.calls[sid] == "in-progress":
            self.recordings.append((sid, "in-progress"))
        elif recording == "Twilio.CURRENT" and running and form.get("Status") == ["stopped"]:
            self.recordings.append((sid, "stopped"))
        elif not recording:
            return _error(400, 21220, "Call is not in-progress.")
        else:
            return _error(404, 20404, "The requested resource was not found")
        return 201 if not recording else 200, {"sid": "RE" + sid[2:], "call_sid": sid, "status": self.recordings[-1][1]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._reply("GET")

            def do_POST(self) -> None:
                self._reply("POST")

            def _reply(self, method: str) -> None:
                time.sleep(outer.delay_s)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                status, answer = outer.answer(method, self.path, self.headers.get("Authorization", ""), body)
                raw = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


def _error(status: int, code: int, message: str) -> tuple[int, dict[str, object]]:
    return status, {"status": status, "code": code, "message": message, "more_info": ""}
