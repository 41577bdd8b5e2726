"""A call over Twilio's protocol whose server asks a language model: two processes, real sockets, real time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.testing.model.server import ModelServer
from flowengine.testing.model.turns import Turn
from flowengine.testing.twilio.call import CallReport, Telephone
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import kept, running_server
from tests.end_to_end.running import PATIENT, SPEECH

FLOW = """
flow worry "Worry" inbound
  agent "Amy" of "Us"

outcome booked success
outcome sent_away
outcome hung_up

state start
  say "Hello."
  llm "Answer the caller's worry."
    facts
      "It covers old boilers."
    never "discounts"
    convinced "the caller agrees"
      say "Booked. Goodbye."
      end booked
    limit 3 turns: end sent_away
    fallback "I see. Goodbye.": end sent_away

anywhere
  hangup: end hung_up
"""


ASKING = """
flow worry "Worry" inbound
  agent "Amy" of "Us"

outcome booked success
outcome sent_away
outcome hung_up

intent agree "the caller says yes"
  "yes"

slot day: date
  ask "Which day?"
  tries 1

state start
  say "Shall I?"
  listen
    agree -> when
    silence: end sent_away
    otherwise: end sent_away

state when
  collect day
    done
      say "Booked for {{ day | spoken }}. Goodbye."
      end booked
    failed: end sent_away

anywhere
  hangup: end hung_up
"""


def ring(
    folder: Path, turns: list[Turn], *says: str, flow: str = FLOW, **settings: str
) -> tuple[CallReport, dict[str, Any]]:
    (folder / "worry.flow").write_text(flow, "utf-8")

    async def main(server: ModelServer) -> tuple[CallReport, dict[str, Any]]:
        env = {
            **SPEECH,
            "PYTHONPATH": str(Path.cwd()),
            "FLOWENGINE_MODEL": "small",
            "FLOWENGINE_MODEL_URL": server.url,
            **settings,
        }
        async with Telephone() as telephone, running_server(folder, telephone, env=env) as base:
            url = f"{base}/twilio/voice?flow=worry"
            report = await telephone.ring(url, parse(says), ScriptedSynthesiser(), **PATIENT)
            return report, await kept(base, report.call_sid) or {}

    with ModelServer(turns) as server:
        return asyncio.run(main(server))


def test_a_caller_talks_with_the_model_and_goes_ahead(tmp_path: Path) -> None:
    turns = [
        Turn("Good day. How can I help?"),
        Turn("It covers old boilers. Shall I?"),
        Turn("Fine.", exit="convinced"),
    ]
    report, record = ring(tmp_path, turns, "my boiler is old", "go on then")
    said = [line["text"] for line in record["transcript"] if line["speaker"] == "agent"]
    assert record["outcome"] == "booked"
    assert said[-4:] == ["It covers old boilers.", "Shall I?", "Fine.", "Booked. Goodbye."]
    assert report.marks_in_order


def test_a_model_that_dies_in_mid_sentence_is_covered(tmp_path: Path) -> None:
    report, record = ring(tmp_path, [Turn("Good day. How can", ends="cut")])
    said = [line["text"] for line in record["transcript"]]
    assert (record["outcome"], record["abnormal"]) == ("sent_away", False)
    assert said == ["Hello.", "Good day.", "I see. Goodbye."]
    assert report.ended_by == "agent"


def test_what_no_phrase_fits_and_no_reader_reads_is_the_models_to_understand(tmp_path: Path) -> None:
    forms = [Turn(form={"intent": "agree"}), Turn(form={"value": "2031-01-31"})]
    _, record = ring(tmp_path, forms, "pencil me in for that", "the last day of that January", flow=ASKING)
    assert record["outcome"] == "booked"
    said = [line["text"] for line in record["transcript"]]
    assert said[-4:] == [
        "pencil me in for that",
        "Which day?",
        "the last day of that January",
        "Booked for Friday the thirty-first of January twenty thirty-one. Goodbye.",
    ]


def test_a_model_that_cannot_say_what_is_meant_changes_nothing(tmp_path: Path) -> None:
    _, record = ring(tmp_path, [Turn(form="", status=429, retry_after=60)], "pencil me in for that", flow=ASKING)
    assert (record["outcome"], record["abnormal"]) == ("sent_away", False)


def test_a_model_that_may_not_understand_is_not_asked(tmp_path: Path) -> None:
    _, record = ring(
        tmp_path,
        [Turn(form={"intent": "agree"})],
        "pencil me in for that",
        flow=ASKING,
        FLOWENGINE_MODEL_UNDERSTANDING="off",
    )
    assert record["outcome"] == "sent_away"
