"""Calls on which Twilio, the caller or the network does something that it should not; and `flowengine call` itself."""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.cli.main import main
from flowengine.testing.twilio.account import ServerRefused
from flowengine.testing.twilio.report import CallReport
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.trouble import Trouble
from tests.end_to_end.running import FLOW, PATIENT, TALKS, Service

Record = dict[str, Any]


def ring(
    service: Service, trouble: Trouble, *says: str, status: bool = False, flow: str = "door"
) -> tuple[CallReport, Record]:
    async def main() -> tuple[CallReport, Record]:
        report = await service.telephone.ring(
            f"{service.base}/twilio/voice?flow={flow}",
            parse(says),
            ScriptedSynthesiser(),
            **PATIENT,
            status_url=f"{service.base}/twilio/status-callback" if status else None,
            trouble=trouble,
        )
        return report, await service.ended(report.call_sid)

    return service.run(main())


def test_a_badly_signed_upgrade_is_refused(service: Service) -> None:
    with pytest.raises(ServerRefused, match="403"):
        ring(service, Trouble(bad_upgrade_signature=True))


def test_a_stream_with_another_token_is_closed_and_nothing_is_created(service: Service) -> None:
    report, record = ring(service, Trouble(wrong_token=True))
    assert report.close_code == 1008
    assert record == {}


def test_nonsense_in_the_middle_of_a_call_changes_nothing(service: Service) -> None:
    deep = ('{"a":' * 5000, '{"media":' * 2000)
    nonsense = (b"\x00" * 160, "not json", "[]", '{"event":"surprise"}', '{"event":"media","media":{}}', *deep)
    report, record = ring(service, Trouble(nonsense=nonsense), "yes")
    assert (record["outcome"], record["abnormal"]) == ("opened", False)
    assert report.is_clean


def test_callbacks_in_any_order_and_twice_are_taken(service: Service) -> None:
    report, record = ring(service, Trouble(callbacks_shuffled=True), "yes", status=True)
    assert record["outcome"] == "opened"
    assert report.problems == []


def test_marks_that_never_come_do_not_hold_a_call_up(service: Service) -> None:
    report, record = ring(service, Trouble(lost_marks=100), "yes")
    assert record["outcome"] == "opened"
    assert report.ended_by == "agent"


def test_marks_that_come_late_prove_that_the_words_were_heard(service: Service) -> None:
    _, record = ring(service, Trouble(mark_delay_s=0.6), "yes")
    assert record["outcome"] == "opened"
    assert all(line["complete"] for line in record["transcript"])


def test_a_hang_up_in_the_middle_of_a_prompt_leaves_what_was_heard(service: Service) -> None:
    report, record = ring(service, Trouble(), "(hangs up after 0.5s)", flow="talker")
    assert (record["outcome"], record["abnormal"]) == ("hung_up", False)
    (greeting,) = record["transcript"]
    assert not greeting["complete"]
    assert TALKS.startswith(greeting["text"])
    assert report.ended_by == "caller"


def test_a_close_without_a_stop_is_a_hang_up(service: Service) -> None:
    _, record = ring(service, Trouble(no_stop=True), "(hangs up after 0.3s)", flow="talker")
    assert (record["outcome"], record["abnormal"]) == ("hung_up", False)


def test_twilio_asks_us_to_slow_down_and_the_call_still_ends(service: Service) -> None:
    service.telephone.rest.failures.append((429, 20429))
    report, record = ring(service, Trouble(), "yes")
    assert (record["outcome"], record["abnormal"]) == ("opened", False)
    assert report.ended_by == "agent"
    assert not service.telephone.rest.failures


def test_a_hang_up_that_twilio_refuses_is_made_good_by_the_action(service: Service) -> None:
    service.telephone.rest.failures.append((500, 20500))
    report, record = ring(service, Trouble(), "yes")
    assert record["outcome"] == "opened"
    assert report.ended_by == "closed by the server"
    assert report.said_by_twilio == ()


def call(service: Service, tmp_path: Path, *arguments: str) -> tuple[int, str]:
    """`flowengine call` on the server that runs already."""
    flow = tmp_path / "door.flow"
    flow.write_text(FLOW, "utf-8")
    account = service.telephone.account
    command = ["call", str(flow), "--server", service.base, "--account", account.sid, "--token", account.auth_token]
    result = CliRunner().invoke(main, [*command, "--speech", "scripted", *arguments])
    return result.exit_code, result.output


def test_the_command_prints_both_sides_and_keeps_the_recording(service: Service, tmp_path: Path) -> None:
    status, text = call(service, tmp_path, "--say", "yes please", "--wav", str(tmp_path / "call.wav"))
    assert status == 0
    for part in (
        "Hello, shall I open?",
        "yes please",
        "understood: agree",
        "It is open.",
        "opened, closed by the server",
    ):
        assert part in text
    with wave.open(str(tmp_path / "call.wav"), "rb") as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert file.getnframes() > 3 * 8000


def test_the_command_rings_many_calls_and_gives_json(service: Service, tmp_path: Path) -> None:
    status, text = call(service, tmp_path, "--say", "(press 1)", "--calls", "3", "--json")
    assert status == 0
    calls = json.loads(text)
    assert [one["outcome"] for one in calls] == ["opened"] * 3
    assert all(one["good"] and one["marks_in_order"] for one in calls)


def test_the_command_fails_with_a_call_that_was_refused(service: Service, tmp_path: Path) -> None:
    status, text = call(service, tmp_path, "--say", "yes", "--token", "somebody else's")
    assert status == 1
    assert "answered 403" in text


@pytest.mark.parametrize("path", ["status-callback", "stream-status"])
def test_a_callback_that_makes_no_sense_is_refused_by_name(service: Service, path: str) -> None:
    form = {"CallSid": "CA1", "CallStatus": "asleep", "StreamEvent": "stream-paused"}
    status, body = service.run(service.telephone.account.post(f"{service.base}/twilio/{path}", form))
    assert status == 400
    assert "that Twilio knows" in json.loads(body)["detail"]
