"""While a secret is typed, the recogniser gets no voice, and nothing of what it still had is heard."""

from __future__ import annotations

import asyncio

from flowengine.adapters.scripted.code import encode
from flowengine.adapters.scripted.recogniser import ScriptedStream
from flowengine.conversation.commands import Listen
from flowengine.conversation.events import CallerPressed, CallerSaid
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.ports import PartialTranscript
from tests.runtime.live_call import Live, call
from tests.runtime.made_flows import SECRET

VOICE = encode("x")[:160]


class Pushed(list[bytes]):
    """What a stream was given, in place of giving it."""

    def watch(self, stream: ScriptedStream) -> None:
        push = stream.push

        def both(mulaw: bytes) -> None:
            self.append(mulaw)
            push(mulaw)

        stream.push = both  # type: ignore[method-assign]


async def until_private(live: Live) -> None:
    while not any(order.private for order in live.record.of(Listen)):  # noqa: ASYNC110 - looked at in virtual time
        await asyncio.sleep(0.02)


async def type_code(live: Live) -> None:
    for key in "4071":
        live.session.on_key(key)
        await asyncio.sleep(0.3)


def test_the_recogniser_hears_quiet_of_the_same_length() -> None:
    private, after = Pushed(), Pushed()

    async def act(live: Live) -> None:
        await until_private(live)
        live.line.voice = VOICE
        private.watch(live.recogniser.stream)
        await asyncio.sleep(2)
        seen = len(private)
        assert seen >= 99
        assert set(private) == {SILENCE * 160}
        await type_code(live)
        while live.session._ears.private:  # noqa: ASYNC110 - looked at in virtual time
            await asyncio.sleep(0.02)
        after.watch(live.recogniser.stream)
        await asyncio.sleep(0.2)
        live.line.voice = b""

    result, _ = call(act, text=SECRET)
    assert result.outcome == "done"
    assert VOICE in after


def test_words_of_that_time_are_not_heard_and_not_kept() -> None:
    async def act(live: Live) -> None:
        await until_private(live)
        live.recogniser.stream.say("my code is four oh seven one")
        assert not live.session.on_text("four oh seven one")
        await asyncio.sleep(2)
        await type_code(live)

    result, live = call(act, text=SECRET)
    assert result.outcome == "done"
    assert [said for said in live.record.of(CallerSaid) if said.text] == []
    assert not [seen for seen in live.seen if isinstance(seen, PartialTranscript)]


def test_keys_of_that_time_are_kept_as_keys_alone() -> None:
    async def act(live: Live) -> None:
        await until_private(live)
        await asyncio.sleep(3)
        await type_code(live)

    result, live = call(act, text=SECRET)
    assert result.outcome == "done"
    assert {pressed.key for pressed in live.record.of(CallerPressed)} == {"•"}
    assert not {pressed.key for pressed in live.seen if isinstance(pressed, CallerPressed)} & set("4071")
    assert "4071" not in f"{live.record.entries}{live.seen}"


def test_afterwards_words_are_heard_again() -> None:
    async def act(live: Live) -> None:
        await until_private(live)
        await type_code(live)
        await asyncio.sleep(3)
        live.recogniser.stream.say("yes please")

    result, live = call(act, text=SECRET)
    assert result.outcome == "done"
    assert [said.text for said in live.record.of(CallerSaid)] == ["yes please"]
