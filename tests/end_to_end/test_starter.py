"""A server that was started for a call, or for a load, ends with its starter, also where that is killed (SIGKILL)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flowengine.cli.starter import when_input_ends
from flowengine.testing.twilio import server
from flowengine.testing.twilio.exchange import Exchange
from tests.end_to_end.running import SPEECH
from tests.patience import PATIENCE_S

STARTER = """
import asyncio, sys
from pathlib import Path
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.server import running_server

async def main():
    scripted = {"NOVA_STT_WS_URL": "scripted:", "NOVA_TTS_WS_URL": "scripted:", "FLOWENGINE_MEANING": "off"}
    pids = []
    with Exchange() as exchange:
        async with running_server(Path(sys.argv[1]), exchange, env=scripted, started=pids.append):
            print(pids[-1], flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""
FLOW = """flow hello "Hello" inbound
  agent "Amy" of "Us"

outcome done success

state hello
  say "Hello."
  end done
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for the end of a process that is no child of ours")
def test_a_server_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    (tmp_path / "hello.flow").write_text(FLOW, "utf-8")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    starter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert starter.stdout is not None
    with starter.stdout:
        running = os.pidfd_open(int(starter.stdout.readline()))
        try:
            starter.send_signal(signal.SIGKILL)
            starter.wait()
            assert select.select([running], [], [], PATIENCE_S)[0], "it runs on"
            assert list(tmp_path.glob("flowengine-*")) == []
        finally:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(running, signal.SIGKILL)
            os.close(running)


def test_a_port_that_somebody_else_takes_first_costs_a_process_and_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hello.flow").write_text(FLOW, "utf-8")
    pids: list[int] = []

    async def main(taken: int) -> int:
        ports = iter([taken, second := server.free_port()])
        monkeypatch.setattr(server, "free_port", lambda: next(ports))
        with Exchange() as exchange:
            async with server.running_server(tmp_path, exchange, env=SPEECH, started=pids.append) as base:
                assert base.endswith(f":{second}")
                return (await server.get(f"{base}/health/ready"))[0]

    with socket.create_server(("127.0.0.1", 0)) as first:
        assert asyncio.run(main(first.getsockname()[1])) == 200
    assert len(pids) == 2


def test_what_comes_before_the_end_of_the_input_is_passed_over() -> None:
    reads, writes = os.pipe()
    ended: list[bool] = []
    watching = when_input_ends(reads, lambda: ended.append(True))
    os.write(writes, b"y\n")
    assert watching.is_alive()
    os.close(writes)
    watching.join(PATIENCE_S)
    os.close(reads)
    assert ended == [True]
