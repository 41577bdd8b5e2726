"""A caller who is put through: the session waits, learns how it ended, and goes on over another stream."""

from __future__ import annotations

import asyncio

from flowengine.conversation.commands import Speak
from flowengine.conversation.events import CallerHungUp, SpeechHeard, TransferEnded
from flowengine.runtime.away import LONGEST_TRANSFER_S, RETURN_S
from flowengine.runtime.ports import Remarked
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import Live, call
from tests.runtime.made_flows import TRANSFER


async def put_through(live: Live) -> None:
    """Until the transfer has begun, and Twilio has taken the stream away."""
    while not live.session.away.is_away:  # noqa: ASYNC110 - looked at in virtual time
        await asyncio.sleep(0.02)
    live.session.on_gone("connection lost", failure=True)
    await asyncio.sleep(0.2)


def results(live: Live) -> list[str]:
    return [ended.result for ended in live.record.of(TransferEnded)]


def test_what_was_said_before_is_heard_before_the_caller_leaves() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        assert live.line.transfers == ["+441134960999"]
        assert [heard.speech_id for heard in live.record.of(SpeechHeard)] == ["u1"]
        live.session.leave("hung up")

    call(act, text=TRANSFER)


def test_a_transfer_that_was_answered_ends_the_call() -> None:
    wanted: list[bool] = []

    async def act(live: Live) -> None:
        await put_through(live)
        await asyncio.sleep(600)
        wanted.append(await live.session.away.told("answered"))

    result, live = call(act, text=TRANSFER)
    assert (result.outcome, result.abnormal, result.reason) == ("apart", False, "flow ended")
    assert wanted == [False]
    assert results(live) == ["answered"]
    # Neither the silence of the line nor the limit of a call counts while two people speak.
    assert result.duration > 600


def test_a_caller_nobody_answered_comes_back_into_the_flow() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        assert await live.session.away.told("busy")
        audio = len(live.line.audio)
        await asyncio.sleep(5)
        assert len(live.line.audio) == audio, "nothing is played before the new stream is there"
        assert await live.session.away.told("busy"), "told again, it answers again"
        assert live.session.on_returned()
        await asyncio.sleep(6)
        live.recogniser.stream.say("yes please")

    result, live = call(act, text=TRANSFER)
    assert (result.outcome, result.abnormal) == ("done", False)
    assert results(live) == ["busy"]
    assert [speech.text for speech in live.record.of(Speak)][1:] == ["Nobody is free. Anything else?", "Goodbye."]
    assert len(live.record.of(SpeechHeard)) == 3


def test_a_transfer_that_cannot_be_begun_is_a_branch() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(10)
        live.recogniser.stream.say("yes please")

    result, live = call(act, text=TRANSFER, line=FakeLine(refuses="no telephone line"))
    assert result.outcome == "done"
    assert results(live) == ["failed"]
    assert live.record.of(Remarked) == [Remarked("the caller could not be put through: no telephone line")]


def test_a_caller_who_hung_up_as_the_transfer_began_has_gone() -> None:
    async def act(live: Live) -> None:
        await put_through(live)

    result, live = call(act, text=TRANSFER, line=FakeLine(refuses="not in progress", up=False))
    assert (result.outcome, result.reason) == ("hung_up", "hung up")
    assert results(live) == []


def test_a_request_whose_answer_was_lost_may_have_been_carried_out() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        await asyncio.sleep(5)
        assert live.session.away.is_away
        await live.session.away.told("answered")

    result, _ = call(act, text=TRANSFER, line=FakeLine(refuses="could not be reached"))
    assert result.outcome == "apart"


def test_a_caller_who_hangs_up_while_it_rings_has_gone() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        assert not await live.session.away.told("no_answer", is_up=False)

    result, live = call(act, text=TRANSFER)
    assert (result.outcome, result.reason, result.abnormal) == ("hung_up", "hung up", False)
    assert results(live) == []
    assert len(live.record.of(CallerHungUp)) == 1


def test_a_caller_who_hangs_up_on_the_colleague_was_put_through() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        assert not await live.session.away.told("answered", is_up=False)

    result, live = call(act, text=TRANSFER)
    assert result.outcome == "apart"
    assert results(live) == ["answered"]


def test_a_telephone_that_never_tells_is_asked() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        await asyncio.sleep(60)
        assert live.line.asked >= 3
        live.line.up = False

    result, _ = call(act, text=TRANSFER)
    assert (result.outcome, result.reason, result.abnormal) == ("hung_up", "hung up", False)
    assert 60 < result.duration < 90


def test_a_transfer_does_not_last_for_ever() -> None:
    result, _ = call(put_through, text=TRANSFER)
    assert (result.reason, result.abnormal) == ("the transfer never ended", True)
    assert LONGEST_TRANSFER_S < result.duration < LONGEST_TRANSFER_S + 60


def test_a_caller_who_does_not_come_back_is_given_up() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        assert await live.session.away.told("failed")

    result, live = call(act, text=TRANSFER)
    assert (result.reason, result.abnormal) == ("the caller did not come back after the transfer", True)
    assert result.duration > RETURN_S
    assert live.line.hung_up == 1


def test_nobody_comes_back_who_was_not_away() -> None:
    async def act(live: Live) -> None:
        assert not live.session.on_returned()
        assert not await live.session.away.told("answered")
        live.session.on_gone("hung up")

    result, _ = call(act, text=TRANSFER)
    assert result.outcome == "hung_up"


def test_a_service_that_stops_leaves_the_two_who_speak() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        live.session.let_go("service stopping")

    _, live = call(act, text=TRANSFER)
    assert live.line.hung_up == 0


def test_an_operator_who_ends_the_call_ends_it_at_once() -> None:
    async def act(live: Live) -> None:
        await put_through(live)
        live.session.end("operator", "Goodbye now.")

    result, live = call(act, text=TRANSFER)
    assert result.duration < 10
    assert live.line.hung_up == 1
