"""Who may use the page and the API: anybody on this machine; from outside, whoever holds the key."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flowengine.service.problems import Problem, ProblemError, respond
from flowengine.service.settings import LOOPBACK, Settings
from flowengine.store.keys import Role

COOKIE = "flowengine_key"
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
}


def is_allowed(connection: HTTPConnection, settings: Settings) -> bool:
    """True when a key is set and given, or when none is needed: a local service asked by its local name.

    A tunnel makes every request look local, so the Host header decides: a public name needs the key. It also keeps
    out pages that point a name of theirs at this machine.
    """
    if settings.api_key is not None:
        return _has_key(connection, settings.api_key)
    host = _host_of(f"//{connection.headers.get('host', '')}")
    forwarded = "x-forwarded-for" in connection.headers or "x-forwarded-host" in connection.headers
    return host in LOOPBACK and not forwarded


def is_same_origin(connection: HTTPConnection) -> bool:
    """A page of another site must not open our socket: a browser names its origin, other clients have none."""
    origin = connection.headers.get("origin")
    return origin is None or origin.partition("://")[2] == connection.headers.get("host", "")


def _host_of(url: str) -> str:
    """The host that a URL names; "" when it cannot be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        # A bracket that is never closed, say: headers are anybody's text.
        return ""


def _has_key(connection: HTTPConnection, key: str) -> bool:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    given = (
        bearer.strip() if scheme.lower() == "bearer" else "",
        connection.cookies.get(COOKIE, ""),
        connection.query_params.get("key", ""),
    )
    return any(hmac.compare_digest(value.encode(), key.encode()) for value in given if value)


async def admit(request: Request, role: Role | None) -> None:
    """Let whoever asks in, if they have this role at least. Raises ProblemError."""
    if role is not None and not is_allowed(request, request.app.state.settings):
        raise ProblemError(403, "Not open from outside")


class AccessMiddleware:
    """Keeps the page and the API to those who may; Twilio's paths check signatures, health tells nothing private."""

    OPEN = ("/twilio/", "/health/")

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self.OPEN):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if not is_allowed(request, self._settings):
            await respond(_refusal(self._settings))(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if self._settings.api_key is not None and request.query_params.get("key"):
                    headers.append(
                        "set-cookie", f"{COOKIE}={self._settings.api_key}; Path=/; HttpOnly; SameSite=Strict"
                    )
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _refusal(settings: Settings) -> Problem:
    if settings.api_key is None:
        return Problem(
            "Not open from outside",
            403,
            "Set FLOWENGINE_API_KEY and give it as 'Authorization: Bearer …' or once as ?key=… to use this address; "
            "without a key the page and the API answer on this machine's own name only.",
        )
    return Problem("Key needed", 401, "Give the key as 'Authorization: Bearer …', or once as ?key=… in the browser.")
