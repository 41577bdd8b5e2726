"""The simulated model's HTTP side: `POST …/chat/completions` answered as scripted, and what it was asked kept.

It stands on a real socket in threads of its own, so a test may drive any client, in real or virtual time. What a person
or another process wants of it goes over `/simulator`: read it, or post further turns to `/simulator/turns`.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

from flowengine.errors import UNREADABLE_JSON
from flowengine.testing.model.forms import wants_form
from flowengine.testing.model.stand_in import stand_in
from flowengine.testing.model.turns import ScriptRefused, Turn, read_turns, tokens

PATH = "/simulator"
KEPT = 1000
LONGEST_BODY = 4_000_000
Unknown = Literal["json_schema", "json_object", "temperature"]
"""What a service may not know: two of the shapes that an answer can be asked for in, and the temperature."""


@dataclass(slots=True)
class Asked:
    """One request: its body, its key, and how it went.

    `sent`: what left, by the monotonic clock. `given_up`: the client has closed the connection in mid answer.
    """

    body: dict[str, Any]
    key: str
    turn: Turn
    at: float
    sent: list[tuple[float, str]] = field(default_factory=list)
    given_up: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def system(self) -> str:
        """The instructions that it came with."""
        return "\n".join(each["content"] for each in self.body["messages"] if each["role"] == "system")

    @property
    def tools(self) -> list[str]:
        return [each["function"]["name"] for each in self.body.get("tools", ())]


class ModelServer:
    """Answers with `turns`, one a request; after the last of them, and without any, `otherwise` says what.

    Requests that want a form are answered with the turns that have one, the others with the others. Use it as a
    context. `url` is what FLOWENGINE_MODEL_URL wants; `asked` are the requests, in order. `port` 0 picks a free one.
    With a `key`, requests without it are refused with 401; those with something that is `unknown`, with 400.
    """

    def __init__(
        self,
        turns: Iterable[Turn] = (),
        *,
        otherwise: Callable[[Mapping[str, Any]], Turn] = stand_in,
        port: int = 0,
        key: str | None = None,
        unknown: Collection[Unknown] = (),
    ) -> None:
        self._turns: deque[Turn] = deque()
        self._forms: deque[Turn] = deque()
        self._otherwise = otherwise
        self._key = key
        self._unknown = unknown
        self._lock = threading.Lock()
        self.script(*turns)
        self.asked: deque[Asked] = deque(maxlen=KEPT)
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="model", daemon=True)

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, *turns: Turn) -> None:
        """Answer the next requests with these."""
        with self._lock:
            for turn in turns:
                (self._turns if turn.form is None else self._forms).append(turn)

    def took(self, body: dict[str, Any], key: str) -> Asked:
        """A request has come: keep it, with the turn that answers it."""
        with self._lock:
            asked = Asked(body, key, self._turn(body, key).written, time.monotonic())
            self.asked.append(asked)
            return asked

    def _turn(self, body: dict[str, Any], key: str) -> Turn:
        if self._key is not None and key != self._key:
            return Turn(status=401)
        shape = (body.get("response_format") or {}).get("type")
        if shape in self._unknown:
            return Turn(status=400, about="response_format")
        if "temperature" in body and "temperature" in self._unknown:
            return Turn(status=400, about="temperature")
        scripted = self._forms if wants_form(body) else self._turns
        return scripted.popleft() if scripted else self._otherwise(body)

    def state(self) -> dict[str, object]:
        """What it was asked and did, as JSON. No keys."""
        with self._lock:
            shown = [
                {"request": each.body, "sent": "".join(text for _, text in each.sent), "given_up": each.given_up}
                for each in self.asked
            ]
            return {"asked": shown, "turns_left": len(self._turns) + len(self._forms)}


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what this is for."""


def _handler(owner: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        model = owner

    return Handler


class _Handler(BaseHTTPRequestHandler):
    model: ModelServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed: `asked` holds what came."""

    def do_GET(self) -> None:
        if self.path == PATH:
            self._json(200, self.model.state())
        elif self.path.endswith("/models"):
            self._json(200, {"object": "list", "data": [{"id": "simulated", "object": "model"}]})
        else:
            self._json(404, {"error": {"message": f"there is no {self.path} here"}})

    def do_POST(self) -> None:
        text = self.rfile.read(min(int(self.headers.get("content-length") or 0), LONGEST_BODY))
        if self.path == f"{PATH}/turns":
            return self._scripted(text)
        try:
            body = json.loads(text)
        except UNREADABLE_JSON:
            body = None
        if not self.path.endswith("/chat/completions") or not isinstance(body, dict):
            return self._json(404, {"error": {"message": "post to /v1/chat/completions"}})
        asked = self.model.took(body, self.headers.get("authorization", "").removeprefix("Bearer "))
        try:
            self._answer(asked)
        except OSError:
            asked.given_up = True
            self.close_connection = True
        finally:
            asked.over.set()
        return None

    def _scripted(self, text: bytes) -> None:
        try:
            self.model.script(*read_turns(text.decode("utf-8", "replace")))
        except ScriptRefused as error:
            return self._json(422, {"detail": str(error)})
        return self._json(200, self.model.state())

    def _answer(self, asked: Asked) -> None:
        turn = asked.turn
        if turn.status != 200:
            more = {} if turn.retry_after is None else {"retry-after": f"{turn.retry_after:g}"}
            if turn.location is not None:
                more["location"] = turn.location
            error = {"message": f"simulated: HTTP {turn.status}", "param": turn.about}
            return self._json(turn.status, {"error": error}, more)
        self._wait(turn.first_s)
        match turn.kind:
            case "html":
                return self._whole(200, "text/html", f"<html><body>{turn.text or 'Welcome'}</body></html>".encode())
            case "json":
                choice = {"index": 0, "message": {"role": "assistant", "content": turn.text}, "finish_reason": "stop"}
                return self._json(200, {"object": "chat.completion", "choices": [choice]})
            case _:
                return self._stream(asked)

    def _stream(self, asked: Asked) -> None:
        turn = asked.turn
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self._delta(asked, {"role": "assistant", "content": ""})
        said = "refusal" if turn.kind == "refusal" else "content"
        count = 0
        while True:
            for token in tokens(turn.text):
                count += 1
                if count > 1:
                    self._wait(turn.token_s)
                self._delta(asked, {said: token}, token)
            if turn.ends != "endless":
                break
            self._delta(asked, {said: " "}, " ")
        for index, name in enumerate(turn.tools):
            function = {"name": name, "arguments": ""}
            self._delta(asked, {"tool_calls": [{"index": index, "id": f"call_{index}", "function": function}]})
            self._delta(asked, {"tool_calls": [{"index": index, "function": {"arguments": turn.arguments}}]})
        self._end(asked, count)

    def _end(self, asked: Asked, count: int) -> None:
        turn = asked.turn
        match turn.ends:
            case "cut":
                # A reset, as a process that dies gives it: nothing says that the stream is over.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            case "hangs":
                while not self.model.closing.wait(0.02):
                    self._chunk(b": still here\n\n")
                self.close_connection = True
                return
            case "garbage":
                self._chunk(b'data: {"choices": [{"delta": {"con\n\n')
            case "quiet":
                pass
            case _:
                reason = "tool_calls" if turn.tools and turn.ends == "stop" else turn.ends
                self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
                if (asked.body.get("stream_options") or {}).get("include_usage"):
                    prompt = len(json.dumps(asked.body.get("messages"))) // 4
                    usage = {"prompt_tokens": prompt, "completion_tokens": count, "total_tokens": prompt + count}
                    self._event({"choices": [], "usage": usage})
                self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _delta(self, asked: Asked, delta: dict[str, object], text: str = "") -> None:
        self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        asked.sent.append((time.monotonic(), text))

    def _event(self, data: dict[str, object]) -> None:
        whole = {
            "id": "chatcmpl-simulated",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "simulated",
            **data,
        }
        self._chunk(b"data: " + json.dumps(whole).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        if self.model.closing.is_set():
            raise ConnectionAbortedError
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _wait(self, seconds: float) -> None:
        if seconds and self.model.closing.wait(seconds):
            raise ConnectionAbortedError

    def _json(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        self._whole(status, "application/json", json.dumps(body).encode(), headers)

    def _whole(self, status: int, kind: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"content-type": kind, "content-length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
