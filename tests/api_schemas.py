"""Writes schemas/ and the page of endpoints from the API's table: `python -m tests.api_schemas`.

A test compares, so a changed type shows in its schema.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import msgspec

from flowengine.service.api.endpoint import Body, json_bytes
from flowengine.service.api.openapi import bodies, document
from flowengine.service.api.routes import ENDPOINTS
from flowengine.service.problems import Problem
from tests import api_reference

FOLDER = Path(__file__).parent.parent / "schemas"
NAMES = {"Call": "call", "FlowList": "flows", "Readiness": "ready"}
"""Where a file is not called as its type is: ActiveCalls is in active-calls.schema.json."""


def schemas() -> dict[Path, bytes]:
    """Every file and what should stand in it."""
    types: list[Body] = [Problem, *bodies(ENDPOINTS)]
    files = {FOLDER / f"{_name(body)}.schema.json": _schema(body) for body in types}
    files[FOLDER / "openapi.json"] = json_bytes(document(ENDPOINTS, version("flowengine")))
    return files


def _name(body: Body) -> str:
    return NAMES.get(body.__name__) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", body.__name__).lower()


def _schema(body: Body) -> bytes:
    return json_bytes({"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(body)})


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    wanted = schemas()
    for path in set(FOLDER.glob("*.json")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.write_bytes(text)
    api_reference.PAGE.write_text(api_reference.page(), "utf-8")
