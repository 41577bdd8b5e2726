"""One live call in virtual time, for tests: a real conversation, scripted engines, a far end that plays and echoes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from flowengine.adapters.scripted.recogniser import ScriptedRecogniser, ScriptedStream
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.call import Further
from flowengine.conversation.commands import Command
from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import Event
from flowengine.conversation.teaching import examples
from flowengine.graph.compile import compile_text
from flowengine.graph.model import Flow
from flowengine.runtime.observed import CallResult, Observed, SessionParts
from flowengine.runtime.opening import CONNECTED, Opening
from flowengine.runtime.outliving import Outliving
from flowengine.runtime.ports import Actions, Clips, GuardAnswer, GuardPort, Meaning, Model, Synthesiser, Told
from flowengine.runtime.session import CallSession
from flowengine.runtime.spare_ears import SpareEars
from flowengine.runtime.ticker import Ticker
from tests.runtime.fake_line import FakeLine
from tests.virtual_time import run_virtually

T = TypeVar("T")

FLOW = """
flow small "Small" inbound
  agent "Amy" of "Us"

outcome booked success
outcome declined
outcome hung_up

intent agree "yes"
  "yes" "yes please" "book it"

intent opt_out protective "no more calls"
  "stop calling me"

state hello
  say "Hello, this is an automated assistant with a rather long greeting." "Shall I book it?"
  listen 6s
    agree -> booked
    opt_out: end declined
    silence: again "Are you there?"
    silence 2 -> quiet
    otherwise: again "Sorry?"

state booked
  say "Booked. Goodbye."
  end booked

state quiet
  say "Goodbye."
  end declined

anywhere
  hangup: end hung_up
"""


@dataclass
class KeptRecord:
    """Keeps what a session records."""

    entries: list[Event | Command | Told] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)

    def write(self, at: float, entry: Event | Command | Told) -> None:
        self.entries.append(entry)

    def suppress(self, reason: str) -> None:
        self.suppressed.append(reason)

    def of(self, kind: type[T]) -> list[T]:
        return [entry for entry in self.entries if isinstance(entry, kind)]


class OpenGuard:
    """Allows everything."""

    async def decide(self, guard: str) -> GuardAnswer:
        return GuardAnswer(True)


class KeptRecogniser(ScriptedRecogniser):
    """Hands out its stream, so that a test can speak through it."""

    stream: ScriptedStream

    async def open(self, call_id: str, *, language: str = "en-GB") -> ScriptedStream:
        self.stream = await super().open(call_id, language=language)
        return self.stream


@dataclass
class Live:
    """A running call as a test sees it."""

    session: CallSession
    line: FakeLine
    record: KeptRecord
    recogniser: KeptRecogniser
    seen: list[Observed]
    over_at: float = 0.0
    """When its session was over, teardown and all, on the loop's clock."""


Act = Callable[[Live], Awaitable[None]]


def call(
    act: Act,
    *,
    text: str | Flow = FLOW,
    contact: Mapping[str, object] | None = None,
    synthesiser: Synthesiser | None = None,
    mind: type[Conversation] = Conversation,
    guard: GuardPort | None = None,
    actions: Actions | None = None,
    model: Model | None = None,
    line: FakeLine | None = None,
    longest_s: float = 120,
    speculates: bool = False,
    ears: KeptRecogniser | None = None,
    spare: KeptRecogniser | None = None,
    clips: Clips | None = None,
    further: frozenset[Further] = frozenset(),
    meaning: Meaning | None = None,
    opening: Callable[[Conversation], Opening] = lambda _: CONNECTED,
    settles: float = 0.0,
) -> tuple[CallResult, Live]:
    """`settles`: so long what outlives the call may take to be over."""
    if isinstance(text, Flow):
        flow = text
    else:
        compilation = compile_text(text)
        assert compilation.flow is not None, compilation.diagnostics
        flow = compilation.flow
    known = check_contact(flow, contact or {})
    line = line or FakeLine()
    seen: list[Observed] = []

    async def main() -> tuple[CallResult, Live]:
        record, ticker, recogniser, outliving = KeptRecord(), Ticker(), ears or KeptRecogniser(), Outliving()
        lesson = await meaning.learn(examples(flow.intents)) if meaning is not None else None
        conversation = mind(flow, known, started=datetime(2026, 11, 24, 10, tzinfo=UTC), further=further)
        session = CallSession(
            SessionParts(
                conversation=conversation,
                line=line,
                synthesiser=synthesiser or ScriptedSynthesiser(),
                guard=guard or OpenGuard(),
                record=record,
                ticker=ticker,
                recogniser=recogniser if spare is None else SpareEars(recogniser, spare),
                clips=clips,
                actions=actions,
                model=model,
                lesson=lesson,
                speculates=speculates,
                longest_s=longest_s,
                opening=opening(conversation),
                outliving=outliving,
                observe=lambda _, observed: seen.append(observed),
            )
        )
        line.echo = session.on_mark
        live = Live(session, line, record, recogniser, seen)
        running = asyncio.create_task(session.run())
        feeding = asyncio.create_task(_feed(live))
        acting = asyncio.create_task(_after_start(act, live))
        result = await running
        live.over_at = asyncio.get_running_loop().time()
        for task in (feeding, acting):
            task.cancel()
        await asyncio.gather(feeding, acting, return_exceptions=True)
        await ticker.close()
        if model is not None:
            await model.close()
        if settles:
            await outliving.settle(settles)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left behind: {left}"
        return result, live

    return run_virtually(main())


async def _feed(live: Live) -> None:
    """A line that is up sends a frame every 20 ms."""
    while True:
        if live.session.away.is_here:
            live.session.on_audio(live.line.voice or b"\xff" * 160)
        await asyncio.sleep(0.02)


async def _after_start(act: Act, live: Live) -> None:
    await asyncio.sleep(0.1)
    await act(live)
