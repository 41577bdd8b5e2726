"""The schemas in the repository are those of the types in use."""

from __future__ import annotations

import json
from pathlib import Path

from flowengine.conversation.commands import Speak
from flowengine.conversation.record import command_to_json
from flowengine.service.schemas import schemas

FOLDER = Path(__file__).parents[2] / "schemas"


def test_the_schemas_have_not_drifted() -> None:
    stored = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.schema.json")}
    assert stored == schemas(), "run: python -m flowengine.service.schemas"


def test_an_entry_of_the_record_has_what_its_schema_requires() -> None:
    schema = json.loads(schemas()["record.schema.json"])["$defs"]["Speak"]
    entry = command_to_json(Speak("u1", ("Hello.",)))
    assert set(schema["required"]) <= set(entry)
    assert set(entry) <= set(schema["properties"])
