"""The servers that the cases are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.websocket.serving import Served, served


@pytest.fixture(scope="session")
def _lean() -> Iterator[Served]:
    with served("lean") as server:
        yield server


@pytest.fixture(scope="session")
def _lean_asyncio() -> Iterator[Served]:
    with served("lean", "asyncio") as server:
        yield server


@pytest.fixture(scope="session")
def _websockets() -> Iterator[Served]:
    with served("websockets") as server:
        yield server


@pytest.fixture(params=["_lean", "_lean_asyncio"])
def lean(request: pytest.FixtureRequest) -> Served:
    """Our own class, on both event loops."""
    return _free(request.getfixturevalue(request.param))


@pytest.fixture(params=["_lean", "_lean_asyncio", "_websockets"])
def any_class(request: pytest.FixtureRequest) -> Served:
    """Ours and uvicorn's: what holds for both shows that the case is right."""
    return _free(request.getfixturevalue(request.param))


def _free(server: Served) -> Served:
    """What it tells of ended connections is of this test alone: those of the test before may still be ending."""
    server.connections_are_gone()
    server.cases.ended.clear()
    return server
