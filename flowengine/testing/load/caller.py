"""One caller on the line: listens, speaks and leaves as its persona does. Decides at each tick, and never waits."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from flowengine.runtime.audio import frames
from flowengine.testing.load.persona import Persona
from flowengine.testing.load.stream import LoadStream, Tallies, base64_of

ANSWER_WITHIN_S = 8.0
"""An agent that has not answered a line by then never will."""
PATIENCE_S = 20.0

Clips = Sequence[Sequence[bytes]]


def clips_of(audio: Sequence[bytes]) -> Clips:
    """The lines of a persona as frames ready to be sent."""
    return [[base64_of(frame) for frame in frames(mulaw)] for mulaw in audio]


class LoadCaller:
    """Ticked by the common clock. `leave(reason)` is called once, when this caller hangs up or gives up."""

    def __init__(
        self,
        persona: Persona,
        clips: Clips,
        stream: LoadStream,
        tallies: Tallies,
        leave: Callable[[str], None],
        chance: random.Random,
    ) -> None:
        self._persona = persona
        self._clips = clips
        self._stream = stream
        self._tallies = tallies
        self._leave = leave
        self._line = chance.randrange(len(clips)) if clips else 0
        self._thinks_s = persona.thinks_s * chance.uniform(0.8, 1.4)
        self._stays_s = None if persona.leaves_after is None else chance.uniform(*persona.leaves_after)
        self._began: float | None = None
        self._turn_began = 0.0
        self._agent_began: float | None = None
        self._interrupted_at: float | None = None
        self._waits_since: float | None = None

    def tick(self, now: float) -> None:
        """Look, decide, and send the frame that is due."""
        if self._began is None:
            self._began = self._turn_began = now
        self._look(now)
        if self._stays_s is not None and now - self._began > self._stays_s:
            self._stays_s = None
            self._leave("drops" if self._persona.drops else "hangs up")
        elif self._clips and not self._stream.is_saying and self._may_speak(now):
            self._speak(now)
        was_saying = self._stream.is_saying
        self._stream.tick(now)
        if was_saying and not self._stream.is_saying:
            self._turn_began = now
            self._agent_began = None
            self._waits_since = self._stream.finished_saying_at

    def _look(self, now: float) -> None:
        """What the agent has done since the last tick."""
        stream, tally = self._stream, self._tallies.now
        if self._interrupted_at is not None and stream.cleared_at is not None:
            tally.clears.append(stream.cleared_at - self._interrupted_at)
            self._interrupted_at = None
            # What sounded before the interruption answers nothing.
            stream.listen()
        if self._waits_since is not None:
            if stream.sounded_at is not None and self._interrupted_at is None:
                if stream.sounded_at >= self._waits_since:
                    tally.replies.append(stream.sounded_at - self._waits_since)
                self._waits_since = None
            elif now - self._waits_since > ANSWER_WITHIN_S:
                tally.unanswered += 1
                self._waits_since = self._interrupted_at = None
        if self._agent_began is None and stream.playout.until > now:
            self._agent_began = now

    def _may_speak(self, now: float) -> bool:
        if self._agent_began is None:
            if now - self._turn_began > PATIENCE_S:
                self._turn_began = now
                self._tallies.now.problems[f"the agent said nothing for {PATIENCE_S:g} s"] += 1
                self._leave("gives up")
            return False
        after = self._persona.interrupts_after_s
        if after is not None:
            return now - self._agent_began >= after
        return now - self._stream.playout.until >= self._thinks_s

    def _speak(self, now: float) -> None:
        stream = self._stream
        stream.cleared_at = None
        self._interrupted_at = now if stream.playout.until > now else None
        self._waits_since = None
        stream.listen()
        stream.say(self._clips[self._line])
        self._line = (self._line + 1) % len(self._clips)
