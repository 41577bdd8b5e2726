"""Around the stream: TwiML, callbacks, the ways in which a call ends."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.adapters.scripted.code import encode
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.adapters.twilio import twiml
from flowengine.adapters.twilio.callbacks import parse_status, parse_stream_status, settled
from flowengine.runtime.audio import SILENCE
from flowengine.testing.twilio import call
from flowengine.testing.twilio.account import ServerRefused
from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.colleague import Reached
from flowengine.testing.twilio.trouble import Trouble
from tests.patience import PATIENCE_S
from tests.testing.twilio.small_server import SmallServer, Talk, rung
from tests.testing.twilio.test_simulated_stream import speak_and_hang_up, started


def test_a_call_goes_well() -> None:
    report, server = rung(speak_and_hang_up)
    assert report.is_clean
    assert (report.ended_by, report.said_by_twilio) == ("agent", ())
    assert server.forms_of("/after") == []
    assert len(report.agent) == 1


def test_an_inbound_call_tells_who_rings_whom() -> None:
    _, server = rung(speak_and_hang_up)
    form = server.forms_of("/voice")[0]
    assert (form["Direction"], form["CallStatus"]) == ("inbound", "ringing")
    assert (form["From"], form["To"]) == ("+441134960123", "+441134960124")


def test_an_outbound_call_is_from_our_number() -> None:
    _, server = rung(speak_and_hang_up, direction="outbound-api")
    form = server.forms_of("/voice")[0]
    assert (form["From"], form["To"]) == ("+441134960124", "+441134960123")


def test_after_our_own_close_twilio_asks_what_to_do() -> None:
    report, server = rung(started)
    assert report.ended_by == "closed by the server"
    assert report.said_by_twilio == ("We lost the line.",)
    assert [form["CallSid"] for form in server.forms_of("/after")] == [report.call_sid]


def test_a_hang_up_a_moment_after_the_close_is_the_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "HANG_UP_BEHIND_S", PATIENCE_S)

    async def agent(talk: Talk) -> None:
        await started(talk)
        asyncio.get_running_loop().call_later(0.1, talk.hang_up)

    report, server = rung(agent)
    assert report.ended_by == "agent"
    assert server.forms_of("/after") == []


def test_a_refusal_is_heard() -> None:
    def prepare(server: SmallServer) -> None:
        server.voice_twiml = twiml.refusal("We are closed.")

    report, server = rung(started, prepare=prepare)
    assert (report.ended_by, report.said_by_twilio) == ("twiml", ("We are closed.",))
    assert server.talks == []


def test_a_server_that_is_not_there_is_one_clear_error() -> None:
    async def main() -> None:
        async with Telephone() as telephone:
            await telephone.ring("http://127.0.0.1:9/voice", [], ScriptedSynthesiser())

    with pytest.raises(ServerRefused, match=r"127\.0\.0\.1:9 does not answer"):
        asyncio.run(main())


def test_a_call_is_told_from_its_beginning_to_its_end() -> None:
    _, server = rung(speak_and_hang_up, status_callbacks=True)
    callbacks = [parse_status(form) for form in server.forms_of("/status")]
    assert [callback.status for callback in callbacks] == ["initiated", "ringing", "in-progress", "completed"]
    assert [callback.sequence_number for callback in callbacks] == [0, 1, 2, 3]
    assert callbacks[-1].duration_s is not None
    assert callbacks[-1].at is not None


def test_callbacks_can_come_shuffled_and_twice() -> None:
    _, server = rung(speak_and_hang_up, status_callbacks=True, trouble=Trouble(callbacks_shuffled=True))
    callbacks = [parse_status(form) for form in server.forms_of("/status")]
    assert [callback.sequence_number for callback in callbacks] == [3, 2, 1, 0, 0, 1, 2, 3]
    assert settled(callbacks) == "completed"


def test_the_stream_tells_of_itself() -> None:
    _, server = rung(speak_and_hang_up)
    told = [parse_stream_status(form) for form in server.forms_of("/stream-status")]
    assert [callback.event for callback in told] == ["stream-started", "stream-stopped"]
    assert {callback.stream_sid for callback in told} == {server.talk.stream_sid}


def test_a_stream_that_is_closed_with_an_error_is_told_as_one() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.socket.close(1011)

    report, server = rung(agent)
    assert report.close_code == 1011
    events = [form["StreamEvent"] for form in server.forms_of("/stream-status")]
    assert events == ["stream-started", "stream-error", "stream-stopped"]


def test_a_webhook_that_fails_is_a_problem_of_the_call_and_does_not_end_it() -> None:
    def prepare(server: SmallServer) -> None:
        server.webhook_status = 500

    report, _ = rung(speak_and_hang_up, prepare=prepare)
    assert report.ended_by == "agent"
    assert report.problems == ["11200: /stream-status answered 500"] * 2


def test_an_action_that_fails_is_a_problem_of_the_call_and_loses_nothing_of_it() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(encode("hello"))
        await talk.mark("end")
        await talk.until(talk.marks)

    def prepare(server: SmallServer) -> None:
        server.after_twiml = "not xml"

    report, _ = rung(agent, prepare=prepare)
    assert len(report.agent) == 1
    assert [problem.partition(":")[0] for problem in report.problems] == ["11200"]


def test_the_rest_side_knows_the_call_as_completed_afterwards() -> None:
    report, server = rung(speak_and_hang_up)
    assert server.talk.telephone.rest.calls == {report.call_sid: "completed"}


def test_a_call_that_comes_back_has_each_stream_measured_on_its_own() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        server = servers[0]
        if len(server.talks) == 1:
            # Of 3 s of sound the caller hears half a second.
            await talk.play(b"\x00" * 24000)
            await talk.mark("end")
            await talk.until(lambda: len(talk.of("media")) > 25)
            return
        server.after_twiml = twiml.refusal("Goodbye.")
        await speak_and_hang_up(talk)

    servers: list[SmallServer] = []

    def prepare(server: SmallServer) -> None:
        servers.append(server)
        stream = f"{server.base.replace('http', 'ws')}/stream"
        server.after_twiml = twiml.connect(
            stream_url=stream,
            action_url=f"{server.base}/after",
            status_url=f"{server.base}/stream-status",
            token="token",
        )

    report, _ = rung(agent, prepare=prepare)
    first, second = report.sentences
    (back,) = report.later_streams
    assert first.last_sound < back.left + 0.02
    assert back.left < back.at <= second.start
    # Meanwhile both sides are quiet.
    meanwhile = slice(round(back.left * 8000), round(back.at * 8000))
    assert set(report.agent_audio[meanwhile]) == set(report.caller_audio[meanwhile]) == set(SILENCE)
    assert second.quiet_before < 0.1
    assert report.pauses == []
    assert report.marks_in_order


def dialling(action: str) -> str:
    return f'<Response><Dial action="{action}"><Number>+441134960999</Number></Dial></Response>'


def test_a_redirected_call_leaves_its_stream_and_is_put_through() -> None:
    def prepare(server: SmallServer) -> None:
        server.after_twiml = twiml.refusal("Back again.")

    async def agent(talk: Talk) -> None:
        await started(talk)
        base = talk.socket.base_url.replace(scheme="http")
        talk.redirect(dialling(f"{base}after"))
        await talk.until(lambda: talk.of("stop"))

    report, server = rung(agent, prepare=prepare)
    assert report.dialled == [("+441134960999", None)]
    assert report.reached == [Reached("+441134960999", "completed")]
    assert report.said_by_twilio == ("Back again.",)
    (form,) = server.forms_of("/after")
    assert (form["DialCallStatus"], form["CallStatus"]) == ("completed", "in-progress")
    assert report.is_clean


def test_a_relative_action_is_an_error_15004() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        talk.redirect(dialling("/after"))
        await talk.until(lambda: talk.of("stop"))

    report, server = rung(agent)
    assert [problem.partition(":")[0] for problem in report.problems] == ["15004"]
    assert server.forms_of("/after") == []
