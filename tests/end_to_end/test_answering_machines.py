"""Calls to answering machines over a simulated Twilio: what the machine has recorded, and who is taken for one.

They take their seconds, so all are made at once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.testing.twilio.report import CallReport
from flowengine.testing.twilio.script import parse
from tests.end_to_end.heard import where, words
from tests.end_to_end.running import PATIENT, Service

GREETING = "You've reached Dana. I'm not available, so please leave a message after the tone."
BRIEF = "Dana here."
"""A greeting that no words tell from a person's."""
OPENING = "Hello, is anybody there? I have a question for you."
MESSAGE = "Please ring us."


@dataclass(frozen=True)
class Scene:
    """Whom we ring, and what Twilio says of them, each verdict at its second."""

    says: tuple[str, ...]
    verdicts: tuple[tuple[float, str], ...] = ()
    flow: str = "mailbox"
    direction: str = "outbound-api"


SCENES = {
    "an early verdict": Scene((f"(machine) {GREETING}",), ((0.5, "machine_start"),)),
    "a late verdict": Scene((f"(machine) {BRIEF}",), ((4.0, "machine_start"),), flow="obstinate_mailbox"),
    "the greeting's end": Scene((f"(machine) {BRIEF}",), ((2.0, "machine_end_beep"),), flow="obstinate_mailbox"),
    "words alone": Scene((f"(machine) {GREETING}",), flow="slow_mailbox"),
    "a person": Scene(("(interrupts after 1.5s) hello?", "yes"), ((0.5, "machine_start"),)),
    "a verdict that flips": Scene(("(silence 0.5s)", "yes"), ((0.5, "machine_start"), (1.0, "human"))),
    "no branch": Scene((f"(machine) {GREETING}",), flow="unprepared"),
    "a machine that hangs up": Scene((f"(machine for 0.4s) {GREETING}",), ((0.5, "machine_start"),)),
}
Made = dict[str, tuple[CallReport, dict[str, Any]]]


@pytest.fixture(scope="module")
def made(service: Service) -> Made:
    async def ring(scene: Scene) -> tuple[CallReport, dict[str, Any]]:
        report = await service.telephone.ring(
            f"{service.base}/twilio/voice?flow={scene.flow}",
            parse(scene.says),
            ScriptedSynthesiser(),
            direction=scene.direction,
            amd_url=f"{service.base}/twilio/amd" if scene.verdicts else None,
            **PATIENT,
            verdicts=scene.verdicts,
        )
        return report, await service.ended(report.call_sid)

    async def main() -> Made:
        calls = await asyncio.gather(*map(ring, SCENES.values()))
        return dict(zip(SCENES, calls, strict=True))

    return service.run(main())


def said(record: dict[str, Any]) -> str:
    """All that the agent has said, or begun to say."""
    return " ".join(line["text"] for line in record["transcript"] if line["speaker"] == "agent")


def is_whole(text: str, audio: bytes) -> bool:
    return where(words(text), audio) is not None


def test_the_message_is_recorded_whole_and_begins_after_the_beep(made: Made) -> None:
    report, record = made["an early verdict"]
    assert is_whole(MESSAGE, report.recorded)
    assert report.message_began is not None
    assert report.message_began > 0.0
    assert (record["outcome"], record["answered_by_machine"]) == ("voicemail", True)
    assert report.ended_by == "agent"
    assert report.is_clean


def test_a_late_verdict_still_has_the_message_recorded_whole(made: Made) -> None:
    report, record = made["a late verdict"]
    assert is_whole(MESSAGE, report.recorded)
    assert (record["outcome"], record["answered_by_machine"]) == ("voicemail", True)


def test_the_greetings_end_as_twilio_tells_it_begins_the_message(made: Made) -> None:
    report, record = made["the greeting's end"]
    assert is_whole(MESSAGE, report.recorded)
    assert record["outcome"] == "voicemail"


def test_words_alone_tell_a_machine(made: Made) -> None:
    report, record = made["words alone"]
    assert is_whole(MESSAGE, report.recorded)
    assert (record["outcome"], record["answered_by_machine"]) == ("voicemail", True)
    assert [line["intent"] for line in record["transcript"] if line["speaker"] == "caller"] == [None]


def test_a_person_taken_for_a_machine_hears_the_opening_again_and_is_talked_to(made: Made) -> None:
    report, record = made["a person"]
    assert is_whole(OPENING, report.agent_audio)
    assert MESSAGE not in said(record)
    assert (record["outcome"], record["answered_by_machine"]) == ("done", False)


def test_a_verdict_that_is_taken_back_has_the_flow_go_on(made: Made) -> None:
    report, record = made["a verdict that flips"]
    assert is_whole(OPENING, report.agent_audio)
    assert MESSAGE not in said(record)
    assert (record["outcome"], record["answered_by_machine"]) == ("done", False)


def test_a_machine_that_the_flow_says_nothing_of_is_hung_up_on(made: Made) -> None:
    report, record = made["no branch"]
    assert (record["outcome"], record["answered_by_machine"]) == ("voicemail", True)
    assert "Goodbye." not in said(record)
    assert report.ended_by == "agent"


def test_a_machine_that_hangs_up_in_mid_message_leaves_a_whole_record(made: Made) -> None:
    report, record = made["a machine that hangs up"]
    assert report.ended_by == "caller"
    assert (record["outcome"], record["answered_by_machine"], record["abnormal"]) == ("voicemail", True, False)
    assert not is_whole(MESSAGE, report.recorded)
    assert not [line for line in record["transcript"] if line["text"] == MESSAGE and line["complete"]]
