"""A small client of the Language Server Protocol: starts the server as editors do and talks to it on its pipes."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 300.0
"""Seconds after which an answer is given up."""

Json = dict[str, Any]


class Client:
    """One editor. `Any`: messages are JSON, and each test says what it expects of one."""

    def __init__(self, folder: Path, encodings: list[str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flowengine", "lsp"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._stdin: BinaryIO = self.process.stdin  # type: ignore[assignment]  # without `text` it is binary
        self._messages: queue.Queue[Json | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,))
        self._reader.start()
        self._number = 0
        self._versions: dict[str, int] = {}
        self.notices: list[Json] = []
        general = {"positionEncodings": encodings} if encodings else {}
        self.capabilities = self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "capabilities": {"general": general},
                "workspaceFolders": [{"uri": folder.as_uri(), "name": "flows"}],
            },
        )["capabilities"]
        self.tell("initialized", {})

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self.process.poll() is None:
            self.ask("shutdown", None)
            self.tell("exit", None)
            assert self.process.wait(PATIENCE) == 0
        self.end()

    def end(self) -> None:
        """Let go of the process, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            if not stream.closed:
                stream.close()

    # ── messages ──

    def send_bytes(self, body: bytes) -> None:
        """A message as it is, with its header."""
        self._stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._stdin.flush()

    def tell(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request; fails on an error."""
        answer = self.answer(method, params)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def answer(self, method: str, params: Any) -> Json:
        """The whole answer to a request, an error too."""
        self._number += 1
        number = self._number
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == number and "method" not in message:
                return message
            self.notices.append(message)

    def _send(self, message: Json) -> None:
        self.send_bytes(json.dumps(message).encode())

    def _next(self) -> Json:
        message = self._messages.get(timeout=PATIENCE)
        if message is None:
            assert self.process.stderr is not None
            raise AssertionError(f"the server ended: {self.process.stderr.read().decode()}")
        return message

    def _read(self, stdout: Any) -> None:
        while True:
            length = 0
            while (header := stdout.readline()).strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            if not header:
                self._messages.put(None)
                return
            self._messages.put(json.loads(stdout.read(length)))

    # ── documents ──

    def open(self, path: Path, text: str) -> str:
        """Open a buffer; its address."""
        uri = path.as_uri()
        self._versions[uri] = 1
        document = {"uri": uri, "languageId": "flow", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, text: str) -> None:
        self._versions[uri] += 1
        document = {"uri": uri, "version": self._versions[uri]}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def diagnostics(self, uri: str) -> list[Json]:
        """The next diagnostics that are sent for a document."""
        while True:
            message = self.notices.pop(0) if self.notices else self._next()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                found: list[Json] = message["params"]["diagnostics"]
                return found

    def at(self, method: str, uri: str, line: int, character: int, **more: Any) -> Any:
        """A request about a position (from 0)."""
        return self.ask(f"textDocument/{method}", place(uri, line, character, **more))


def place(uri: str, line: int, character: int, **more: Any) -> Json:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, **more}
