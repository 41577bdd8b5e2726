"""From words to playback: one task a call turns `Speak`, `Pause` and `SendKeys` into audio, in order.

Synthesis runs ahead of what is played, but not far: an interruption throws the rest away.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing

from flowengine.conversation.commands import Pause, SendKeys, Speak
from flowengine.errors import SpeechError, SynthesiserError
from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.runtime.dtmf import tones
from flowengine.runtime.playback import Passage, Playback
from flowengine.runtime.preparing import Preparing
from flowengine.runtime.tasks import Tasks

AHEAD_S = 8.0
GAP = SILENCE * int(0.18 * BYTES_A_SECOND)
"""Between two sentences."""
CHUNK_TIMEOUT_S = 8.0
STALL_S = 2.0
"""A sentence that brings nothing more is begun anew, so long after the caller has heard what there was of it."""
RETRY_S = 0.4


class Speaker:
    """The voice of one call. `on_failure(reason)` is called when even the second try brought no audio."""

    def __init__(
        self,
        playback: Playback,
        synthesiser: Preparing,
        voice: str | None,
        tasks: Tasks,
        on_failure: Callable[[str], None],
    ) -> None:
        self._playback = playback
        self._synthesiser = synthesiser
        self._voice = voice
        self._tasks = tasks
        self._on_failure = on_failure
        self.on_audio: Callable[[float], None] = playback.pump
        """Called with the loop's time when audio has come that need not wait for the ticker."""
        self._jobs: deque[tuple[Passage, bytes | None]] = deque()
        """With its audio where none is to be synthesised: a pause, keys."""
        self._task: asyncio.Task[None] | None = None

    def say(self, speech: Speak | Pause | SendKeys) -> None:
        """Queue a speech; its passages stand in the playback at once, so that a `clear` can account for them."""
        match speech:
            case Pause(speech_id=speech_id, seconds=seconds):
                self._jobs.append(
                    (self._playback.add(speech_id, "", last=True), SILENCE * int(seconds * BYTES_A_SECOND))
                )
            case SendKeys(speech_id=speech_id, keys=keys):
                self._jobs.append((self._playback.add(speech_id, "", last=True), tones(keys)))
            case Speak(speech_id=speech_id, sentences=sentences):
                for text in sentences[:-1]:
                    self._jobs.append((self._playback.add(speech_id, text, last=False), None))
                closing = sentences[-1] if sentences else ""
                self._jobs.append((self._playback.add(speech_id, closing, last=True), None))
        if self._task is not None and not self._task.done():
            return
        self._say_what_is_at_hand()
        if self._jobs:
            self._task = self._tasks.create_task(self._work(), name="speaker")

    def stop(self) -> None:
        """Forget what was queued and cancel what is being synthesised; idempotent."""
        self._jobs.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _say_what_is_at_hand(self) -> None:
        """Sentences that need no synthesis are there at once: no task has to be woken for them."""
        while self._jobs and self._playback.waiting_seconds <= AHEAD_S:
            passage, audio = self._jobs[0]
            if audio is not None:
                self._playback.feed(passage, audio)
            elif is_speakable(passage.text):
                clip = self._synthesiser.at_hand(passage.text, voice=self._voice)
                if not clip:
                    break
                self._playback.feed(passage, clip + GAP)
            self._playback.finish(passage)
            self._jobs.popleft()
        self.on_audio(asyncio.get_running_loop().time())

    async def _work(self) -> None:
        while self._jobs:
            passage, audio = self._jobs.popleft()
            while self._playback.waiting_seconds > AHEAD_S:  # noqa: ASYNC110 - it drains by the clock, not by an event
                await asyncio.sleep(0.1)
            if audio is not None:
                self._playback.feed(passage, audio)
            elif is_speakable(passage.text) and not await self._synthesise(passage):
                return
            self._playback.finish(passage)

    async def _synthesise(self, passage: Passage) -> bool:
        """Once more on failure, from the sentence's beginning. True when the sentence is whole."""
        try:
            try:
                await self._fill(passage)
            except (SpeechError, TimeoutError):
                # An engine with too much to do is often free again a moment later.
                await asyncio.sleep(RETRY_S)
                if passage.has_audio:
                    self._playback.begin_again(passage)
                await self._fill(passage)
        except (SpeechError, TimeoutError) as error:
            self._on_failure(type(error).__name__)
            return False
        self._playback.feed(passage, GAP)
        return True

    async def _fill(self, passage: Passage) -> None:
        """The audio of a sentence, as it comes. Raises SynthesiserError, TimeoutError."""
        came = False
        # Closing it is what cancels the engine's work.
        async with aclosing(self._synthesiser.speak(passage.text, voice=self._voice)) as stream:
            while True:
                try:
                    patience = self._playback.waiting_seconds + STALL_S if came else CHUNK_TIMEOUT_S
                    async with asyncio.timeout(patience):
                        chunk = await anext(stream)
                except StopAsyncIteration:
                    break
                begins, came = not passage.has_audio, came or bool(chunk)
                self._playback.feed(passage, chunk)
                if begins:
                    self.on_audio(asyncio.get_running_loop().time())
        if not came:
            raise SynthesiserError("the engine gave no audio")


def is_speakable(text: str) -> bool:
    """A dash by itself makes no sound, and an engine that gives none for it has not failed."""
    return any(character.isalnum() for character in text)
