"""The engines that have to keep the ports' promises, and a way to point the contract at any server.

    pytest tests/contracts --nova-stt ws://host:8765/stt --nova-tts ws://host:8765/tts

or with NOVA_STT_WS_URL and NOVA_TTS_WS_URL in the environment. A recogniser alone is given the embedded voice to hear.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from flowengine.adapters.local import recogniser, worker
from flowengine.adapters.nova2 import recogniser as nova2_recogniser
from flowengine.adapters.nova2 import serve_stt
from flowengine.adapters.nova2 import synthesiser as nova2_synthesiser
from flowengine.adapters.nova2.server import speech_server
from flowengine.adapters.registry import recogniser_from, synthesiser_from, warm_up
from flowengine.errors import MissingExtra
from flowengine.runtime.ports import Recogniser, Synthesiser

T = TypeVar("T")
LONG_S = 600.0
"""Never waited for to its end, however slow the machine is."""
Run = Callable[[Coroutine[Any, Any, T]], T]


@dataclass(frozen=True)
class Engines:
    """A recogniser, a synthesiser that it understands, and the loop they live in."""

    recogniser: Recogniser
    synthesiser: Synthesiser
    runner: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        async def bounded() -> T:
            async with asyncio.timeout(LONG_S):
                return await work

        return self.runner.run(bounded())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nova-stt", default=None, help="hold this speech-to-text server to the contract")
    parser.addoption("--nova-tts", default=None, help="hold this text-to-speech server to the contract")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engines" not in metafunc.fixturenames:
        return
    kinds = ["scripted", "nova2 over scripted", "embedded", "nova2 over embedded"]
    if any(_addresses(metafunc.config)):
        kinds = ["addressed"]
    metafunc.parametrize("engines", kinds, indirect=True, scope="session")


def _addresses(config: pytest.Config) -> tuple[str | None, str | None]:
    stt = config.getoption("--nova-stt", default=None) or os.environ.get("NOVA_STT_WS_URL")
    tts = config.getoption("--nova-tts", default=None) or os.environ.get("NOVA_TTS_WS_URL")
    return stt, tts


@asynccontextmanager
async def _direct(stt: str | None, tts: str | None) -> AsyncIterator[tuple[Recogniser, Synthesiser]]:
    recogniser, synthesiser = recogniser_from(stt), synthesiser_from(tts)
    try:
        await warm_up(recogniser, synthesiser)
        yield recogniser, synthesiser
    finally:
        await recogniser.close()
        await synthesiser.close()


@asynccontextmanager
async def _served(engine: str | None) -> AsyncIterator[tuple[Recogniser, Synthesiser]]:
    """Client, socket, server, engine."""
    async with AsyncExitStack() as stack:
        behind = await stack.enter_async_context(_direct(engine, engine))
        addresses = await stack.enter_async_context(speech_server(*behind, host="127.0.0.1", port=0))
        yield await stack.enter_async_context(_direct(addresses.stt, addresses.tts))


@pytest.fixture(scope="session")
def patience() -> Iterator[None]:
    """No audio is lost, and no answer given up, because the machine is slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "PROCESS", "tests.contracts.patient_process")
        patch.setattr(recogniser, "KEPT_BYTES", 10_000_000)
        patch.setattr(nova2_recogniser, "WAITING_BYTES", 10_000_000)
        for name in ("CONNECT_TIMEOUT_S", "READY_TIMEOUT_S", "CLOSE_TIMEOUT_S"):
            patch.setattr(nova2_recogniser, name, LONG_S)
        for name in ("CONNECT_TIMEOUT_S", "ANSWER_TIMEOUT_S", "DRAIN_TIMEOUT_S"):
            patch.setattr(nova2_synthesiser, name, LONG_S)
        patch.setattr(serve_stt, "LAST_FINAL_S", LONG_S)
        yield


@pytest.fixture(scope="session")
def engines(patience: None, request: pytest.FixtureRequest) -> Iterator[Engines]:
    makers = {
        "scripted": lambda: _direct("scripted:", "scripted:"),
        "nova2 over scripted": lambda: _served("scripted:"),
        "embedded": lambda: _direct(None, None),
        "nova2 over embedded": lambda: _served(None),
        "addressed": lambda: _direct(*_addresses(request.config)),
    }
    made = makers[request.param]()
    with asyncio.Runner() as runner:
        try:
            recogniser, synthesiser = runner.run(made.__aenter__())
        except MissingExtra as missing:
            pytest.skip(str(missing))
        yield Engines(recogniser, synthesiser, runner)
        runner.run(made.__aexit__(None, None, None))
