"""What the caller hears, and how much of it they have heard.

Sentences come in as audio and leave for the far end a little ahead of a model of its playout: enough to bridge a late
tick, little enough that `clear` has hardly anything to throw away. What was heard is proved by marks, matched by name;
a mark that belongs to an older generation (before a `clear`) proves nothing, since a `clear` echoes all of them.

Audio can be held: the far end is cleared at once, what it had not played yet is taken back, and goes out again later.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from flowengine.conversation.events import Reached
from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.runtime.levels import FADE_BYTES, begun_softly, faded_out
from flowengine.runtime.ports import PlayLine

LEAD_S = 0.4
CHUNK_BYTES = 1600
"""200 ms a message: five a second take a tenth less processor time than ten did (docs/explanation/performance.md)."""
TICK_S = 0.02
"""A frame of the far end's."""
PACED_S = LEAD_S - TICK_S
"""So far ahead the far end is when the next piece is due: each leaves as long after the last as that one plays."""
EARLY_S = 0.002
"""A piece that is due so soon leaves with what is due now: timers of the event loop count whole milliseconds."""
TICK_BYTES = int(TICK_S * BYTES_A_SECOND)
MARK_LATE_S = 2.0
BROKEN_OFF_BYTES = BYTES_A_SECOND // 5
"""Of quiet, between a sentence that broke off and its new beginning."""
STEP_BYTES = 800
"""What is taken back begins so much before the word that was heard, at most: 100 ms."""
TAKEN_BACK = 8
"""So many pieces that have left are kept: more than the far end can have before it."""
BEGUN = 32
"""The beginnings of so many sentences are remembered: more than a caller can talk over in one go."""


@dataclass(slots=True)
class Passage:
    """One sentence, or a pause: its audio as far as it has come, and where the far end is in it."""

    speech_id: str
    text: str
    last: bool
    after: int = 0
    """So many words of its speech come before it."""
    waiting: deque[bytes] = field(default_factory=deque)
    complete: bool = False
    sent_bytes: int = 0
    started_at: float | None = None
    ends_at: float | None = None
    mark: str | None = None
    heard_bytes: int = 0
    """So much of it the far end has played, as far as that was looked at."""
    broken_off: int = 0
    """So many bytes of it stand before its beginning: a try that broke off, and the quiet after it."""
    sent: deque[bytes] = field(default_factory=lambda: deque(maxlen=TAKEN_BACK))

    def take_back(self, count: int) -> int:
        """Of what has left, so many bytes at least are to leave again, in whole steps; how many they are."""
        taken = 0
        while taken < count and self.sent:
            piece = self.sent.pop()
            steps = -(-(count - taken) // STEP_BYTES) * STEP_BYTES
            if steps < len(piece):
                self.sent.append(piece[:-steps])
                piece = piece[-steps:]
            self.waiting.appendleft(piece)
            taken += len(piece)
        self.sent_bytes -= taken
        self.mark = self.ends_at = None
        if not self.sent_bytes:
            self.started_at = None
        return taken

    def begin_softly(self) -> None:
        """What leaves next begins in the middle of a word, and would click."""
        if self.waiting:
            self.waiting[0] = begun_softly(self.waiting[0])

    @property
    def has_audio(self) -> bool:
        """Some of it has come, whether it has left again or not."""
        return self.sent_bytes > 0 or bool(self.waiting)

    def heard_text(self) -> str:
        """The words of what was played: whole words only, the one being spoken left out."""
        total = self.sent_bytes + sum(map(len, self.waiting))
        # Of a sentence whose audio broke off, nobody knows how long it would have become.
        before = self._words(min(self.heard_bytes, self.broken_off - BROKEN_OFF_BYTES), self._usual_bytes)
        total -= self.broken_off
        if not self.complete:
            total = max(total, self._usual_bytes)
        return max(before, self._words(self.heard_bytes - self.broken_off, total), key=len)

    def words_begun(self, seconds: float) -> int:
        """How many words of it have begun to be heard, so long after its beginning: the first at once."""
        total = self.sent_bytes + sum(map(len, self.waiting)) - self.broken_off
        if not self.complete:
            total = max(total, self._usual_bytes)
        played = max(0, int(seconds * BYTES_A_SECOND) - self.broken_off)
        words = len(self.text.split())
        return words if played >= total else max(1, len(self.text[: len(self.text) * played // total].split()))

    @property
    def _usual_bytes(self) -> int:
        """How long the sentence is likely to be, while not all of it is there: 15 characters a second."""
        return len(self.text) * BYTES_A_SECOND // 15

    def _words(self, played: int, total: int) -> str:
        if total <= 0 or played <= 0:
            return ""
        if played >= total:
            return self.text
        return self.text[: len(self.text) * played // total].rpartition(" ")[0]


@dataclass(frozen=True, slots=True)
class Heard:
    """A speech was played to its end, and its mark proves it."""

    speech_id: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A speech was stopped, or its mark never came; `heard` is what had been played as far as the clock can tell."""

    speech_id: str
    heard: str


class Playback:
    """The outbound side of one call. Times are seconds of the caller's clock; audio is mu-law, 8 kHz."""

    def __init__(self, line: PlayLine) -> None:
        self._line = line
        self._passages: deque[Passage] = deque()
        self._unproved: deque[Passage] = deque()
        self._played: dict[str, list[str]] = {}
        self._playout_until = 0.0
        self._latest: Passage | None = None
        self._begun: deque[Passage] = deque(maxlen=BEGUN)
        self.on_news: Callable[[], None] = _nothing
        """Called when `due_at` may have become sooner than it was."""
        self.is_held = False
        """Silent for now, and ready to go on."""
        self._generation = 0
        self._marks = 0
        self.underruns = 0
        self.proved: Passage | None = None
        """The last passage whose mark came."""

    @property
    def idle(self) -> bool:
        """Nothing waits, and all that was sent has been heard."""
        return not self._passages and not self._unproved

    @property
    def has_passages(self) -> bool:
        """Something waits to be sent, or for its audio."""
        return bool(self._passages)

    @property
    def waiting_seconds(self) -> float:
        """Audio that has come in and not left yet."""
        return sum(len(chunk) for passage in self._passages for chunk in passage.waiting) / BYTES_A_SECOND

    def add(self, speech_id: str, text: str, *, last: bool) -> Passage:
        """Queue a sentence whose audio is still to come; `last` closes its speech."""
        latest = self._latest
        after = latest.after + len(latest.text.split()) if latest and latest.speech_id == speech_id else 0
        passage = self._latest = Passage(speech_id, text, last, after)
        self._passages.append(passage)
        return passage

    def feed(self, passage: Passage, mulaw: bytes) -> None:
        """More audio for a passage, of any length."""
        if passage.waiting and len(passage.waiting[-1]) < CHUNK_BYTES:
            mulaw = passage.waiting.pop() + mulaw
        for start in range(0, len(mulaw), CHUNK_BYTES):
            passage.waiting.append(mulaw[start : start + CHUNK_BYTES])
        self._tell_of(passage)

    def begin_again(self, passage: Passage) -> None:
        """Its audio broke off and comes anew, from the beginning: what has not left is replaced by a short quiet."""
        rest = b"".join(passage.waiting)
        passage.waiting.clear()
        self.feed(passage, faded_out(rest[:FADE_BYTES]) + SILENCE * BROKEN_OFF_BYTES)
        passage.broken_off = passage.sent_bytes + sum(map(len, passage.waiting))

    def finish(self, passage: Passage) -> None:
        """All audio of this passage has come; quiet fills the far end's last frame of it."""
        self.feed(passage, SILENCE * (-(passage.sent_bytes + sum(map(len, passage.waiting))) % TICK_BYTES))
        passage.complete = True
        self._tell_of(passage)

    def begin_after(self, moment: float) -> None:
        """Until then the far end plays something else, which was sent before."""
        self._playout_until = max(self._playout_until, moment)

    @property
    def due_at(self) -> float:
        """When `pump` has something to do next: a moment that may have passed; infinity where nothing is there to do.

        It depends on what is played alone, and not on when the last piece left: a piece that was late makes none of
        the others late, nor does one that was early.
        """
        if self.is_held or not self._passages:
            return math.inf
        passage = self._passages[0]
        if passage.waiting:
            return self._playout_until - PACED_S
        return 0.0 if passage.complete else math.inf

    def pump(self, now: float) -> None:
        """Send what is due, as much as keeps the far end `LEAD_S` ahead."""
        while self._has_ready(now) and self._playout_until - now < PACED_S + EARLY_S:
            self._send(now)

    def hasten(self, now: float) -> None:
        """When the first audio has come: send it if the far end has nothing left to play. What can wait does."""
        if self._playout_until - now < TICK_S:
            self.pump(now)

    def reached(self, moment: float) -> Reached:
        """How far the far end had come by then."""
        for passage in reversed(self._begun):
            if passage.started_at is not None and passage.started_at <= moment:
                return Reached(passage.speech_id, passage.after + passage.words_begun(moment - passage.started_at))
        return Reached("", 0)

    def began(self, speeches: Collection[str]) -> float | None:
        """When the far end begins, or began, to play the first of these that has left; None as long as none has."""
        return next((passage.started_at for passage in self._begun if passage.speech_id in speeches), None)

    def on_mark(self, name: str) -> list[Heard]:
        """The far end has played up to this mark. Earlier marks that got lost are taken as passed."""
        if not any(passage.mark == name for passage in self._unproved):
            return []
        heard: list[Heard] = []
        while self._unproved:
            passage = self.proved = self._unproved.popleft()
            passage.sent.clear()
            if passage.last:
                self._played.pop(passage.speech_id, None)
                heard.append(Heard(passage.speech_id))
            else:
                self._played.setdefault(passage.speech_id, []).append(passage.text)
            if passage.mark == name:
                break
        return heard

    def overdue(self, now: float) -> list[Cut]:
        """Speeches whose mark is late by two seconds: over by the clock, but nothing proves that they were heard."""
        cuts: list[Cut] = []
        while self._unproved:
            passage = self._unproved[0]
            if passage.ends_at is None or now - passage.ends_at < MARK_LATE_S:
                break
            self._unproved.popleft()
            words = self._played.setdefault(passage.speech_id, [])
            words.append(passage.text)
            if passage.last:
                cuts.append(Cut(passage.speech_id, " ".join(self._played.pop(passage.speech_id))))
        return cuts

    def hold(self, now: float) -> None:
        """Fall silent at once. What was not heard yet is kept; what was being said begins again a moment earlier."""
        unheard = int((self._playout_until - now) * BYTES_A_SECOND)
        if self.is_held or (unheard <= 0 and not self._passages):
            # What is said has been heard, though nothing proves it yet.
            return
        self._look_how_far(now)
        self.is_held = True
        if unheard > 0 and self._passages:
            unheard -= self._passages[0].take_back(unheard)
        while unheard > 0 and self._unproved:
            passage = self._unproved.pop()
            self._passages.appendleft(passage)
            unheard -= passage.take_back(unheard)
        self._generation += 1
        self._forget_unheard(now)
        self._line.clear()

    def go_on(self, now: float) -> None:
        """Say what was held, from where the caller has heard it."""
        if not self.is_held:
            return
        self.is_held = False
        self._playout_until = now
        if self._passages and (broken := self._passages[0]).sent_bytes:
            broken.begin_softly()
            broken.started_at = now - broken.sent_bytes / BYTES_A_SECOND
        self.pump(now)
        self.on_news()

    def clear(self, now: float) -> list[Cut]:
        """Stop: nothing of what was queued will be heard any more. One `Cut` a speech, in order."""
        if not self.is_held:
            self._look_how_far(now)
        self.is_held = False
        self._generation += 1
        heard: dict[str, list[str]] = {}
        for passage in (*self._unproved, *self._passages):
            words = heard.setdefault(passage.speech_id, self._played.pop(passage.speech_id, []))
            text = passage.heard_text()
            if text:
                words.append(text)
        self._unproved.clear()
        self._passages.clear()
        self._forget_unheard(now)
        self._playout_until = now
        self._line.clear()
        return [Cut(speech_id, " ".join(words)) for speech_id, words in heard.items()]

    def _forget_unheard(self, now: float) -> None:
        """What was sent and will not be played yet has not begun after all."""
        while self._begun and (self._begun[-1].started_at is None or self._begun[-1].started_at > now):
            self._begun.pop()

    def _look_how_far(self, now: float) -> None:
        """Where the far end is: it has played what was sent, but for what it has left to play."""
        unheard = max(0, math.ceil((self._playout_until - now) * BYTES_A_SECOND))
        for passage in (*reversed(self._passages), *reversed(self._unproved)):
            left = min(unheard, passage.sent_bytes)
            unheard -= left
            passage.heard_bytes = max(passage.heard_bytes, passage.sent_bytes - left)

    def _tell_of(self, passage: Passage) -> None:
        """Only what is first in the queue can be due."""
        if self._passages and self._passages[0] is passage:
            self.on_news()

    def _has_ready(self, now: float) -> bool:
        """There is audio to be sent; passages that are whole are closed on the way."""
        while self._passages and not self.is_held:
            passage = self._passages[0]
            if passage.waiting:
                return True
            if not passage.complete:
                return False
            self._close(self._passages.popleft(), now)
        return False

    def _send(self, now: float) -> None:
        """Send the next piece."""
        passage = self._passages[0]
        chunk = passage.waiting.popleft()
        if self._playout_until < now:
            if passage.started_at is not None:
                self.underruns += 1
            self._playout_until = now
        if passage.started_at is None:
            passage.started_at = self._playout_until
            self._begun.append(passage)
        passage.sent_bytes += len(chunk)
        passage.sent.append(chunk)
        self._playout_until += len(chunk) / BYTES_A_SECOND
        self._line.play(chunk)

    def _close(self, passage: Passage, now: float) -> None:
        self._marks += 1
        passage.mark = f"g{self._generation}m{self._marks}"
        passage.ends_at = max(self._playout_until, now)
        self._unproved.append(passage)
        self._line.mark(passage.mark)


def _nothing() -> None:
    """Nobody wants to know."""
