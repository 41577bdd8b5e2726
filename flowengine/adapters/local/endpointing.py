"""One caller's turn, heard in hops of 32 ms: where an utterance begins and ends, and when to ask for its words.

    silent ── 2 voiced hops ──> voiced ── 256 ms of quiet ──> pausing ── patience over and words known ──> silent
                                  ^─────── 2 voiced hops ────────┘

Two voiced hops are reason enough to listen. To silence an agent takes evidence that adds up from look to look
(`onset`): two hops (64 ms) of a sure voice, more of a doubtful one, which then begins a turn as well. A voice that was
reported before there was enough is reported once more, as certain.

Pure: hops with the detector's verdict and the engine's answers come in, reports and requests go out; the only clock is
the audio itself. Quiet is counted from the last sound (`last_sound`), and what is due in the middle of a hop is done
there (`due_ms`, `look`). Words are asked for as soon as the voice falls silent, not when the pause has become the end
of the turn, so that the final is known before it is due, and those of a pause when the pause is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from flowengine.adapters.local.last_sound import LastSound
from flowengine.adapters.local.onset import ENOUGH_EVIDENCE
from flowengine.adapters.local.unfinished import sounds_unfinished
from flowengine.conversation.commands import Expecting
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    VoiceEnded,
    VoiceStarted,
)

HOP_BYTES = 256
HOP_MS = 32

VOICED, STILL_VOICED = 0.5, 0.35
ONSET_HOPS = 2
CLEAR_WORDS = 0.75
"""Six people who talk at once are not understood so surely; "hello" is."""
STRANGE_MS = 900
"""So long nobody knows what lies behind a line's voices: they begin turns, and are certain of nothing."""
PAUSE_MS = 256
"""From the last sound: longer than the closure of a plosive, shorter than any patience. Words that are surely a whole
answer end the turn here."""
ASK_AHEAD_MS = 128
"""So early the words are asked for where an engine is quick, so that they are known when the pause is told."""
ASK_MS = 192
"""So early where it is slow, or busy: fewer pauses come to nothing."""
HELD_MS = 192
"""So long at most a turn is not ended because of sounds that may be the voice coming back."""
PREROLL_HOPS = 8
"""Kept from before the onset: a soft first consonant is not voiced yet."""
TAIL_MS = 128
"""Of quiet goes to the recogniser. More misleads it: of 136 spelt numbers and postcodes with 0.7 s behind them 54 came
back as nothing, with 0.15 s three."""
LONGEST_MS = 20_000
FIRST_PARTIAL_MS = 400

PATIENCE_MS: dict[Expecting, int] = {
    "choice": 500,
    "open": 800,
    "text": 800,
    "date": 800,
    "time": 800,
    "number": 1200,
    "digits": 1200,
    "postcode": 1200,
}
DEFAULT_PATIENCE_MS = 600
UNFINISHED_MS = 700
"""Waited on top when the words so far ask for more."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """What an engine understood; `confidence` 0 to 1, None when there are no words."""

    text: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Request:
    """Please recognise this: mu-law of one utterance so far. `is_final`: the voice has paused, or the turn is over."""

    utterance: int
    generation: int
    is_final: bool
    mulaw: bytes
    expecting: Expecting | None


Step = RecogniserEvent | Request


@dataclass(slots=True)
class _Utterance:
    """One utterance in the making. `generation` rises when the voice resumes: words asked for before are outdated."""

    number: int
    start_ms: int
    audio: bytearray
    voice_until_ms: int
    voice_from_ms: int
    sound: LastSound
    speaking: bool = True
    certain: bool = False
    was_certain: bool = False
    generation: int = 0
    asked_at_ms: int = 0
    waiting: bool = False
    words_asked: bool = False
    """For the pause that there is, or may be: of this generation."""
    partial: Transcription = field(default_factory=lambda: Transcription("", None))
    final: Transcription | None = None
    unfinished: tuple[str, Expecting | None, bool] = ("", None, False)
    """Whether these words ask for more, as an answer to this: looked up once."""

    @property
    def name(self) -> str:
        return f"u{self.number}"


class Turn:
    """The turn-taking of one call. `pace_ms` is the least time between two partials; the caller may change it.

    `is_behind`: whether the voice in the last so many hops is one behind the caller, as far as is known by now.
    """

    def __init__(self, is_behind: Callable[[int], bool] = lambda hops: False) -> None:
        self._is_behind = is_behind
        self.expecting: Expecting | None = None
        self.pace_ms = 320
        self.asks_ahead = True
        """Whether the engine that finds the words of a final is quick."""
        self._now_ms = 0
        self._count = 0
        self._run = 0
        self._evidence = 0.0
        self._preroll: deque[bytes] = deque(maxlen=PREROLL_HOPS)
        self._current: _Utterance | None = None
        self._closing: dict[int, _Utterance] = {}
        self._held: list[Step] = []

    @property
    def speaking(self) -> bool:
        """A voice is heard right now."""
        return self._current is not None and self._current.speaking

    @property
    def due_ms(self) -> int | None:
        """After how much more quiet audio than the hops so far something is due; None where nothing is."""
        utterance = self._current
        # A voice that has just come back may be the turn going on: one more hop tells.
        if utterance is None or self._run or (not utterance.speaking and utterance.final is None):
            return None
        wait = PAUSE_MS if utterance.speaking else self._patience(utterance)
        return utterance.sound.at_ms + wait - self._now_ms

    def look(self, unjudged: bytes, ahead_ms: int = 0) -> list[Step]:
        """What is due, with audio that makes no whole hop yet, and that much more which must be on its way."""
        steps: list[Step] = []
        held = bool(self._closing)
        self._end_if_due(unjudged, len(unjudged) // 8 + ahead_ms, steps)
        return self._in_order(steps, held)

    @property
    def is_certain(self) -> bool:
        """A voice is heard right now, and certain."""
        return self._current is not None and self._current.speaking and self._current.certain

    def skip(self, milliseconds: int) -> None:
        """Audio was lost: the clock goes on without it."""
        self._now_ms += milliseconds

    def between(self, evidence: float) -> list[Step]:
        """What a look at the first half of the next hop says for a voice."""
        steps: list[Step] = []
        held = bool(self._closing)
        self._believe(evidence, steps)
        return self._in_order(steps, held)

    def hop(self, mulaw: bytes, probability: float, evidence: float) -> list[Step]:
        """The next 32 ms, how likely they are voice, and what they say for one (log odds)."""
        self._now_ms += HOP_MS
        steps: list[Step] = []
        held = bool(self._closing)
        utterance = self._current
        threshold = STILL_VOICED if utterance is not None and utterance.speaking else VOICED
        voiced = probability >= threshold
        self._run = self._run + 1 if voiced else 0
        if utterance is None:
            self._preroll.append(mulaw)
            self._believe(evidence, steps)
            if self._current is None and self._run >= ONSET_HOPS:
                self._begin(steps)
            return self._in_order(steps, held)
        utterance.audio += mulaw
        self._believe(evidence, steps)
        if utterance.speaking:
            self._while_speaking(utterance, mulaw, voiced, steps)
        else:
            self._while_pausing(utterance, mulaw, steps)
        if self._current is utterance and len(utterance.audio) >= LONGEST_MS * 8:
            self._force(utterance, steps)
        return self._in_order(steps, held)

    def finalize(self) -> list[Step]:
        """End the utterance here, without waiting for quiet."""
        steps: list[Step] = []
        held = bool(self._closing)
        if self._current is not None:
            self._force(self._current, steps)
        return self._in_order(steps, held)

    def transcribed(self, request: Request, result: Transcription) -> list[Step]:
        """The engine's answer; answers may come late, in any order of utterances."""
        closing = self._closing.get(request.utterance)
        if closing is not None:
            if not request.is_final or request.generation != closing.generation:
                return []
            del self._closing[request.utterance]
            steps: list[Step] = [self._final(closing, result)]
            if not self._closing:
                steps += self._held
                self._held = []
            return steps
        utterance = self._current
        if utterance is None or utterance.number != request.utterance:
            return []
        if not request.is_final:
            utterance.waiting = False
        told: list[Step] = []
        is_all = request.is_final and request.generation == utterance.generation
        # In the pause only words that are all of it are told, and those once more, changed or not.
        if result.text and (result.text != utterance.partial.text if utterance.speaking else is_all):
            utterance.partial = result
            told.append(self._partial(utterance))
        if is_all:
            utterance.final = result
            self._end_if_due(b"", 0, told)
        return self._in_order(told, bool(self._closing))

    def _believe(self, evidence: float, steps: list[Step]) -> None:
        """Enough of it begins a turn, or makes its voice certain."""
        if self._now_ms <= STRANGE_MS:
            return
        self._evidence = max(0.0, self._evidence + evidence)
        if self._evidence < ENOUGH_EVIDENCE:
            return
        utterance = self._current
        if utterance is None:
            self._begin(steps)
        elif utterance.speaking and not utterance.certain:
            utterance.certain = utterance.was_certain = True
            steps.append(VoiceStarted(utterance.voice_from_ms, certain=True))

    def _begin(self, steps: list[Step]) -> None:
        self._count += 1
        start = self._now_ms - max(self._run, ONSET_HOPS) * HOP_MS
        audio = bytearray(b"".join(self._preroll))
        self._preroll.clear()
        sound = LastSound(start)
        if audio:
            sound.voice(bytes(audio[-ONSET_HOPS * HOP_BYTES :]), self._now_ms)
        self._current = _Utterance(self._count, start, audio, self._now_ms, start, sound, asked_at_ms=start)
        self._started(self._current, steps)

    def _started(self, utterance: _Utterance, steps: list[Step]) -> None:
        utterance.certain = self._evidence >= ENOUGH_EVIDENCE
        utterance.was_certain = utterance.was_certain or utterance.certain
        steps.append(VoiceStarted(utterance.voice_from_ms, certain=utterance.certain))

    def _while_speaking(self, utterance: _Utterance, mulaw: bytes, voiced: bool, steps: list[Step]) -> None:
        if voiced:
            utterance.voice_until_ms = self._now_ms
            utterance.sound.voice(mulaw, self._now_ms)
            self._goes_on(utterance)
            if self._partial_is_due(utterance):
                utterance.waiting = True
                utterance.asked_at_ms = self._now_ms
                steps.append(self._ask(utterance, is_final=False))
            return
        utterance.sound.quiet(mulaw, self._now_ms)
        if self._words_are_due(utterance):
            steps.append(self._ask(utterance, is_final=True))
        self._end_if_due(b"", 0, steps)

    def _while_pausing(self, utterance: _Utterance, mulaw: bytes, steps: list[Step]) -> None:
        if self._run >= ONSET_HOPS:
            utterance.speaking = True
            utterance.voice_until_ms = self._now_ms
            utterance.voice_from_ms = self._now_ms - self._run * HOP_MS
            utterance.sound.voice(mulaw, self._now_ms)
            self._goes_on(utterance)
            self._started(utterance, steps)
        else:
            utterance.sound.quiet(mulaw, self._now_ms)
            self._end_if_due(b"", 0, steps)

    def _goes_on(self, utterance: _Utterance) -> None:
        """There is voice again: words that were asked for before it are not all."""
        if utterance.words_asked:
            utterance.words_asked = False
            utterance.generation += 1
            utterance.final = None

    def _words_are_due(self, utterance: _Utterance) -> bool:
        if utterance.words_asked:
            return False
        quiet = self._now_ms - utterance.sound.at_ms
        # Twice the pace of partials, so that pauses which come to nothing do not cost more than they.
        may_ahead = self.asks_ahead and 2 * (self._now_ms - utterance.asked_at_ms) >= self.pace_ms
        return quiet >= (ASK_AHEAD_MS if may_ahead else ASK_MS)

    def _partial_is_due(self, utterance: _Utterance) -> bool:
        spoken = self._now_ms - utterance.start_ms
        since = self._now_ms - utterance.asked_at_ms
        return not utterance.waiting and spoken >= FIRST_PARTIAL_MS and since >= self.pace_ms

    def _patience(self, utterance: _Utterance) -> int:
        """How long a pause ends the turn."""
        text, expecting = utterance.partial.text, self.expecting
        if utterance.unfinished[:2] != (text, expecting):
            utterance.unfinished = (text, expecting, sounds_unfinished(text, expecting))
        patience = DEFAULT_PATIENCE_MS if expecting is None else PATIENCE_MS[expecting]
        if not utterance.unfinished[2]:
            return patience
        patience += UNFINISHED_MS
        # What may have been a letter begins the wait anew; once, or a restless line would never end a turn.
        return patience + min(patience, max(0, utterance.sound.stirred_ms - utterance.sound.at_ms))

    def _end_if_due(self, unjudged: bytes, later_ms: int, steps: list[Step]) -> None:
        """The pause or the turn, so long after the hops so far, if the quiet has lasted long enough by then."""
        utterance, due = self._current, self.due_ms
        if utterance is None or due is None or later_ms < due:
            return
        if later_ms < due + HELD_MS and utterance.sound.may_be_back(self._now_ms + later_ms, unjudged):
            return
        if not utterance.speaking:
            assert utterance.final is not None
            self._current = None
            steps.append(self._final(utterance, utterance.final))
            return
        utterance.speaking = False
        self._evidence = 0.0
        steps.append(VoiceEnded(utterance.sound.at_ms))
        if not utterance.words_asked:
            steps.append(self._ask(utterance, is_final=True))
        elif utterance.final is not None and utterance.final.text:
            utterance.partial = utterance.final
            steps.append(self._partial(utterance))

    def _force(self, utterance: _Utterance, steps: list[Step]) -> None:
        """The utterance ends here; its final comes when the engine answers, and what follows is told after it."""
        self._current = None
        self._run = 0
        self._evidence = 0.0
        if utterance.speaking:
            steps.append(VoiceEnded(utterance.sound.at_ms))
            if not utterance.words_asked:
                steps.append(self._ask(utterance, is_final=True))
        if utterance.final is not None:
            steps.append(self._final(utterance, utterance.final))
            return
        self._closing[utterance.number] = utterance

    def _ask(self, utterance: _Utterance, *, is_final: bool) -> Request:
        end = len(utterance.audio)
        if is_final:
            utterance.waiting = False
            utterance.words_asked = True
            utterance.asked_at_ms = self._now_ms
            end -= max(0, self._now_ms - utterance.voice_until_ms - TAIL_MS) * 8
        return Request(utterance.number, utterance.generation, is_final, bytes(utterance.audio[:end]), self.expecting)

    def _partial(self, utterance: _Utterance) -> PartialTranscript:
        words = utterance.partial
        return PartialTranscript(utterance.name, words.text, words.confidence, self._may_be_behind(utterance, words))

    def _final(self, utterance: _Utterance, result: Transcription) -> FinalTranscript:
        start_ms, end_ms = utterance.start_ms, utterance.sound.at_ms
        behind = self._may_be_behind(utterance, result)
        return FinalTranscript(utterance.name, result.text, result.confidence, start_ms, end_ms, behind)

    def _may_be_behind(self, utterance: _Utterance, words: Transcription) -> bool:
        """Nothing in it was certain, nor is it now that more is known of the line, nor are its words."""
        if words.confidence is not None and words.confidence >= CLEAR_WORDS:
            return False
        hops = (self._now_ms - utterance.start_ms) // HOP_MS + ONSET_HOPS
        return not utterance.was_certain and self._is_behind(hops)

    def _in_order(self, steps: list[Step], held: bool) -> list[Step]:
        """What may be told now: while an earlier final is on its way, reports wait for it, and requests don't."""
        if not held:
            return steps
        self._held += [step for step in steps if not isinstance(step, Request)]
        return [step for step in steps if isinstance(step, Request)]
