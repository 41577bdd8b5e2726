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
    found: Served = request.getfixturevalue(request.param)
    found.cases.ended.clear()
    return found


@pytest.fixture(params=["_lean", "_lean_asyncio", "_websockets"])
def any_class(request: pytest.FixtureRequest) -> Served:
    """Ours and uvicorn's: what holds for both shows that the case is right."""
    found: Served = request.getfixturevalue(request.param)
    found.cases.ended.clear()
    return found
