"""A speech engine that dies in the middle of a call costs that call, with an apology; the server goes on."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from flowengine.adapters.nova2.server import speech_server
from flowengine.adapters.scripted.recogniser import ScriptedRecogniser
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.graph.compile import compile_text
from flowengine.runtime.rendering import lines_of
from flowengine.testing.twilio.call import CallReport, Telephone
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import get, kept, running_server
from tests.end_to_end.running import FLOW, GREETING, GREETS, PATIENT, SPEECH
from tests.end_to_end.test_failures import live_call
from tests.patience import until

GREETING_FLOW = FLOW.replace(GREETING, GREETS)
FILLED_IN = GREETING_FLOW.replace('"It is open."', '"It is open since turn {{ turns }}."')
STILL_TALKING = FILLED_IN.replace("  end opened", "  listen 3s\n    silence: end opened")
Rung = tuple[CallReport, dict[str, Any] | None]


async def ring(telephone: Telephone, base: str, *says: str) -> Rung:
    report = await telephone.ring(f"{base}/twilio/voice?flow=door", parse(says), ScriptedSynthesiser(), **PATIENT)
    return report, await kept(base, report.call_sid)


def ring_while_one_engine_dies(flows: Path, engine: str, flow: str = GREETING_FLOW) -> tuple[Rung, int]:
    """The call on which it dies, and whether the server is ready afterwards."""
    (flows / "door.flow").write_text(flow, "utf-8")

    compiled = compile_text(flow).flow
    assert compiled is not None
    clips = len(lines_of(compiled))

    async def are_rendered() -> bool:
        return len(await asyncio.to_thread(lambda: list(flows.glob("clips/*.clip")))) >= clips

    async def main() -> tuple[Rung, int]:
        async with AsyncExitStack() as stack:
            telephone = await stack.enter_async_context(Telephone())
            speech = await stack.enter_async_context(AsyncExitStack())
            addresses = await speech.enter_async_context(
                speech_server(ScriptedRecogniser(), ScriptedSynthesiser(), host="127.0.0.1", port=0)
            )
            env = SPEECH | {"FLOWENGINE_CLIPS": str(flows / "clips")}
            env[f"NOVA_{engine.upper()}_WS_URL"] = addresses.stt if engine == "stt" else addresses.tts
            base = await stack.enter_async_context(running_server(flows, telephone, env=env))
            await until(are_rendered, "the clips")
            ringing = asyncio.create_task(ring(telephone, base, "yes"))
            # In the middle of the greeting.
            await live_call(base)
            await speech.aclose()
            rung = await ringing
            status, _ = await get(f"{base}/health/ready")
            return rung, status

    return asyncio.run(main())


def test_a_recogniser_that_dies_is_apologised_for(tmp_path: Path) -> None:
    (report, record), status = ring_while_one_engine_dies(tmp_path, "stt")
    assert record is not None
    assert (record["outcome"], record["reason"], record["abnormal"]) == ("failed", "speech recognition failed", True)
    assert record["transcript"][-1]["text"] == "I'm sorry, the line is bad. Goodbye."
    assert report.ended_by == "agent"
    assert status == 200


def test_a_voice_that_dies_ends_the_call_and_claims_no_word_that_was_not_heard(tmp_path: Path) -> None:
    (report, record), status = ring_while_one_engine_dies(tmp_path, "tts", FILLED_IN)
    assert record is not None
    # The flow had come to its outcome; its farewell could not be spoken any more.
    assert (record["outcome"], record["reason"], record["abnormal"]) == ("opened", "speech synthesis failed", True)
    assert [line["text"] for line in record["transcript"]] == [GREETS, "yes"]
    assert report.ended_by == "agent"
    assert status == 200


def test_a_voice_that_dies_is_not_missed_while_there_are_clips(tmp_path: Path) -> None:
    (_, record), status = ring_while_one_engine_dies(tmp_path, "tts")
    assert record is not None
    assert (record["outcome"], record["abnormal"]) == ("opened", False)
    assert [line["text"] for line in record["transcript"]] == [GREETS, "yes", "It is open. Goodbye."]
    assert status == 200


def test_a_voice_that_dies_before_the_end_is_apologised_for_from_a_clip(tmp_path: Path) -> None:
    (report, record), status = ring_while_one_engine_dies(tmp_path, "tts", STILL_TALKING)
    assert record is not None
    assert (record["outcome"], record["reason"], record["abnormal"]) == ("failed", "speech synthesis failed", True)
    assert record["transcript"][-1]["text"] == "I'm sorry, we have a fault at our end. Goodbye."
    assert report.ended_by == "agent"
    assert status == 200
