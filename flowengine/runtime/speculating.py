"""The model asked while the caller may still be speaking: a guess at their words, kept only if it was right.

When the voice falls silent, what was understood so far is often all that is said; the recogniser waits a while to be
sure. Meanwhile the model is asked as if it were. Nothing that it says leaves here. Once the turn is really taken, and
what the model is then to be told is the very same (words, task, facts, exits, what was heard), the answer is there
already; else it is dropped. Only tokens can be lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from flowengine.conversation.commands import AskModel
from flowengine.conversation.masking import masked
from flowengine.runtime.briefing import briefed
from flowengine.runtime.observed import SessionParts
from flowengine.runtime.ports import (
    FinalTranscript,
    Model,
    ModelReply,
    ModelRequest,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)
from flowengine.runtime.tasks import Tasks
from flowengine.words.normalise import words

MOST_GUESSES = 2
"""A turn. Somebody who pauses more often is thinking aloud."""


class Guess:
    """One question asked early."""

    def __init__(self, model: Model, request: ModelRequest, tasks: Tasks) -> None:
        self.request = request
        self._model = model
        self._kept: list[str] = []
        self._say: Callable[[str], None] = self._kept.append
        self._over: asyncio.Future[ModelReply | Exception] = asyncio.get_running_loop().create_future()
        self._task = tasks.create_task(self._ask(), name="speculation")

    def drop(self) -> None:
        """It was wrong, or is not needed."""
        self._task.cancel()

    async def answer(self, request: ModelRequest, say: Callable[[str], None]) -> ModelReply:
        """It was right: its sentences, those that have come and those that come, and its reply. Raises ModelError."""
        for sentence in self._kept:
            say(sentence)
        self._say = say
        try:
            over = await self._over
        except asyncio.CancelledError:
            self._task.cancel()
            raise
        if isinstance(over, Exception):
            raise over
        return over

    async def _ask(self) -> None:
        try:
            over: ModelReply | Exception = await self._model.answer(self.request, lambda sentence: self._say(sentence))
        except Exception as error:
            over = error
        if not self._over.done():
            self._over.set_result(over)


class Speculating:
    """The guesses of one call."""

    def __init__(self, parts: SessionParts, tasks: Tasks) -> None:
        self._parts = parts
        self._tasks = tasks
        self._last: AskModel | None = None
        self._partial = ""
        self._is_quiet = False
        self._guess: Guess | None = None
        self._guesses = 0

    def hear(self, event: RecogniserEvent) -> None:
        """What the recogniser reports: quiet after words that were not guessed yet is worth a guess."""
        match event:
            case PartialTranscript(text=text):
                self._partial = text.strip()
            case VoiceStarted() | VoiceEnded():
                self._is_quiet = isinstance(event, VoiceEnded)
            case FinalTranscript() | RecogniserFailed():
                self._partial, self._guesses, self._is_quiet = "", 0, False
            case _:
                assert_never(event)
        if self._partial and self._is_quiet:
            # A recogniser may be a little behind the voice: what it understands after that counts too.
            self._ask(self._partial)

    def take(self, order: AskModel, request: ModelRequest) -> Guess | None:
        """The model is asked in earnest: the guess that was this very question, or None. What was wrong is dropped."""
        self._last = order
        guess, self._guess = self._guess, None
        if guess is not None and _same(guess.request, request):
            return guess
        if guess is not None:
            guess.drop()
        return None

    def stop(self) -> None:
        """Nothing is asked any more."""
        guess, self._guess, self._last = self._guess, None, None
        if guess is not None:
            guess.drop()

    def _ask(self, text: str) -> None:
        model, conversation = self._parts.model, self._parts.conversation
        if model is None or self._last is None or not self._parts.speculates or not conversation.heard_by_model:
            return
        request = briefed(self._last, conversation, self._parts.line.call_id)
        request = replace(request, heard=(*request.heard, ("caller", masked(text))))
        if self._guess is not None and _same(self._guess.request, request):
            return
        if self._guesses >= MOST_GUESSES:
            return
        self._guesses += 1
        if self._guess is not None:
            self._guess.drop()
        self._guess = Guess(model, request, self._tasks)


def _same(guessed: ModelRequest, asked: ModelRequest) -> bool:
    """Whether both are the same question. The caller's last words count as words: a full stop changes nothing."""
    if not guessed.heard or not asked.heard:
        return guessed == asked
    (speaker, said), (other, really) = guessed.heard[-1], asked.heard[-1]
    plain = replace(guessed, heard=guessed.heard[:-1]) == replace(asked, heard=asked.heard[:-1])
    return plain and speaker == other and words(said) == words(really)
