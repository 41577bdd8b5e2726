"""Who may use the page and the API: anybody on this machine; from outside, whoever holds the key."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from flowengine.service.settings import LOOPBACK, Settings

COOKIE = "flowengine_key"


def is_allowed(connection: HTTPConnection, settings: Settings) -> bool:
    """True when a key is set and given, or when none is needed: a local service asked by its local name.

    A tunnel makes every request look local, so the Host header decides: a public name needs the key. It also keeps
    out pages that point a name of theirs at this machine.
    """
    if settings.api_key is not None:
        return _has_key(connection, settings.api_key)
    host = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
    forwarded = "x-forwarded-for" in connection.headers or "x-forwarded-host" in connection.headers
    return host in LOOPBACK and not forwarded


def is_same_origin(connection: HTTPConnection) -> bool:
    """A page of another site must not open our socket: a browser names its origin, other clients have none."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")


def _has_key(connection: HTTPConnection, key: str) -> bool:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    given = (
        bearer.strip() if scheme.lower() == "bearer" else "",
        connection.cookies.get(COOKIE, ""),
        connection.query_params.get("key", ""),
    )
    return any(hmac.compare_digest(value.encode(), key.encode()) for value in given if value)
