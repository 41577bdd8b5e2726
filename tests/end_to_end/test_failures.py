"""Failures of the table in docs/explanation/failures.md that no other file causes on real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.runtime.last_words import STOPPING
from flowengine.service.webhooks import BUSY
from flowengine.testing.twilio.call import CallReport, Telephone
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import get, kept, running_server
from flowengine.testing.twilio.trouble import Trouble
from tests.end_to_end.live_flows import FLOWS
from tests.end_to_end.running import FLOW, PATIENT, SPEECH, Service
from tests.patience import until


async def live_call(base: str, turns: int = 0) -> str:
    """The sid of the call that is live, once its caller has had so many turns."""
    found: list[str] = []

    async def is_there() -> bool:
        _, body = await get(f"{base}/api/active-calls")
        for each in json.loads(body)["calls"]:
            _, call = await get(f"{base}/api/call/{each['call_sid']}")
            if sum(line["speaker"] == "caller" for line in json.loads(call)["transcript"]) >= turns:
                found.append(str(each["call_sid"]))
        return bool(found)

    await until(is_there, f"a live call with {turns} turns")
    return found[0]


async def until_stopping(base: str) -> None:
    """Until the service says of itself that it stops."""

    async def is_stopping() -> bool:
        status, body = await get(f"{base}/health/ready")
        assert status in (200, 503)
        return status == 503 and json.loads(body)["waiting_for"] == ["its end: the service is stopping"]

    await until(is_stopping, "a service that stops")


def test_a_line_that_goes_mute_is_given_up(service: Service) -> None:
    report, record = service.ring(trouble=Trouble(mute_after_s=0.5), query="flow=waiting")
    assert (record["reason"], record["abnormal"]) == ("no audio from the line", True)
    assert "no audio from the line for 3 s" in [note["text"] for note in record["notes"]]
    assert report.ended_by == "agent"


def test_a_machine_that_is_told_late_is_a_person_who_has_talked_with_us(service: Service) -> None:
    async def main() -> dict[str, Any]:
        url = f"{service.base}/twilio/voice?flow=patient"
        ringing = asyncio.create_task(
            service.telephone.ring(url, parse(["yes", "yes", "yes"]), ScriptedSynthesiser(), **PATIENT)
        )
        sid = await live_call(service.base, turns=2)
        verdict = {"CallSid": sid, "AnsweredBy": "machine_end_beep"}
        assert (await service.telephone.account.post(f"{service.base}/twilio/amd", verdict))[0] == 204
        await ringing
        return await service.ended(sid)

    record = service.run(main())
    assert (record["outcome"], record["answered_by_machine"]) == ("done", False)


def test_a_service_that_is_stopped_takes_no_call_and_says_goodbye_to_those_it_has(tmp_path: Path) -> None:
    (tmp_path / "door.flow").write_text(FLOW, "utf-8")
    (tmp_path / "waiting.flow").write_text(FLOWS["waiting"], "utf-8")
    env = SPEECH | {"FLOWENGINE_DRAIN": "10", "FLOWENGINE_DATABASE_URL": f"sqlite:///{tmp_path}/record.db"}

    async def main() -> tuple[CallReport, str, dict[str, Any]]:
        pids: list[int] = []
        async with Telephone() as telephone:
            async with running_server(tmp_path, telephone, env=env, started=pids.append) as base:
                url = f"{base}/twilio/voice?flow=waiting"
                ringing = asyncio.create_task(
                    telephone.ring(url, parse(["(silence 60s)"]), ScriptedSynthesiser(), **PATIENT)
                )
                await live_call(base)
                os.kill(pids[-1], signal.SIGTERM)
                await until_stopping(base)
                form = {"CallSid": "CA" + "7" * 32, "AccountSid": telephone.account.sid, "From": "+441134960125"}
                _, refused = await telephone.account.post(f"{base}/twilio/voice?flow=door", form)
                report = await ringing
            async with running_server(tmp_path, telephone, env=env) as base:
                return report, refused, await kept(base, report.call_sid) or {}

    report, refused, record = asyncio.run(main())
    assert BUSY in refused
    assert record["transcript"][-1]["text"] == STOPPING
    assert record["transcript"][-1]["complete"]
    assert (record["outcome"], record["ended_at"] is not None) == ("failed", True)
    assert report.ended_by == "agent"
