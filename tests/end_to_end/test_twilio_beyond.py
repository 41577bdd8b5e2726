"""What a flow has done beyond the conversation, over a simulated Twilio: transfers, recordings, machines, actions."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import SettingsError
from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.colleague import Colleague
from flowengine.testing.twilio.server import running_server
from tests.end_to_end import live_flows
from tests.end_to_end.running import PATIENT, SPEECH, Service
from tests.patience import PATIENCE_S, until


def spoken(record: dict[str, Any]) -> list[str]:
    return [line["text"] for line in record["transcript"] if line["speaker"] == "agent" and line["complete"]]


def ended(record: dict[str, Any]) -> tuple[str, bool, list[str | None]]:
    return record["outcome"], record["abnormal"], [transfer["result"] for transfer in record["transfers"]]


def test_a_caller_is_put_through_and_the_call_is_over(service: Service) -> None:
    report, record = service.ring(query="flow=desk", colleague=Colleague("completed", 0.5))
    assert ended(record) == ("apart", False, ["answered"])
    assert report.dialled == [("+441134960999", None)]
    assert report.is_clean
    assert record["transfers"][0]["duration"] >= 0.5


def test_our_own_number_is_shown_where_we_made_the_call(service: Service) -> None:
    report, _ = service.ring(query="flow=desk", colleague=Colleague(), direction="outbound-api", to="+441134960124")
    assert report.dialled == [("+441134960999", "+441134960124")]


def test_nobody_answers_and_the_call_comes_back_into_its_flow(service: Service) -> None:
    for status, result in (("no-answer", "no_answer"), ("failed", "failed"), ("canceled", "no_answer")):
        report, record = service.ring(query="flow=desk", colleague=Colleague(status))  # type: ignore[arg-type]
        assert ended(record) == ("sent_away", False, [result])
        assert spoken(record) == ["I will put you through.", "Nobody is free. Goodbye."]
        assert report.is_clean
        assert report.ended_by == "agent"


def test_a_caller_who_came_back_is_heard_and_can_be_put_through_again(service: Service) -> None:
    report, record = service.ring("yes please", query="flow=desk", colleague=Colleague("busy"))
    assert ended(record) == ("sent_away", False, ["busy", "busy"])
    assert [number for number, _ in report.dialled] == ["+441134960999", "+441134960998"]
    assert spoken(record) == [
        "I will put you through.",
        "They speak. Shall I try another?",
        "Nobody is free. Goodbye.",
    ]
    assert [line["text"] for line in record["transcript"] if line["speaker"] == "caller"] == ["yes please"]
    assert report.is_clean


def test_a_flow_goes_on_when_the_colleague_has_hung_up(service: Service) -> None:
    report, record = service.ring(query="flow=friendly", colleague=Colleague("completed"))
    assert ended(record) == ("done", False, ["answered"])
    assert spoken(record)[-1] == "Was that all? Goodbye."
    assert report.is_clean


def test_a_caller_who_leaves_while_it_rings_has_hung_up(service: Service) -> None:
    _, record = service.ring(query="flow=desk", colleague=Colleague("no-answer", caller_leaves=True))
    assert ended(record) == ("hung_up", False, [None])


def test_a_caller_who_leaves_the_colleague_was_put_through(service: Service) -> None:
    _, record = service.ring(query="flow=desk", colleague=Colleague("completed", caller_leaves=True))
    assert ended(record) == ("apart", False, ["answered"])


def test_twilio_that_never_asks_again_still_tells_that_the_call_is_over(service: Service) -> None:
    _, record = service.ring(
        query="flow=desk", colleague=Colleague(is_told=False), status_url=f"{service.base}/twilio/status-callback"
    )
    assert ended(record) == ("hung_up", False, [None])


def test_a_transfer_that_twilio_refuses_is_a_branch(service: Service) -> None:
    service.telephone.rest.failures.append((400, 21215))
    report, record = service.ring(query="flow=desk")
    assert ended(record) == ("sent_away", False, ["failed"])
    assert report.dialled == []
    (note,) = [note["text"] for note in record["notes"] if "put through" in note["text"]]
    assert note == "the caller could not be put through: Twilio refused (HTTP 400, code 21215)"


def test_a_transfer_of_a_call_that_nobody_knows_is_answered_politely(service: Service) -> None:
    form = {"CallSid": "CA" + "7" * 32, "DialCallStatus": "busy", "CallStatus": "in-progress"}
    status, body = service.run(service.telephone.account.post(f"{service.base}/twilio/transfer-ended", form))
    assert (status, "<Hangup" in body, "lost the line" in body) == (200, True, True)


def test_a_call_is_recorded_from_one_word_to_another(service: Service) -> None:
    report, record = service.ring(query="flow=recorded")
    assert record["outcome"] == "done"
    done = [state for sid, state in service.telephone.rest.recordings if sid == report.call_sid]
    assert done == ["in-progress", "stopped"]
    assert [(mark["on"], mark["problem"]) for mark in record["recordings"]] == [(True, None), (False, None)]


def test_a_recording_that_twilio_refuses_does_not_end_the_call(service: Service) -> None:
    service.telephone.rest.failures.extend([(500, 20500), (500, 20500)])
    _, record = service.ring(query="flow=recorded")
    assert (record["outcome"], record["abnormal"]) == ("done", False)
    assert {mark["problem"] for mark in record["recordings"]} == {"Twilio failed (HTTP 500, code 20500)"}


def test_a_machine_is_told_to_the_flow_and_a_person_is_not(service: Service) -> None:
    verdicts = {"machine_start": "voicemail", "machine_end_beep": "voicemail", "fax": "voicemail", "human": "done"}
    for answered_by, outcome in (*verdicts.items(), ("unknown", "done")):
        # A person answers; a machine that did might be taken for one before the verdict is there.
        says = "yes" if outcome == "done" else "(silence 60s)"
        _, record = service.ring(
            says, query="flow=mailbox", amd_url=f"{service.base}/twilio/amd", answered_by=answered_by
        )
        assert (answered_by, record["outcome"]) == (answered_by, outcome)
        assert record["answered_by_machine"] == (outcome == "voicemail")


def test_a_verdict_told_twice_counts_once_and_an_unsigned_one_does_not(service: Service) -> None:
    account, url = service.telephone.account, f"{service.base}/twilio/amd"
    form = {"CallSid": "CA" + "8" * 32, "AnsweredBy": "machine_start"}
    for _ in range(2):
        assert service.run(account.post(url, form)) == (204, "")
    assert service.run(type(account)(sid=account.sid).post(url, form))[0] == 403
    assert service.run(account.post(url, {"AnsweredBy": "fax"}))[0] == 400


def test_an_action_is_run_in_the_middle_of_a_call(service: Service) -> None:
    _, record = service.ring(query="flow=booking")
    (run,) = record["actions"]
    assert (record["outcome"], run["action"], run["result"], run["reason"]) == ("done", "book_visit", "ok", None)
    assert record["slots"]["reference"].startswith("S36")
    assert spoken(record)[-1] == f"Your reference is {record['slots']['reference']}. Goodbye."


def test_a_service_that_stops_leaves_a_caller_with_their_colleague(service: Service, tmp_path: Path) -> None:
    (tmp_path / "desk.flow").write_text(live_flows.FLOWS["desk"], "utf-8")
    env = SPEECH | {"FLOWENGINE_DRAIN": "0"}
    told: list[str] = []

    async def main() -> str:
        async with Telephone() as telephone:
            async with running_server(tmp_path, telephone, env=env) as base:
                url = f"{base}/twilio/voice?flow=desk"
                colleague = Colleague(seconds=2 * PATIENCE_S)
                ringing = asyncio.create_task(
                    telephone.ring(url, [], ScriptedSynthesiser(), colleague=colleague, **PATIENT)
                )

                async def is_put_through() -> bool:
                    return any("POST" in request for request in telephone.rest.requests)

                await until(is_put_through, "a caller who is put through")
            (sid,) = telephone.rest.calls
            ringing.cancel()
            told.extend(telephone.rest.requests)
            return telephone.rest.calls[sid]

    assert service.run(main()) == "in-progress"
    assert [request.partition(" ")[0] for request in told].count("POST") == 1


def test_an_action_that_would_fail_is_named_at_the_start(tmp_path: Path) -> None:
    flow = live_flows.FLOWS["booking"].replace('python "acme_bookings:book_visit"', 'http "https://example.com/visits"')
    (tmp_path / "booking.flow").write_text(flow, "utf-8")
    told: list[str] = []
    settings = Settings(flows=tmp_path, database_url=f"sqlite:///{tmp_path}/record.db", nova_stt_ws_url="scripted:")

    async def main() -> None:
        app = create_app(settings, progress=told.append)
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(main())
    (line,) = [line for line in told if "book_visit" in line]
    assert line.startswith("flow booking: the action book_visit is refused")
    assert "FLOWENGINE_ACTION_SECRET" in line


def test_a_module_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="FLOWENGINE_ACTION_MODULES names 'acme_nowhere'"):
        create_app(Settings(action_modules=("acme_nowhere",)))
