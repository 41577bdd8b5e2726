"""A call from its request over HTTP to its history: asked for, answered, acted in, and shown under every name."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from flowengine.testing.twilio.lines import Answers
from tests.end_to_end.test_outbound import ANN, BOB, Outbound, outbound
from tests.patience import PATIENCE_S


async def asked(method: str, url: str, body: Any = None) -> tuple[int, Any]:
    def ask() -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    return await asyncio.to_thread(ask)


async def until(url: str, status: str) -> Any:
    """The call, as soon as it stands so."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        _, call = await asked("GET", url)
        if call["status"] == status and (status != "completed" or call["queue"]["state"] == "ended"):
            return call
        await asyncio.sleep(0.1)
    raise TimeoutError(status)


def test_a_call_is_asked_for_answered_and_ended_over_http(tmp_path: Path) -> None:
    async def act(place: Outbound) -> None:
        api = f"{place.base}/api"
        place.telephone.exchange.script(ANN, Answers(rings_s=0.5, says=("(silence 60s)",)))
        request = {"phone_number": ANN, "flow": "offers", "contact": {"name": "Ann"}, "priority": 1}
        status, queued = await asked("POST", f"{api}/outbound-call", request)
        assert (status, queued["success"], queued["position"], queued["estimated_wait"]) == (200, True, 1, "1 second")
        call_url = f"{api}/call/{queued['call_id']}"
        live = await until(call_url, "in-progress")
        assert (live["queue"]["state"], live["attempts"][0]["call_sid"]) == ("dialling", live["call_sid"])
        _, active = await asked("GET", f"{api}/active-calls")
        assert [each["call_sid"] for each in active["calls"]] == [live["call_sid"]]
        _, queue = await asked("GET", f"{api}/call-queue")
        assert (queue["waiting"], queue["concurrency"]["in_use"]) == (0, 1)
        end = {
            "call_sid": queued["call_id"],
            "action": "end_conversation",
            "outcome": "sold",
            "message": "Bye now.",
        }
        assert (await asked("POST", f"{api}/llm-action", end))[1]["message"] == "Call termination request processed"
        over = await until(call_url, "completed")
        assert (over["outcome"], over["transcript"][-1]["text"], over["transcript"][-1]["complete"]) == (
            "sold",
            "Bye now.",
            True,
        )
        assert over["queue"]["outcome"] == over["attempts"][0]["outcome"] == "sold"
        _, past = await asked("GET", f"{api}/uk-regulations/call-history/{ANN}")
        assert [(each["call_id"], each["outcome"], each["counts"]) for each in past["attempts"]] == [
            (queued["call_id"], "sold", True)
        ]
        assert (await asked("GET", f"{api}/uk-regulations/can-call/{ANN}"))[1]["counts"] == {"h24": 1, "d7": 1}

    outbound(tmp_path, act)


def test_nobody_rings_somebody_who_is_listed_over_http(tmp_path: Path) -> None:
    async def act(place: Outbound) -> None:
        api = f"{place.base}/api"
        later = {"phone_number": BOB, "flow": "offers", "not_before": "2099-01-05T12:00:00Z"}
        assert (await asked("POST", f"{api}/outbound-call", later))[0] == 200
        assert (await asked("POST", f"{api}/uk-regulations/do-not-call", {"phone_number": BOB}))[0] == 201
        status, decision = await asked("POST", f"{api}/outbound-call", {"phone_number": BOB, "flow": "offers"})
        assert (status, [reason["code"] for reason in decision["reasons"]]) == (409, ["DO_NOT_CALL"])
        assert BOB not in place.telephone.exchange.rung

    outbound(tmp_path, act)
