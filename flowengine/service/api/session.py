"""Signing in on the page: the key is given once, and a cookie with a random token stands for it from then on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from flowengine.service.api.auditing import write_apart
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_body
from flowengine.service.auth import COOKIE, Access, address_of, caller_of
from flowengine.service.keyring import Caller
from flowengine.service.problems import ProblemError
from flowengine.store.keys import Role


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """An API key, to sign in with."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class SignedIn(msgspec.Struct):
    """Who asks. `expires_at`: when the page must ask for the key again; null where no session was begun."""

    name: str
    role: Role
    expires_at: datetime | None


async def sign_in(request: Request) -> Response:
    access: Access = request.app.state.access
    access.check_origin(request)
    asked = await read_body(request, SignIn)
    caller, cookie, expires_at = await begin(request, asked.key)
    answered = answer(SignedIn(caller.name, caller.role, expires_at))
    answered.headers["set-cookie"] = cookie
    return answered


async def sign_out(request: Request) -> Response:
    access: Access = request.app.state.access
    access.check_origin(request)
    access.sessions.end(request.cookies.get(COOKIE, ""))
    return Response(status_code=204, headers={"set-cookie": _cookie(request, "", 0)})


async def who(request: Request) -> Response:
    access: Access = request.app.state.access
    caller = caller_of(request)
    session = access.sessions.find(request.cookies.get(COOKIE, ""), datetime.now(UTC))
    return answer(SignedIn(caller.name, caller.role, session.expires_at if session else None))


async def begin(request: Request, key: str) -> tuple[Caller, str, datetime]:
    """A session for whoever holds this key: who, the cookie, and its end. A refusal is in the audit log.

    Raises ProblemError.
    """
    access: Access = request.app.state.access
    try:
        caller, key_hash = await access.by_key(request, key)
    except ProblemError as error:
        # Those over the limit are answered 429, so whoever guesses cannot fill the log.
        if error.problem.status == 401:
            await write_apart(request, "nobody", "session.refused", access.named(address_of(request)))
        raise
    now = datetime.now(UTC)
    token, session = access.sessions.begin(key_hash, now)
    await write_apart(request, caller.actor, "session.begin", caller.actor)
    cookie = _cookie(request, token, round((session.expires_at - now).total_seconds()))
    return caller, cookie, session.expires_at


async def with_key_in_address(request: Request) -> Response | None:
    """`/?key=…`, as links of earlier versions have it: sign in, and go to the address without the key."""
    key = request.query_params.get("key")
    if key is None:
        return None
    onward = RedirectResponse(str(request.url.remove_query_params("key").replace(scheme="", netloc="")), 303)
    onward.headers["cache-control"] = "no-store"
    try:
        _, cookie, _ = await begin(request, key)
    except ProblemError:
        # The page asks for a key, and says what is wrong with the one that is then given.
        return onward
    onward.headers["set-cookie"] = cookie
    return onward


def _cookie(request: HTTPConnection, token: str, seconds: int) -> str:
    # Browsers keep no `Secure` cookie of a page that came over plain HTTP: on a trusted network that must do.
    access: Access = request.app.state.access
    secure = "; Secure" if access.is_behind_tls(request) else ""
    return f"{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
