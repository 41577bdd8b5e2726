"""Who may use the API, and how often: whoever holds a key; anybody on this machine, as long as there is no key.

Twilio's paths check signatures instead, and health tells nothing private.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flowengine.service.addresses import LOOPBACK
from flowengine.service.keyring import THIS_MACHINE, Caller, KeyRing
from flowengine.service.limits import Allowance, Buckets
from flowengine.service.problems import ProblemError
from flowengine.service.sessions import Sessions
from flowengine.service.settings import Settings
from flowengine.store.keys import Role, hash_of
from flowengine.store.vault import Vault

COOKIE = "flowengine_session"
FAILURES_A_MINUTE = 10
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
}
HOW = "Give a key as 'Authorization: Bearer …', or sign in on the page."
MAKE_ONE = "make one with: flowengine keys create NAME --role admin"


class Access:
    """The doorkeeper of one service."""

    def __init__(self, settings: Settings, ring: KeyRing, vault: Vault) -> None:
        self._settings = settings
        self._vault = vault
        self.ring = ring
        self.sessions = Sessions()
        self._asked = Buckets(settings.api_rate)
        self._failed = Buckets(FAILURES_A_MINUTE)

    async def admit(self, connection: HTTPConnection, least: Role) -> Allowance:
        """Let whoever asks in, if they may: how often they still may. `connection.state.caller` is who they are.

        Raises ProblemError: 401, 403, 429; StoreError when the keys cannot be read, which says nothing of who asks.
        """
        caller = await self._caller(connection)
        who = address_of(connection) if caller is None or caller is THIS_MACHINE else caller.actor
        allowance = self._asked.take(who)
        if not allowance.is_given:
            raise _too_often(allowance)
        if caller is None:
            raise await self._nobody(connection)
        connection.state.caller = caller
        if not caller.may(least):
            raise ProblemError(
                403,
                "Not with this key",
                f"This needs the role {least}; the key {caller.name!r} has the role {caller.role}. "
                f"An admin can {MAKE_ONE.replace('admin', least)}",
            )
        return allowance

    async def by_key(self, connection: HTTPConnection, key: str) -> tuple[Caller, str]:
        """Who holds this key, and its hash; failures are counted by address.

        Raises ProblemError: 401, 429; StoreError when the keys cannot be read.
        """
        address = address_of(connection)
        failures = self._failed.look(address)
        # A key of ours cannot be guessed, so the failures of others at this address need not keep its holder out.
        # One of the settings may be any word.
        caller = await self.ring.find(hash_of(key), is_wary=not failures.is_given)
        if caller is not None:
            return caller, hash_of(key)
        if not self._failed.take(address).is_given:
            raise _too_often(failures)
        raise ProblemError(
            401,
            "Key not known",
            "This key is not known, or it was revoked. Look for a space too many, or ask an admin for a new one.",
            headers={"www-authenticate": "Bearer"},
        )

    async def _caller(self, connection: HTTPConnection) -> Caller | None:
        """By the key that is given, else by the session, else as somebody on this machine."""
        scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return (await self.by_key(connection, bearer.strip()))[0]
        caller = await self._by_session(connection)
        if caller is not None:
            self.check_origin(connection, is_named=True)
        elif await self._is_open_to(connection):
            caller = THIS_MACHINE
            self.check_origin(connection)
        return caller

    async def _by_session(self, connection: HTTPConnection) -> Caller | None:
        session = self.sessions.find(connection.cookies.get(COOKIE, ""), datetime.now(UTC))
        return None if session is None else await self.ring.find(session.key_hash)

    def check_origin(self, connection: HTTPConnection, *, is_named: bool = False) -> None:
        """Another site's page must change nothing here, though the browser sends it our cookie. Raises ProblemError.

        `is_named`: the request must say where it comes from, as browsers do.
        """
        if connection.scope["type"] == "http" and connection.scope["method"] in SAFE:
            return
        site = connection.headers.get("sec-fetch-site")
        origin = connection.headers.get("origin")
        ours = {connection.headers.get("host", ""), urlsplit(self._settings.server_base_url or "").netloc} - {""}
        is_foreign = site not in (None, "same-origin", "none") or (
            origin is not None and origin.partition("://")[2] not in ours
        )
        if is_foreign or (is_named and site is None and origin is None):
            raise ProblemError(
                403,
                "From another site",
                "Changes that are asked for with a cookie must come from this service's own page; "
                "programs give a key as 'Authorization: Bearer …'.",
            )

    async def _is_open_to(self, connection: HTTPConnection) -> bool:
        """Asked from this machine, by a name of its own, and there is no key.

        A tunnel makes every request look local, so the Host header counts too: a public name needs a key. It also
        keeps out pages that point a name of theirs at this machine.
        """
        if self._settings.is_public:
            return False
        host = _host_of(f"//{connection.headers.get('host', '')}")
        forwarded = "x-forwarded-for" in connection.headers or "x-forwarded-host" in connection.headers
        is_here = host in LOOPBACK and not forwarded and _is_loopback(connection)
        return is_here and not await self.ring.has_any()

    def named(self, address: str) -> str:
        """An address in the audit log: by its keyed hash, like a number."""
        return f"address:{self._vault.index(address)}"

    def is_behind_tls(self, connection: HTTPConnection) -> bool:
        """The browser came over https: so we see it, or so the public address says, by which it came."""
        public = urlsplit(self._settings.server_base_url or "")
        is_by_it = public.netloc == connection.headers.get("host", "")
        return connection.url.scheme == "https" or (is_by_it and public.scheme == "https")

    async def _nobody(self, connection: HTTPConnection) -> ProblemError:
        has_any = await self.ring.has_any()
        if not has_any and not self._settings.is_public:
            return ProblemError(
                403,
                "Not open from outside",
                f"Without a key the page and the API answer on this machine's own name only; {MAKE_ONE}",
            )
        how = HOW if has_any else f"{HOW} There is none yet; {MAKE_ONE}"
        return ProblemError(401, "Key needed", how, headers={"www-authenticate": "Bearer"})


async def admit(request: Request, role: Role | None) -> dict[str, str]:
    """Let whoever asks in, if they have this role at least; headers that say how often they still may.

    Raises ProblemError, StoreError.
    """
    if role is None:
        return {}
    access: Access = request.app.state.access
    return (await access.admit(request, role)).headers


def caller_of(request: Request) -> Caller:
    """Who asks, in a handler of an endpoint that has a role."""
    caller = request.state.caller
    assert isinstance(caller, Caller)
    return caller


def address_of(connection: HTTPConnection) -> str:
    """Under what somebody without a key is counted; of IPv6 the network, since one home has a whole one."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


class HeadersMiddleware:
    """What the browser is told on every answer: nothing from elsewhere, in no frame."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _host_of(url: str) -> str:
    """The host that a URL names; "" when it cannot be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        # A bracket that is never closed, say: headers are anybody's text.
        return ""


def _is_loopback(connection: HTTPConnection) -> bool:
    """From this machine; whoever connects over a socket file may be a proxy for anybody."""
    try:
        address = ipaddress.ip_address(connection.client.host if connection.client else "")
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _too_often(allowance: Allowance) -> ProblemError:
    return ProblemError(
        429,
        "Too many requests",
        f"At most {allowance.limit} a minute; try again in {max(allowance.wait_s, 1)} s.",
        headers=allowance.headers,
    )
