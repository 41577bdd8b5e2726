"""A place that makes calls, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flowengine.testing.twilio.exchange import Exchange
from tests.service.dialling.site import Site, site_on


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[tuple[Site, Exchange]]:
    with site_on(database_url, tmp_path) as opened:
        yield opened
