"""Whole calls over Twilio's protocol: a real server process, real sockets, real time; speech as tones, no models."""

from __future__ import annotations

import asyncio
import json
import secrets
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.adapters.twilio.signature import sign
from flowengine.testing.twilio.account import Account, read_twiml
from flowengine.testing.twilio.call import CallReport, Telephone
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import get, running_server
from tests.end_to_end.running import OPENS, PATIENT, TALKS, Service
from tests.patience import PATIENCE_S


def _texts(record: dict[str, Any], speaker: str) -> list[str]:
    return [line["text"] for line in record["transcript"] if line["speaker"] == speaker]


def test_a_whole_call(service: Service) -> None:
    report, record = service.ring("yes please")
    assert (record["outcome"], record["abnormal"], report.ended_by) == ("opened", False, "agent")
    assert _texts(record, "agent") == ["Hello, shall I open?", "It is open. Goodbye."]
    assert _texts(record, "caller") == ["yes please"]
    assert report.marks_in_order
    assert (report.warned.binary_31950, report.warned.invalid_31951) == (0, 0)
    assert all(-30 < utterance.level < -12 for utterance in report.agent)
    # Each byte of a line takes the tones 40 ms; what was heard is as long as what was said.
    heard = sum(utterance.length for utterance in report.agent)
    assert heard > 0.04 * sum(map(len, _texts(record, "agent"))) * 0.9


def test_an_inbound_number_is_mapped_to_its_flow(service: Service) -> None:
    _, record = service.ring("yes", query="")
    assert record["outcome"] == "opened"


def test_the_keypad_answers_too(service: Service) -> None:
    _, record = service.ring("(press 1)")
    assert record["outcome"] == "opened"


def test_words_interrupt_the_agent(service: Service) -> None:
    report, record = service.ring("(interrupts after 0.4s) yes", query="flow=talker")
    assert record["outcome"] == "opened"
    assert report.clears >= 1
    first = record["transcript"][0]
    assert not first["complete"]
    assert TALKS.startswith(first["text"])


def test_silence_is_silence(service: Service) -> None:
    _, record = service.ring("(silence 60s)", query="flow=quiet")
    assert record["outcome"] == "sent_away"
    assert _texts(record, "caller") == []


def test_a_caller_who_hangs_up_leaves_a_whole_record(service: Service) -> None:
    _, record = service.ring("(interrupts after 0.2s) well", "(hangs up)", query="flow=talker")
    assert record["outcome"] == "hung_up"
    assert not record["abnormal"]


def test_a_line_that_breaks_is_marked_and_apologised_for(service: Service) -> None:
    report, record = service.ring("(drops)")
    assert record["abnormal"]
    assert record["reason"] == "connection lost"
    status, body = service.run(
        service.telephone.account.post(f"{service.base}/twilio/after-stream", {"CallSid": report.call_sid})
    )
    assert status == 200
    assert "lost the line" in read_twiml(body).says[0]


@pytest.mark.parametrize("query", ["flow=nothing", "flow=broken", "flow=door&contact.colour=red"])
def test_a_call_that_cannot_be_gets_a_polite_line(service: Service, query: str) -> None:
    report, record = service.ring("yes", query=query)
    assert report.ended_by == "twiml"
    assert "Goodbye" in report.said_by_twilio[0]
    assert record == {}


@pytest.mark.parametrize("path", ["voice?flow=door", "status-callback", "after-stream", "stream-status"])
@pytest.mark.parametrize("signature", ["", "bm90IHRoZSBzaWduYXR1cmU="])
def test_a_webhook_without_its_signature_is_refused(service: Service, path: str, signature: str) -> None:
    request = urllib.request.Request(f"{service.base}/twilio/{path}", b"CallSid=CA1", {"X-Twilio-Signature": signature})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=PATIENCE_S)
    assert caught.value.code == 403
    assert json.load(caught.value)["title"] == "Bad signature"
    caught.value.close()


def test_a_webhook_that_is_no_form_is_refused(service: Service) -> None:
    request = urllib.request.Request(f"{service.base}/twilio/voice", b"\xff\xfe{")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=PATIENCE_S)
    assert caught.value.code == 400
    caught.value.close()


def test_a_status_callback_may_come_twice(service: Service) -> None:
    form = {"CallSid": "CA" + secrets.token_hex(16), "CallStatus": "completed", "SequenceNumber": "2"}
    for _ in range(2):
        status, _body = service.run(service.telephone.account.post(f"{service.base}/twilio/status-callback", form))
        assert status == 204


def _stream_url(service: Service) -> str:
    return service.base.replace("http://", "ws://") + "/twilio/stream"


def _signed(account: Account, url: str) -> dict[str, str]:
    return {"X-Twilio-Signature": sign(account.auth_token, url)}


async def _close_code(url: str, account: Account, messages: list[str | bytes]) -> int | None:
    async with connect(
        url, additional_headers={"X-Twilio-Signature": sign(account.auth_token, url)}, **OPENS
    ) as socket:
        for message in messages:
            await socket.send(message)
        async with asyncio.timeout(PATIENCE_S):
            await socket.wait_closed()
        return socket.close_code


def _start(sid: str, token: str) -> str:
    start = {"callSid": sid, "streamSid": "MZ1", "customParameters": {"token": token}}
    return json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": start})


def test_an_upgrade_without_its_signature_is_refused(service: Service) -> None:
    async def main() -> int:
        with pytest.raises(InvalidStatus) as caught:
            await connect(_stream_url(service), **OPENS)
        return caught.value.response.status_code

    assert service.run(main()) == 403


def test_a_stream_with_a_guessed_token_is_closed(service: Service) -> None:
    account = service.telephone.account
    assert service.run(_close_code(_stream_url(service), account, [_start("CA1", "guessed")])) == 1008


def test_a_token_opens_only_the_call_it_was_made_for(service: Service) -> None:
    _, body = service.voice("CA" + "1" * 32)
    token = read_twiml(body).parameters["token"]
    account = service.telephone.account
    for _ in range(2):
        assert service.run(_close_code(_stream_url(service), account, [_start("CA" + "2" * 32, token)])) == 1008


def test_a_call_has_one_stream(service: Service) -> None:
    async def main() -> int | None:
        account = service.telephone.account
        sid = "CA" + secrets.token_hex(16)
        service.telephone.rest.calls[sid] = "in-progress"
        form = {"CallSid": sid, "From": "+441134960123", "To": "+441134960124"}
        url = _stream_url(service)
        _, body = await account.post(f"{service.base}/twilio/voice", form)
        async with connect(
            url, additional_headers={"X-Twilio-Signature": sign(account.auth_token, url)}, **OPENS
        ) as socket:
            await socket.send(_start(sid, read_twiml(body).parameters["token"]))
            await socket.recv()
            # Twilio asks for the TwiML again, and follows it while the first stream is up.
            _, again = await account.post(f"{service.base}/twilio/voice", form)
            code = await _close_code(url, account, [_start(sid, read_twiml(again).parameters["token"])])
            await socket.send('{"event":"stop"}')
        assert (await service.ended(sid))["outcome"] == "hung_up"
        return code

    assert service.run(main()) == 1008


def test_a_stream_that_never_starts_is_closed(service: Service) -> None:
    account = service.telephone.account
    nonsense: list[str | bytes] = ['{"event":"connected"}', "not json", b"\x00\x01", '{"event":"media"}']
    assert service.run(_close_code(_stream_url(service), account, nonsense)) == 1008


def test_nonsense_in_a_call_is_passed_over(service: Service) -> None:
    async def main() -> dict[str, Any]:
        account = service.telephone.account
        sid = "CA" + secrets.token_hex(16)
        service.telephone.rest.calls[sid] = "in-progress"
        form = {"CallSid": sid, "From": "+441134960123", "To": "+441134960124"}
        _, body = await account.post(f"{service.base}/twilio/voice", form)
        url = _stream_url(service)
        async with connect(
            url, additional_headers={"X-Twilio-Signature": sign(account.auth_token, url)}, **OPENS
        ) as socket:
            await socket.send(_start(sid, read_twiml(body).parameters["token"]))
            for message in (b"\x00" * 160, "not json", "[]", '{"event":"surprise"}', '{"event":"media","media":{}}'):
                await socket.send(message)
            await socket.send('{"event":"dtmf","dtmf":{"digit":"1"}}')
            try:
                async with asyncio.timeout(PATIENCE_S):
                    while True:
                        message = json.loads(await socket.recv())
                        if message["event"] == "mark":
                            await asyncio.sleep(0.5)
                            await socket.send(json.dumps({"event": "mark", "mark": message["mark"]}))
            except ConnectionClosed:
                pass
        return await service.ended(sid)

    record = service.run(main())
    assert (record["outcome"], record["abnormal"]) == ("opened", False)


def test_the_service_is_still_well(service: Service) -> None:
    status, body = service.run(get(f"{service.base}/health/ready"))
    assert (status, json.loads(body)["ready"]) == (200, True)
    service.run(service.idle())


def test_ten_calls_at_once(service: Service) -> None:
    async def main() -> list[CallReport]:
        url = f"{service.base}/twilio/voice?flow=door"
        rings = (service.telephone.ring(url, parse(["yes"]), ScriptedSynthesiser(), **PATIENT) for _ in range(10))
        return await asyncio.gather(*rings)

    reports = service.run(main())
    assert all(report.marks_in_order and report.ended_by == "agent" for report in reports)


def test_a_flow_that_is_not_there_is_said_before_the_server_starts(tmp_path: Path) -> None:
    async def main() -> str:
        from flowengine.testing.twilio.server import ServerNotReady

        async with Telephone() as telephone:
            with pytest.raises(ServerNotReady) as caught:
                async with running_server(tmp_path / "nowhere", telephone):
                    pass
            return str(caught.value)

    assert "does not exist" in asyncio.run(main())
