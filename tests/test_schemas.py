"""schemas/ says what the service really answers."""

from __future__ import annotations

from tests import api_reference, api_schemas


def test_every_schema_is_what_its_type_says() -> None:
    written = {path: path.read_bytes() for path in api_schemas.FOLDER.glob("*.json")}
    assert written == api_schemas.schemas(), "run: python -m tests.api_schemas"


def test_the_page_of_endpoints_is_what_the_table_says() -> None:
    assert api_reference.PAGE.read_text("utf-8") == api_reference.page(), "run: python -m tests.api_schemas"
