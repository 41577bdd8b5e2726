"""Who may use the API: by key, by session, by being on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flowengine.errors import StoreError
from flowengine.service.app import create_app
from flowengine.service.limits import Buckets
from flowengine.service.settings import Settings
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.keys import ApiKey, ApiKeys, Role
from tests.service.asgi import Answered, Client

NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
OWN = "a-key-of-the-settings"
ELSEWHERE = ("203.0.113.9", 40_000)
PUBLIC = {"host": "calls.example.com"}
SAME = {"origin": "http://localhost:8080"}


def key_of(settings: Settings, role: Role) -> str:
    database = Database.open(settings.database_url)
    try:
        return ApiKeys(database).create(role, role, NOW, actor="test")[1]
    finally:
        database.close()


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def actions(settings: Settings) -> list[tuple[str, str]]:
    database = Database.open(settings.database_url)
    try:
        return [(entry.actor, entry.action) for entry in reversed(AuditLog(database).page(limit=100))]
    finally:
        database.close()


@pytest.fixture
def keys(settings: Settings) -> dict[Role, str]:
    """A key of each role; made before `client`, where a test takes both."""
    roles: tuple[Role, ...] = ("viewer", "operator", "admin")
    return {role: key_of(settings, role) for role in roles}


@pytest.fixture
def locked(settings: Settings) -> Iterator[Client]:
    with Client(create_app(replace(settings, api_key=OWN))) as running:
        yield running


def signed_in(client: Client, key: str = OWN, headers: Mapping[str, str] = SAME) -> Answered:
    return client.post("/api/session", {"key": key}, **headers)


def cookie_of(answered: Answered) -> dict[str, str]:
    return {"cookie": answered.cookies[0].partition(";")[0]}


def test_with_no_key_at_all_this_machine_is_its_own_admin(client: Client) -> None:
    assert client.get("/api/flows").status == 200
    assert client.get("/api/session").json == {"name": "this machine", "role": "admin", "expires_at": None}


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        (PUBLIC, ("127.0.0.1", 1)),
        ({"x-forwarded-for": "203.0.113.9"}, ("127.0.0.1", 1)),
        ({"x-forwarded-host": "calls.example.com"}, ("127.0.0.1", 1)),
        ({"host": "[::1"}, ("127.0.0.1", 1)),
        ({}, ELSEWHERE),
    ],
    ids=["another name", "forwarded", "forwarded by name", "no name", "another machine that says localhost"],
)
def test_others_are_not_let_in_without_a_key(client: Client, headers: dict[str, str], address: tuple[str, int]) -> None:
    answered = client.ask("GET", "/api/flows", headers=headers, client=address)
    assert (answered.status, answered.json["title"]) == (403, "Not open from outside")
    assert "flowengine keys create" in answered.json["detail"]


def test_ipv6_of_this_machine_is_this_machine(client: Client) -> None:
    for address in ("::1", "::ffff:127.0.0.1"):
        assert client.ask("GET", "/api/flows", headers={"host": "[::1]:8080"}, client=(address, 1)).status == 200


def test_as_soon_as_there_is_a_key_it_is_asked_for(keys: dict[Role, str], client: Client) -> None:
    answered = client.get("/api/flows")
    assert (answered.status, answered.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get("/api/flows", **bearer(keys["viewer"])).status == 200


def test_a_public_service_always_asks_for_a_key(settings: Settings) -> None:
    with Client(create_app(replace(settings, server_base_url="https://calls.example.com"))) as client:
        answered = client.get("/api/flows")
        assert answered.status == 401
        assert "flowengine keys create" in answered.json["detail"]


def test_the_key_of_the_settings_is_an_admins(locked: Client) -> None:
    assert locked.get("/api/keys", **bearer(OWN)).status == 200
    assert locked.get("/api/keys", **bearer("another-key-altogether")).status == 401
    assert locked.get(f"/api/keys?key={OWN}").status == 401


def test_roles_reach_as_far_as_they_say(keys: dict[Role, str], client: Client) -> None:
    assert [client.get("/api/keys", **bearer(key)).status for key in keys.values()] == [403, 403, 200]
    assert client.get("/api/flows", **bearer(keys["operator"])).status == 200
    told = client.get("/api/keys", **bearer(keys["viewer"])).json
    assert told["title"] == "Not with this key"
    assert "needs the role admin" in told["detail"]


def test_a_key_is_made_used_and_revoked_over_the_api(keys: dict[Role, str], client: Client, settings: Settings) -> None:
    admin = bearer(keys["admin"])
    made = client.post("/api/keys", {"name": "CI", "role": "viewer"}, **admin)
    assert made.status == 201
    assert client.get("/api/flows", **bearer(made.json["key"])).status == 200
    assert made.json["key"] not in client.get("/api/keys", **admin).body.decode()
    assert client.ask("DELETE", f"/api/keys/{made.json['key_id']}", headers=admin).status == 204
    assert client.ask("DELETE", f"/api/keys/{made.json['key_id']}", headers=admin).status == 404
    assert [action for _, action in actions(settings)][-2:] == ["keys.create", "keys.revoke"]


def test_a_change_that_somebody_may_not_make_is_in_the_audit_log(
    keys: dict[Role, str], client: Client, settings: Settings
) -> None:
    client.post("/api/keys", {"name": "CI", "role": "admin"}, **bearer(keys["viewer"]))
    actor, action = actions(settings)[-1]
    assert actor == f"key:{keys['viewer'].split('_')[1]}"
    assert action == "POST /api/keys"


def test_signing_in_gives_a_token_that_is_not_the_key(locked: Client) -> None:
    answered = signed_in(locked)
    assert (answered.status, answered.json["role"]) == (200, "admin")
    (cookie,) = answered.cookies
    assert OWN not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age=43200" in cookie
    assert locked.get("/api/flows", **cookie_of(answered)).status == 200


def test_the_cookie_of_a_page_over_https_is_kept_to_https(settings: Settings) -> None:
    public = replace(settings, api_key=OWN, server_base_url="https://calls.example.com")
    with Client(create_app(public)) as client:
        answered = signed_in(client, headers={**PUBLIC, "origin": "https://calls.example.com"})
        assert answered.cookies[0].endswith("; Secure")
        assert not signed_in(client).cookies[0].endswith("; Secure")


def test_after_signing_out_the_token_is_worth_nothing(locked: Client) -> None:
    cookie = cookie_of(signed_in(locked))
    answered = locked.ask("DELETE", "/api/session", headers={**cookie, **SAME})
    assert answered.status == 204
    assert "Max-Age=0" in answered.cookies[0]
    assert locked.get("/api/flows", **cookie).status == 401


def test_a_session_ends_with_its_key(keys: dict[Role, str], client: Client) -> None:
    cookie = cookie_of(signed_in(client, keys["viewer"]))
    assert client.get("/api/session", **cookie).json["role"] == "viewer"
    client.ask("DELETE", f"/api/keys/{keys['viewer'].split('_')[1]}", headers=bearer(keys["admin"]))
    client.app.state.access.ring._tried_at = float("-inf")  # as if some seconds had gone by
    assert client.get("/api/session", **cookie).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8080", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_sites_page_changes_nothing_with_our_cookie(locked: Client, headers: dict[str, str]) -> None:
    cookie = cookie_of(signed_in(locked))
    answered = locked.post("/api/keys", {"name": "x", "role": "admin"}, **cookie, **headers)
    assert (answered.status, answered.json["title"]) == (403, "From another site")


@pytest.mark.parametrize("headers", [SAME, {"sec-fetch-site": "same-origin"}])
def test_our_own_page_may_change_things(locked: Client, headers: dict[str, str]) -> None:
    cookie = cookie_of(signed_in(locked))
    assert locked.post("/api/keys", {"name": "x", "role": "admin"}, **cookie, **headers).status == 201


def test_another_sites_page_changes_nothing_on_an_open_machine_either(client: Client) -> None:
    asked = {"name": "x", "role": "admin"}
    assert client.post("/api/keys", asked, origin="https://evil.example").status == 403
    assert client.post("/api/session", {"key": "x"}, origin="https://evil.example").status == 403
    assert client.post("/api/keys", asked).status == 201


@pytest.mark.parametrize(
    ("role", "headers", "is_accepted"),
    [
        ("viewer", {}, False),
        ("operator", {}, True),
        ("operator", {"origin": "https://evil.example"}, True),
    ],
    ids=["a viewer", "an operator", "a program may name any origin, as it gives its key"],
)
def test_a_call_from_the_page_needs_an_operators_key(
    keys: dict[Role, str], client: Client, role: Role, headers: dict[str, str], is_accepted: bool
) -> None:
    assert client.knock("/console/stream", {**bearer(keys[role]), **headers}) is is_accepted


def test_the_pages_socket_opens_for_its_own_page_alone(locked: Client) -> None:
    cookie = cookie_of(signed_in(locked))
    assert locked.knock("/console/stream", {**cookie, **SAME})
    assert not locked.knock("/console/stream", {**cookie, "origin": "https://evil.example"})
    assert not locked.knock("/console/stream", cookie)
    assert not locked.knock("/console/stream", SAME)


def test_while_the_database_is_away_known_keys_go_on_and_others_are_asked_to_come_back(
    keys: dict[Role, str], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def active(self: ApiKeys) -> dict[str, ApiKey]:
        raise StoreError("away")

    assert client.get("/api/flows", **bearer(keys["viewer"])).status == 200
    monkeypatch.setattr(ApiKeys, "active", active)
    client.app.state.access.ring._tried_at = float("-inf")  # as if some seconds had gone by
    assert client.get("/api/flows", **bearer(keys["viewer"])).status == 200
    answered = client.get("/api/flows", **bearer("another-key"))
    assert (answered.status, answered.headers["retry-after"]) == (503, "5")


def test_before_keys_were_first_read_nobody_is_told_that_they_need_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def active(self: ApiKeys) -> dict[str, ApiKey]:
        raise StoreError("away")

    monkeypatch.setattr(ApiKeys, "active", active)
    with Client(create_app(settings)) as client:
        answered = client.get("/api/flows")
        assert (answered.status, answered.headers["retry-after"]) == (503, "5")
        decided = client.get("/api/uk-regulations/can-call/01134960123")
        assert (decided.status, decided.json["can_call"]) == (503, False)
        assert not client.knock("/console/stream", SAME)


def test_with_no_key_this_machine_is_admin_while_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def active(self: ApiKeys) -> dict[str, ApiKey]:
        raise StoreError("away")

    assert client.get("/api/flows").status == 200
    monkeypatch.setattr(ApiKeys, "active", active)
    client.app.state.access.ring._tried_at = float("-inf")  # as if some seconds had gone by
    assert client.get("/api/flows").status == 200


def test_a_link_with_the_key_signs_in_and_leads_on_without_it(locked: Client) -> None:
    answered = locked.get(f"/?key={OWN}&flow=door")
    assert (answered.status, answered.headers["location"]) == (303, "/?flow=door")
    assert locked.get("/api/flows", **cookie_of(answered)).status == 200


def test_a_link_with_a_wrong_key_leads_on_to_the_page_that_asks(locked: Client) -> None:
    answered = locked.get("/?key=wrong")
    assert (answered.status, answered.headers["location"], answered.cookies) == (303, "/", [])


def test_the_page_can_be_loaded_to_sign_in_on(locked: Client) -> None:
    assert locked.get("/").status == 200
    assert locked.get("/console/main.js").status == 200
    assert locked.get("/").headers["content-security-policy"].startswith("default-src 'self'")


@pytest.fixture
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fills again with time does not do so while a slow machine comes to the next request."""
    monkeypatch.setattr(Buckets.__init__, "__defaults__", (lambda: 1000.0,))


def test_whoever_guesses_is_made_to_wait_and_others_are_not(
    no_time_passes: None, keys: dict[Role, str], settings: Settings, locked: Client
) -> None:
    for _ in range(10):
        assert locked.get("/api/flows", **bearer("wrong")).status == 401
    refused = locked.get("/api/flows", **bearer(OWN))
    assert (refused.status, refused.json["title"]) == (429, "Too many requests")
    assert int(refused.headers["retry-after"]) > 0
    assert locked.ask("GET", "/api/flows", headers=bearer(OWN), client=ELSEWHERE).status == 200
    assert locked.get("/api/flows", **bearer(keys["viewer"])).status == 200


def test_refused_sign_ins_are_in_the_audit_log_up_to_their_limit(
    no_time_passes: None, locked: Client, settings: Settings
) -> None:
    for _ in range(15):
        signed_in(locked, "wrong")
    assert actions(settings) == [("nobody", "session.refused")] * 10


@pytest.mark.usefixtures("no_time_passes")
def test_a_key_that_asks_too_often_is_told_when_to_come_back(settings: Settings) -> None:
    with Client(create_app(replace(settings, api_key=OWN, api_rate=2))) as client:
        first = client.get("/api/flows", **bearer(OWN))
        assert first.headers["ratelimit"] == '"default";r=1;t=0'
        client.get("/api/flows", **bearer(OWN))
        refused = client.get("/api/flows", **bearer(OWN))
        assert (refused.status, refused.headers["retry-after"]) == (429, "30")
        assert client.get("/health/live").status == 200


@pytest.mark.usefixtures("no_time_passes")
def test_without_a_key_the_address_is_held_to_the_rate(settings: Settings) -> None:
    with Client(create_app(replace(settings, api_key=OWN, api_rate=1))) as client:
        assert [client.get("/api/flows").status for _ in range(2)] == [401, 429]
        assert client.ask("GET", "/api/flows", client=ELSEWHERE).status == 401


def test_the_audit_log_is_an_admins_to_read(keys: dict[Role, str], client: Client) -> None:
    assert client.get("/api/audit", **bearer(keys["operator"])).status == 403
    first = client.get("/api/audit?limit=2", **bearer(keys["admin"])).json
    assert [entry["action"] for entry in first["entries"]] == ["keys.create", "keys.create"]
    rest = client.get(f"/api/audit?before={first['before']}", **bearer(keys["admin"])).json
    assert (len(rest["entries"]), rest["before"]) == (1, None)
    assert client.get("/api/audit?limit=0", **bearer(keys["admin"])).status == 422
    assert client.get("/api/audit?limit=1&limit=2", **bearer(keys["admin"])).json["field"] == "limit"
