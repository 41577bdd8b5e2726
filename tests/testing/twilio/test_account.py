"""What the simulated Twilio makes of a server's TwiML, and how its REST side answers the real adapter."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator

import pytest

from flowengine.adapters.twilio import twiml
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import TelephonyError
from flowengine.testing.twilio.account import Account, ServerRefused, read_twiml
from flowengine.testing.twilio.rest import RestServer

SID = "CA" + "1" * 32


def test_our_twiml_is_what_twilio_takes() -> None:
    text = twiml.connect(
        stream_url="wss://calls.example.com/twilio/stream",
        action_url="https://calls.example.com/twilio/after-stream",
        status_url="https://calls.example.com/twilio/stream-status",
        token="a<b&c",
    )
    read = read_twiml(text)
    assert read.stream_url == "wss://calls.example.com/twilio/stream"
    assert read.parameters == {"token": "a<b&c"}
    assert read.action_url == "https://calls.example.com/twilio/after-stream"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("no xml", "not XML"),
        ("<Reply/>", "not <Response>"),
        ('<Response><Connect><Stream url="wss://a/b?c=d"/></Connect></Response>', "31920"),
        ('<Response><Connect><Stream url="ws://a.example/b"/></Connect></Response>', "not wss"),
        (
            '<Response><Connect><Stream url="wss://a/b">'
            f'<Parameter name="t" value="{"x" * 500}"/></Stream></Connect></Response>',
            "too long",
        ),
    ],
)
def test_what_twilio_would_refuse_is_refused(text: str, part: str) -> None:
    with pytest.raises(ServerRefused, match=part):
        read_twiml(text)


@pytest.fixture
def rest() -> Iterator[tuple[RestServer, TwilioRest, list[str]]]:
    account, completed = Account(), list[str]()
    server = RestServer(account.sid, account.auth_token, completed.append)
    server.calls[SID] = "in-progress"
    yield server, TwilioRest(account.sid, account.auth_token, api_url=server.url), completed
    server.close()


Rest = tuple[RestServer, TwilioRest, list[str]]


def test_a_call_is_hung_up(rest: Rest) -> None:
    server, client, completed = rest
    asyncio.run(client.hang_up(SID))
    assert server.calls[SID] == "completed"
    assert completed == [SID]
    assert asyncio.run(client.status(SID)) == "completed"


def test_hanging_up_what_is_over_or_unknown_is_a_success(rest: Rest) -> None:
    _, client, completed = rest
    asyncio.run(client.hang_up(SID))
    asyncio.run(client.hang_up(SID))
    asyncio.run(client.hang_up("CA" + secrets.token_hex(16)))
    assert completed == [SID]


def test_too_many_requests_are_tried_again(rest: Rest) -> None:
    server, client, completed = rest
    server.failures.extend([(429, 20429), (429, 20429)])
    asyncio.run(client.hang_up(SID))
    assert completed == [SID]
    assert len(server.requests) == 3


def test_a_refusal_names_no_account(rest: Rest) -> None:
    server, client, _ = rest
    server.failures.append((500, 20500))
    with pytest.raises(TelephonyError) as caught:
        asyncio.run(client.hang_up(SID))
    assert "500" in str(caught.value)
    assert "AC" not in str(caught.value)


def test_an_address_where_nobody_answers_is_an_error_of_ours() -> None:
    client = TwilioRest(Account().sid, "x", api_url="http://127.0.0.1:9")
    with pytest.raises(TelephonyError, match="could not be reached"):
        asyncio.run(client.status(SID))
