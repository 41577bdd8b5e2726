"""A warm transfer: the caller hears music while a colleague is rung, told and asked, and is sent to them."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.conversation.commands import Speak
from flowengine.conversation.events import CallerSaid, TransferEnded
from flowengine.errors import AnswerLost, RequestRefused, TelephonyError
from flowengine.runtime.audio import level_dbfs
from flowengine.runtime.colleague import LOST_S, ROOM_S, SETTLES_S
from flowengine.runtime.colleague_line import ColleagueRung
from flowengine.runtime.ports import Remarked, VoiceStarted
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import Live, call
from tests.runtime.made_flows import WARM


def results(live: Live) -> list[str]:
    return [ended.result for ended in live.record.of(TransferEnded)]


def said(live: Live) -> list[str]:
    return [speech.text for speech in live.record.of(Speak)]


async def rung(live: Live) -> str:
    """Until the caller waits with music: the name of the colleague's call."""
    await asyncio.sleep(3)
    ((leg, target),) = live.line.legs
    assert target == "+441134960999"
    return leg


async def taken(live: Live) -> str:
    """Until the caller has been sent to the colleague, and Twilio has taken the stream away."""
    leg = await rung(live)
    assert live.session.away.colleague.answered(leg, "1") == "brief"
    assert live.session.away.colleague.briefing == "Sam would like to spread the payments."
    assert live.session.away.colleague.briefed(leg, "") == "meet"
    await asyncio.sleep(0.5)
    assert live.line.joined == [leg]
    live.session.on_gone("connection lost", failure=True)
    await asyncio.sleep(0.1)
    return leg


def test_the_colleague_takes_the_call_and_the_caller_comes_back_when_they_have_left() -> None:
    async def act(live: Live) -> None:
        leg = await taken(live)
        colleague = live.session.away.colleague
        assert (colleague.answered(leg, "1"), colleague.briefed(leg, "")) == ("meet", "meet"), "asked twice"
        await asyncio.sleep(300)
        live.session.away.colleague_left(leg, "no_answer")
        assert await live.session.away.told("failed"), "what the room says of its end is not asked"
        assert live.session.on_returned()

    result, live = call(act, text=WARM, longest_s=60)
    assert (result.outcome, result.abnormal) == ("done", False)
    assert results(live) == ["answered"]
    assert said(live) == ["I will put you through.", *["I am still trying."] * 0, "Goodbye."]
    assert live.record.of(ColleagueRung) == [ColleagueRung("CA1")]
    assert (live.line.transfers, live.line.fetched, live.line.dismissed) == ([], 0, [])


def test_the_caller_hears_music_and_now_and_then_a_word() -> None:
    heard: list[float] = []

    async def act(live: Live) -> None:
        leg = await rung(live)
        before = len(live.line.audio)
        await asyncio.sleep(10)
        music = bytes(live.line.audio[before:])
        heard.extend((len(music) / 8000, level_dbfs(music)))
        await asyncio.sleep(25)
        live.session.away.colleague_left(leg, "no_answer")

    result, live = call(act, text=WARM)
    assert result.outcome == "done"
    assert heard[0] == pytest.approx(10, abs=0.3)
    assert -27 < heard[1] < -21
    assert said(live)[1:3] == ["I am still trying."] * 2
    assert said(live)[3] == "Nobody is free. Anything else?"
    assert results(live) == ["no_answer"]


@pytest.mark.parametrize(("key", "result"), [("2", "busy"), ("1", "busy")])
def test_a_colleague_may_decline_at_the_question_and_at_the_briefing(key: str, result: str) -> None:
    async def act(live: Live) -> None:
        leg = await rung(live)
        colleague = live.session.away.colleague
        assert colleague.answered(leg, "7") == "ask"
        if key == "1":
            assert colleague.answered(leg, "1") == "brief"
            assert colleague.briefed(leg, "2") == "declined"
        else:
            assert colleague.answered(leg, "2") == "declined"
        assert colleague.answered(leg, "1") == "gone"

    ended, live = call(act, text=WARM)
    assert (ended.outcome, results(live), live.line.joined) == ("done", [result], [])


def test_nothing_is_told_before_a_key() -> None:
    async def act(live: Live) -> None:
        leg = await rung(live)
        assert live.session.away.colleague.briefed(leg, "") == "ask"
        live.session.away.colleague_left(leg, "no_answer")

    _, live = call(act, text=WARM)
    assert results(live) == ["no_answer"]


def test_a_caller_who_hangs_up_lets_the_colleague_go() -> None:
    async def act(live: Live) -> None:
        leg = await rung(live)
        assert live.session.away.colleague.answered(leg, "1") == "brief"
        live.session.on_gone("hung up")
        await asyncio.sleep(0.1)
        assert live.session.away.colleague.briefed(leg, "") == "gone"

    result, live = call(act, text=WARM)
    assert (result.outcome, live.line.dismissed, results(live)) == ("hung_up", ["CA1"], [])


def test_a_caller_who_will_not_wait_lets_the_colleague_go() -> None:
    async def act(live: Live) -> None:
        await rung(live)
        live.recogniser.stream.say("never mind")

    result, live = call(act, text=WARM)
    assert (result.outcome, live.line.dismissed) == ("done", ["CA1"])
    assert said(live)[1] == "Nobody is free. Anything else?"


def test_a_colleague_who_left_before_the_caller_came_was_missed() -> None:
    async def act(live: Live) -> None:
        leg = await taken(live)
        live.session.away.colleague_left(leg, "no_answer")
        await asyncio.sleep(ROOM_S + 0.1)
        assert live.line.fetched == 1, "nobody is in the room"
        assert await live.session.away.told("failed")
        live.session.on_returned()

    result, live = call(act, text=WARM)
    assert (result.outcome, results(live)) == ("done", ["failed"])
    assert SETTLES_S > 0.6


def test_a_room_that_is_closed_is_no_place_to_wait_in() -> None:
    async def act(live: Live) -> None:
        await taken(live)
        assert not await live.session.away.told("answered", is_up=False)

    result, live = call(act, text=WARM)
    assert (results(live), live.line.dismissed) == (["answered"], ["CA1"])
    assert result.abnormal is False


def test_a_colleague_who_hangs_up_while_the_filler_is_said_has_failed() -> None:
    async def act(live: Live) -> None:
        leg = await rung(live)
        await asyncio.sleep(12.3)
        assert said(live)[-1] == "I am still trying."
        colleague = live.session.away.colleague
        assert (colleague.answered(leg, "1"), colleague.briefed(leg, "")) == ("brief", "meet")
        live.session.away.colleague_left(leg, "no_answer")

    result, live = call(act, text=WARM)
    assert (result.outcome, results(live), live.line.joined) == ("done", ["failed"], [])


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            RequestRefused("Twilio refused (HTTP 400, code 13224)", reason="blocked_number", status=400, code=13224),
            True,
        ),
        (AnswerLost("Twilio could not be reached"), False),
    ],
)
def test_a_colleague_who_cannot_be_rung_is_a_branch_and_the_caller_is_heard(error: TelephonyError, told: bool) -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(0.5 if told else LOST_S + 0.5)
        while len(said(live)) < 2:  # noqa: ASYNC110 - looked at in virtual time
            await asyncio.sleep(0.1)
        await asyncio.sleep(4)
        live.recogniser.stream.say("yes please")

    result, live = call(act, text=WARM, line=FakeLine(rings=error))
    assert (result.outcome, results(live)) == ("done", ["failed"])
    assert live.record.of(Remarked) == [Remarked(f"the colleague could not be rung: {error}")]
    assert [heard.text for heard in live.record.of(CallerSaid)] == ["yes please"]


def test_an_order_whose_answer_was_lost_may_ring_all_the_same() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(0.5)
        ((leg, _),) = live.line.legs
        assert live.session.away.colleague.seen(leg, "CA9")
        await asyncio.sleep(LOST_S + 1)
        assert live.session.away.colleague.answered(leg, "2") == "declined"

    _, live = call(act, text=WARM, line=FakeLine(rings=AnswerLost("Twilio could not be reached")))
    assert results(live) == ["busy"]


def test_a_caller_who_cannot_be_sent_is_here_and_the_colleague_is_let_go() -> None:
    async def act(live: Live) -> None:
        leg = await rung(live)
        live.line.refuses = "not in progress"
        colleague = live.session.away.colleague
        assert (colleague.answered(leg, "1"), colleague.briefed(leg, "")) == ("brief", "meet")
        while len(said(live)) < 2:  # noqa: ASYNC110 - looked at in virtual time
            await asyncio.sleep(0.1)
        await asyncio.sleep(4)
        live.recogniser.stream.say("yes please")

    result, live = call(act, text=WARM)
    assert (result.outcome, results(live), live.line.dismissed) == ("done", ["failed"], ["CA1"])
    assert [heard.text for heard in live.record.of(CallerSaid)] == ["yes please"]


def test_a_stream_that_breaks_meanwhile_keeps_the_colleague() -> None:
    async def act(live: Live) -> None:
        leg = await rung(live)
        live.session.on_gone("connection lost", failure=True, comes_back=True)
        await asyncio.sleep(1)
        colleague = live.session.away.colleague
        assert (colleague.answered(leg, "1"), colleague.briefed(leg, "")) == ("brief", "meet")
        await asyncio.sleep(1)
        assert live.line.joined == []
        live.session.on_returned()
        await asyncio.sleep(4)
        assert live.line.joined == [leg]
        live.session.leave("hung up")

    call(act, text=WARM)


@pytest.mark.parametrize("comes_back", [False, True])
def test_music_stops_dead_with_the_line(comes_back: bool) -> None:
    played: list[int] = []

    async def act(live: Live) -> None:
        await rung(live)
        await asyncio.sleep(10)
        # Between two ticks, with the caller's voice on, so that their last words are waited for.
        live.recogniser.stream._reports.put(VoiceStarted(0))
        await asyncio.sleep(0.01)
        live.session.on_gone("hung up", comes_back=comes_back)
        await asyncio.sleep(0)
        played.append(len(live.line.audio))
        await asyncio.sleep(0.5)
        played.append(len(live.line.audio))
        live.session.leave("hung up")

    call(act, text=WARM)
    assert played[0] == played[1]
