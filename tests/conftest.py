"""Fixtures for all tests, and the order of the files."""

import os
import tempfile
from collections.abc import Iterator

import pytest

from flowengine.adapters.local import meaning
from flowengine.adapters.twilio import rest
from flowengine.service import keyring
from flowengine.testing.twilio import account
from tests.examples import THOROUGH
from tests.order import in_order
from tests.postgres import database_url, new_database_url, postgres, postgres_template, sqlite_template

__all__ = [
    "THOROUGH",
    "answers_may_be_late",
    "clips_apart",
    "database_url",
    "new_database_url",
    "postgres",
    "postgres_template",
    "sqlite_template",
]


@pytest.fixture(scope="session", autouse=True)
def clips_apart() -> Iterator[None]:
    """The services that tests start keep their clips in a folder of the tests, not of whoever runs them."""
    with tempfile.TemporaryDirectory(prefix="clips") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "FLOWENGINE_CLIPS", folder)
        # Nor do they refuse calls because the machine that runs all the tests is busy.
        patch.setitem(os.environ, "FLOWENGINE_MAX_LAG", "0")
        yield


@pytest.fixture(scope="session", autouse=True)
def answers_may_be_late() -> Iterator[None]:
    """Servers and engines answer us, and the simulated Twilio, as late as the machine lets them."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (rest, account):
            patch.setattr(module, "TIMEOUT_S", 60.0)
        patch.setattr(meaning, "LIKEN_TIMEOUT_S", 600.0)
        patch.setattr(keyring, "PATIENCE_S", 60.0)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order(items)
