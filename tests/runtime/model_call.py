"""A live call whose model answers over a real socket: the call's clock jumps, except while the model is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from flowengine.adapters.openai.model import OpenAiModel
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.conversation.commands import Noted, Speak
from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import ModelReply, ModelRequest
from flowengine.testing.model.server import Asked, ModelServer
from flowengine.testing.model.turns import Turn
from tests.runtime.live_call import Act, Live, call
from tests.virtual_time import VirtualLoop

BOILER_COVER = Path(__file__).parent.parent.parent / "flows" / "boiler_cover.flow"
CONTACT = {"name": "Sam", "renewal_date": "2026-12-01"}


class HeldModel(OpenAiModel):
    """The real adapter; while it waits, the loop's clock stands still."""

    async def answer(self, request: ModelRequest, say: Callable[[str], None]) -> ModelReply:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        with loop.held():
            return await super().answer(request, say)


class SocketModel(OpenAiModel):
    """The real adapter; while it waits, the loop's clock is the real one."""

    async def answer(self, request: ModelRequest, say: Callable[[str], None]) -> ModelReply:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.on_sockets += 1
        try:
            return await super().answer(request, say)
        finally:
            loop.on_sockets -= 1


@cache
def boiler_cover() -> Flow:
    flow = compile_file(BOILER_COVER).flow
    assert flow is not None
    return flow


def fails(request: Mapping[str, Any]) -> Turn:
    """What follows the last turn that a test gives."""
    return Turn(status=500)


def model_call(
    turns: Sequence[Turn],
    act: Act,
    *,
    text: str | Flow | None = None,
    spare: Sequence[Turn] | None = None,
    otherwise: Callable[[Mapping[str, Any]], Turn] = fails,
    kind: type[OpenAiModel] = SocketModel,
    **more: object,
) -> tuple[CallResult, Live, list[Asked]]:
    """A call of boiler_cover (or `text`) whose model gives these turns; `spare`: those of its fallback model.

    After the last turn, `otherwise` answers; it may wait for what a test does meanwhile. `kind`: `HeldModel` where that
    is all there is to wait for.
    """
    with ModelServer(turns, otherwise=otherwise) as server, ModelServer(spare or ()) as other:
        options = ModelOptions(Endpoint("small", server.url), Endpoint("spare", other.url) if spare else None)
        model = kind(replace(options, **more))  # type: ignore[arg-type]  # a test names what it means
        flow = text if text is not None else boiler_cover()
        contact = CONTACT if text is None else {}
        result, live = call(act, text=flow, contact=contact, model=model, longest_s=600)
        return result, live, [*server.asked, *other.asked]


def says(*lines: str | Callable[[Live], Awaitable[None]]) -> Act:
    """A caller who says these, each when the agent has finished; one that is a function does what it likes."""

    async def act(live: Live) -> None:
        for line in lines:
            await finished(live)
            if isinstance(line, str):
                live.recogniser.stream.say(line)
            else:
                await line(live)
        await asyncio.sleep(3600)

    return act


async def finished(live: Live) -> None:
    """The agent has said all it wants to, and waits for the caller."""
    quiet = 0
    while quiet < 3:
        await asyncio.sleep(0.1)
        conversation = live.session._conversation
        stay = conversation._call.stay
        waits = stay is not None and stay.request is None and conversation._call.transcript.quiet
        quiet = quiet + 1 if waits and live.session._speaking.playback.idle else 0


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - looked at by the call's own clock
        await asyncio.sleep(0.05)


def spoken(live: Live) -> list[str]:
    return [speech.text for speech in live.record.of(Speak)]


def noted(live: Live) -> list[str]:
    return [note.text for note in live.record.of(Noted)]
