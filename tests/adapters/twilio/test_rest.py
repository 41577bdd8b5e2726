"""Twilio's SDK against the simulated REST side: over real HTTP, with the failures that Twilio has."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from flowengine.adapters.twilio import rest as twilio_rest
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import TelephonyError
from flowengine.testing.twilio.rest import RestServer

ACCOUNT, TOKEN = "AC" + "1" * 32, "a secret of this account"
CALL = "CA" + "2" * 32
LONG_S = 50.0


@pytest.fixture
def ended() -> list[str]:
    return []


@pytest.fixture
def redirected() -> list[str]:
    return []


@pytest.fixture
def server(ended: list[str], redirected: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[RestServer]:
    monkeypatch.setattr(twilio_rest, "RETRY_AFTER_S", (0.01, 0.02, 0.04))
    told = RestServer(ACCOUNT, TOKEN, ended.append, on_redirected=lambda _, twiml: redirected.append(twiml))
    with contextlib.closing(told) as server:
        server.calls[CALL] = "in-progress"
        yield server


@pytest.fixture
def client(server: RestServer) -> TwilioRest:
    return TwilioRest(ACCOUNT, TOKEN, api_url=server.url)


def test_a_call_is_hung_up(client: TwilioRest, server: RestServer, ended: list[str]) -> None:
    asyncio.run(client.hang_up(CALL))
    assert server.calls[CALL] == "completed"
    assert ended == [CALL]
    assert asyncio.run(client.status(CALL)) == "completed"


def test_a_call_that_is_over_already_is_hung_up_again(client: TwilioRest, ended: list[str]) -> None:
    """Twilio answers 21220, which is what we wanted."""
    for _ in range(2):
        asyncio.run(client.hang_up(CALL))
    assert ended == [CALL]


def test_a_call_that_twilio_has_forgotten_is_hung_up(client: TwilioRest) -> None:
    asyncio.run(client.hang_up("CA" + "9" * 32))


def test_a_call_that_twilio_has_forgotten_is_completed(client: TwilioRest) -> None:
    assert asyncio.run(client.status("CA" + "9" * 32)) == "completed"


def test_a_hang_up_waits_when_twilio_says_slow_down(client: TwilioRest, server: RestServer, ended: list[str]) -> None:
    server.failures.extend([(429, 20429)] * 3)
    asyncio.run(client.hang_up(CALL))
    assert ended == [CALL]
    assert len(server.requests) == 4


def test_slowing_down_has_an_end(client: TwilioRest, server: RestServer) -> None:
    server.failures.extend([(429, 20429)] * 9)
    with pytest.raises(TelephonyError, match="429"):
        asyncio.run(client.hang_up(CALL))
    assert len(server.requests) == 4


@pytest.mark.parametrize("failure", [(500, 20500), (401, 20003), (400, 21218)])
def test_other_refusals_are_not_tried_again(
    client: TwilioRest, server: RestServer, ended: list[str], failure: tuple[int, int]
) -> None:
    server.failures.append(failure)
    with pytest.raises(TelephonyError):
        asyncio.run(client.hang_up(CALL))
    assert len(server.requests) == 1
    assert ended == []


def test_a_wrong_token_is_refused_and_shows_nowhere(server: RestServer) -> None:
    client = TwilioRest(ACCOUNT, "guessed", api_url=server.url)
    with pytest.raises(TelephonyError) as caught:
        asyncio.run(client.hang_up(CALL))
    for secret in ("guessed", ACCOUNT, CALL):
        assert secret not in str(caught.value)


def test_a_twilio_that_is_not_there_is_one_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = TwilioRest(ACCOUNT, TOKEN, api_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(TelephonyError, match="could not be reached"):
            asyncio.run(client.hang_up(CALL))


def test_a_request_never_holds_up_the_event_loop(client: TwilioRest, server: RestServer) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def waits(method: str, path: str, body: str) -> None:
        asked.set()
        assert go_on.wait(LONG_S), "the loop, which says so, is held up"

    server.extra = waits

    async def main() -> None:
        asking = asyncio.create_task(client.hang_up(CALL))
        while not asked.is_set():  # noqa: ASYNC110 - another thread's
            await asyncio.sleep(0.01)
        go_on.set()
        await asking

    asyncio.run(main())
    assert server.calls[CALL] == "completed"


def test_a_call_is_given_other_instructions(client: TwilioRest, server: RestServer, redirected: list[str]) -> None:
    asyncio.run(client.redirect(CALL, "<Response><Hangup/></Response>"))
    assert redirected == ["<Response><Hangup/></Response>"]
    assert server.calls[CALL] == "in-progress"


def test_a_call_that_is_over_takes_no_instructions(
    client: TwilioRest, server: RestServer, redirected: list[str]
) -> None:
    server.calls[CALL] = "completed"
    with pytest.raises(TelephonyError, match="code 21220"):
        asyncio.run(client.redirect(CALL, "<Response/>"))
    assert redirected == []


def test_a_recording_is_started_and_stopped(client: TwilioRest, server: RestServer) -> None:
    asyncio.run(client.start_recording(CALL))
    asyncio.run(client.stop_recording(CALL))
    assert server.recordings == [(CALL, "in-progress"), (CALL, "stopped")]


def test_a_recording_that_does_not_run_cannot_be_stopped(client: TwilioRest, server: RestServer) -> None:
    with pytest.raises(TelephonyError, match="HTTP 404"):
        asyncio.run(client.stop_recording(CALL))
    assert server.recordings == []


def test_a_call_that_is_over_cannot_be_recorded(client: TwilioRest, server: RestServer) -> None:
    server.calls[CALL] = "completed"
    with pytest.raises(TelephonyError, match="code 21220"):
        asyncio.run(client.start_recording(CALL))
