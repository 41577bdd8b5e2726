"""What a caller waits for that is neither hearing nor thinking: a line that must be heard out, keys that may go on, and
what the flow has done for them. Live calls on the virtual clock, and a property of the parts."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.conversation.commands import CancelTimer, RunAction, Speak, Understood, WeighMeaning
from flowengine.conversation.events import ActionFinished, CallerSaid, MeaningWeighed, SpeechHeard, TimerFired
from flowengine.runtime.measured import TURN_PARTS, ReplyStarted, TurnMeasured
from flowengine.runtime.ports import ModelReply
from tests.examples import examples
from tests.runtime.live_call import FLOW, Act, Live, call
from tests.runtime.made_flows import made
from tests.runtime.measuring_bench import Bench
from tests.runtime.test_barge_in import flow as firm
from tests.runtime.test_barge_in import talked_over
from tests.runtime.test_errands import ScriptedActions

LOOKUP = made(
    """
action look_up() -> found: text
  python "acme:look_up"
  timeout 6s
  filler "One moment, while I look that up for you."

state start
  say "Shall I look it up?"
  listen 5s
    agree -> look
    silence 1: again "Are you there?"
    silence 2 -> late
    otherwise: again "Sorry?"

state look
  do look_up()
    ok -> bye
    error -> sorry
    timeout -> late

state bye
  say "It is {{ found }}. Goodbye."
  end done

state sorry
  say "That did not work. Goodbye."
  end sent_away

state late
  say "That takes too long. Goodbye."
  end apart
"""
)
FILLER_AFTER_MS = 700
FILLER_MS = 1640
"""Forty-one characters of the scripted voice, 40 ms each."""


async def agrees(live: Live) -> None:
    await asyncio.sleep(4)
    live.recogniser.stream.say("yes")
    await asyncio.sleep(3600)


def measured(delay_s: float, act: Act = agrees) -> tuple[TurnMeasured, Live]:
    """The one turn of a call whose action takes so long."""
    _, live = call(act, text=LOOKUP, actions=ScriptedActions({"found": "open"}, delay_s=delay_s))
    (turn,) = live.record.of(TurnMeasured)
    return turn, live


def test_words_over_a_line_that_must_be_heard_wait_for_its_end_and_are_understood_at_once() -> None:
    live, _ = talked_over(firm("barge-in never"))
    (turn,) = live.record.of(TurnMeasured)
    heard_at = next(each.at for each in live.record.of(SpeechHeard))
    assert turn.waiting == pytest.approx((heard_at - turn.said_at) * 1000, abs=40)
    assert turn.waiting is not None
    assert turn.waiting > 800
    assert (turn.understanding, turn.deciding, turn.acting) == (0, 0, 0)
    (reply,) = live.record.of(ReplyStarted)
    assert turn.reply == turn.voice_to_voice == reply.ms
    assert sum(ms for _, ms in turn.parts) == reply.ms + (turn.playing or 0)


def test_words_that_wait_when_their_caller_hangs_up_are_taken_and_not_answered() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        live.recogniser.stream.say("book it")
        await asyncio.sleep(1)
        live.session.on_gone("hung up")

    _, live = call(act, text=firm("barge-in never"))
    (turn,) = live.record.of(TurnMeasured)
    assert turn.waiting == pytest.approx(1000, abs=40)
    assert (turn.understanding, turn.voicing, turn.reply) == (0, None, None)


@pytest.mark.parametrize("delay_s", [0.3, 0.6])
def test_an_action_that_needs_no_filler_is_acting(delay_s: float) -> None:
    turn, live = measured(delay_s)
    assert turn.acting == pytest.approx(delay_s * 1000, abs=1)
    assert (turn.waiting, turn.understanding, turn.deciding) == (0, 0, 0)
    assert turn.asked == (("action", turn.acting),)
    assert turn.filler is None
    assert turn.reply == turn.voice_to_voice
    assert [each.ms for each in live.record.of(ReplyStarted)] == [turn.reply]


def test_a_filler_bridges_the_wait_and_is_no_answer() -> None:
    turn, live = measured(4.0)
    assert turn.acting == pytest.approx(4000, abs=1)
    filler, answer = live.record.of(ReplyStarted)
    assert (filler.filler, answer.filler) == (True, False)
    assert turn.filler == turn.voice_to_voice == filler.ms
    assert turn.endpointing + FILLER_AFTER_MS <= filler.ms < turn.endpointing + FILLER_AFTER_MS + 100
    assert turn.reply == answer.ms == sum(ms for name, ms in turn.parts if name != "playing")
    # "It is open." is what the first mark behind the answer proves.
    assert not turn.cut
    assert turn.playing is not None


def test_an_answer_that_is_there_in_the_middle_of_the_filler_waits_for_its_end() -> None:
    turn, live = measured(1.2)
    assert turn.asked == (("action", 1200),)
    assert turn.acting is not None
    assert turn.acting >= FILLER_AFTER_MS + FILLER_MS
    # Its audio was there when the filler was over.
    assert turn.voicing == 0
    assert turn.reply == live.record.of(ReplyStarted)[-1].ms


def test_an_action_that_gives_no_answer_in_time_was_waited_for_until_then() -> None:
    turn, live = measured(60)
    assert turn.asked == (("action", 6000),)
    assert turn.acting == pytest.approx(6000, abs=1)
    assert live.record.of(Speak)[-1].text == "That takes too long. Goodbye."
    assert turn.reply is not None


def test_words_said_while_an_action_runs_wait_for_it() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(4)
        live.recogniser.stream.say("yes")
        await asyncio.sleep(0.4)
        live.recogniser.stream.say("are you still there")
        await asyncio.sleep(3600)

    _, live = call(act, text=LOOKUP, actions=ScriptedActions({"found": "open"}, delay_s=4.0))
    first, second = live.record.of(TurnMeasured)
    assert (first.deciding, first.acting, first.reply) == (0, None, None)
    assert second.acting == pytest.approx(3600, abs=30)
    assert second.reply is not None


def test_a_models_first_sentence_is_waited_for_in_acting() -> None:
    text = made(
        """
state start
  say "Hello."
  llm "Answer the caller's worry."
    convinced "the caller agrees" -> bye
    limit 3 turns -> bye
    fallback "I understand." -> bye

state bye
  say "Goodbye."
  end done
"""
    )

    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.say("what does it cover")
        await asyncio.sleep(8)
        live.session.on_gone("hung up")

    model = ScriptedModel([ModelReply("How can I help?"), ModelReply("The boiler.")], delay_s=3.5)
    _, live = call(act, text=text, model=model)
    (turn,) = live.record.of(TurnMeasured)
    assert turn.acting == pytest.approx(3500, abs=1)
    assert turn.asked == (("model", turn.acting),)
    assert turn.filler is not None
    assert turn.reply is not None
    assert turn.filler < turn.reply


def test_a_question_that_is_put_again_since_nothing_was_said_answers_nobody() -> None:
    async def act(live: Live) -> None:
        # A noise of listening that comes when the question has been heard.
        await asyncio.sleep(4)
        live.recogniser.stream.say("um")
        await asyncio.sleep(8)
        live.session.on_gone("hung up")

    turn, live = measured(0, act)
    assert "Are you there?" in [each.text for each in live.record.of(Speak)]
    assert (turn.understanding, turn.deciding, turn.reply) == (0, None, None)
    assert live.record.of(ReplyStarted) == []


def test_a_pause_of_the_flow_is_no_audio_of_the_answer() -> None:
    text = FLOW.replace('  say "Booked. Goodbye."', '  wait 2s\n  say "Booked. Goodbye."')

    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.say("yes")

    _, live = call(act, text=text)
    (turn,) = live.record.of(TurnMeasured)
    assert turn.voicing is not None
    assert turn.voicing >= 2000


def test_what_nobody_waits_for_any_more_is_not_acted_on() -> None:
    bench = Bench()
    bench.understood("yes", 102.0)
    bench.measuring.ordered(RunAction("action-1", "look_up", (), 6.0), 102.0)
    bench.measuring.ordered(CancelTimer("action-1"), 103.0)
    bench.happened(TimerFired(4.0, "limit-1"), 104.0)
    bench.say("u1", 104.0)
    (turn,) = bench.turns
    assert (turn.acting, turn.reply) == (None, None)


WAITS = st.tuples(*(st.integers(0, 3000).map(lambda ms: ms / 1000) for _ in range(7)))
"""Whole milliseconds, as the parts are told: half of one is rounded up or down by where it falls."""


@settings(max_examples=examples(40))
@given(WAITS, st.booleans(), st.sampled_from(["nothing", "an action", "an action with a filler"]))
def test_the_parts_of_a_turn_sum_to_its_whole_and_follow_its_moments(
    waits: tuple[float, ...], weighs: bool, asks: str
) -> None:
    endpointing, waiting, understanding, deciding, bridge, acting, voicing = waits
    bench, now = Bench(echoes=True), 110.0
    bench.measuring.final("yes", now)
    bench.happened(CallerSaid(10.0, "yes"), now := now + endpointing)
    # What lets the words be taken.
    bench.happened(SpeechHeard(10.0, "u0"), now := now + waiting)
    if weighs:
        bench.measuring.ordered(WeighMeaning("meaning-1", "yes", ("agree",)), now)
        bench.happened(MeaningWeighed(10.0, "meaning-1", ()), now := now + understanding)
    bench.measuring.ordered(Understood("yes", "agree", 1.0, "meaning"), now)
    filler_at = None
    if asks != "nothing":
        bench.measuring.ordered(RunAction("action-1", "look_up", (), 60.0), now := now + deciding)
        if asks == "an action with a filler":
            bench.happened(TimerFired(10.0, "filler-action-1"), filler_at := now + bridge)
            bench.say("filler", now := filler_at)
            bench.pump(now, now + 0.01)
        bench.pump(now, now + acting)
        bench.happened(ActionFinished(10.0, "action-1", "ok"), now := now + acting)
    ordered_at = now
    bench.say("answer", ordered_at, seconds=1.0)
    bench.pump(ordered_at + voicing, ordered_at + voicing + 4.0)
    sounds_at = bench.playback.began({"answer"})
    assert sounds_at is not None
    (turn,) = bench.turns
    parts = dict(turn.parts)
    assert list(parts) == list(TURN_PARTS)
    assert sum(parts.values()) == round((bench.marked_at["answer"] - 110.0) * 1000)
    assert turn.reply == round((sounds_at - 110.0) * 1000) == bench.replies[-1].ms
    assert min(parts.values()) >= 0
    assert parts["endpointing"] == round(endpointing * 1000)
    assert parts["waiting"] == pytest.approx(waiting * 1000, abs=1.01)
    assert parts["understanding"] == pytest.approx(understanding * 1000 if weighs else 0, abs=1.01)
    assert parts["deciding"] == pytest.approx(0 if asks == "nothing" else deciding * 1000, abs=1.01)
    if filler_at is None:
        assert turn.filler is None
        assert parts["acting"] == pytest.approx(0 if asks == "nothing" else acting * 1000, abs=1.01)
    else:
        assert turn.filler == turn.voice_to_voice == bench.replies[0].ms == round((filler_at - 110.0) * 1000)
        assert parts["acting"] >= max(bridge + acting, 1.0 if acting else 0.0) * 1000 - 1.01
