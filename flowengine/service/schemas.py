"""JSON Schemas of every body we send or take, made from the types in use.

`python -m flowengine.service.schemas` writes them into `schemas/`; a test fails when they have drifted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from flowengine.conversation.commands import Command
from flowengine.conversation.events import Event
from flowengine.service import api, console_stream
from flowengine.service.problems import Problem
from flowengine.store.detail import CallDetail

FOLDER = Path("schemas")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

BODIES: dict[str, Any] = {
    "active-calls": api.ActiveCalls,
    "call": CallDetail,
    "flows": api.FlowList,
    "page-message": console_stream.PageMessage,
    "page-start": console_stream.StartCall,
    "problem": Problem,
    "readiness": api.Readiness,
}


def schemas() -> dict[str, str]:
    """File name to text."""
    made = {name: msgspec.json.schema(kind) for name, kind in BODIES.items()}
    made["record"] = _record()
    return {
        f"{name}.schema.json": json.dumps({"$schema": DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"
        for name, schema in made.items()
    }


def write(folder: Path = FOLDER) -> None:
    """Bring the folder up to date, and nothing else in it."""
    folder.mkdir(exist_ok=True)
    wanted = schemas()
    for old in folder.glob("*.schema.json"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, "utf-8")


def _record() -> dict[str, Any]:
    """One entry of a call's record: an event or a command, told apart by `kind`."""
    kinds = (*Event.__args__, *Command.__args__)
    _, components = msgspec.json.schema_components(kinds)
    for kind in kinds:
        component = components[kind.__name__]
        component["properties"] = {"kind": {"const": kind.__name__}, **component["properties"]}
        component["required"] = ["kind", *component.get("required", [])]
    return {"anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in kinds], "$defs": components}


if __name__ == "__main__":
    write()
