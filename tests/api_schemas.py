"""Writes schemas/*.schema.json from the types that the service answers with: `python -m tests.api_schemas`.

A test compares, so a changed type shows in its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from flowengine.service.api import ActiveCalls, FlowList, Readiness
from flowengine.service.problems import Problem
from flowengine.store.detail import CallDetail

FOLDER = Path(__file__).parent.parent / "schemas"
BODIES: Mapping[str, type[msgspec.Struct]] = {
    "active-calls": ActiveCalls,
    "call": CallDetail,
    "flows": FlowList,
    "problem": Problem,
    "ready": Readiness,
}


def schemas() -> dict[Path, bytes]:
    """Every schema file and what should stand in it."""
    return {FOLDER / f"{name}.schema.json": _schema(body) for name, body in BODIES.items()}


def _schema(body: type[msgspec.Struct]) -> bytes:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(body)}
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in schemas().items():
        path.write_bytes(text)
