"""Writes docs/reference/endpoints.md from the API's table: `python -m tests.api_schemas`, with the schemas.

A test compares, so an endpoint that changed shows on the page.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from msgspec import inspect

from flowengine.service.api.endpoint import Body, Endpoint, Media
from flowengine.service.api.expected import words_for
from flowengine.service.api.openapi import statuses
from flowengine.service.api.routes import ENDPOINTS

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "endpoints.md"
OPENING = """\
# Endpoints

What each address asks for and answers, and the least role that may use it; [the HTTP API](api.md) explains the whole.
This page is written from the service's own table by `python -m tests.api_schemas`, and a test fails when they differ.
"""


def page() -> str:
    """The whole page."""
    parts = [OPENING]
    for subject, endpoints in groupby(sorted(ENDPOINTS, key=lambda each: each.subject), lambda each: each.subject):
        parts.append(f"## {subject.capitalize()}\n")
        parts += [_section(endpoint) for endpoint in endpoints]
    return "\n".join(parts)


def _section(endpoint: Endpoint) -> str:
    role = "Open to anybody." if endpoint.role is None else f"Least role: **{endpoint.role}**."
    lines = [f"### {endpoint.name}", "", f"{endpoint.summary}. {role}", ""]
    lines += [f"- `{name}` in the path: {says}" for name, says in endpoint.path_words.items()]
    if endpoint.query is not None:
        lines += [f"- in the query: {_fields(endpoint.query)}"]
    if endpoint.asks is not None:
        lines += [f"- asks for {_body(endpoint.asks)}"]
    for status, body in endpoint.answers.items():
        lines += [f"- {status}: {'nothing' if body is None else _body(body)}"]
    lines += ["- problems: " + ", ".join(str(status) for status in statuses(endpoint))]
    return "\n".join([*lines, ""])


def _body(body: Body | Media) -> str:
    if isinstance(body, Media):
        return f"`{body.type}`: {body.says}"
    return f"`{body.__name__}`: {_fields(body)}"


def _fields(body: Body) -> str:
    found = inspect.type_info(body)
    assert isinstance(found, inspect.StructType)
    said = []
    for field in found.fields:
        optional = "" if field.required else ", optional"
        said.append(f"`{field.encode_name}` ({words_for(field.type)}{optional})")
    return ", ".join(said)
