"""A "yes" that was taken a fifth of a second after it, and was not all: calls of shipped flows, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from flowengine.conversation.commands import Command, Entered, SlotFilled, Speak, TakenBack, Understood
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerSaid, Event, SpeechCut, SpeechHeard
from flowengine.conversation.record import as_read, event_to_json
from flowengine.conversation.replaying import Recorded, replay
from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from flowengine.runtime.ports import PartialTranscript, VoiceEnded, VoiceStarted
from tests.runtime.live_call import Live, call

ROOT = Path(__file__).parents[2]
TELEMARKETING = {
    "script": "We answer the telephone for small businesses.",
    "name": "Sam",
}
BOILER = {"name": "Sam", "renewal_date": "2026-12-01"}


def flow(name: str) -> Flow:
    compiled = compile_file(ROOT / "flows" / f"{name}.flow").flow
    assert compiled is not None
    return compiled


async def until_heard(live: Live, words: str) -> None:
    """Wait for the end of the speech that holds these words."""
    while True:
        ended = {each.speech_id for each in live.record.of(SpeechHeard)}
        if any(words in each.text and each.speech_id in ended for each in live.record.of(Speak)):
            return
        await asyncio.sleep(0.1)


async def says(live: Live, text: str, *, lasts: float = 0.5, then: float = 0.2) -> None:
    """The caller says this; a partial comes in the midst of it, the final so long after its end."""
    stream = live.recogniser.stream
    stream.report(VoiceStarted(0, certain=True))
    await asyncio.sleep(lasts / 2)
    stream.report(PartialTranscript("u", text.split()[0], 0.9))
    await asyncio.sleep(lasts / 2)
    stream.report(VoiceEnded(0))
    await asyncio.sleep(then)
    stream.end(text)


def paused(
    name: str, contact: Mapping[str, object], question: str, *words: str, pause: float = 0.4, before: str = ""
) -> Live:
    """The caller answers the question with all these words, with pauses between them."""

    async def act(live: Live) -> None:
        if before:
            await until_heard(live, before)
            await says(live, "yes")
        await until_heard(live, question)
        for number, each in enumerate(words):
            # The final of the words before came 0.2 s into the pause.
            await asyncio.sleep(pause - 0.2 if number else 0.3)
            await says(live, each)
        await asyncio.sleep(8)
        live.session.on_gone("hung up")

    return call(act, text=flow(name), contact=contact)[1]


def asked(*words: str, pause: float = 0.4) -> Live:
    return paused(
        "telemarketing", TELEMARKETING, "two quick questions", *words, pause=pause, before="is now a good time"
    )


def states(live: Live) -> list[tuple[str, str]]:
    return [(each.state, each.by) for each in live.record.of(Entered)]


def test_yes_but_not_today_is_taken_where_it_was_said() -> None:
    live = asked("yes", "but not today")
    assert states(live)[-3:] == [("questions", "agree"), ("introduction", "taken_back"), ("farewell", "refuse")]
    assert live.record.of(Understood)[-1].text == "yes but not today"
    assert len(live.record.of(TakenBack)) == 1


def test_what_follows_a_yes_does_not_answer_the_next_question() -> None:
    live = asked("yes", "but only two")
    assert live.record.of(TakenBack)
    assert not any(each.name == "calls_a_day" for each in live.record.of(SlotFilled))


def test_what_follows_an_answer_that_was_heard_is_an_answer() -> None:
    live = asked("yes", "but not today", pause=2.5)
    assert not live.record.of(TakenBack)
    assert states(live)[-1] == ("farewell", "refuse")


def test_the_answer_was_not_heard_to_say_anything() -> None:
    live = asked("yes", "but not today")
    said = next(index for index, each in enumerate(live.record.entries) if isinstance(each, TakenBack))
    cuts = [each.heard for each in live.record.entries[:said] if isinstance(each, SpeechCut)]
    assert all(len(each.split()) <= 2 for each in cuts)


def test_a_line_that_must_be_heard_is_heard_first() -> None:
    """The price may not be cut: what is said meanwhile waits, and is taken where the call then is."""
    live = paused("boiler_cover", BOILER, "Shall I book", "yes", "but not today", before="speaking with Sam")
    price = next(each for each in live.record.of(Speak) if each.line == "price")
    assert price.speech_id in {each.speech_id for each in live.record.of(SpeechHeard)}
    assert not live.record.of(TakenBack)
    assert ("goodbye", "refuse") in states(live)


@pytest.mark.parametrize("words", [("yes", "but not today"), ("yes", "but only two", "and not on Friday")])
def test_a_replay_of_it_is_the_same_call(words: tuple[str, ...]) -> None:
    live = asked(*words)
    kept = [each for each in live.record.entries if isinstance(each, Event | Command)]
    record = [Recorded(0.0, event_to_json(each) if isinstance(each, Event) else as_read(each)) for each in kept]
    first = live.session._conversation
    again = Conversation(first.flow, _contact(first), started=first._call.started)
    done = replay(again, record)
    assert done.difference is None
    assert done.commands == sum(isinstance(each, Command) for each in kept)
    assert again.transcript == first.transcript


def _contact(conversation: Conversation) -> Mapping[str, object]:
    return vars(conversation._call._contact)


def test_both_parts_are_events_and_one_turn() -> None:
    live = asked("yes", "but not today")
    assert [each.text for each in live.record.of(CallerSaid)][-2:] == ["yes", "but not today"]
    assert live.session._conversation.turns == 2


CHANGING = """
flow changing "Changing" inbound
  agent "Amy" of "Us"

outcome done success
outcome declined

intent agree "yes"
  "yes" "yes please"

intent refuse "no"
  "no" "no thanks"

slot hour: time
  ask "At what time would you like us to come?"

state start
  say "Hello. Shall I book a visit for you?"
  listen 9s
    agree -> when
    refuse -> parting
    silence or otherwise: end declined

state when
  say "Lovely, let us find a time for it."
  collect hour
    done -> sure
    failed: end declined

state sure
  say "Thank you very much, I have written that down. Is there anything else?"
  listen 9s
    agree or refuse: end done
    silence or otherwise: end declined

state parting
  say "That's a pity, but thank you for telling me. Would you like to hear of it again?"
  listen 9s
    agree or refuse: end declined
    silence or otherwise: end declined

anywhere
  hangup: end declined
"""
VISIT, TIME = "Shall I book", "At what time"


def changing(*turns: tuple[str, tuple[str, ...]]) -> Live:
    """To each question the caller says these words, the later ones over the first words of the answer."""

    async def act(live: Live) -> None:
        for question, words in turns:
            await until_heard(live, question)
            for number, each in enumerate(words):
                await asyncio.sleep(0.2 if number else 0.3)
                await says(live, each)
        await asyncio.sleep(4)
        live.session.on_gone("hung up")

    return call(act, text=CHANGING)[1]


@pytest.mark.parametrize("no", ["no", "nope", "sorry, no", "oh no"])
def test_a_no_at_the_first_word_of_the_answer_takes_the_yes_back(no: str) -> None:
    live = changing((VISIT, ("yes", no)))
    assert states(live) == [("start", "start"), ("when", "agree"), ("start", "taken_back"), ("parting", "refuse")]
    assert caller(live) == [f"yes {no}"]
    assert live.record.of(Understood)[-1].text == f"yes {no}"


def test_a_change_of_mind_cuts_the_answer_to_the_no() -> None:
    live = changing((VISIT, ("no", "oh yes")))
    assert states(live)[-2:] == [("start", "taken_back"), ("when", "agree")]
    assert caller(live) == ["no oh yes"]


def test_a_plain_yes_there_is_listening_and_the_answer_goes_on() -> None:
    live = changing((VISIT, ("no", "yes")))
    assert states(live)[-1] == ("parting", "refuse")
    assert not live.record.of(TakenBack)


@pytest.mark.parametrize("then", ["no, eleven", "sorry, eleven"])
def test_a_value_is_put_right_at_the_first_word_of_the_answer(then: str) -> None:
    live = changing((VISIT, ("yes",)), (TIME, ("half past ten", then)))
    assert [each.value for each in live.record.of(SlotFilled) if each.name == "hour"] == ["10:30:00", "11:00:00"]
    assert states(live)[-1] == ("sure", "done")
    assert caller(live)[-1] == f"half past ten {then}"


def caller(live: Live) -> list[str]:
    return [each.text for each in live.session._conversation.transcript if each.speaker == "caller"]


def test_a_replay_of_a_change_of_mind_is_the_same_call() -> None:
    live = changing((VISIT, ("yes", "oh no", "I mean yes")))
    kept = [each for each in live.record.entries if isinstance(each, Event | Command)]
    record = [Recorded(0.0, event_to_json(each) if isinstance(each, Event) else as_read(each)) for each in kept]
    first = live.session._conversation
    again = Conversation(first.flow, _contact(first), started=first._call.started)
    assert replay(again, record).difference is None
    assert again.transcript == first.transcript
    assert len(live.record.of(TakenBack)) == 2
