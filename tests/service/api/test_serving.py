"""What an endpoint that fails answers and logs, and how much it takes in."""

from __future__ import annotations

import logging
from dataclasses import replace
from math import inf

import pytest
from starlette.requests import Request
from starlette.responses import Response

from flowengine.errors import StoreError
from flowengine.service.api.endpoint import Endpoint, Media
from flowengine.service.api.serving import Served
from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from flowengine.store.keys import ApiKey, ApiKeys
from tests.patience import PATIENCE_S
from tests.service.asgi import Answered, Client

NUMBER = "+441134960123"
A_DAY_S = 86_400.0


async def away(request: Request) -> Response:
    raise StoreError("the database is away")


async def broken(request: Request) -> Response:
    raise RuntimeError(f"a defect while looking at {NUMBER}")


async def taken(request: Request) -> Response:
    return Response(str(len(await request.body())), media_type="text/plain")


def asked(settings: Settings, endpoint: Endpoint, method: str, target: str, body: bytes = b"") -> Answered:
    """One request to a service that has this endpoint too."""
    app = create_app(settings)
    app.router.routes.insert(0, Served([endpoint]).route())
    with Client(app) as client:
        return client.ask(method, target, body)


AWAY = Endpoint(
    "GET",
    "/api/of/{number}",
    away,
    role="viewer",
    summary="",
    answers={200: None},
    subject="",
    path_words={"number": "a number"},
)
TAKEN = Endpoint("POST", "/api/taken", taken, role=None, summary="", answers={200: Media("", "")}, subject="")


def test_without_the_database_it_is_503_with_a_time_to_come_back(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answered = asked(settings, AWAY, "GET", f"/api/of/{NUMBER}")
    assert (answered.status, answered.headers["retry-after"]) == (503, "5")
    told = [vars(record) for record in caplog.records if "needs the record" in record.message]
    assert [each["path"] for each in told] == ["/api/of/{number}"]
    assert NUMBER not in str(told)


def test_a_defect_says_nothing_private(settings: Settings) -> None:
    answered = asked(settings, replace(AWAY, handler=broken), "GET", f"/api/of/{NUMBER}")
    assert answered.status == 500
    assert answered.json["title"] == "The server failed"
    assert NUMBER not in answered.body.decode()


def test_a_body_is_taken_up_to_its_limit_and_no_further(settings: Settings) -> None:
    upload = replace(TAKEN, body_limit=200_000)
    assert asked(settings, upload, "POST", "/api/taken", b"x" * 200_000).body == b"200000"
    answered = asked(settings, upload, "POST", "/api/taken", b"x" * 200_001)
    assert (answered.status, answered.json["title"]) == (413, "Body too large")
    assert "200,000 bytes" in answered.json["detail"]


def test_a_request_that_failed_for_want_of_the_record_shows_in_readiness_for_a_while(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: ApiKeys) -> list[ApiKey]:
        raise StoreError("the disk is full")

    wanting = "the record: the database cannot be written"
    monkeypatch.setattr("flowengine.service.api.health.REMEMBERED_S", A_DAY_S)
    assert wanting not in client.get("/health/ready").json["waiting_for"]
    monkeypatch.setattr(ApiKeys, "list", full)
    assert client.get("/api/keys").status == 503
    answered = client.get("/health/ready")
    assert (answered.status, wanting in answered.json["waiting_for"]) == (503, True)
    client.app.state.record_failures.last_at -= A_DAY_S
    assert wanting not in client.get("/health/ready").json["waiting_for"]
    assert client.get("/api/keys").status == 503
    assert wanting in client.get("/health/ready").json["waiting_for"]
    # What was seen to be mended since is not held against the service.
    writer = client.app.state.calls.recording.writer
    writer.healthy = False
    writer.flush().result(PATIENCE_S)
    assert wanting not in client.get("/health/ready").json["waiting_for"]


def test_however_many_requests_want_the_record_the_log_says_so_now_and_then(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(self: ApiKeys) -> list[ApiKey]:
        raise StoreError("the disk is full")

    monkeypatch.setattr(ApiKeys, "list", full)
    failures = client.app.state.record_failures
    # When it was told last: never, a moment ago, long ago.
    for told_at in (-inf, inf, inf, -inf):
        failures.told_at = told_at
        assert client.get("/api/keys").status == 503
    told = [vars(record) for record in caplog.records if "needs the record" in record.message]
    assert [each["untold"] for each in told] == [0, 2]
