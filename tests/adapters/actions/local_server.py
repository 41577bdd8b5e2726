"""A receiver of actions on a real socket, that answers as a test says: well, late, badly, half, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Posted:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


def ok(body: str, *, content_type: str = "application/json", status: str = "200 OK", headers: str = "") -> bytes:
    raw = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(raw)}\r\n{headers}"
    return head.encode() + b"Connection: close\r\n\r\n" + raw


def refusal(status: str, headers: str = "") -> bytes:
    return ok("{}", status=status, headers=headers)


HALF = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{"reference": '
"""An answer that dies in its middle."""
NOTHING = b""
"""The connection is closed without a word."""
SLOW = None
"""Nothing comes for as long as anybody waits."""


@dataclass
class Receiver:
    """Gives its answers in turn, the last one again and again."""

    answers: list[bytes | None]
    posted: list[Posted] = field(default_factory=list)
    url: str = ""
    took_s: float = 0.0
    """By the loop's clock, until whoever asked had an answer, or none."""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("Content-Length", "0")))
            self.posted.append(Posted(head[0].split(" ")[1], headers, body, asyncio.get_running_loop().time()))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def receiving(*answers: bytes | None) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(answers))
    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    try:
        receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/visits"
        yield receiver
    finally:
        server.close()
        await server.wait_closed()
