"""Does the acts of a plan to a live session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flowengine.conversation.events import (
    MoveRequested,
    NoteRequested,
    SayRequested,
    TransferResult,
    Verdict,
)
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    VoiceEnded,
    VoiceStarted,
)
from flowengine.runtime.session import CallSession
from tests.runtime.live_call import KeptRecogniser
from tests.runtime.storm_line import StormLine
from tests.runtime.storm_plan import OPT_OUTS, Act

VERDICTS: tuple[Verdict, ...] = ("person", "machine", "message_end")
TOLD: tuple[TransferResult, ...] = ("answered", "busy", "no_answer", "failed")


class Acting:
    """`promise` is called when an opt-out is heard; `feed(False)` when the caller's line falls mute."""

    def __init__(
        self,
        promise: Callable[[], None],
        feed: Callable[[bool], None],
        session: CallSession,
        line: StormLine,
        ears: KeptRecogniser,
        running: asyncio.Task[CallResult],
    ) -> None:
        self._promise = promise
        self._feed = feed
        self._session = session
        self._line = line
        self._ears = ears
        self._running = running
        self._told: set[asyncio.Task[bool]] = set()
        self._utterances = 0

    def act(self, act: Act) -> None:
        """One of them."""
        if self._running.done():
            return
        session = self._session
        if not hasattr(self._ears, "stream"):
            return
        table: dict[str, Callable[[Act], None]] = {
            "says": self._says,
            "cough": lambda _: self._says(Act(act.at, "says")),
            "voice": lambda _: self._ears.stream.report(VoiceStarted(0)),
            "voice_ends": lambda _: self._ears.stream.report(VoiceEnded(0)),
            "partial": lambda _: self._ears.stream.report(PartialTranscript("u1", act.text, 0.9)),
            "final": lambda _: self._final(act.text, f"u{self._utterances + 1}"),
            "stale": lambda _: self._final(act.text, "u0"),
            "twice": lambda _: self._twice(act.text),
            "key": lambda _: session.on_key("0123456789*#"[act.number]),
            "typed": lambda _: (session.on_text(act.text), None)[1],
            "verdict": lambda _: session.on_verdict(VERDICTS[act.number % 3]),
            "foreign_mark": lambda _: session.on_mark(f"g{act.number}m{act.number}x"),
            "silence": lambda _: self._silence(),
            "say": lambda _: self._steer(lambda at: SayRequested(at, "One moment. I am here.")),
            "move": lambda _: self._steer(lambda at: MoveRequested(at, sorted(session._conversation.flow.states)[0])),
            "note": lambda _: self._steer(lambda at: NoteRequested(at, "seen")),
            "told": lambda _: self._tell(TOLD[act.number % 4], is_up=act.number != 11),
            "colleague": self._colleague,
            "returns": lambda _: (session.on_returned(), None)[1],
            "gone": lambda _: session.on_gone("hung up"),
            "lost": lambda _: self._lose(act),
            "end": lambda _: session.end("an operator", "We have to stop here. Goodbye."),
            "onward": lambda _: session.end("an operator", "One moment.", onward="+441134960999"),
            "deaf": lambda _: self._ears.stream.fail(),
            "cancel": lambda _: (self._running.cancel(), None)[1],
            "let_go": lambda _: session.let_go("service stopping"),
            "nothing": lambda _: None,
        }
        table[act.kind](act)

    def _says(self, act: Act) -> None:
        stream, loop = self._ears.stream, asyncio.get_running_loop()
        self._utterances += 1
        name, voice = f"u{self._utterances}", 0.1 + 0.1 * act.number
        stream.report(VoiceStarted(0))
        if act.text:
            loop.call_later(voice / 2, stream.report, PartialTranscript(name, act.text[: len(act.text) // 2], 0.9))
            loop.call_later(voice, stream.report, PartialTranscript(name, act.text, 0.9))
        loop.call_later(voice, stream.report, VoiceEnded(0))
        loop.call_later(voice + 0.3, self._final, act.text, name)

    def _final(self, text: str, name: str) -> None:
        session = self._session
        ears, at = session._ears, self._ears.stream._frames * 20
        # What was begun while a secret was asked for is dropped on purpose.
        hears = ears._stream is self._ears.stream and not ears.private and name != ears._tainted
        is_live = not self._running.done() and session._ending.gone is None and session._conversation.state is not None
        self._ears.stream.report(FinalTranscript(name, text, 0.9 if text else None, at, at))
        if hears and is_live and text in OPT_OUTS:
            self._promise()

    def _twice(self, text: str) -> None:
        self._final(text, "u1")
        self._final(text, "u1")

    def _steer(self, ask: Callable[[float], SayRequested | MoveRequested | NoteRequested]) -> None:
        self._session.steer(ask)

    def _silence(self) -> None:
        self._feed(False)
        asyncio.get_running_loop().call_later(8, self._feed, True)

    def _lose(self, act: Act) -> None:
        self._line.up = act.number > 3
        self._session.on_gone("connection lost", failure=True, comes_back=True)

    def _colleague(self, act: Act) -> None:
        """One leg or another is told of, whether or not it is the one in hand."""
        leg = self._line.legs[act.number % len(self._line.legs)] if self._line.legs else "nobody"
        colleague, key = self._session.away.colleague, ("1", "1", "2", "")[act.number % 4]
        match act.number // 4:
            case 0:
                colleague.answered(leg, key)
                colleague.briefed(leg, key if key != "1" else "")
            case 1:
                colleague.seen(leg, "CA9")
                colleague.answered(leg, key)
            case _:
                self._session.away.colleague_left(leg, TOLD[act.number % 4])

    def _tell(self, result: TransferResult, *, is_up: bool) -> None:
        if self._session.away.is_away:
            self._session.on_gone("connection lost", failure=True)
        self._told.add(task := asyncio.create_task(self._session.away.told(result, is_up=is_up), name="told"))
        task.add_done_callback(self._told.discard)
