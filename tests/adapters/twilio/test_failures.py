"""Every way in which an order of a call can fail, over real sockets: was it placed, was it not, or is it not known?

A wrong answer here rings a person twice, or never.
"""

from __future__ import annotations

import dataclasses
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ProxyError, SSLError
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.exceptions import ProxyError as PoolProxyError
from urllib3.exceptions import SSLError as PoolSSLError

from flowengine.adapters.twilio.client import unanswered
from flowengine.adapters.twilio.placing import CallOrder
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import AccountRefused, AnswerLost, RequestNotSent, RequestRefused, SlowDown, TelephonyError
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import (
    CALLBACK_FIRST,
    FAILED_AFTER,
    FAILED_BEFORE,
    LOST_AFTER,
    LOST_BEFORE,
    NEVER_ANSWERED,
    PlacingTrouble,
    Rejected,
    slow_down,
)
from tests.adapters.twilio.conftest import LONG_S, OURS, PERSON
from tests.testing.twilio.webhooks import Webhooks

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("trouble", [LOST_AFTER, NEVER_ANSWERED, FAILED_AFTER])
def test_an_answer_that_is_lost_may_mean_a_call(
    twilio: TwilioRest, impatient: TwilioRest, exchange: Exchange, order: CallOrder, trouble: PlacingTrouble
) -> None:
    exchange.rest.troubles.append(trouble)
    with pytest.raises(AnswerLost):
        (impatient if trouble is NEVER_ANSWERED else twilio).place(order)
    exchange.until(lambda: exchange.rung[PERSON])
    assert len(twilio.find_placed(PERSON, OURS, LONG_AGO)) == 1
    assert exchange.rung == {PERSON: 1}


@pytest.mark.parametrize("trouble", [LOST_BEFORE, FAILED_BEFORE])
def test_an_answer_that_is_lost_may_mean_no_call(
    twilio: TwilioRest, exchange: Exchange, order: CallOrder, trouble: PlacingTrouble
) -> None:
    """From here it looks like the other kind: only a look tells."""
    exchange.rest.troubles.append(trouble)
    with pytest.raises(AnswerLost):
        twilio.place(order)
    assert twilio.find_placed(PERSON, OURS, LONG_AGO) == []


def test_a_lost_answer_is_never_asked_for_again(
    twilio: TwilioRest, impatient: TwilioRest, exchange: Exchange, order: CallOrder
) -> None:
    for placed, trouble in enumerate((LOST_AFTER, NEVER_ANSWERED, FAILED_BEFORE, slow_down()), 1):
        exchange.rest.troubles.append(trouble)
        with pytest.raises(TelephonyError):
            (impatient if trouble is NEVER_ANSWERED else twilio).place(order)
        exchange.until(lambda placed=placed: len(exchange.rest.orders) >= placed)  # type: ignore[misc]
    assert len(exchange.rest.orders) == 4


def test_a_callback_may_come_before_the_answer(
    twilio: TwilioRest, exchange: Exchange, server: Webhooks, order: CallOrder
) -> None:
    exchange.rest.troubles.append(CALLBACK_FIRST)
    placed = twilio.place(order)
    assert server.of("/status")[0]["CallSid"] == placed.call_sid


def test_a_slow_answer_is_waited_for(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    exchange.rest.troubles.append(PlacingTrouble(delay_s=0.2))
    assert twilio.place(order).call_sid in exchange.rest.calls


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (21211, "invalid_number"),
        (21217, "invalid_number"),
        (13224, "blocked_number"),
        (21214, "blocked_number"),
        (21216, "blocked_number"),
        (21215, "not_permitted"),
        (21219, "not_permitted"),
        (13227, "not_permitted"),
        (21999, "bad_request"),
    ],
)
def test_a_refusal_has_a_reason(
    twilio: TwilioRest, exchange: Exchange, order: CallOrder, code: int, reason: str
) -> None:
    exchange.script(PERSON, Rejected(code=code))
    with pytest.raises(RequestRefused) as caught:
        twilio.place(order)
    assert (caught.value.reason, caught.value.code, caught.value.status) == (reason, code, 400)
    assert exchange.rung == {}
    assert PERSON not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        ({"to": ""}, 21201, "invalid_number"),
        ({"to": "01134960777"}, 21211, "invalid_number"),
        ({"from_": ""}, 21213, "caller_id"),
        ({"from_": "0113"}, 21212, "caller_id"),
        ({"from_": "+441134960199"}, 21210, "caller_id"),
        ({"voice_url": "http://calls.example.com/voice"}, 21205, "address"),
        ({"status_url": "http://calls.example.com/status"}, 21609, "address"),
    ],
)
def test_an_order_is_checked_at_twilio(
    twilio: TwilioRest, order: CallOrder, change: dict[str, str], code: int, reason: str
) -> None:
    with pytest.raises(RequestRefused) as caught:
        twilio.place(dataclasses.replace(order, **change))  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.reason) == (code, reason)


def test_a_trial_account_calls_verified_numbers_only(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    exchange.rest.belongings.kind = "Trial"
    with pytest.raises(RequestRefused, match="21219"):
        twilio.place(order)
    exchange.rest.belongings.verified.append(PERSON)
    twilio.place(order)


@pytest.mark.parametrize(("failure"), [(401, 20003), (403, 20003), (403, None), (400, 20005), (403, 10001)])
def test_an_account_that_is_refused_is_another_matter(
    twilio: TwilioRest, exchange: Exchange, order: CallOrder, failure: tuple[int, int]
) -> None:
    exchange.rest.failures.append(failure)
    with pytest.raises(AccountRefused):
        twilio.place(order)


def test_a_wrong_token_and_an_unknown_account_are_refused(exchange: Exchange, order: CallOrder) -> None:
    for sid, token in ((exchange.account.sid, "guessed"), ("AC" + "0" * 32, exchange.account.auth_token)):
        with pytest.raises(AccountRefused) as caught:
            TwilioRest(sid, token, api_url=exchange.rest.url).place(order)
        assert sid not in str(caught.value)
        assert token not in str(caught.value)


@pytest.mark.parametrize(("asked", "told"), [(None, None), (2.5, 2.5), (0, 0.0)])
def test_slowing_down_says_for_how_long(
    twilio: TwilioRest, exchange: Exchange, order: CallOrder, asked: float | None, told: float | None
) -> None:
    exchange.rest.troubles.append(slow_down(asked))
    with pytest.raises(SlowDown) as caught:
        twilio.place(order)
    assert caught.value.retry_after_s == told
    assert exchange.rung == {}


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ("Retry-After: Tue, 24 Nov 2026 09:30:07 GMT\r\nDate: Tue, 24 Nov 2026 09:30:00 GMT\r\n", 7.0),
        ("Retry-After: Tue, 24 Nov 2026 09:29:00 GMT\r\nDate: Tue, 24 Nov 2026 09:30:00 GMT\r\n", 0.0),
        ("Retry-After: Tue, 24 Nov 2026 09:30:07 GMT\r\n", None),
        ("Retry-After: soon\r\n", None),
        ("Retry-After: -3\r\n", 0.0),
        ("Retry-After: inf\r\n", None),
    ],
)
def test_slowing_down_may_be_told_by_the_clock(order: CallOrder, headers: str, told: float | None) -> None:
    answer = f"HTTP/1.1 429 Too Many Requests\r\n{headers}Content-Length: 0\r\n\r\n".encode()
    with _raw_server(lambda peer: peer.sendall(answer)) as address, pytest.raises(SlowDown) as caught:
        _client(address).place(order)
    assert caught.value.retry_after_s == told


def test_too_many_calls_at_once_is_slow_down_too(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    exchange.rest.failures.append((400, 10004))
    with pytest.raises(SlowDown):
        twilio.place(order)


def test_nobody_there_means_that_nothing_was_sent(order: CallOrder) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and no listen: refused
        refused = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for address in (refused, "http://nobody.invalid", "http://[", "ftp://a.example"):
            with pytest.raises(RequestNotSent):
                _client(address).place(order)


def test_a_connection_that_never_comes_about_was_not_sent(order: CallOrder) -> None:
    """A listener whose queue is full answers no SYN: the connection times out, as behind a firewall that drops."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(full.getsockname())
        with pytest.raises(RequestNotSent):
            _client(f"http://127.0.0.1:{full.getsockname()[1]}", patience_s=0.3).place(order)


def _created(body: bytes) -> bytes:
    return b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


RAW = {
    "closed without a word": b"",
    "cut in the headers": b"HTTP/1.1 201 Created\r\nContent-",
    "cut in the body": _created(b'{"sid": "CA1", "status": "queued"}')[:-9],
    "no HTTP": b"what do you want?\r\n\r\n",
    "a web page": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
    "nothing": _created(b""),
    "no object": _created(b"[]"),
    "no SID": _created(b"{}"),
    "a date that is none": _created(b'{"sid": "CA1", "status": "queued", "date_created": [1]}'),
    "an unheard-of status": _created(b'{"sid": "CA1", "status": "odd"}'),
    "elsewhere": b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
    "a gateway's time-out": b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n",
    "a request time-out": b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("answer", RAW.values(), ids=RAW)
def test_an_answer_that_cannot_be_trusted_is_lost(order: CallOrder, answer: bytes) -> None:
    with _raw_server(lambda peer: peer.sendall(answer)) as address, pytest.raises(AnswerLost):
        _client(address).place(order)


def test_a_connection_that_is_reset_is_lost(order: CallOrder) -> None:
    def reset(peer: socket.socket) -> None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with _raw_server(reset) as address, pytest.raises(AnswerLost):
        _client(address).place(order)


def test_a_kept_connection_that_has_died_meanwhile_is_no_proof(order: CallOrder) -> None:
    """The second request goes out over it, and whether it arrived is not known."""

    def once(peer: socket.socket) -> None:
        peer.sendall(_created(b'{"sid": "CA1", "status": "queued"}'))
        peer.recv(65536)

    with _raw_server(once) as address:
        client = _client(address)
        assert client.place(order).call_sid == "CA1"
        with pytest.raises(AnswerLost):
            client.place(order)


def test_what_tls_and_proxies_say_is_told_apart() -> None:
    refused = NewConnectionError(None, "refused")  # type: ignore[arg-type]
    before = [
        ProxyError(MaxRetryError(None, "/", PoolProxyError("no proxy", refused))),  # type: ignore[arg-type]
        SSLError(MaxRetryError(None, "/", PoolSSLError(ssl.SSLCertVerificationError("expired")))),  # type: ignore[arg-type]
    ]
    after = [SSLError(PoolSSLError(ssl.SSLError("bad record mac"))), RequestsConnectionError("broken pipe")]
    assert {type(unanswered(error)) for error in before} == {RequestNotSent}
    assert {type(unanswered(error)) for error in after} == {AnswerLost}


def test_a_search_that_fails_shows_no_number(exchange: Exchange) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TelephonyError) as caught:
            _client(f"http://127.0.0.1:{taken.getsockname()[1]}").find_placed(PERSON, OURS, LONG_AGO)
    assert caught.value.__cause__ is None
    assert PERSON[1:] not in str(caught.value)


def test_the_sdk_logs_nothing(
    twilio: TwilioRest, exchange: Exchange, order: CallOrder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    twilio.place(order)
    twilio.find_placed(PERSON, OURS, LONG_AGO)
    assert caplog.text == ""


def _client(address: str, *, patience_s: float = LONG_S) -> TwilioRest:
    return TwilioRest("AC" + "1" * 32, "token", api_url=address, placing_timeout_s=patience_s)


@contextmanager
def _raw_server(answers: Callable[[socket.socket], None]) -> Iterator[str]:
    """Reads a request to its end, does this, and closes."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(4)

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    _read_request(peer)
                    answers(peer)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _read_request(peer: socket.socket) -> None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += (more := peer.recv(65536))
        if not more:
            return
    head, _, body = raw.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-len")), 0
    )
    while len(body) < length:
        body += (more := peer.recv(65536))
        if not more:
            return
