"""The speech process: holds the models, does the inference, and knows nothing of calls.

Reads orders from stdin and answers on what was stdout; ends when stdin ends, so it never outlives its parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from flowengine.adapters.local import unstopped
from flowengine.adapters.local.cache import cache_folder
from flowengine.adapters.local.wire import HEADER, Kind, Message, encode_event
from flowengine.errors import FlowEngineError
from flowengine.runtime.ports import RecogniserEvent

if TYPE_CHECKING:
    # Imported when they are asked for: a process that only speaks needs no recogniser, nor its packages.
    from flowengine.adapters.local.hearing import Hearing
    from flowengine.adapters.local.likening import Likening
    from flowengine.adapters.local.voice import Voice

NICENESS = 5
"""The calls' audio comes first."""


class SpeechProcess:
    """One thread reads; hearing has two of its own, speaking one, meaning two."""

    def __init__(self, orders: IO[bytes], answers: IO[bytes]) -> None:
        self._orders = orders
        self._answers = answers
        self._lock = threading.Lock()
        self._hearing: Hearing | None = None
        self._likening: Likening | None = None
        self._clips: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._spoken = -1

    def run(self) -> None:
        """Until the parent goes."""
        while (order := self._read()) is not None:
            self._obey(order)

    def _read(self) -> Message | None:
        header = self._orders.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        length, kind, number, position = HEADER.unpack(header)
        return Message(Kind(kind), number, position, self._orders.read(length))

    def _answer(self, message: Message) -> None:
        with self._lock:
            self._answers.write(message.encoded())
            self._answers.flush()

    def _report(self, number: int, event: RecogniserEvent) -> None:
        self._answer(Message(Kind.HEARD, number, body=encode_event(event)))

    def _obey(self, order: Message) -> None:
        hearing = self._hearing
        match order.kind:
            case Kind.LOAD:
                self._load(order.text)
            case Kind.LEARN | Kind.LIKEN if self._likening is not None:
                self._likening.obey(order)
            case Kind.AUDIO if hearing is not None:
                hearing.push(order.number, order.position, order.body)
            case Kind.ECHO if hearing is not None:
                hearing.push(order.number, order.position, order.body, may_be_echo=True)
            case Kind.OPEN if hearing is not None:
                hearing.open(order.number)
            case Kind.EXPECT if hearing is not None:
                hearing.expect(order.number, json.loads(order.body))
            case Kind.FINALIZE if hearing is not None:
                hearing.finalize(order.number)
            case Kind.CLOSE if hearing is not None:
                hearing.close(order.number)
            case Kind.SPEAK:
                self._clips.put(order)
            case Kind.CANCEL if order.number > self._spoken:
                self._cancelled.add(order.number)

    def _load(self, what: str) -> None:
        """Once each. Meaning beside the rest: it may come while calls are live, whose audio must not wait for it."""
        if what == "meaning":
            threading.Thread(target=self._load_now, args=(what,), name="load meaning", daemon=True).start()
        else:
            self._load_now(what)

    def _load_now(self, what: str) -> None:
        """The answer tells how long it took, or why it can't be."""
        began = time.monotonic()
        try:
            match what:
                case "hearing":
                    self._load_hearing()
                case "speaking":
                    self._load_voice()
                case _:
                    self._load_meaning()
        except Exception as error:  # whatever a package raises while loading, the parent has to be told
            kind = type(error).__name__ if isinstance(error, FlowEngineError) else "SpeechError"
            self._answer(Message(Kind.NOT_LOADED, body=json.dumps([what, kind, why(error)]).encode()))
            return
        took = round((time.monotonic() - began) * 1000)
        self._answer(Message(Kind.LOADED, position=took, body=what.encode()))

    def _progress(self, step: str) -> None:
        self._answer(Message(Kind.PROGRESS, body=step.encode()))

    def _load_hearing(self) -> None:
        from flowengine.adapters.local.hearing import Hearing
        from flowengine.adapters.local.recognising import Recognition
        from flowengine.adapters.local.voice_activity import VoiceActivity

        hearing = Hearing(VoiceActivity(), self._report)
        hearing.start(Recognition(hearing.answer, self._progress))
        self._hearing = hearing

    def _load_voice(self) -> None:
        from flowengine.adapters.local.voice import Voice

        self._progress("loading the voice")
        voice = Voice()
        threading.Thread(target=self._speak, args=(voice,), name="speak", daemon=True).start()

    def _load_meaning(self) -> None:
        from flowengine.adapters.local.likening import Likening

        likening = Likening(self._answer, self._progress)
        likening.start()
        self._likening = likening

    def _speak(self, voice: Voice) -> None:
        """One sentence after the other; what has been cancelled meanwhile is left out or cut short."""
        while True:
            order = self._clips.get()
            error = ""
            try:
                for clip in self._pieces(voice, order):
                    self._answer(Message(Kind.CLIP, order.number, body=clip))
            except Exception as raised:  # an engine may raise anything; this sentence fails, the next may not
                error = type(raised).__name__
            self._answer(Message(Kind.CLIP_END, order.number, body=error.encode()))
            self._spoken = order.number
            self._cancelled = {number for number in self._cancelled if number > self._spoken}

    def _pieces(self, voice: Voice, order: Message) -> Iterator[bytes]:
        if order.number not in self._cancelled:
            for clip in voice.speak(order.text):
                if order.number in self._cancelled:
                    return
                yield clip


def why(error: Exception) -> str:
    """Why an engine cannot be loaded, in a sentence for whoever runs the service."""
    match error:
        case FlowEngineError():
            return str(error)
        case OSError(filename=str() as file):
            what = f"{file} cannot be opened or made ({(error.strerror or 'the disk refuses it').lower()})"
            if Path(file).is_relative_to(cache_folder()) or cache_folder().is_relative_to(file):
                return f"{what}; XDG_CACHE_HOME names the folder in which flowengine keeps converted models"
            return f"{what}; a package of the engine may need to be installed again"
        case _:
            return f"{type(error).__name__}: {error}"


def main() -> None:
    """Entry of `python -m flowengine.adapters.local.child`."""
    # The parent decides when it ends.
    unstopped.ignore()
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a package prints must not get between the messages.
    os.dup2(2, 1)
    with contextlib.suppress(BrokenPipeError):
        SpeechProcess(sys.stdin.buffer, answers).run()
    # The threads hold models in the middle of a run: nothing of theirs is worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    main()
