"""The simulated network behind an order: how numbers behave, what is told, and what goes wrong with the telling."""

from __future__ import annotations

import base64
import itertools
import math
import socket
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit

import pytest

from flowengine.adapters.twilio import twiml
from flowengine.adapters.twilio.callbacks import parse_answered_by, parse_status, settled
from flowengine.adapters.twilio.placing import CallOrder
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import RequestRefused
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import (
    Answers,
    Busy,
    Callbacks,
    Fails,
    Line,
    NoAnswer,
    PlacingTrouble,
    Rejected,
    Voicemail,
)
from tests.testing.twilio.webhooks import Webhooks, exchange, server

__all__ = ["exchange", "server"]

MOMENT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PERSON, OURS = "+441134960777", "+441134960124"


def place(exchange: Exchange, base: str, *, to: str = PERSON, machine: bool = False) -> str:
    twilio = TwilioRest(exchange.account.sid, exchange.account.auth_token, api_url=exchange.rest.url)
    machine_url = f"{base}/amd" if machine else None
    return twilio.place(CallOrder(to, OURS, f"{base}/voice", f"{base}/status", machine_url=machine_url)).call_sid


def ring(exchange: Exchange, server: Webhooks, line: Line, *, machine: bool = False) -> str:
    """One whole call."""
    exchange.script(PERSON, line)
    sid = place(exchange, server.url, machine=machine)
    exchange.until(lambda: exchange.over(PERSON))
    return sid


@pytest.mark.parametrize(
    ("line", "statuses", "sip_code"),
    [
        (Busy(), ["initiated", "busy"], "486"),
        (Fails(), ["initiated", "failed"], "404"),
        (Fails(sip_code=503), ["initiated", "failed"], "503"),
        (NoAnswer(), ["initiated", "ringing", "no-answer"], "487"),
        (Answers(talks_s=0), ["initiated", "ringing", "in-progress", "completed"], "200"),
        (Voicemail(), ["initiated", "ringing", "in-progress", "completed"], "200"),
    ],
)
def test_each_line_has_its_story(
    exchange: Exchange, server: Webhooks, line: Line, statuses: list[str], sip_code: str
) -> None:
    sid = ring(exchange, server, line)
    forms = server.of("/status")
    assert [form["CallStatus"] for form in forms] == statuses
    assert [form["SequenceNumber"] for form in forms] == [str(number) for number in range(len(forms))]
    assert forms[-1]["SipResponseCode"] == sip_code
    assert {form["CallSid"] for form in forms} == {sid}
    assert exchange.rest.calls[sid] == statuses[-1]
    assert exchange.rung[PERSON] == 1
    assert server.unsigned == 0


def test_what_is_told_can_be_read(exchange: Exchange, server: Webhooks) -> None:
    # By a clock that stands still but for the call's own seconds: what the machine takes is no talk.
    with Exchange(exchange.account, speed=math.inf, calls_a_second=None, now=lambda: MOMENT) as fixed:
        ring(fixed, server, Answers(talks_s=61), machine=True)
    told = [parse_status(form) for form in server.of("/status")]
    assert settled(told) == "completed"
    assert (told[-1].duration_s, told[-1].answered_by, told[-1].sip_response_code) == (61, "human", 200)
    assert server.of("/status")[-1]["Duration"] == "2"
    assert parse_answered_by(server.of("/amd")[0]) == (told[0].call_sid, "person")


def test_ringing_takes_its_time_in_the_calls_own_world(exchange: Exchange, server: Webhooks) -> None:
    with Exchange(exchange.account, speed=math.inf, calls_a_second=None, now=lambda: MOMENT) as fixed:
        ring(fixed, server, NoAnswer())
    first, *_, last = (parsedate_to_datetime(form["Timestamp"]) for form in server.of("/status"))
    assert (last - first).total_seconds() == 25


def test_a_speed_makes_a_second_shorter(server: Webhooks, exchange: Exchange) -> None:
    with Exchange(exchange.account, speed=100, calls_a_second=None) as quick:
        began = time.monotonic()
        ring(quick, server, NoAnswer())
        assert time.monotonic() - began >= 0.25


def test_one_call_a_second_begins_and_the_rest_waits(exchange: Exchange, server: Webhooks) -> None:
    with Exchange(exchange.account, calls_a_second=0.001) as hardly:
        for number in range(4):
            place(hardly, server.url, to=f"+44113496077{number}")
        hardly.until(lambda: sum(hardly.rung.values()) == 1)
        assert list(hardly.rest.calls.values()).count("queued") == 3
    with Exchange(exchange.account, speed=10, calls_a_second=1) as slow:
        slow.default = Busy(rings_s=0)
        for number in range(4):
            place(slow, server.url, to=f"+44113496077{number}")
        slow.until(lambda: sum(slow.rung.values()) == 4)
        begun = [each.at for each in slow.happened if each.what == "dialled"]
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(begun)]
    assert sum(gaps) >= 0.28


def test_a_queued_call_that_is_taken_back_never_rings(exchange: Exchange, server: Webhooks) -> None:
    with Exchange(exchange.account, calls_a_second=0.001) as slow:
        place(slow, server.url, to="+441134960771")
        sid = place(slow, server.url)
        assert TwilioRest(slow.account.sid, slow.account.auth_token, api_url=slow.rest.url).cancel(sid)
        slow.until(lambda: slow.over(PERSON))
        assert slow.rung[PERSON] == 0
        assert [form["CallStatus"] for form in server.of("/status") if form["CallSid"] == sid] == ["canceled"]


def test_lines_follow_each_other_and_the_last_stays(exchange: Exchange, server: Webhooks) -> None:
    exchange.script(PERSON, Busy(), NoAnswer())
    for times in (1, 2, 3):
        place(exchange, server.url)
        exchange.until(lambda times=times: exchange.over(PERSON, times))  # type: ignore[misc]
    assert [exchange.rest.calls[call.sid] for call in exchange.calls_to(PERSON)] == ["busy", "no-answer", "no-answer"]


def test_a_person_stays_until_the_call_is_ended(exchange: Exchange, server: Webhooks) -> None:
    sid = place(exchange, server.url)
    exchange.until(lambda: any(each.what == "fetched" for each in exchange.happened))
    assert exchange.rest.calls[sid] == "in-progress"
    exchange.hang_up(sid)
    exchange.until(lambda: exchange.over(PERSON))
    assert server.statuses()[-1] == "completed"


def test_a_polite_refusal_ends_the_call(exchange: Exchange, server: Webhooks) -> None:
    server.twiml = twiml.refusal("Sorry.")
    ring(exchange, server, Answers())
    assert server.statuses()[-1] == "completed"


def test_a_server_that_is_gone_hears_nothing_and_is_not_asked_again(exchange: Exchange, server: Webhooks) -> None:
    """What a restarted server must find out by itself."""
    gone = server.url
    exchange.script(PERSON, Answers(talks_s=5))
    server.close()
    place(exchange, gone)
    exchange.until(lambda: exchange.over(PERSON))
    assert {each.what for each in exchange.happened} == {"placed", "dialled", "not told", "not fetched", "ended"}
    assert len([each for each in exchange.happened if each.what == "not told"]) == 4


def test_a_callback_that_is_refused_is_noted(exchange: Exchange, server: Webhooks) -> None:
    server.status = 503
    ring(exchange, server, Busy())
    assert [each.detail for each in exchange.happened if each.what == "not told"] == [
        "/status initiated: answered 503",
        "/status busy: answered 503",
    ]


@pytest.mark.parametrize(
    ("callbacks", "statuses"),
    [
        (Callbacks(reversed=True), ["no-answer", "ringing", "initiated"]),
        (Callbacks(reversed=True, times=2), ["no-answer"] * 2 + ["ringing"] * 2 + ["initiated"] * 2),
        (Callbacks(times=2), ["initiated"] * 2 + ["ringing"] * 2 + ["no-answer"] * 2),
        (Callbacks(missing=("ringing",)), ["initiated", "no-answer"]),
        (Callbacks(missing=("no-answer",)), ["initiated", "ringing"]),
    ],
)
def test_callbacks_go_wrong_as_they_are_told(
    exchange: Exchange, server: Webhooks, callbacks: Callbacks, statuses: list[str]
) -> None:
    ring(exchange, server, NoAnswer(callbacks=callbacks))
    assert server.statuses() == statuses


def test_a_late_callback_is_overtaken(exchange: Exchange, server: Webhooks) -> None:
    with Exchange(exchange.account, speed=20, calls_a_second=None) as quick:
        ring(quick, server, Busy(rings_s=0, callbacks=Callbacks(delays={"initiated": 40})))
        quick.until(lambda: len(server.forms) == 2)
    assert server.statuses() == ["busy", "initiated"]


def test_callbacks_of_the_older_kind_have_no_number(exchange: Exchange, server: Webhooks) -> None:
    ring(exchange, server, Busy(callbacks=Callbacks(numbered=False)))
    assert not any("SequenceNumber" in form for form in server.of("/status"))


def test_only_what_was_asked_for_is_told(exchange: Exchange, server: Webhooks) -> None:
    exchange.script(PERSON, Busy())
    order = {"To": [PERSON], "From": [OURS], "Url": [f"{server.url}/voice"], "StatusCallback": [f"{server.url}/status"]}
    exchange._begin(exchange.rest.book.enter(order))
    exchange.until(lambda: exchange.over(PERSON))
    assert server.statuses() == ["busy"]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [(Voicemail(), "machine_start"), (Answers(talks_s=9, verdict="fax"), "fax"), (Answers(talks_s=9), "human")],
)
def test_who_has_answered_is_told(exchange: Exchange, server: Webhooks, line: Line, verdict: str) -> None:
    sid = ring(exchange, server, line, machine=True)
    (form,) = server.of("/amd")
    assert (form["CallSid"], form["AnsweredBy"]) == (sid, verdict)
    assert server.of("/status")[-1]["AnsweredBy"] == verdict


def test_of_a_call_that_is_over_nobody_is_told(exchange: Exchange, server: Webhooks) -> None:
    ring(exchange, server, Answers(talks_s=1), machine=True)
    assert server.of("/amd") == []


def test_a_number_may_be_refused_once(exchange: Exchange, server: Webhooks) -> None:
    exchange.script(PERSON, Rejected(code=21216), Busy())
    with pytest.raises(RequestRefused):
        place(exchange, server.url)
    place(exchange, server.url)
    exchange.until(lambda: exchange.over(PERSON))
    assert exchange.rung[PERSON] == 1


def test_a_client_that_dies_before_the_answer_has_ordered_a_call_all_the_same(
    exchange: Exchange, server: Webhooks
) -> None:
    """As when the server is killed in the middle of placing one."""
    exchange.script(PERSON, Busy())
    exchange.rest.troubles.append(PlacingTrouble(delay_s=0.1))
    credentials = base64.b64encode(f"{exchange.account.sid}:{exchange.account.auth_token}".encode()).decode()
    form = urlencode({"To": PERSON, "From": OURS, "Url": f"{server.url}/voice"})
    address = urlsplit(exchange.rest.url)
    with socket.create_connection((address.hostname, address.port)) as client:
        client.sendall(
            f"POST /2010-04-01/Accounts/{exchange.account.sid}/Calls.json HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Basic {credentials}\r\nContent-Length: {len(form)}\r\n\r\n{form}".encode()
        )
    exchange.until(lambda: exchange.over(PERSON))
    assert exchange.rung == {PERSON: 1}


def test_what_does_not_happen_is_an_error(exchange: Exchange) -> None:
    with pytest.raises(TimeoutError):
        exchange.until(lambda: False, within_s=0.01)


def test_times_are_of_the_clock_that_is_given(server: Webhooks, exchange: Exchange) -> None:
    with Exchange(exchange.account, speed=math.inf, calls_a_second=None, now=lambda: MOMENT) as fixed:
        ring(fixed, server, Busy(rings_s=2))
    assert [form["Timestamp"] for form in server.of("/status")] == [
        "Tue, 24 Nov 2026 09:30:00 +0000",
        "Tue, 24 Nov 2026 09:30:02 +0000",
    ]
