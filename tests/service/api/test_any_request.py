"""Whatever is sent to an endpoint of the table, it answers, and never with a defect."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from flowengine.service.api.endpoint import Body, Endpoint
from flowengine.service.api.openapi import statuses
from flowengine.service.api.routes import ENDPOINTS
from flowengine.service.app import create_app
from tests.service.api.live import small_service
from tests.service.asgi import Client

MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-02T10:15:00", "2026-02-30", "noon", "")
NUMBERS = ("+441134960123", "0113 496 0123", "+44", "+999999999999999999", "07700 900123 ext 5", "+441134960123\x00")
TEXTS = ("", " ", "\x00", "\u202e", "x" * 70_000, "🙂", "{{ contact }}", "%s", "../..", "admin", "small", "say", "note")
VALUES: tuple[object, ...] = (
    *MOMENTS,
    *NUMBERS,
    *TEXTS,
    None,
    True,
    0,
    1,
    -1,
    10**30,
    1e308,
    0.1,
    [],
    {},
    [[]],
    {"": ""},
)
RAW = (b"", b"\xff\xfe", b"{", b"[" * 40_000, b'{"a":' * 10_000, b"null", b"1", b'"x"', b"[]", b"\xef\xbb\xbf{}")
TYPES = ("application/json", "Application/JSON; charset=utf-16", "text/csv", "multipart/form-data", "", "é")
SEED = 20_260_302
TRIES = 60


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One service for all; its rate is high, since all of this is one caller."""
    folder: Path = tmp_path_factory.mktemp("service")
    with Client(create_app(replace(small_service(folder), api_rate=1_000_000))) as client:
        yield client


def names_of(body: Body) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(body)]


def bodies(endpoint: Endpoint, chance: random.Random) -> Iterator[bytes]:
    yield from RAW
    if not isinstance(endpoint.asks, type):
        return
    names = names_of(endpoint.asks)
    for _ in range(TRIES):
        body = {name: chance.choice(VALUES) for name in names if chance.random() < 0.7}
        if chance.random() < 0.1:
            body["nothing_of_this_name"] = 1
        yield json.dumps(body).encode()


def targets(endpoint: Endpoint, chance: random.Random) -> Iterator[str]:
    for _ in range(TRIES):
        path = endpoint.path
        for name in endpoint.path_words:
            word = str(chance.choice((*NUMBERS, *MOMENTS, *TEXTS)))[:200]
            path = path.replace(f"{{{name}}}", quote(word, safe="") or "%20")
        names = [] if endpoint.query is None else names_of(endpoint.query)
        given = [f"{name}={quote(str(chance.choice(VALUES))[:200])}" for name in names if chance.random() < 0.5]
        yield path + ("?" + "&".join(given) if given else "")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=[endpoint.name for endpoint in ENDPOINTS])
def test_it_answers_as_described(running: Client, endpoint: Endpoint) -> None:
    chance = random.Random(SEED)
    described = {*endpoint.answers, *statuses(endpoint), 404} - {500}
    asked = itertools.zip_longest(targets(endpoint, chance), bodies(endpoint, chance) if endpoint.asks else ())
    for target, body in asked:
        kind = TYPES[0] if chance.random() < 0.9 else chance.choice(TYPES)
        answered = running.ask(endpoint.method, target or endpoint.path, body or b"", {"content-type": kind})
        assert answered.status in described, (target, body, answered.status, answered.body[:300])
        if answered.status not in endpoint.answers:
            assert answered.headers["content-type"] == "application/problem+json"
            assert answered.json["status"] == answered.status
