"""A call that the server orders over REST, and that is then talked to in audio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flowengine.adapters.scripted.code import encode
from flowengine.adapters.twilio.placing import CallOrder
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.testing.twilio.beep import beep
from flowengine.testing.twilio.lines import Answers, Line, Voicemail
from flowengine.testing.twilio.report import CallReport
from tests.testing.twilio.small_server import Agent, SmallServer, Talk, small_server
from tests.testing.twilio.test_simulated_stream import TONE, listen_until_the_end, speak_and_hang_up, started

PERSON, OURS = "+441134960777", "+441134960124"


def ordered(
    line: Line, agent: Agent, *, prepare: Callable[[SmallServer], None] = lambda server: None
) -> tuple[CallReport, SmallServer]:
    """One whole call: placed, dialled, answered, talked to, over."""

    async def main() -> tuple[CallReport, SmallServer]:
        async with small_server(agent) as server:
            prepare(server)
            telephone = server.telephone
            telephone.exchange.script(PERSON, line)
            base = server.base
            order = CallOrder(PERSON, OURS, f"{base}/voice", f"{base}/status", machine_url=f"{base}/amd")
            twilio = TwilioRest(telephone.account.sid, telephone.account.auth_token, api_url=telephone.rest.url)
            placed = await asyncio.to_thread(twilio.place, order)
            await asyncio.to_thread(telephone.exchange.until, lambda: telephone.exchange.over(PERSON))
            return telephone.reports[placed.call_sid], server

    return asyncio.run(main())


def statuses(server: SmallServer) -> list[str]:
    return [form["CallStatus"] for form in server.forms_of("/status")]


def test_a_person_who_answers_is_talked_to() -> None:
    report, server = ordered(Answers(rings_s=0.1, says=()), speak_and_hang_up)
    assert report.is_clean
    assert (report.ended_by, len(report.agent)) == ("agent", 1)
    (form,) = server.forms_of("/voice")
    assert (form["Direction"], form["CallStatus"]) == ("outbound-api", "in-progress")
    assert (form["From"], form["To"], form["CallSid"]) == (OURS, PERSON, report.call_sid)
    assert statuses(server) == ["initiated", "ringing", "in-progress", "completed"]


def test_a_person_speaks_by_script() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(TONE)
        await talk.mark("end")
        await talk.until(lambda: encode("yes please") in talk.audio())
        talk.hang_up()
        await listen_until_the_end(talk)

    report, _ = ordered(Answers(rings_s=0.1, says=("yes please",)), agent)
    assert [line.text for line in report.caller] == ["yes please"]


def test_a_person_who_hangs_up_at_once_says_nothing() -> None:
    report, server = ordered(Answers(rings_s=0.1, says=(), talks_s=0), listen_until_the_end)
    assert report.ended_by == "caller"
    assert statuses(server)[-1] == "completed"


def test_a_machine_plays_its_greeting_at_once_and_a_beep() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.until(lambda: beep() in talk.audio())
        talk.hang_up()
        await listen_until_the_end(talk)

    report, server = ordered(Voicemail(rings_s=0.1, greeting="leave a message"), agent)
    assert [line.text for line in report.caller] == ["leave a message"]
    assert statuses(server)[-1] == "completed"


def test_a_server_that_refuses_the_call_is_a_problem_of_the_report() -> None:
    def prepare(server: SmallServer) -> None:
        server.voice_twiml = "not xml"

    report, server = ordered(Answers(rings_s=0.1, says=()), speak_and_hang_up, prepare=prepare)
    assert "not XML" in report.problems[0]
    assert statuses(server)[-1] == "completed"


def test_a_telephone_that_is_put_away_leaves_its_calls() -> None:
    async def main() -> str:
        async with small_server(listen_until_the_end) as server:
            telephone = server.telephone
            telephone.exchange.script(PERSON, Answers(rings_s=0, says=()))
            order = CallOrder(PERSON, OURS, f"{server.base}/voice", f"{server.base}/status")
            twilio = TwilioRest(telephone.account.sid, telephone.account.auth_token, api_url=telephone.rest.url)
            sid = (await asyncio.to_thread(twilio.place, order)).call_sid
            await asyncio.to_thread(telephone.exchange.until, lambda: bool(server.talks))
        return telephone.reports[sid].ended_by

    assert asyncio.run(main()) == "agent"
