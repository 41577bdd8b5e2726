"""A live call that somebody outside steers, ends, or puts through for good."""

from __future__ import annotations

import asyncio

from flowengine.conversation.commands import Speak
from flowengine.conversation.events import MoveRequested, SayRequested
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import Live, call


def spoken(live: Live) -> list[str]:
    return [speech.text for speech in live.record.of(Speak)]


def test_what_is_asked_for_is_said_and_the_state_gone_to() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(6)
        assert live.session.steer(lambda at: SayRequested(at, "One moment, please.")) is None
        await asyncio.sleep(3)
        assert live.session.steer(lambda at: MoveRequested(at, "nowhere")) == "the flow has no state 'nowhere'"
        assert live.session.steer(lambda at: MoveRequested(at, "booked")) is None

    result, live = call(act)
    assert (result.outcome, result.abnormal) == ("booked", False)
    assert spoken(live)[1:] == ["One moment, please.", "Booked. Goodbye."]
    assert live.record.of(MoveRequested)[0].state == "booked"


def test_an_end_from_outside_has_its_outcome_and_is_heard_to_its_end() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(6)
        live.session.end("the person is busy", "I understand. Goodbye!", outcome="declined")

    result, live = call(act)
    assert (result.outcome, result.reason, result.abnormal) == ("declined", "flow ended", False)
    assert spoken(live)[-1] == "I understand. Goodbye!"
    assert live.line.hung_up == 1


def test_a_caller_is_put_through_after_the_last_words() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(6)
        live.session.end("a person asked for them", "I'll put you through.", outcome="declined", onward="+441134960999")

    _, live = call(act)
    assert live.line.transfers == ["+441134960999"]
    assert live.line.hung_up == 0


def test_a_caller_who_cannot_be_put_through_is_hung_up() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(6)
        live.session.end("a person asked for them", "I'll put you through.", onward="+441134960999")

    _, live = call(act, line=FakeLine(refuses="no telephone line"))
    assert (live.line.transfers, live.line.hung_up) == ([], 1)
