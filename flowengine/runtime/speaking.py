"""What a call says: speeches in, audio and marks out, and which of them the caller may not cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flowengine.conversation.commands import Pause, SendKeys, Speak
from flowengine.conversation.events import Reached
from flowengine.conversation.weakly import weakly
from flowengine.runtime.echo import Echo, EchoingLine
from flowengine.runtime.interrupting import Interrupting
from flowengine.runtime.last_words import NO_VOICE
from flowengine.runtime.music import Music
from flowengine.runtime.observed import SessionParts
from flowengine.runtime.playback import Cut, Heard, Playback
from flowengine.runtime.ports import PartialTranscript, RecogniserEvent
from flowengine.runtime.preparing import Preparing
from flowengine.runtime.speaker import Speaker
from flowengine.runtime.tasks import Tasks
from flowengine.runtime.turns import interrupts


class Speaking:
    """The speaking side of one call. `on_audio(now)` when there is something new to send, `on_failure(reason)` when
    a sentence could not be spoken."""

    def __init__(
        self,
        parts: SessionParts,
        tasks: Tasks,
        on_audio: Callable[[float], None],
        on_failure: Callable[[str], None],
    ) -> None:
        self._parts = parts
        self.echo = Echo()
        line = EchoingLine(parts.line, self.echo)
        self.playback = Playback(line)
        self.music = Music(line, self.playback, parts.hold_music)
        self._preparing = Preparing(parts, parts.conversation.upcoming, tasks)
        self._speaker = Speaker(self.playback, self._preparing, parts.voice, tasks, on_failure)
        self._speaker.on_audio = on_audio
        self._speeches: dict[str, Speak | SendKeys] = {}
        self.interrupting = Interrupting(self.playback, weakly(self._may_be_interrupted))

    @property
    def idle(self) -> bool:
        """Nothing waits, and all that was sent has been heard."""
        return self.playback.idle

    @property
    def has_begun(self) -> bool:
        """Some of what is being said has left for the far end."""
        return self.playback.began(self._speeches) is not None

    @property
    def may_be_interrupted(self) -> bool:
        """Something is being said, and nothing of it forbids to be cut short."""
        if self.playback.idle:
            return False
        heard = self._parts.conversation.heard_lines
        return all(speech.may_be_cut(heard) for speech in self._speeches.values())

    def _may_be_interrupted(self) -> bool:
        return self.may_be_interrupted

    def is_interrupted_by(self, said: PartialTranscript, reached: Reached | None) -> bool:
        """Whether these words, begun when the agent had come so far, stop what is being said: a yes before its question
        is no more than "I'm listening", and whoever sits behind the caller only counts with what protects them."""
        if not self.may_be_interrupted or not interrupts(said):
            return False
        conversation = self._parts.conversation
        if said.behind and not conversation.is_protective(said.text):
            return False
        return reached is None or not conversation.is_early(said.text, reached)

    @property
    def last_words(self) -> str | None:
        """What tells of a voice that has failed, where its clip is there."""
        clips = self._parts.clips
        is_there = clips is not None and clips.at_hand(NO_VOICE, voice=self._parts.voice) is not None
        return NO_VOICE if is_there else None

    def say(self, speech: Speak | Pause | SendKeys) -> None:
        """After all that was said before."""
        if not isinstance(speech, Pause):
            self._speeches[speech.speech_id] = speech
        if self.playback.idle:
            self.music.pause(asyncio.get_running_loop().time())
        self._speaker.say(speech)

    def stop(self, now: float) -> list[Cut]:
        """Drop what is being said and what waits: how far each had come."""
        self._speaker.stop()
        return [] if self.playback.idle else self.clear(now)

    def clear(self, now: float) -> list[Cut]:
        """What has been sent and what waits to be, given up."""
        self.music.stop()
        return self._over(self.playback.clear(now))

    def on_mark(self, name: str) -> list[Heard]:
        """The far end has played up to this mark: what was heard to its end."""
        heard = self.playback.on_mark(name)
        for speech in heard:
            self._speeches.pop(speech.speech_id, None)
        return heard

    def overdue(self, now: float) -> list[Cut]:
        """Speeches whose marks are late: over by the clock."""
        return self._over(self.playback.overdue(now))

    def hear(self, event: RecogniserEvent) -> None:
        """What the recogniser reports: while the caller talks, the answer can be prepared."""
        self._preparing.hear(event)
        self.interrupting.hear(event)

    def shut(self) -> None:
        """Nothing more is synthesised, and what was prepared is forgotten; idempotent."""
        self.music.stop()
        self._speaker.stop()
        self._preparing.stop()
        self.interrupting.stop()

    def _over(self, cuts: list[Cut]) -> list[Cut]:
        for cut in cuts:
            self._speeches.pop(cut.speech_id, None)
        return cuts
