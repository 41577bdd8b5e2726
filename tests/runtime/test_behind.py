"""Words that may be said behind the caller, in a live call in virtual time: the agent says on, but for protection."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.conversation.commands import Entered, StopSpeaking, Understood
from flowengine.conversation.events import CallerSaid, SpeechCut, SpeechHeard
from flowengine.conversation.record import event_from_json, event_to_json
from flowengine.runtime.ports import FinalTranscript, PartialTranscript, VoiceEnded, VoiceStarted
from tests.runtime.live_call import FLOW, Live, call

FIRM = FLOW.replace('  say "Hello', '  barge-in never\n  say "Hello')


def overheard(words: str, *, at: float = 1.0, behind: bool = True, text: str = FLOW) -> Live:
    """Somebody says this so many seconds into the call, whose agent speaks for four."""

    async def act(live: Live) -> None:
        await asyncio.sleep(at)
        stream = live.recogniser.stream
        stream.report(VoiceStarted(1000, certain=False))
        await asyncio.sleep(0.5)
        stream.report(PartialTranscript("u1", words, 0.4, behind))
        stream.report(VoiceEnded(1500))
        await asyncio.sleep(0.5)
        stream.report(FinalTranscript("u1", words, 0.4, 1000, 1500, behind))
        await asyncio.sleep(7)
        live.session.on_gone("hung up")

    _, live = call(act, text=text)
    return live


@pytest.mark.parametrize("text", [FLOW, FIRM])
@pytest.mark.parametrize("words", ["book it", "the first thing that we need"])
def test_the_agent_says_on_and_takes_no_turn(words: str, text: str) -> None:
    live = overheard(words, text=text)
    assert live.record.of(SpeechHeard)
    assert not live.record.of(SpeechCut)
    assert not live.record.of(StopSpeaking)
    assert [each.state for each in live.record.of(Entered)] == ["hello"]
    assert [each.intent for each in live.record.of(Understood)] == [None]


def test_the_same_words_of_the_callers_stop_it() -> None:
    live = overheard("book it", behind=False)
    assert live.record.of(SpeechCut)
    assert [each.state for each in live.record.of(Entered)] == ["hello", "booked"]


@pytest.mark.parametrize("text", [FLOW, FIRM])
def test_what_protects_the_caller_counts_whoever_seems_to_have_said_it(text: str) -> None:
    live = overheard("stop calling me", text=text)
    assert [each.intent for each in live.record.of(Understood)] == ["opt_out"]


def test_when_the_caller_has_the_turn_nobody_is_overheard() -> None:
    live = overheard("book it", at=6.0)
    assert [each.state for each in live.record.of(Entered)] == ["hello", "booked"]


def test_a_record_tells_of_it_and_older_ones_can_be_read() -> None:
    (said,) = overheard("book it").record.of(CallerSaid)
    assert said.behind
    assert event_from_json(event_to_json(said)) == said
    assert "behind" not in event_to_json(CallerSaid(1.0, "book it"))
