"""A turn that is surely over ends at once; one that may go on waits as long as ever."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.conversation.events import CallerSaid
from flowengine.runtime.hastening import Hastening
from flowengine.runtime.ports import FinalTranscript, PartialTranscript, VoiceEnded, VoiceStarted
from tests.runtime.live_call import Live, call
from tests.runtime.made_flows import made

CONFIRMING = made(
    """
slot day: date
  ask "Which day?"
  confirm "{{ day | spoken }}, is that right?"

state start
  collect day
    done: end done
    failed: end apart
"""
)

NUMBERED = made(
    """
slot pin: digits(4)
  ask "Which four digits?"

state start
  collect pin
    done: end done
    failed: end apart
"""
)


class Finalized:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def heard(*events: object, whole: str = "yes") -> int:
    finalized = Finalized()
    hastening = Hastening(lambda text: text == whole, finalized)
    for event in events:
        hastening.hear(event)  # type: ignore[arg-type]
    return finalized.count


YES, MORE = PartialTranscript("u1", "yes", 0.9), PartialTranscript("u1", "yes but", 0.9)
UNSURE = PartialTranscript("u1", "yes", 0.3)
VOICE, QUIET = VoiceStarted(0), VoiceEnded(900)
FINAL = FinalTranscript("u1", "yes", 0.9, 0, 900)


def test_a_whole_phrase_in_a_pause_ends_the_turn_once() -> None:
    assert heard(VOICE, QUIET, YES, YES) == 1
    assert heard(VOICE, QUIET, YES, FINAL, VOICE, QUIET, YES) == 2


@pytest.mark.parametrize(
    "events",
    [(VOICE, YES), (VOICE, YES, QUIET), (VOICE, QUIET, MORE), (VOICE, QUIET, UNSURE), (VOICE, QUIET, VOICE, YES)],
    ids=["still speaking", "words from before the pause", "more than a phrase", "unsure words", "voice again"],
)
def test_whatever_may_go_on_is_waited_for(events: tuple[object, ...]) -> None:
    assert heard(*events) == 0


def finalized_after(text: str, *, flow: str | None = None, before: tuple[str, ...] = ()) -> bool:
    """Whether these words in a pause make the live call ask for the final."""
    asked, count = Finalized(), 0

    async def act(live: Live) -> None:
        nonlocal count
        await asyncio.sleep(8)
        for said in before:
            live.recogniser.stream.say(said)
            await asyncio.sleep(6)
        live.recogniser.stream.finalize = asked  # type: ignore[method-assign]
        live.recogniser.stream.pause_after(text)
        await asyncio.sleep(1)
        # Whoever hangs up is asked for their last words, too.
        count = asked.count
        live.session.on_gone("hung up")

    _, live = call(act, **({"text": flow} if flow is not None else {}))  # type: ignore[arg-type]
    assert text not in [said.text for said in live.record.of(CallerSaid)]
    return count == 1


@pytest.mark.parametrize("text", ["yes", "Yes, please."])
def test_a_phrase_of_a_live_intent_is_whole(text: str) -> None:
    assert finalized_after(text)


@pytest.mark.parametrize("text", ["yes but", "yes and next Tuesday is best", "hello", "stop calling me", ""])
def test_what_is_more_or_less_than_a_phrase_is_not(text: str) -> None:
    assert not finalized_after(text)


def test_yes_to_a_read_back_is_whole_and_a_date_is_not() -> None:
    assert not finalized_after("next Tuesday", flow=CONFIRMING)
    assert finalized_after("yes", flow=CONFIRMING, before=("next Tuesday",))
    assert not finalized_after("yes but", flow=CONFIRMING, before=("next Tuesday",))
    assert not finalized_after("no make it Friday", flow=CONFIRMING, before=("next Tuesday",))


def test_all_the_digits_of_a_slot_are_whole_and_fewer_are_not() -> None:
    assert finalized_after("It's 4 9 2 7.", flow=NUMBERED)
    assert not finalized_after("It's 4 9 2", flow=NUMBERED)
    assert not finalized_after("4 9 2 7 no", flow=NUMBERED)
