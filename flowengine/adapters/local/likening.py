"""Lessons in the speech process: the examples of flows as vectors, and how near an utterance comes to them.

Learning has a thread of its own, the humblest of all; likening has another, so that a caller never waits for a flow
that is being learnt, nor a recogniser for either.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np

from flowengine.adapters.local.sentence_graph import sentence_files
from flowengine.adapters.local.sentences import Sentences, Vector
from flowengine.adapters.local.vectors import Vectors
from flowengine.adapters.local.wire import Kind, Message
from flowengine.conversation.meaning import Likeness

NEAREST = 3
MOST_LESSONS = 64
"""The one that was asked longest ago goes; whoever asks it again is told to teach it again."""
STEP = 200
"""Examples between two words on how far it is."""
HUMBLE = 15
"""Niceness of the thread that learns: 2,000 examples are four seconds of a core that calls may want."""


class Learnt:
    """The examples of one flow's intents that can be compared."""

    def __init__(self, examples: Mapping[str, Collection[tuple[str, Vector]]]) -> None:
        self._texts = {intent: tuple(text for text, _ in each) for intent, each in examples.items() if each}
        self._vectors = {intent: np.stack([vector for _, vector in each]) for intent, each in examples.items() if each}

    def likenesses(self, vector: Vector, intents: Collection[str]) -> list[Likeness]:
        """The nearest first; intents without examples are left out."""
        found = []
        for intent in dict.fromkeys(intents):
            if intent not in self._vectors:
                continue
            cosines = self._vectors[intent] @ vector
            best = int(cosines.argmax())
            near = float(np.sort(cosines)[-NEAREST:].mean())
            nearest = float(cosines[best])
            found.append(Likeness(intent, round(nearest, 4), round(near, 4), self._texts[intent][best]))
        return sorted(found, key=lambda each: -each.nearest)


class Likening:
    """All lessons of the process. `answer` may be called from any thread."""

    def __init__(
        self, answer: Callable[[Message], None], progress: Callable[[str], None], root: Path | None = None
    ) -> None:
        files = sentence_files(progress, root)
        progress("loading the model of meanings")
        self._answer = answer
        self._progress = progress
        self._sentences = Sentences(files)
        self._vectors = Vectors(files.key, root)
        self._lessons: OrderedDict[int, Learnt] = OrderedDict()
        self._lock = threading.Lock()
        self._to_learn: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._to_liken: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def start(self) -> None:
        threading.Thread(target=self._learns, name="learn", daemon=True).start()
        threading.Thread(target=self._likens, name="liken", daemon=True).start()

    def obey(self, order: Message) -> None:
        """Take an order of the kind LEARN or LIKEN. Never waits."""
        (self._to_learn if order.kind is Kind.LEARN else self._to_liken).put(order)

    def _learns(self) -> None:
        if sys.platform == "linux":
            # There, and only there, a thread can be nicer than its process.
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), HUMBLE)
        while True:
            self._carry_out(self._to_learn.get(), self._learn)

    def _likens(self) -> None:
        while True:
            self._carry_out(self._to_liken.get(), self._liken)

    def _carry_out(self, order: Message, work: Callable[[Message], Message]) -> None:
        try:
            answer = work(order)
        except Exception as raised:  # an engine may raise anything; this order fails, the next may not
            # The type alone: a text may be quoted in what it says.
            answer = Message(Kind.FAILED, order.number, body=type(raised).__name__.encode())
        self._answer(answer)

    def _learn(self, order: Message) -> Message:
        """Position of the order: the lesson's number; of the answer: how many examples were new."""
        if self._lesson(order.position) is not None:
            return Message(Kind.LEARNT, order.number)
        examples: dict[str, list[str]] = json.loads(order.body)
        total, done, new = sum(map(len, examples.values())), 0, 0
        found: dict[str, list[tuple[str, Vector]]] = {}
        for intent, texts in examples.items():
            for text in texts:
                vector = self._vectors.get(text)
                if vector is None and (vector := self._sentences.vector(text)) is not None:
                    self._vectors.put(text, vector)
                    new += 1
                    if new % STEP == 0:
                        self._progress(f"learning what callers mean: {done:,} of {total:,} examples")
                if vector is not None:
                    found.setdefault(intent, []).append((text, vector))
                done += 1
        self._vectors.save(self._progress)
        self._keep(order.position, Learnt(found))
        return Message(Kind.LEARNT, order.number, new)

    def _liken(self, order: Message) -> Message:
        lesson = self._lesson(order.position)
        if lesson is None:
            return Message(Kind.NOT_LEARNT, order.number)
        text, intents = json.loads(order.body)
        vector = self._sentences.vector(text)
        likenesses = [] if vector is None else lesson.likenesses(vector, intents)
        told = [(each.intent, each.nearest, each.near, each.example) for each in likenesses]
        return Message(Kind.LIKENED, order.number, body=json.dumps(told).encode())

    def _lesson(self, number: int) -> Learnt | None:
        with self._lock:
            lesson = self._lessons.get(number)
            if lesson is not None:
                self._lessons.move_to_end(number)
            return lesson

    def _keep(self, number: int, lesson: Learnt) -> None:
        with self._lock:
            self._lessons[number] = lesson
            while len(self._lessons) > MOST_LESSONS:
                self._lessons.popitem(last=False)
