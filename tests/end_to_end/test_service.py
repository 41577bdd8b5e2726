"""The page's socket and the API, on a real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from flowengine.errors import StoreError
from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.server import get, running_server
from tests.digits import shows
from tests.end_to_end.running import FLOW, OPENS, SPEECH, Service
from tests.patience import PATIENCE_S, until

Facts = list[dict[str, Any]]


def _page_call(service: Service, start: dict[str, Any], *lines: str, raw: tuple[str | bytes, ...] = ()) -> Facts:
    """Start a typed call from the page, answer each question with a line, and collect what the page is told."""

    async def main() -> Facts:
        facts: Facts = []
        waiting = list(lines)
        url = service.base.replace("http://", "ws://") + "/console/stream"
        async with connect(url, **OPENS) as socket:
            await socket.send(json.dumps({"event": "start", "microphone": False, **start}))
            for message in raw:
                await socket.send(message)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    async for message in socket:
                        if isinstance(message, bytes):
                            continue
                        fact = json.loads(message)
                        facts.append(fact)
                        if fact["event"] == "mark":
                            await socket.send(message)
                        elif fact["event"] == "listening" and waiting:
                            line = waiting.pop(0)
                            if line == "(stop)":
                                await socket.send(json.dumps({"event": "stop"}))
                            else:
                                await socket.send(json.dumps({"event": "text", "text": line}))
            except ConnectionClosed:
                pass
        return facts

    return service.run(main())


def _of(facts: Facts, event: str) -> Facts:
    return [fact for fact in facts if fact["event"] == event]


def test_a_typed_call_from_the_page(service: Service) -> None:
    facts = _page_call(service, {"flow": "door"}, "yes please")
    assert facts[0]["event"] == "started"
    assert facts[0]["recogniser"] == "typed"
    assert [fact["state"] for fact in _of(facts, "entered")] == ["hello", "open"]
    (caller,) = _of(facts, "caller")
    assert (caller["text"], caller["intent"]) == ("yes please", "agree")
    assert _of(facts, "heard")[-1] | {"text": "It is open. Goodbye.", "complete": True} == _of(facts, "heard")[-1]
    (turn,) = _of(facts, "turn")
    (latency,) = _of(facts, "latency")
    # Typed words end no voice, so there is next to nothing to wait for.
    assert 0 <= turn["endpointing"] <= turn["reply"] == latency["ms"]
    assert turn["playing"] > 0
    assert facts[-1]["event"] == "ended"
    assert facts[-1]["outcome"] == "opened"


def test_a_page_call_is_in_the_record(service: Service) -> None:
    facts = _page_call(service, {"flow": "door"}, "yes please")
    record = service.run(service.ended(facts[0]["call_id"]))
    assert record["outcome"] == "opened"
    assert [line["text"] for line in record["transcript"]][-2:] == ["yes please", "It is open. Goodbye."]


def test_hanging_up_from_the_page(service: Service) -> None:
    facts = _page_call(service, {"flow": "door"}, "(stop)")
    assert facts[-1]["outcome"] == "hung_up"


def test_nonsense_from_the_page_is_answered_and_the_call_goes_on(service: Service) -> None:
    unreadable = ("not json", "[]", '{"a":' * 5000)
    nonsense = (*unreadable, '{"event":"surprise"}', '{"event":"dtmf","digit":"12"}', b"\x00" * 50_000)
    facts = _page_call(service, {"flow": "door"}, "yes please", raw=nonsense)
    assert len(_of(facts, "error")) == 5
    assert facts[-1]["outcome"] == "opened"


@pytest.mark.parametrize(
    ("start", "part"),
    [
        ({"flow": "nothing"}, "there is no flow 'nothing'; known flows:"),
        ({"flow": "broken"}, "has errors"),
        ({"flow": "door", "contact": {"colour": "red"}}, "no contact field 'colour'"),
        ({}, "the first message must be start, with a flow"),
        ({"flow": 7}, "the first message must be start"),
    ],
)
def test_a_call_that_cannot_start_says_why(service: Service, start: dict[str, Any], part: str) -> None:
    (fact,) = _page_call(service, start)
    assert fact["event"] == "error"
    assert part in fact["message"]


def test_a_call_from_the_page_is_not_put_through_and_goes_on(service: Service) -> None:
    facts = _page_call(service, {"flow": "desk"})
    assert facts[-1]["outcome"] == "sent_away"
    notes = [fact["text"] for fact in facts if fact["event"] == "note"]
    assert "the caller could not be put through: a call from the page has no telephone line" in notes
    assert "transfer: failed" in notes


def test_a_call_from_the_page_is_not_recorded_and_goes_on(service: Service) -> None:
    facts = _page_call(service, {"flow": "recorded"})
    assert facts[-1]["outcome"] == "done"
    notes = [fact["text"] for fact in facts if fact["event"] == "note"]
    assert "recording starts: not done, a call from the page is not recorded" in notes


def test_a_secret_is_typed_on_the_keypad_alone_and_seen_nowhere(service: Service) -> None:
    keys = tuple(json.dumps({"event": "dtmf", "digit": digit}) for digit in "4071")
    facts = _page_call(service, {"flow": "pin"}, "four oh seven one", raw=())
    assert facts[-1]["outcome"] == "sent_away"
    assert any("keypad alone" in fact.get("message", "") for fact in facts)
    facts = _page_call(service, {"flow": "pin"}, raw=keys)
    assert facts[-1]["outcome"] == "done"
    assert not shows("4071", json.dumps(facts))
    assert any(fact["event"] == "listening" and fact["private"] for fact in facts)
    kept = _get(service, f"/api/call/{facts[0]['call_id']}")[1]
    assert kept["slots"]["pin"] == "•••"
    assert not shows("4071", json.dumps(kept))


def test_audio_before_the_start_is_answered_with_what_is_expected(service: Service) -> None:
    async def main() -> dict[str, Any]:
        async with connect(service.base.replace("http://", "ws://") + "/console/stream", **OPENS) as socket:
            await socket.send(b"\xff" * 160)
            answer: dict[str, Any] = json.loads(await socket.recv())
            return answer

    answer = service.run(main())
    assert answer["event"] == "error"
    assert "the first message must be start" in answer["message"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
def test_another_sites_page_may_not_open_a_call(service: Service, origin: str) -> None:
    async def main() -> int:
        url = service.base.replace("http://", "ws://") + "/console/stream"
        with pytest.raises(InvalidStatus) as caught:
            await connect(url, origin=origin, **OPENS)  # type: ignore[arg-type]  # an Origin is a str
        return caught.value.response.status_code

    assert service.run(main()) == 403


def _get(service: Service, path: str) -> tuple[int, dict[str, Any]]:
    status, body = service.run(get(service.base + path))
    return status, json.loads(body)


def test_flows_are_listed_with_what_they_ask_for_and_what_is_wrong(service: Service) -> None:
    status, body = _get(service, "/api/flows")
    assert status == 200
    flows = {flow["name"]: flow for flow in body["flows"]}
    assert flows["door"]["valid"]
    assert flows["door"]["states"] == 2
    assert not flows["broken"]["valid"]
    assert "broken.flow:3" in flows["broken"]["problem"]


def test_a_flow_is_drawn(service: Service) -> None:
    status, svg = service.run(get(f"{service.base}/api/flows/door/graph.svg"))
    assert status == 200
    assert b'data-state="hello"' in svg


@pytest.mark.parametrize("path", ["/api/flows/nothing/graph.svg", "/api/call/nothing", "/api/nothing", "/nothing"])
def test_what_is_not_there_is_a_problem_with_a_title(service: Service, path: str) -> None:
    status, body = _get(service, path)
    assert (status, body["status"]) == (404, 404)
    assert body["title"]


def test_live_calls_are_listed_with_their_state(service: Service) -> None:
    async def main() -> dict[str, Any]:
        url = service.base.replace("http://", "ws://") + "/console/stream"
        async with connect(url, **OPENS) as socket:
            await socket.send(json.dumps({"event": "start", "flow": "door", "microphone": False}))
            await socket.recv()
            active: dict[str, Any] = {}

            async def is_in_its_flow() -> bool:
                active.update(json.loads((await get(f"{service.base}/api/active-calls"))[1]))
                return [each["state"] for each in active["calls"]] == ["hello"]

            await until(is_in_its_flow, "one live call, in its first state")
            await socket.send(json.dumps({"event": "stop"}))
            async for _message in socket:
                pass
        return active

    active = service.run(main())
    assert active["count"] == 1
    assert active["calls"][0]["flow"] == "door"


def _status(url: str, headers: dict[str, str]) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=PATIENCE_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8080"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "["}, 403),
        ({"X-Forwarded-For": "203.0.113.7"}, 403),
    ],
)
def test_without_a_key_the_api_answers_this_machine_only(
    service: Service, headers: dict[str, str], status: int
) -> None:
    assert _status(f"{service.base}/api/flows", headers) == status


def test_the_page_may_load_nothing_from_elsewhere(service: Service) -> None:
    with urllib.request.urlopen(service.base + "/", timeout=PATIENCE_S) as answer:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_service_that_is_stopped_says_goodbye_first(tmp_path: Path) -> None:
    (tmp_path / "door.flow").write_text(FLOW, "utf-8")

    async def main() -> tuple[Facts, int | None]:
        facts: Facts = []
        env = SPEECH | {"FLOWENGINE_DRAIN": "0"}
        async with Telephone() as telephone, running_server(tmp_path, telephone, env=env) as base:
            url = base.replace("http://", "ws://") + "/console/stream"
            async with connect(url, **OPENS) as socket:
                await socket.send(json.dumps({"event": "start", "flow": "door", "microphone": False}))
                # Once the agent is heard the call is under way.
                while isinstance(message := await socket.recv(), str):
                    facts.append(json.loads(message))
                os.kill(_pid(base), signal.SIGTERM)
                # The service, which stops, may close the socket before the call that is over does: 1012.
                with contextlib.suppress(ConnectionClosedError):
                    async for message in socket:
                        if isinstance(message, bytes):
                            continue
                        facts.append(json.loads(message))
                        if facts[-1]["event"] == "mark":
                            await socket.send(message)
                return facts, socket.close_code

    facts, code = asyncio.run(main())
    assert "end this call" in _of(facts, "heard")[-1]["text"]
    assert (facts[-1]["event"], facts[-1]["reason"]) == ("ended", "service stopping")
    assert code in (1000, 1012)


def _pid(base: str) -> int:
    """The process that listens at this address."""
    port = base.rpartition(":")[2]
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and f"--port\0{port}\0".encode() in (folder / "cmdline").read_bytes():
                return int(folder.name)
    raise AssertionError("the server's process was not found")


def test_a_database_that_is_gone_is_a_passing_fault(tmp_path: Path) -> None:
    (tmp_path / "door.flow").write_text(FLOW, "utf-8")

    async def main() -> tuple[int, bytes]:
        app = create_app(
            Settings(flows=tmp_path, nova_stt_ws_url="scripted:", nova_tts_ws_url="scripted:", meaning="off")
        )
        scope = {"type": "http", "method": "GET", "path": "/api/call/x", "headers": [], "query_string": b"", "app": app}
        request = Request(scope)
        answer = await app.exception_handlers[StoreError](request, StoreError("no such table"))
        return answer.status_code, bytes(answer.body)

    status, body = asyncio.run(main())
    assert status == 503
    assert b"no such table" not in body
