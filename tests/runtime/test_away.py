"""A caller who is put through: the session waits, learns how it ended, and goes on over another stream."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import pytest

from flowengine.conversation.coming_back import CUT_OFF
from flowengine.conversation.commands import Speak
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    CallerHungUp,
    CallerSaid,
    CameBack,
    Connected,
    Event,
    SpeechCut,
    SpeechHeard,
    TransferEnded,
)
from flowengine.conversation.record import command_to_json, event_to_json
from flowengine.conversation.replaying import Recorded, replay
from flowengine.graph.compile import compile_text
from flowengine.runtime.away import BREAK_S, LONGEST_TRANSFER_S, RETURN_S
from flowengine.runtime.ears import LAST_WORDS_S
from flowengine.runtime.opening import Opening, resumed
from flowengine.runtime.ports import Remarked, VoiceStarted
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import FLOW, Live, call
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


def test_a_transfer_does_not_last_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    # Four hours are too many frames of 20 ms.
    monkeypatch.setattr("flowengine.runtime.away.LONGEST_TRANSFER_S", 600.0)
    result, _ = call(put_through, text=TRANSFER)
    assert (result.reason, result.abnormal) == ("the transfer never ended", True)
    assert 600 < result.duration < 660
    assert LONGEST_TRANSFER_S == 4 * 3600


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


async def broken_off(live: Live) -> None:
    """Until something has been said, and then the stream breaks."""
    await asyncio.sleep(1.0)
    live.session.on_gone("connection lost", failure=True, comes_back=True)
    await asyncio.sleep(1.0)


def test_a_stream_that_broke_is_taken_up_where_it_was() -> None:
    async def act(live: Live) -> None:
        await broken_off(live)
        sent = len(live.line.audio)
        assert live.session.away.is_returning
        await asyncio.sleep(9)
        assert len(live.line.audio) == sent, "nothing is played to nobody"
        assert live.session.on_returned()
        await asyncio.sleep(9)
        live.recogniser.stream.say("yes please")

    result, live = call(act)
    assert (result.outcome, result.abnormal) == ("booked", False)
    (cut,) = live.record.of(SpeechCut)
    said = [speech.text for speech in live.record.of(Speak)]
    assert 0 < len(cut.heard) < len(said[0])
    assert said == [said[0], CUT_OFF, said[0], "Booked. Goodbye."]
    assert len(live.record.of(CameBack)) == 1


def test_silence_does_not_count_while_the_caller_is_not_there() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(9)
        live.session.on_gone("connection lost", failure=True, comes_back=True)
        await asyncio.sleep(BREAK_S - 1)
        assert [speech.text for speech in live.record.of(Speak)][1:] == []
        live.session.on_returned()
        await asyncio.sleep(12)
        live.recogniser.stream.say("yes please")

    result, _ = call(act)
    assert result.outcome == "booked"


@pytest.mark.parametrize(("up", "seconds"), [(False, 1.0), (True, BREAK_S)])
def test_a_caller_who_does_not_come_back_was_lost(up: bool, seconds: float) -> None:
    async def act(live: Live) -> None:
        live.line.up = up
        await broken_off(live)

    result, live = call(act)
    assert (result.abnormal, result.reason, result.outcome) == (True, "connection lost", "hung_up")
    assert result.duration < seconds + 1.5
    assert live.line.hung_up == 1


async def broken_off_in_mid_word(live: Live, text: str, *, after_s: float) -> None:
    """The caller speaks, the stream breaks, and their words are recognised `after_s` later."""
    await asyncio.sleep(1.0)
    stream = live.recogniser.stream
    stream.report(VoiceStarted(1000))
    await asyncio.sleep(0.5)
    live.session.on_gone("connection lost", failure=True, comes_back=True)
    await asyncio.sleep(after_s)
    stream.end(text)


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("after_s", [0.0, 0.4])
def test_an_opt_out_counts_though_the_line_breaks_right_after_it(after_s: float, up: bool) -> None:
    async def act(live: Live) -> None:
        live.line.up = up
        await broken_off_in_mid_word(live, "stop calling me", after_s=after_s)
        await asyncio.sleep(3600)

    result, live = call(act)
    assert live.record.suppressed == ["opt_out"]
    assert [said.text for said in live.record.of(CallerSaid)] == ["stop calling me"]
    assert (result.reason, result.outcome) == (("flow ended", "declined") if up else ("connection lost", "hung_up"))


@pytest.mark.parametrize("away_s", [0.1, 5.0])
def test_words_from_before_a_break_count_once_the_caller_is_back(away_s: float) -> None:
    async def act(live: Live) -> None:
        before = live.recogniser
        # More than a plain yes, which would be none before its question.
        await broken_off_in_mid_word(live, "book it", after_s=0.0)
        await asyncio.sleep(away_s)
        assert live.session.on_returned()
        first = before.stream
        await asyncio.sleep(1)
        assert live.recogniser.stream is not first, "the new stream is heard by a recogniser of its own"
        await asyncio.sleep(3600)

    result, live = call(act)
    assert (result.outcome, result.abnormal) == ("booked", False)
    assert [speech.text for speech in live.record.of(Speak)][-1] == "Booked. Goodbye."


def test_words_that_never_become_final_keep_nobody_from_being_heard_again() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1.0)
        live.recogniser.stream.report(VoiceStarted(1000))
        await asyncio.sleep(0.5)
        live.session.on_gone("connection lost", failure=True, comes_back=True)
        assert live.session.on_returned()
        await asyncio.sleep(LAST_WORDS_S + 12)
        live.recogniser.stream.say("yes please")
        await asyncio.sleep(3600)

    result, _ = call(act)
    assert (result.outcome, result.abnormal) == ("booked", False)


OPT_OUT = TRANSFER.replace(
    "state start", 'intent opt_out protective "no more calls"\n  "stop calling me"\n\nstate start', 1
)


async def speak_up_to_the_transfer(live: Live) -> None:
    """Begin to speak over the line before it, and go on until it would begin."""
    await asyncio.sleep(0.5)
    live.recogniser.stream.report(VoiceStarted(500, certain=False))
    while not live.record.of(SpeechHeard):  # noqa: ASYNC110 - looked at in virtual time
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    assert live.session.away.is_here


def test_an_opt_out_that_is_being_said_as_a_transfer_would_begin_takes_its_place() -> None:
    async def act(live: Live) -> None:
        await speak_up_to_the_transfer(live)
        live.recogniser.stream.end("stop calling me")
        await asyncio.sleep(3600)

    result, live = call(act, text=OPT_OUT)
    assert live.record.suppressed == ["opt_out"]
    assert live.line.transfers == []
    assert (result.reason, live.line.hung_up) == ("flow ended", 1)


def test_words_that_keep_nobody_here_are_waited_for_and_followed_by_the_transfer() -> None:
    async def act(live: Live) -> None:
        await speak_up_to_the_transfer(live)
        assert live.line.transfers == []
        live.recogniser.stream.end("lovely weather")
        await put_through(live)
        await live.session.away.told("answered")

    result, live = call(act, text=OPT_OUT)
    assert (live.line.transfers, result.outcome) == (["+441134960999"], "apart")


def test_a_voice_that_never_becomes_words_does_not_hold_a_transfer_up_for_ever() -> None:
    async def act(live: Live) -> None:
        await speak_up_to_the_transfer(live)
        await put_through(live)
        await live.session.away.told("answered")

    result, live = call(act, text=OPT_OUT)
    assert (live.line.transfers, result.outcome) == (["+441134960999"], "apart")


def test_an_opt_out_over_the_line_before_a_transfer_takes_its_place() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(0.5)
        live.recogniser.stream.say("stop calling me")
        await asyncio.sleep(3600)

    _, live = call(act, text=OPT_OUT)
    assert live.record.suppressed == ["opt_out"]
    assert (live.line.transfers, live.line.hung_up) == ([], 1)
    spoken = [speech.text for speech in live.record.of(Speak)]
    assert "won't call you again" in spoken[-1]


def test_a_goodbye_that_the_line_broke_off_is_still_the_end() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(7)
        live.recogniser.stream.say("yes please")
        await asyncio.sleep(0.3)
        live.session.on_gone("connection lost", failure=True, comes_back=True)

    result, _ = call(act)
    assert (result.outcome, result.abnormal) == ("booked", False)


def test_a_call_that_another_process_held_goes_on_in_its_second() -> None:
    heard: list[str] = []

    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        heard.extend(speech.text for speech in live.record.of(Speak))
        live.recogniser.stream.say("yes please")

    flow = compile_text(FLOW).flow
    assert flow is not None
    before = Conversation(flow, {}, started=datetime(2026, 11, 24, 10, tzinfo=UTC))
    record: list[Recorded] = []
    events: tuple[Event, ...] = (
        Connected(0.0),
        SpeechHeard(7.0, "u1"),
        CallerSaid(9.0, "what"),
        SpeechHeard(10.0, "u2"),
    )
    for event in events:
        written = [event_to_json(event), *(command_to_json(command) for command in before.send(event))]
        record += [Recorded(event.at, msgspec.json.decode(msgspec.json.encode(entry))) for entry in written]

    def opening(conversation: Conversation) -> Opening:
        done = replay(conversation, record)
        assert done.difference is None
        return resumed(done, 40.0)

    result, live = call(act, text=flow, opening=opening)
    assert heard == [CUT_OFF, "Hello, this is an automated assistant with a rather long greeting. Shall I book it?"]
    assert (result.outcome, result.abnormal) == ("booked", False)
    assert result.duration > 48
    assert live.record.of(CameBack) == [CameBack(40.0)]
    assert live.record.of(Connected) == []


def test_who_has_hung_up_is_not_waited_for_when_the_writing_side_breaks_too() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        live.session.on_gone("hung up")
        live.session.on_gone("the socket closed while sending", failure=True, comes_back=True)
        assert live.session.away.is_here

    result, _ = call(act)
    assert (result.abnormal, result.reason, result.outcome) == (False, "hung up", "hung_up")
    assert result.duration < 3


def test_a_call_that_is_being_torn_down_is_not_waited_for_and_has_its_end_already() -> None:
    @dataclass
    class SlowToHangUp(FakeLine):
        async def hang_up(self) -> None:
            await asyncio.sleep(1.5)

    wanted: list[bool] = []

    async def act(live: Live) -> None:
        await asyncio.sleep(6)
        live.recogniser.stream.say("yes please")
        while not live.session.has_ended_well:  # noqa: ASYNC110 - looked at in virtual time
            await asyncio.sleep(0.02)
        live.session.on_gone("connection lost", failure=True, comes_back=True)
        wanted.append(live.session.away.is_returning)

    result, _ = call(act, line=SlowToHangUp())
    assert wanted == [False]
    assert (result.outcome, result.abnormal, result.reason) == ("booked", False, "flow ended")
