"""A card number that is said or typed reaches no record, no page and no flow (rule C2)."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.compliance.cards import CARD_HIDDEN, PART_HIDDEN
from flowengine.conversation.events import CallerSaid
from flowengine.runtime.ports import PartialTranscript
from tests.runtime.live_call import Live, call

SPOKEN = "it's four one one one one one one one one one one one one one one one"


@pytest.mark.parametrize("said", [SPOKEN, "4111 1111 1111 1111"])
@pytest.mark.parametrize("typed", [False, True])
def test_a_card_number_is_in_no_entry(said: str, typed: bool) -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        if typed:
            live.session.on_text(said)
        else:
            live.recogniser.stream.say(said)
        await asyncio.sleep(30)
        live.session.on_gone("hung up")

    _, live = call(act)
    everything = f"{live.record.entries}{live.seen}"
    assert CARD_HIDDEN in live.record.of(CallerSaid)[0].text
    assert "1111" not in everything
    assert "one one" not in everything


def test_it_is_in_none_where_it_comes_in_two_parts() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.session.on_text("my card is 4111 1111")
        live.session.on_text("1111 1111, that's it")
        await asyncio.sleep(20)
        live.session.on_gone("hung up")

    _, live = call(act)
    said = [each.text for each in live.record.of(CallerSaid)]
    assert said == [f"my card is {PART_HIDDEN}", f"{CARD_HIDDEN}, that's it"]
    assert "1111" not in f"{live.record.entries}{live.seen}"


def test_nor_is_it_in_what_is_still_being_said() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.say(SPOKEN)
        await asyncio.sleep(30)
        live.session.on_gone("hung up")

    _, live = call(act)
    shown = [each.text for each in live.seen if isinstance(each, PartialTranscript)]
    assert shown
    assert not any("one one one one one one one one one one one one one" in text for text in shown)
