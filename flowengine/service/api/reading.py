"""Requests as typed values: JSON bodies and query strings, read strictly, with one clear problem when they do not fit.

400: it is no JSON. 413: too large. 415: not sent as JSON. 422: it does not fit its type; `field` names the place.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
from starlette.requests import Request

from flowengine.service.api.expected import expectation, known_fields
from flowengine.service.problems import ProblemError

Asked = TypeVar("Asked", bound=msgspec.Struct)

_PLACE = re.compile(r" - at `\$?\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"^Object missing required field `(?P<name>[^`]*)`")
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$", re.DOTALL)
_KEY_PATH = re.compile(r"^key(?: in `\$?\.?(?P<path>[^`]*)`)?")
LONGEST_NAME = 60


async def read_body(request: Request, asked: type[Asked]) -> Asked:
    """The JSON body as `asked`, a struct that forbids unknown fields. Raises ProblemError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ProblemError(
            415,
            "Not JSON",
            f"Send the body as application/json; it was sent as {kind[:80] or 'nothing in particular'}.",
        )
    return decode(await request.body(), asked)


def decode(body: bytes, asked: type[Asked]) -> Asked:
    """JSON as `asked`. Raises ProblemError: 400 for what is no JSON, 422 for what does not fit."""
    try:
        found = msgspec.json.decode(body, type=asked)
        place = nul_in(msgspec.to_builtins(found)) if b"\\u0000" in body else None
        if place is not None:
            raise _has_nul(place)
        return found
    except msgspec.ValidationError as error:
        raise _does_not_fit(str(error), asked) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError(400, "Not JSON", f"The body cannot be read as JSON: {_why(error)}.") from error
    except RecursionError as error:
        raise ProblemError(400, "Nested too deeply", "The body nests lists or objects too deeply.") from error


def nul_in(value: object, place: str = "") -> str | None:
    """The place of a text with the character NUL, which PostgreSQL takes in no text; None where there is none."""
    match value:
        case str():
            return place if "\0" in value else None
        case dict():
            places = (nul_in(name, place) or nul_in(each, _joined(place, name)) for name, each in value.items())
        case list():
            places = (nul_in(each, f"{place}[{number}]") for number, each in enumerate(value))
        case _:
            return None
    return next((found for found in places if found is not None), None)


def read_query(request: Request, asked: type[Asked]) -> Asked:
    """The query string as `asked`, numbers and times read from their text. Raises ProblemError (422)."""
    values: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if "\0" in value:
            raise _has_nul(name[:LONGEST_NAME])
        if name in values:
            raise ProblemError(422, "Does not fit", f"{name[:LONGEST_NAME]} is given twice; give it once.", name)
        values[name] = value
    try:
        return msgspec.convert(values, asked, strict=False)
    except msgspec.ValidationError as error:
        raise _does_not_fit(str(error), asked) from error


def _does_not_fit(message: str, asked: type[msgspec.Struct]) -> ProblemError:
    """The library's words made a sentence on what would do, and the place made a field."""
    place = _PLACE.search(message)
    path = place["path"] if place else ""
    said = message[: place.start()] if place else message
    if key := _KEY_PATH.match(path):
        path = key["path"] or ""
        said = f"a name in it does not fit: {said}"
    if missing := _MISSING.match(said):
        field = _joined(path, missing["name"])
        return ProblemError(422, "Does not fit", f"{field} is missing: expected {expectation(asked, field)}.", field)
    if unknown := _UNKNOWN.match(said):
        field = _joined(path, unknown["name"][:LONGEST_NAME])
        known = ", ".join(known_fields(asked, path)) or "none"
        return ProblemError(422, "Does not fit", f"There is no field {field}; the fields here are: {known}.", field)
    wanted = expectation(asked, path)
    subject = path or "The body"
    return ProblemError(422, "Does not fit", f"{subject} does not fit: {_plain(said)}. Expected {wanted}.", path)


def _has_nul(place: str) -> ProblemError:
    return ProblemError(422, "Does not fit", f"{place or 'A name'} has the character NUL in it; leave it out.", place)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _plain(said: str) -> str:
    return said.replace("`", "").replace("[...]", "[]")[:200].rstrip(".")


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error).removeprefix("JSON is malformed: ")[:120]
