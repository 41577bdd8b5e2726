"""The table of endpoints says all there is, and the service does as it says."""

from __future__ import annotations

import msgspec
from starlette.routing import Route

from flowengine.service.api.openapi import document
from flowengine.service.api.routes import ENDPOINTS
from flowengine.service.api.serving import Served
from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from tests.service.asgi import Client

NOT_IN_THE_TABLE = {
    "/": "the page itself, which holds nothing",
    "/twilio/": "checked by Twilio's signature",
    "/console": "the page's files, and its socket, which checks for itself",
}


def test_every_address_is_in_the_table_or_has_a_reason_not_to_be(settings: Settings) -> None:
    for route in create_app(settings).routes:
        path = getattr(route, "path", "")
        is_served = isinstance(route, Route) and isinstance(route.endpoint, Served)
        reasons = [start for start in NOT_IN_THE_TABLE if path == start or (start != "/" and path.startswith(start))]
        assert is_served or reasons, f"{path} is neither in ENDPOINTS nor has a reason here"


def test_only_health_and_signing_in_are_open_to_anybody() -> None:
    open_ones = {endpoint.path for endpoint in ENDPOINTS if endpoint.role is None}
    assert open_ones <= {"/health/live", "/health/ready", "/api/session"}


def test_whoever_may_only_read_changes_nothing() -> None:
    assert not [endpoint.name for endpoint in ENDPOINTS if endpoint.is_change and endpoint.role == "viewer"]


def test_no_address_stands_twice_with_one_method() -> None:
    names = [endpoint.name for endpoint in ENDPOINTS]
    assert len(names) == len(set(names))


def test_every_name_in_a_path_is_explained() -> None:
    for endpoint in ENDPOINTS:
        for name in endpoint.path_words:
            assert f"{{{name}" in endpoint.path
        assert endpoint.path.count("{") == len(endpoint.path_words), endpoint.name


def test_what_is_asked_forbids_fields_that_are_not_known() -> None:
    for endpoint in ENDPOINTS:
        for asked in (endpoint.asks, endpoint.query):
            if isinstance(asked, type):
                assert asked.__struct_config__.forbid_unknown_fields, f"{endpoint.name}: {asked.__name__}"


def test_each_operation_has_a_name_of_its_own() -> None:
    described = document(ENDPOINTS, "1")
    names = [of["operationId"] for methods in described["paths"].values() for of in methods.values()]
    assert len(names) == len(set(names))


def test_the_service_describes_itself(client: Client) -> None:
    answered = client.get("/api/openapi.json")
    assert answered.status == 200
    described = msgspec.json.decode(answered.body)
    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]) == {endpoint.path for endpoint in ENDPOINTS}


def test_another_method_is_told_which_would_do(client: Client) -> None:
    answered = client.ask("PUT", "/api/flows")
    assert (answered.status, answered.headers["allow"]) == (405, "GET, HEAD")
    assert answered.headers["content-type"] == "application/problem+json"


def test_no_such_address_is_a_problem_too(client: Client) -> None:
    answered = client.get("/api/nothing")
    assert (answered.status, answered.json["type"]) == (404, "urn:flowengine:not-found")


def test_a_body_that_says_it_is_too_large_is_not_waited_for(client: Client) -> None:
    answered = client.ask("GET", "/api/flows", headers={"content-length": "99999999"})
    assert (answered.status, answered.json["title"]) == (413, "Body too large")
