"""Inside the speech process: which engine finds the words of an utterance, and in what order they are asked.

Finals go before partials; what has been overtaken by a newer request for the same utterance is not recognised at all.
Each engine has a queue and a thread of its own, so a second spent on digits holds up nobody else.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Protocol

from flowengine.adapters.local.conversion import moonshine_files
from flowengine.adapters.local.endpointing import Request, Transcription
from flowengine.adapters.local.moonshine import Moonshine
from flowengine.adapters.local.packages import INSTALL, MOONSHINE, WHISPER, present
from flowengine.adapters.local.telephone import to_16_khz, to_samples
from flowengine.adapters.local.whisper import PROMPTS, Whisper
from flowengine.conversation.commands import Expecting
from flowengine.errors import MissingExtra
from flowengine.runtime.audio import SILENCE

Understand = Callable[[Request], Transcription]
Answer = Callable[[int, Request, "Transcription | Exception"], None]


class Desk:
    """One engine, its queue and its thread. `answer(stream, request, result)` is called on that thread."""

    def __init__(self, understand: Understand, answer: Answer) -> None:
        self._understand = understand
        self._answer = answer
        self._jobs: list[tuple[bool, int, int, Request]] = []
        self._came = threading.Condition()
        self._order = itertools.count()
        self.cost_ms = 60.0
        """What a request takes lately."""
        threading.Thread(target=self._work, name="recognise", daemon=True).start()

    def submit(self, stream: int, request: Request) -> None:
        """Queue it, instead of whatever is queued for the same utterance."""
        with self._came:
            self._drop(lambda owner, older: owner == stream and older.utterance == request.utterance)
            heapq.heappush(self._jobs, (not request.is_final, next(self._order), stream, request))
            self._came.notify()

    def forget(self, stream: int) -> None:
        """The call is over."""
        with self._came:
            self._drop(lambda owner, _: owner == stream)

    def _drop(self, unwanted: Callable[[int, Request], bool]) -> None:
        self._jobs = [job for job in self._jobs if not unwanted(job[2], job[3])]
        heapq.heapify(self._jobs)

    def _work(self) -> None:
        while True:
            with self._came:
                while not self._jobs:
                    self._came.wait()
                _, _, stream, request = heapq.heappop(self._jobs)
            began = time.monotonic()
            try:
                result: Transcription | Exception = self._understand(request)
            except Exception as error:  # an engine may raise anything; this call learns of it, the others go on
                result = error
            self.cost_ms += 0.2 * ((time.monotonic() - began) * 1000 - self.cost_ms)
            self._answer(stream, request, result)


class Desks(Protocol):
    """Where requests go, and how long the next one takes."""

    def submit(self, stream: int, request: Request) -> None: ...

    def forget(self, stream: int) -> None: ...

    def is_quick(self, expecting: Expecting | None) -> bool: ...

    @property
    def cost_ms(self) -> float: ...


class Recognition:
    """Moonshine for everything, with Whisper for the finals of number slots; or Whisper alone."""

    def __init__(self, answer: Answer, progress: Callable[[str], None]) -> None:
        self._general: Desk | None = None
        self._digits: Desk | None = None
        if present(*MOONSHINE):
            files = moonshine_files(progress)
            progress("loading the recogniser")
            self._general = Desk(_moonshine(Moonshine(files)), answer)
        if present(*WHISPER):
            progress("loading the recogniser for digits")
            self._digits = Desk(_whisper(Whisper()), answer)
        if self._general is None and self._digits is None:
            raise MissingExtra(f"no embedded recogniser is installed: {INSTALL}")

    @property
    def cost_ms(self) -> float:
        """What a request takes lately, where most of them go."""
        desk = self._general or self._digits
        return desk.cost_ms if desk is not None else 0.0

    def is_quick(self, expecting: Expecting | None) -> bool:
        """Whether the words of such an answer come in a few hundredths of a second, so that many may be asked for."""
        return self._general is not None and (self._digits is None or expecting not in PROMPTS)

    def submit(self, stream: int, request: Request) -> None:
        desk = self._general
        if desk is None or (request.is_final and not self.is_quick(request.expecting)):
            desk = self._digits
        if desk is not None:
            desk.submit(stream, request)

    def forget(self, stream: int) -> None:
        for desk in (self._general, self._digits):
            if desk is not None:
                desk.forget(stream)


def _moonshine(engine: Moonshine) -> Understand:
    def understand(request: Request) -> Transcription:
        return engine.transcribe(to_16_khz(to_samples(request.mulaw)))

    understand(_WARMING)
    return understand


def _whisper(engine: Whisper) -> Understand:
    def understand(request: Request) -> Transcription:
        return engine.transcribe(to_16_khz(to_samples(request.mulaw)), request.expecting)

    understand(_WARMING)
    return understand


_WARMING = Request(0, 0, False, SILENCE * 4000, None)
