"""A real call, measured: in its record, in the metrics; and a service that stops while somebody is on the line."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.runtime.last_words import STOPPING
from flowengine.service.webhooks import BUSY
from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import get, running_server
from tests.end_to_end.live_flows import FLOWS
from tests.end_to_end.running import PATIENT, SPEECH, Service
from tests.end_to_end.test_failures import live_call, until_stopping

PARTS = ("endpointing", "understanding", "deciding", "voicing")


def samples(service: Service) -> dict[str, float]:
    """What a scrape shows, by series."""
    status, body = service.run(get(f"{service.base}/metrics"))
    assert status == 200
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_a_call_is_measured_from_the_callers_voice_to_the_first_mark(service: Service) -> None:
    service.run(service.idle())
    before = samples(service)
    _, record = service.ring("yes please")
    (turn,) = record["timings"]["waterfalls"]
    assert (turn["turn"], turn["by"], turn["cut"]) == (1, "voice", False)
    assert sum(turn[part] for part in PARTS) == turn["reply"] == round(record["timings"]["replies"][0] * 1000)
    # "It is open." is eleven tones of 40 ms, and must have been played.
    assert turn["playing"] >= 440
    service.run(service.idle())
    after = samples(service)
    for name in (
        'flowengine_calls_started_total{direction="inbound"}',
        'flowengine_calls_ended_total{result="success"}',
        'flowengine_reply_seconds_count{by="voice"}',
        'flowengine_turn_seconds_count{part="playing"}',
    ):
        assert after[name] == before.get(name, 0) + 1
    assert after["flowengine_loop_lag_seconds_count"] > before["flowengine_loop_lag_seconds_count"]


def test_a_service_that_stops_takes_nobody_says_goodbye_and_hangs_up_by_rest(service: Service, tmp_path: Path) -> None:
    (tmp_path / "waiting.flow").write_text(FLOWS["waiting"], "utf-8")
    env = SPEECH | {"FLOWENGINE_DRAIN": "10"}
    pids: list[int] = []

    async def main() -> None:
        async with Telephone() as telephone, running_server(tmp_path, telephone, env=env, started=pids.append) as base:
            voice = f"{base}/twilio/voice?flow=waiting"
            silent = parse(["(silence 60s)"])
            ringing = asyncio.create_task(telephone.ring(voice, silent, ScriptedSynthesiser(), **PATIENT))
            await live_call(base)
            os.kill(pids[-1], signal.SIGTERM)
            await until_stopping(base)
            form = {"CallSid": "CA" + "7" * 32, "AccountSid": telephone.account.sid, "From": "+441134960123"}
            assert BUSY in (await telephone.account.post(voice, form))[1].replace("&apos;", "'")
            report = await ringing
            assert report.ended_by == "agent"
            assert telephone.rest.calls[report.call_sid] == "completed"
            # The greeting, and the goodbye: the tones are as long as the words.
            heard = sum(utterance.length for utterance in report.agent)
            assert heard > 0.04 * len(STOPPING)

    service.run(main())
