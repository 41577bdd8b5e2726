"""The API described in OpenAPI 3.1, made from the table of endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from flowengine.service.api.endpoint import Body, Endpoint, Media
from flowengine.service.problems import Problem

JSON = "application/json"
PROBLEM = "application/problem+json"
REF = "#/components/schemas/{name}"

ERRORS = {
    400: "it is no JSON",
    401: "no key, or one that is not known",
    403: "this key may not, or the request comes from another site",
    404: "there is no such thing",
    405: "not with this method",
    408: "the body came too slowly",
    409: "it is refused as things stand",
    413: "the body is too large",
    415: "the body is of another media type",
    422: "it does not fit; `field` says where",
    429: "too many requests; `Retry-After` says when",
    500: "a defect of the service",
    503: "the record cannot be used now; try again",
}


async def openapi(request: Request) -> Response:
    return Response(request.app.state.openapi, media_type=JSON)


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """The whole description."""
    _, components = msgspec.json.schema_components([Problem, *bodies(endpoints)], ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "flowengine",
            "version": version,
            "summary": "Telephone calls, written down as .flow files",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key of `flowengine keys create`"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "flowengine_session",
                    "description": "What the page holds after signing in",
                },
            },
        },
    }


def bodies(endpoints: Sequence[Endpoint]) -> list[Body]:
    """Every JSON body of the table, once, in its order; without query strings, which are parameters."""
    found: dict[Body, None] = {}
    for endpoint in endpoints:
        for body in (endpoint.asks, *endpoint.answers.values()):
            if body is not None and not isinstance(body, Media):
                found[body] = None
    return list(found)


def statuses(endpoint: Endpoint) -> list[int]:
    """The problems that an endpoint may answer, by status."""
    found = {*endpoint.errors, 500}
    if endpoint.role is not None:
        found |= {401, 403, 429, 503}
    if endpoint.path_words:
        found.add(404)
    if endpoint.asks is not None:
        found |= {408, 413, 415} | ({400, 422} if isinstance(endpoint.asks, type) else set())
    if endpoint.query is not None:
        found.add(422)
    return sorted(found - set(endpoint.answers))


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    responses = {str(status): _answer(status, body) for status, body in endpoint.answers.items()}
    for status in statuses(endpoint):
        responses[str(status)] = {
            "description": ERRORS[status],
            "content": {PROBLEM: {"schema": {"$ref": REF.format(name=Problem.__name__)}}},
        }
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [endpoint.subject],
        "responses": responses,
        "security": [] if endpoint.role is None else [{"key": []}, {"session": []}],
    }
    if endpoint.role is not None:
        operation["description"] = f"Least role: {endpoint.role}."
        operation["x-role"] = endpoint.role
    if parameters := _parameters(endpoint):
        operation["parameters"] = parameters
    if endpoint.asks is not None:
        operation["requestBody"] = {"required": True, "content": _content(endpoint.asks)}
    return operation


def _operation_id(endpoint: Endpoint) -> str:
    return "_".join([endpoint.method.lower(), *re.findall(r"[A-Za-z0-9]+", endpoint.path.removeprefix("/api"))])


def _answer(status: int, body: Body | Media | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if body is not None:
        answer["content"] = _content(body, PROBLEM if isinstance(body, type) and issubclass(body, Problem) else JSON)
        answer["description"] = body.says if isinstance(body, Media) else _first_line(body)
    return answer


def _content(body: Body | Media, kind: str = JSON) -> dict[str, Any]:
    if isinstance(body, Media):
        return {body.type: {"schema": {"type": "string"}} if body.type != JSON else {}}
    return {kind: {"schema": {"$ref": REF.format(name=body.__name__)}}}


def _first_line(body: Body) -> str:
    return (body.__doc__ or body.__name__).strip().partition("\n")[0]


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "description": says, "schema": {"type": "string"}}
        for name, says in endpoint.path_words.items()
    ]
    if endpoint.query is not None:
        schema = msgspec.json.schema(endpoint.query)["$defs"][endpoint.query.__name__]
        required = schema.get("required", [])
        parameters += [
            {"name": name, "in": "query", "required": name in required, "schema": of}
            for name, of in schema["properties"].items()
        ]
    return parameters
