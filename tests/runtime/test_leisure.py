"""What can wait is done piece by piece, between what cannot."""

from __future__ import annotations

import asyncio
from functools import partial

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.conversation import Conversation
from flowengine.runtime.leisure import Leisure
from flowengine.runtime.ports import FinalTranscript, VoiceStarted
from flowengine.runtime.speech_cache import CachedSynthesiser
from tests.runtime.live_call import Live, call
from tests.runtime.test_preparing import FLOW


def test_between_two_pieces_the_loop_serves_what_has_come() -> None:
    done: list[str] = []

    async def main() -> None:
        leisure, loop = Leisure(), asyncio.get_running_loop()
        for number in range(3):
            leisure.later(partial(done.append, f"look {number}"))

        def answer() -> None:
            done.append("answer")
            loop.call_soon(done.append, "next answer")

        loop.call_soon(answer)
        for _ in range(6):
            await asyncio.sleep(0)

    asyncio.run(main())
    assert done.index("answer") < done.index("look 1")
    assert done.index("next answer") < done.index("look 2")
    assert done[-1] == "look 2"


def test_a_piece_that_fails_stops_none_of_the_others() -> None:
    done: list[str] = []
    told: list[object] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))
        leisure = Leisure()
        leisure.later(partial(divmod, 1, 0))
        leisure.later(lambda: done.append("other"))
        for _ in range(4):
            await asyncio.sleep(0)
        leisure.later(lambda: done.append("later"))
        await asyncio.sleep(0.01)

    asyncio.run(main())
    assert done == ["other", "later"]
    assert [type(error) for error in told] == [ZeroDivisionError]


def test_words_that_come_with_the_voice_are_answered_without_a_look_ahead() -> None:
    looks: list[float] = []

    class Counted(Conversation):
        def upcoming(self) -> tuple[str, ...]:
            looks.append(0.0)
            return super().upcoming()

    async def act(live: Live) -> None:
        await asyncio.sleep(10)
        stream = live.recogniser.stream
        stream._reports.put(VoiceStarted(0))
        stream._reports.put(FinalTranscript("u1", "hm", None, 0, 0))
        await asyncio.sleep(1)
        assert not looks
        stream._reports.put(VoiceStarted(0))
        await asyncio.sleep(1)
        assert len(looks) == 1
        live.session.on_gone("hung up")

    engine = CachedSynthesiser(ScriptedSynthesiser())
    call(act, text=FLOW, synthesiser=engine, clips=engine, mind=Counted)
