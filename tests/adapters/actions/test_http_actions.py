"""HTTP actions against a real server on a real socket, with the failures that real servers have."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Mapping
from datetime import date
from email.utils import formatdate

import pytest

from flowengine.adapters.actions import http, signature
from flowengine.adapters.actions.http import HttpActions
from flowengine.errors import ActionError
from tests.adapters.actions import local_server
from tests.adapters.actions.local_server import HALF, NOTHING, SLOW, Posted, Receiver, ok, receiving, refusal
from tests.adapters.actions.made_actions import made
from tests.virtual_time import run_patiently

SECRET = "a shared secret"
GIVEN: Mapping[str, object] = {"day": date(2026, 12, 1), "name": "Sam Smith"}
BOOKED = ok('{"reference": "BC-1234"}')


def post(*answers: bytes | None, options: tuple[str, ...] = ("timeout 2s",), url: str = "") -> tuple[object, Receiver]:
    """What an action with these options gives, or the ActionError that it raises."""

    async def main() -> tuple[object, Receiver]:
        async with receiving(*answers) as receiver:
            actions, loop = HttpActions(SECRET), asyncio.get_running_loop()
            began = loop.time()
            try:
                action = made(f'http "{url or receiver.url}"', "(day: date, name: text) -> reference: text", *options)
                return await actions.run(action, GIVEN, key="call-1/r1"), receiver
            except ActionError as error:
                return error, receiver
            finally:
                receiver.took_s = loop.time() - began
                await actions.close()

    return run_patiently(main())


def reason(outcome: object) -> str:
    assert isinstance(outcome, ActionError), outcome
    return str(outcome)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_DELAY_S", 0.02)


def test_arguments_go_out_as_json_and_results_come_back() -> None:
    outcome, receiver = post(BOOKED)
    assert outcome == {"reference": "BC-1234"}
    (posted,) = receiver.posted
    assert json.loads(posted.body) == {
        "action": "act",
        "idempotency_key": "call-1/r1",
        "arguments": {"day": "2026-12-01", "name": "Sam Smith"},
    }


def test_the_receiver_can_verify_who_sent_it() -> None:
    _, receiver = post(BOOKED)
    (posted,) = receiver.posted
    stamp, signed = posted.headers["Flowengine-Timestamp"], posted.headers["Flowengine-Signature"]
    assert signature.is_valid(SECRET, stamp, signed, posted.body, now=time.time())
    assert not signature.is_valid("another secret", stamp, signed, posted.body, now=time.time())
    assert not signature.is_valid(SECRET, stamp, signed, posted.body + b" ", now=time.time())
    assert not signature.is_valid(SECRET, str(int(stamp) + 1), signed, posted.body, now=time.time())
    assert not signature.is_valid(SECRET, stamp, signed, posted.body, now=time.time() + 301)


def keys(posted: list[Posted]) -> list[str]:
    return [each.headers["Idempotency-Key"] for each in posted]


@pytest.mark.parametrize(
    "trouble",
    [
        refusal("503 Service Unavailable"),
        refusal("502 Bad Gateway"),
        refusal("504 Gateway Timeout"),
        refusal("429 Too Many Requests"),
        HALF,
        NOTHING,
    ],
)
def test_what_may_pass_is_tried_again_under_the_same_key(trouble: bytes) -> None:
    outcome, receiver = post(trouble, trouble, BOOKED, options=("timeout 4s", "retries 2"))
    assert outcome == {"reference": "BC-1234"}
    assert keys(receiver.posted) == ["call-1/r1"] * 3
    assert len({each.body for each in receiver.posted}) == 1


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "404 Not Found", "409 Conflict", "500 Internal Server Error"]
)
def test_an_answer_that_was_meant_is_final(status: str) -> None:
    outcome, receiver = post(refusal(status), BOOKED, options=("timeout 4s", "retries 2"))
    assert reason(outcome) == f"the answer was HTTP {status[:3]}"
    assert len(receiver.posted) == 1


def test_tries_have_an_end() -> None:
    outcome, receiver = post(refusal("503 Service Unavailable"), options=("timeout 4s", "retries 2"))
    assert reason(outcome) == "the answer was HTTP 503"
    assert len(receiver.posted) == 3


def test_without_retries_there_is_one_try() -> None:
    outcome, receiver = post(refusal("503 Service Unavailable"), BOOKED)
    assert reason(outcome) == "the answer was HTTP 503"
    assert len(receiver.posted) == 1


def test_retry_after_is_honoured() -> None:
    busy = refusal("429 Too Many Requests", "Retry-After: 1\r\n")
    outcome, receiver = post(busy, BOOKED, options=("timeout 4s", "retries 1"))
    assert outcome == {"reference": "BC-1234"}
    first, second = receiver.posted
    assert 0.99 < second.at - first.at < 3.9


def test_retry_after_may_be_a_date() -> None:
    busy = refusal("503 Service Unavailable", f"Retry-After: {formatdate(time.time() + 60, usegmt=True)}\r\n")
    outcome, receiver = post(busy, BOOKED, options=("timeout 2s", "retries 1"))
    assert reason(outcome) == "the answer was HTTP 503"
    assert len(receiver.posted) == 1


def test_a_retry_that_would_come_too_late_is_not_waited_for() -> None:
    busy = refusal("429 Too Many Requests", "Retry-After: 30\r\n")
    outcome, receiver = post(busy, BOOKED, options=("timeout 2s", "retries 3"))
    assert reason(outcome) == "the answer was HTTP 429"
    assert len(receiver.posted) == 1
    assert receiver.took_s < 1.9


def test_a_slow_answer_is_given_up_after_the_time_out() -> None:
    outcome, receiver = post(SLOW, options=("timeout 1s", "retries 3"))
    assert reason(outcome) == "no answer within 1 s"
    assert len(receiver.posted) == 1
    assert 0.9 < receiver.took_s < 3.9


def test_a_redirect_is_not_followed() -> None:
    outcome, receiver = post(refusal("302 Found", "Location: http://127.0.0.1:9/elsewhere\r\n"), BOOKED)
    assert reason(outcome) == "the answer was HTTP 302"
    assert len(receiver.posted) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ok('{"reference": '), "cannot be read as JSON"),
        (ok("[1, 2]"), "not a JSON object"),
        (ok("[" * 60_000), "cannot be read as JSON"),
        (ok('{"reference": "x"}', content_type="text/html"), "not JSON by its Content-Type"),
        (ok('{"reference": "' + "x" * 70_000 + '"}'), "longer than 64 KiB"),
        (ok("{}"), "'reference' is missing"),
        (ok('{"reference": null}'), "'reference' is missing"),
        (ok('{"reference": ["a"]}'), "'reference' is not of the type text"),
        (ok("", status="204 No Content"), "cannot be read as JSON"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "not HTTP"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error(answer: bytes, why: str) -> None:
    outcome, _ = post(answer)
    assert why in reason(outcome)


def test_a_refused_connection_is_tried_again_and_then_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        outcome, receiver = post(BOOKED, options=("timeout 2s", "retries 2"), url=nobody)
    assert reason(outcome) == "the connection failed (ClientConnectorError)"
    assert receiver.posted == []


def test_without_a_secret_nothing_is_sent() -> None:
    async def main() -> None:
        async with receiving(BOOKED) as receiver:
            actions = HttpActions(None)
            action = made(f'http "{receiver.url}"')
            assert "FLOWENGINE_ACTION_SECRET" in (actions.refuses(action) or "")
            with pytest.raises(ActionError, match="FLOWENGINE_ACTION_SECRET"):
                await actions.run(action, GIVEN, key="k")
            assert receiver.posted == []

    run_patiently(main())


def test_an_action_without_results_takes_an_empty_answer() -> None:
    async def main() -> object:
        async with receiving(ok("", status="204 No Content")) as receiver:
            actions = HttpActions(SECRET)
            try:
                return await actions.run(made(f'http "{receiver.url}"', "(name: text)"), {"name": "Sam"}, key="k")
            finally:
                await actions.close()

    assert run_patiently(main()) == {}


def test_a_call_that_ends_gives_the_request_up() -> None:
    async def main() -> None:
        async with receiving(SLOW) as receiver:
            actions = HttpActions(SECRET)
            running = asyncio.create_task(actions.run(made(f'http "{receiver.url}"'), GIVEN, key="k"))
            while not receiver.posted:  # noqa: ASYNC110 - until the request is there
                await asyncio.sleep(0.01)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            await actions.close()

    run_patiently(main())


def test_neither_log_nor_error_tells_what_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (refusal("503 Service Unavailable"), ok('{"reference": ["Sam Smith"]}'), local_server.HALF):
        outcome, _ = post(answer, options=("timeout 2s", "retries 1"))
        text = reason(outcome) + "".join(f"{each.getMessage()} {vars(each)}" for each in caplog.records)
        assert "Smith" not in text
        assert SECRET not in text
