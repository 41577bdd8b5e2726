"""Twilio's callbacks as they really come: repeated, out of order, unnumbered, with foreign letters, or not Twilio's."""

from __future__ import annotations

import asyncio
import dataclasses
import html
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import pytest

from flowengine.adapters.twilio.signature import sign
from flowengine.service import webhooks
from flowengine.service.app import create_app
from flowengine.service.calls import Calls
from flowengine.service.live_call import LiveCall
from flowengine.service.settings import Settings
from flowengine.service.webhooks import BODY_LIMIT
from tests.runtime.fake_line import FakeLine
from tests.service.asgi import Answered, Client

TOKEN, BASE = "a-token-of-this-account", "https://calls.example.com"
FORM = [("CallSid", "CA1"), ("AccountSid", "AC1"), ("CallStatus", "ringing"), ("SequenceNumber", "1")]
Pairs = Sequence[tuple[str, str]]


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    line = dataclasses.replace(
        settings, twilio_account_sid="AC" + "1" * 32, twilio_auth_token=TOKEN, server_base_url=BASE
    )
    with Client(create_app(line)) as running:
        yield running


def post(client: Client, path: str, pairs: Pairs, *, signature: str | None = None) -> Answered:
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": sign(TOKEN, BASE + path, pairs) if signature is None else signature,
    }
    return client.ask("POST", path, urlencode(pairs).encode(), headers)


@pytest.mark.parametrize(
    "pairs",
    [
        FORM,
        [*FORM, *FORM],
        FORM[:3],
        [*FORM, ("StatusCallbackEvent", "initiated"), ("StatusCallbackEvent", "completed")],
        [*FORM, ("CallerName", "Zoë Ó Briain"), ("ToCity", "東京"), ("Empty", "")],
        [("CallSid", "CA1"), ("CallStatus", "completed"), ("CallDuration", "long"), ("SipResponseCode", "")],
    ],
)
def test_a_status_callback_is_taken(client: Client, pairs: Pairs) -> None:
    for _ in range(2):
        assert post(client, "/twilio/status-callback", pairs).status == 204


@pytest.mark.parametrize(
    ("path", "pairs"),
    [
        ("/twilio/status-callback", FORM[1:]),
        ("/twilio/status-callback", [("CallSid", "CA1"), ("CallStatus", "asleep")]),
        ("/twilio/status-callback", [*FORM[:3], ("SequenceNumber", "first")]),
        ("/twilio/amd", [("AnsweredBy", "human")]),
        ("/twilio/amd", []),
    ],
)
def test_what_cannot_be_read_is_a_bad_request(client: Client, path: str, pairs: Pairs) -> None:
    assert post(client, path, pairs).status == 400


@pytest.mark.parametrize("answered_by", ["human", "machine_end_beep", "unknown", "", "something new"])
def test_a_verdict_is_taken_of_any_call_and_twice(client: Client, answered_by: str) -> None:
    pairs = [("CallSid", "CA9"), ("AnsweredBy", answered_by), ("MachineDetectionDuration", "2400")]
    for _ in range(2):
        assert post(client, "/twilio/amd", pairs).status == 204


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/status-callback", "/twilio/amd", "/twilio/transfer-ended"])
@pytest.mark.parametrize("signature", ["", "é", "AAAA", sign("another token", BASE + "/twilio/amd", FORM)])
def test_what_is_not_twilios_is_refused(client: Client, path: str, signature: str) -> None:
    assert post(client, path, FORM, signature=signature).status == 403


def test_a_value_that_was_added_on_the_way_is_noticed(client: Client) -> None:
    signature = sign(TOKEN, BASE + "/twilio/status-callback", FORM)
    added = [*FORM, ("CallStatus", "completed")]
    assert post(client, "/twilio/status-callback", added, signature=signature).status == 403


def test_the_query_is_signed_too(client: Client) -> None:
    good, other = "/twilio/voice?flow=door&attempt=1", "/twilio/voice?flow=door&attempt=2"
    assert post(client, good, FORM).status == 200
    assert post(client, other, FORM, signature=sign(TOKEN, BASE + good, FORM)).status == 403


def test_what_is_too_large_for_a_form_of_twilios_is_told_so(client: Client) -> None:
    answered = client.ask("POST", "/twilio/voice", b"x" * (BODY_LIMIT + 1))
    assert answered.status == 413
    assert "This is none." in answered.json["detail"]


@pytest.mark.parametrize(("failure", "said"), [(None, "<Hangup"), ("SomeDefect", webhooks.LOST)])
def test_what_comes_after_a_stream_is_answered_while_its_call_is_torn_down(
    client: Client, monkeypatch: pytest.MonkeyPatch, failure: str | None, said: str
) -> None:
    monkeypatch.setattr(webhooks, "SETTLE_S", 0.1)
    calls: Calls = client.app.state.calls

    async def opened() -> LiveCall:
        return calls.open(calls.prepare("door", {}, call_sid="CA1"), FakeLine())

    live = asyncio.run(opened())
    live.session._tasks.are_over = True
    live.session._ending.failure = failure
    monkeypatch.setattr(calls, "find", lambda sid: live)
    answered = post(client, "/twilio/after-stream", [("CallSid", "CA1"), ("CallStatus", "in-progress")])
    assert answered.status == 200
    assert said in html.unescape(answered.body.decode())
    assert (webhooks.LOST in html.unescape(answered.body.decode())) is (failure is not None)
