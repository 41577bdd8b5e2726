"""The parts of a turn: measured in a live call on the virtual clock, and one by one."""

from __future__ import annotations

import asyncio

from flowengine.conversation.commands import AskModel, Speak, Understood
from flowengine.conversation.events import CallerPressed, CallerSaid, ModelSaid, SpeechCut, SpeechHeard, TimerFired
from flowengine.runtime.measured import Interrupted, ReplyStarted, TurnMeasured
from flowengine.runtime.ports import VoiceEnded, VoiceStarted
from tests.runtime.live_call import Live, call
from tests.runtime.measuring_bench import Bench


def test_the_parts_of_a_turn_sum_to_the_wait_that_was_told() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.say("yes please")

    _, live = call(act)
    (turn,) = live.record.of(TurnMeasured)
    (reply,) = live.record.of(ReplyStarted)
    assert turn.by == "voice"
    assert turn.reply == reply.ms
    assert turn.playing is not None
    # "Booked. Goodbye." is played before its mark comes back.
    assert turn.playing > 300
    assert (turn.underruns, turn.cut) == (0, False)


def test_an_answer_that_is_interrupted_is_told_as_cut_and_the_next_turn_is_whole() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.say("what did you say")
        await asyncio.sleep(0.2)
        live.recogniser.stream.say("yes")

    _, live = call(act)
    first, second = live.record.of(TurnMeasured)
    assert first.cut
    assert not second.cut
    assert second.reply is not None
    assert live.record.of(Interrupted) == [Interrupted(in_earnest=True)]


def test_typed_words_have_no_endpointing() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.session.on_text("yes")

    _, live = call(act)
    (turn,) = live.record.of(TurnMeasured)
    assert (turn.by, turn.endpointing) == ("text", 0)


def test_a_caller_who_hangs_up_before_the_answer_leaves_a_turn_without_one() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.session.on_text("yes")
        live.session.on_gone("hung up")

    _, live = call(act)
    (turn,) = live.record.of(TurnMeasured)
    assert turn.playing is None


def test_each_part_is_measured_and_what_was_asked_beside_them() -> None:
    bench = Bench()
    measuring = bench.measuring
    measuring.final("tell me more", 110.0)
    bench.happened(CallerSaid(10.5, "tell me more"), 110.5)
    measuring.ordered(Understood("tell me more", "more", 1.0, "meaning"), 110.503)
    measuring.ordered(AskModel("m1", "t", (), (), ()), 110.503)
    bench.happened(ModelSaid(11.2, "m1", "Well."), 111.2)
    bench.say("u1", 111.2)
    bench.pump(111.25, 112.4)
    measuring.marked(112.3)
    assert bench.turns == []
    bench.playback.on_mark("g0m1")
    measuring.marked(112.3)
    bench.happened(SpeechHeard(12.3, "u1"), 112.3)
    (turn,) = bench.turns
    assert turn.said_at == 10.5
    # From the end of the voice at 110.0 to the mark at 112.3.
    assert sum(ms for _, ms in turn.parts) == 2300
    assert dict(turn.parts) == {
        "endpointing": 500,
        "waiting": 0,
        "understanding": 3,
        "deciding": 0,
        "acting": 697,
        "voicing": 50,
        "playing": 1050,
    }
    assert turn.asked == (("model", 697),)
    assert turn.mark_late == 50


def test_an_answer_behind_a_line_that_goes_on_has_no_first_audio() -> None:
    bench = Bench()
    bench.say("u1", 100.0, seconds=5)
    bench.pump(100.0, 102.0)
    bench.measuring.final("yes", 101.9)
    bench.understood("yes", 102.0)
    bench.measuring.ordered(Speak("u2", ("Fine.",)), 102.0)
    bench.pump(102.0, 103.0)
    bench.measuring.over()
    (turn,) = bench.turns
    assert (turn.deciding, turn.voicing, turn.reply) == (0, None, None)


def test_the_end_of_the_line_before_does_not_end_the_turn() -> None:
    bench = Bench()
    bench.understood("yes", 102.0)
    bench.measuring.ordered(Speak("u2", ("Fine.",)), 102.0)
    bench.happened(SpeechCut(2.0, "u1", "Hello"), 102.0)
    assert bench.turns == []
    bench.happened(SpeechCut(2.5, "u2", ""), 102.5)
    assert [turn.cut for turn in bench.turns] == [True]


def test_keys_of_one_number_are_one_turn() -> None:
    bench = Bench()
    for at, key in ((1.0, "4"), (1.4, "2")):
        bench.happened(CallerPressed(at, key), 100 + at)
    bench.happened(TimerFired(1.41, "keys-1"), 101.41)
    bench.measuring.ordered(Understood("(press 42)", "slot", 1.0, "key"), 101.41)
    bench.measuring.over()
    (turn,) = bench.turns
    assert (turn.by, turn.said_at, turn.endpointing, turn.waiting, turn.understanding) == ("keys", 1.4, 0, 10, 0)


def test_a_recogniser_ahead_of_the_clock_makes_no_time_run_backwards() -> None:
    bench = Bench()
    bench.measuring.final("yes", 102.04)
    bench.happened(CallerSaid(2.0, "yes"), 102.0)
    bench.measuring.over()
    assert [turn.endpointing for turn in bench.turns] == [0]


def test_a_cough_that_stopped_the_agent_was_not_in_earnest() -> None:
    bench = Bench()
    for text, in_earnest in (("", False), ("mm hm", False), ("no wait", True)):
        bench.measuring.interrupted()
        bench.measuring.final(text, None)
        assert bench.told[-1] == Interrupted(in_earnest)
    bench.measuring.final("no", None)
    assert len(bench.told) == 3


def test_gaps_in_the_answer_are_counted_with_its_turn() -> None:
    bench = Bench()
    bench.playback.underruns = 3
    bench.happened(CallerSaid(2.0, "yes"), 102.0)
    bench.playback.underruns = 5
    bench.measuring.over()
    assert [turn.underruns for turn in bench.turns] == [2]


def test_a_voice_without_words_that_the_agent_fell_silent_for_is_told() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        stream = live.recogniser.stream
        stream.report(VoiceStarted(1000))
        await asyncio.sleep(0.4)
        stream.report(VoiceEnded(1400))
        await asyncio.sleep(12)
        stream.say("yes")

    _, live = call(act)
    assert live.record.of(Interrupted) == [Interrupted(in_earnest=False)]
    assert len(live.record.of(TurnMeasured)) == 1
