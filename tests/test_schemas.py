"""schemas/ says what the service really answers."""

from __future__ import annotations

from tests import api_schemas


def test_every_schema_is_what_its_type_says() -> None:
    written = {path: path.read_bytes() for path in api_schemas.FOLDER.glob("*.json")}
    assert written == api_schemas.schemas(), "run: python -m tests.api_schemas"
