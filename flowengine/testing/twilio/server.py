"""A `flowengine serve` of our own for a simulated call: a process on free loopback ports, ready before it is rung."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from flowengine.errors import FlowEngineError
from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.exchange import Exchange

READY_TIMEOUT_S = 180.0
"""The first start converts the speech models, which takes about ten seconds, on a slow machine more."""
STOP_TIMEOUT_S = 60.0
NOBODY = 0
RECORD_WITHIN_S = 60.0
RECORD_EVERY_S = 0.1
ANSWER_S = 60.0
"""A busy server is one that answers late."""


class ServerNotReady(FlowEngineError):
    """The server under test did not start; the message carries the end of what it printed."""


class _PortTaken(ServerNotReady):
    """Somebody else listens there."""


@contextlib.asynccontextmanager
async def running_server(
    flows: Path,
    telephone: Telephone | Exchange,
    *,
    env: dict[str, str] | None = None,
    progress: Callable[[str], None] | None = None,
    started: Callable[[int], None] | None = None,
    port: int | None = None,
    log: Path | None = None,
) -> AsyncIterator[str]:
    """Start a server for `flows` whose Twilio is `telephone`; yields its base URL. Raises ServerNotReady.

    `started` is told the process's id. `port`: a free one, if not given; should somebody else take it before the server
    does, another process is started on another. `log`: where what it prints is kept.
    """
    # Told twice to stop, we are gone before the server is, which removes what it still writes.
    with tempfile.TemporaryDirectory(prefix="flowengine-call-", ignore_cleanup_errors=True) as folder:
        log = log or Path(folder) / "server.log"
        while True:
            at = port or free_port()
            base = f"http://127.0.0.1:{at}"
            settings = {
                "TWILIO_ACCOUNT_SID": telephone.account.sid,
                "TWILIO_AUTH_TOKEN": telephone.account.auth_token,
                "SERVER_BASE_URL": base,
                "FLOWENGINE_TWILIO_API_URL": telephone.rest.url,
                "FLOWENGINE_DATABASE_URL": f"sqlite:///{folder}/record.db",
                "FLOWENGINE_API_KEY": "",
                **(env or {}),
            }
            process = await _begun(flows, at, settings, folder, log)
            if started is not None:
                started(process.pid)
            try:
                await _ready(base, process, log, progress)
                yield base
            except _PortTaken:
                if port is not None:
                    raise
            else:
                return
            finally:
                await _stopped(process)


async def _begun(
    flows: Path, port: int, settings: dict[str, str], folder: str, log: Path
) -> asyncio.subprocess.Process:
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "flowengine", "serve", "--port", str(port), "--flows", str(flows)),
            # Standard input: its other end is closed when we die, however we do. Then the folder is the server's to
            # remove.
            *("--with-starter", "--scratch", folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={**os.environ, **settings},
        )


async def kept(
    base: str, call_sid: str, api_key: str | None = None, *, within_s: float = RECORD_WITHIN_S
) -> dict[str, Any] | None:
    """What the server kept of a call, once it is over: {} when it knows of no such call, None when it will not say.

    Of one that is not over `within_s` it is what there is by then.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while True:
        status, body = await get(f"{base}/api/call/{call_sid}", api_key)
        if status in (401, 403):
            return None
        record: dict[str, Any] = json.loads(body) if status == 200 else {}
        if status in (NOBODY, 404) or record.get("ended_at") or loop.time() >= deadline:
            return record
        await asyncio.sleep(RECORD_EVERY_S)


async def get(url: str, api_key: str | None = None) -> tuple[int, bytes]:
    """A plain GET: status and body; status `NOBODY` when nobody answers."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {api_key}"} if api_key else {})

    def ask() -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return NOBODY, b""

    return await asyncio.to_thread(ask)


async def _ready(
    base: str, process: asyncio.subprocess.Process, log: Path, progress: Callable[[str], None] | None
) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + READY_TIMEOUT_S
    told = ""
    while True:
        lines = _lines(log)
        if process.returncode is not None:
            failure = _PortTaken if any("choose another with --port" in line for line in lines) else ServerNotReady
            raise failure("the server did not start:\n" + "\n".join(lines[-15:]))
        if progress is not None and lines and lines[-1] != told:
            told = lines[-1]
            progress(told.strip())
        status, _ = await get(f"{base}/health/ready")
        if status == 200 and process.returncode is None:
            return
        if loop.time() > deadline:
            raise ServerNotReady("the server was not ready in time:\n" + "\n".join(lines[-15:]))
        await asyncio.sleep(0.2)


async def _stopped(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").strip().splitlines()


def free_port() -> int:
    """A port of this machine that nobody uses now.

    Below those that systems give to connections outwards (Linux: from 32768 on): one of these could be taken before the
    server has it.
    """
    while True:
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port := secrets.randbelow(12_000) + 20_000))
            return port
