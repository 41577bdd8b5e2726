"""A yes over the statement before the question, in a live call in virtual time: the agent goes on from the word."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from flowengine.conversation.commands import Command, Entered, StopSpeaking
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerSaid, Connected, Reached, SpeechCut
from flowengine.conversation.record import event_from_json, event_to_json
from flowengine.graph.compile import compile_text
from flowengine.runtime.beginning import Beginning
from flowengine.runtime.playback import Playback
from flowengine.runtime.ports import FinalTranscript, PartialTranscript, VoiceEnded, VoiceStarted
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import FLOW, Live, call

NOW = 10**9
"""A recogniser's time that is later than all audio: it means now."""


def talked_over(text: str, *, at: float, partial: bool = True) -> Live:
    """The caller says this within half a second, so many seconds into the call: its statement ends after three."""

    async def act(live: Live) -> None:
        await asyncio.sleep(at - 0.1)
        stream = live.recogniser.stream
        stream.report(VoiceStarted(NOW, certain=True))
        await asyncio.sleep(0.3)
        if partial:
            stream.report(PartialTranscript("u1", text, 0.9))
        await asyncio.sleep(0.2)
        stream.report(VoiceEnded(NOW))
        stream.end(text)
        await asyncio.sleep(7)
        live.session.on_gone("hung up")

    _, live = call(act)
    return live


@pytest.mark.parametrize(("text", "partial"), [("yes", True), ("yes", False), ("okay", True), ("right, sure", True)])
def test_the_agent_goes_on_from_the_word_and_asks(text: str, *, partial: bool) -> None:
    live = talked_over(text, at=2.0, partial=partial)
    (said,) = live.record.of(CallerSaid)
    assert said.reached is not None
    assert 1 <= said.reached.words <= 10
    assert not live.record.of(StopSpeaking)
    assert not live.record.of(SpeechCut)
    # Held once, and cleared when the caller left.
    assert live.line.cleared == 2
    assert [each.state for each in live.record.of(Entered)] == ["hello"]


@pytest.mark.parametrize(("text", "at"), [("book it", 2.0), ("yes", 3.6), ("yes but book it", 2.0)])
def test_what_says_more_and_what_answers_the_question_stops_it(text: str, at: float) -> None:
    live = talked_over(text, at=at)
    assert live.record.of(SpeechCut)
    assert [each.state for each in live.record.of(Entered)] == ["hello", "booked"]


@pytest.mark.parametrize("at", [2.0, 3.6])
def test_the_record_of_it_is_the_same_call_again(at: float) -> None:
    live = talked_over("yes", at=at)
    flow = compile_text(FLOW).flow
    assert flow is not None
    again = Conversation(flow, {}, started=datetime(2026, 11, 24, 10, tzinfo=UTC))
    events = [each for each in live.record.entries if type(each).__module__.endswith("conversation.events")]
    commands = [each for each in live.record.entries if isinstance(each, Command)]
    assert isinstance(events[0], Connected)
    replayed = [
        command
        for each in events
        for command in again.send(event_from_json(event_to_json(each)))  # type: ignore[arg-type]
    ]
    assert replayed == commands


def test_words_began_where_the_voice_did_but_a_second_a_word_at_most_before_their_end() -> None:
    asked: list[float] = []

    def reached(at: float) -> Reached:
        asked.append(round(at, 3))
        return Reached("u1", 1)

    beginning = Beginning(lambda ms: 100 + ms / 1000, reached)
    beginning.hear(VoiceStarted(1000), 101.2)
    beginning.hear(VoiceStarted(1500, certain=True), 101.6)
    beginning.hear(PartialTranscript("u1", "yes"), 101.8)
    beginning.hear(FinalTranscript("u1", "yes please", 0.9, 1000, 1900), 102.4)
    # Another voice, which was there long before its word.
    beginning.hear(VoiceStarted(10_000), 110.1)
    beginning.hear(FinalTranscript("u2", "yes", 0.9, 10_000, 19_000), 119.6)
    # No voice was reported.
    beginning.hear(FinalTranscript("u3", "yes", 0.9, 29_000, 29_000), 130.0)
    assert asked == [101.0, 101.0, 118.0, 130.0]


def test_how_far_the_far_end_had_come_is_known_for_any_moment_and_after_a_hold() -> None:
    playback = Playback(FakeLine())
    for text in ("One two three four.", "Five six?"):
        passage = playback.add("u1", text, last=text.endswith("?"))
        playback.feed(passage, b"\xff" * 8000)
        playback.finish(passage)
    now = 10.0
    while playback.has_passages and now < 10.5:
        playback.pump(now)
        now += 0.02
    playback.hold(now)
    assert playback.reached(9.9) == Reached("", 0)
    assert playback.reached(10.01) == Reached("u1", 1)
    assert playback.reached(11.5).words <= 4
    playback.go_on(20.0)
    while playback.has_passages:
        now += 0.02
        playback.pump(10.0 + now)
    assert playback.reached(20.05).words in (2, 3)
    assert playback.reached(21.9) == Reached("u1", 6)


def test_speech_that_is_cut_is_not_reached_any_further() -> None:
    playback = Playback(FakeLine())
    for speech_id in ("u1", "u2"):
        passage = playback.add(speech_id, "One two.", last=True)
        playback.feed(passage, b"\xff" * 1600)
        playback.finish(passage)
    playback.pump(10.0)
    playback.clear(10.1)
    assert playback.reached(11.0).speech_id == "u1"
