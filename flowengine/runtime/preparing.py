"""What may be said next, spoken before it is needed: while the caller talks, the voice has time.

When the caller's voice begins, the conversation is asked what it may say next, and the sentences that are in no clip
are synthesised, at leisure: never before a sentence that a caller waits for. They stay in memory, few of them, until
the next turn shows that they were wrong or the call ends. Nothing is decided here: the sentence that is then said was
chosen without it, and finds its audio ready or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

from flowengine.errors import SpeechError
from flowengine.runtime.observed import SessionParts
from flowengine.runtime.ports import Clips, FinalTranscript, RecogniserEvent, VoiceStarted
from flowengine.runtime.tasks import Tasks

MOST_SENTENCES = 6
"""A turn. The shipped flows never ask for more than four."""
MOST_BYTES = 960_000
"""A call: two minutes of speech."""
PATIENCE_S = 0.5
"""For a sentence that is being prepared when it is needed: a sound voice takes less, and a sick one has a backup."""


class _Underway:
    """A sentence that is being prepared. `begun`: the voice is at it; before that, nobody should wait for it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.begun = False
        self.over: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def begin(self) -> None:
        self.begun = True


class Preparing:
    """The voice of one call, as its speaker is given it: with what was prepared, and what is in clips, at hand."""

    def __init__(self, parts: SessionParts, upcoming: Callable[[], tuple[str, ...]], tasks: Tasks) -> None:
        self._synthesiser = parts.synthesiser
        self._clips = parts.clips
        self._voice = parts.voice
        self._upcoming = upcoming
        self._tasks = tasks
        self._ready: dict[str, bytes] = {}
        self._underway: _Underway | None = None
        self._task: asyncio.Task[None] | None = None
        self._looked = False
        self._leisure = parts.ticker.leisure
        self.name = parts.synthesiser.name
        self.version = parts.synthesiser.version

    @property
    def ready(self) -> tuple[str, ...]:
        """The sentences that are prepared."""
        return tuple(self._ready)

    def hear(self, event: RecogniserEvent) -> None:
        """What the recogniser reports: the first sound of a turn is the moment to look ahead, after all that is due."""
        if isinstance(event, FinalTranscript):
            self._looked = False
        elif isinstance(event, VoiceStarted) and not self._looked and self._clips is not None:
            self._looked = True
            self._leisure.later(self._look_ahead)

    def at_hand(self, text: str, *, voice: str | None = None) -> bytes | None:
        """The whole audio of a sentence, where nothing need be synthesised. Never waits."""
        ready = self._ready.get(text)
        if ready is None and self._clips is not None:
            return self._clips.at_hand(text, voice=voice)
        return ready

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        clip = self.at_hand(text, voice=voice) or await self._almost(text)
        if clip:
            yield clip
            return
        async with aclosing(self._synthesiser.speak(text, voice=voice)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def close(self) -> None:
        """The engine is not the call's to close."""
        self.stop()

    def stop(self) -> None:
        """Prepare nothing more, and forget what was prepared; idempotent."""
        self._give_up()
        self._ready.clear()

    async def _almost(self, text: str) -> bytes | None:
        """What the voice is just preparing, if that is it; else whatever it prepares stands in the way, and is given
        up."""
        underway = self._underway
        if underway is not None and underway.text == text and underway.begun:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    return await asyncio.shield(underway.over)
        self._give_up()
        return None

    def _give_up(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _look_ahead(self) -> None:
        clips = self._clips
        if not self._looked or self._tasks.are_over or clips is None:
            # The words were there sooner: what might have followed is decided.
            return
        self._give_up()
        foreseen = self._upcoming()
        self._ready = {text: audio for text, audio in self._ready.items() if text in foreseen}
        missing = [text for text in foreseen if self.at_hand(text, voice=self._voice) is None]
        if missing:
            self._task = self._tasks.create_task(self._prepare(clips, missing[:MOST_SENTENCES]), name="preparing")

    async def _prepare(self, clips: Clips, texts: list[str]) -> None:
        for text in texts:
            underway = self._underway = _Underway(text)
            audio = b""
            try:
                audio = await clips.prepare(text, voice=self._voice, begun=underway.begin)
            except SpeechError:
                # It is spoken when it is needed, by whoever can then.
                return
            finally:
                underway.over.set_result(audio)
                self._underway = None
            if len(audio) + sum(map(len, self._ready.values())) > MOST_BYTES:
                return
            if audio:
                self._ready[text] = audio
