"""What a simulated telephone heard and saw of one call, measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flowengine.runtime.audio import BYTES_A_SECOND
from flowengine.testing.twilio.colleague import Reached
from flowengine.testing.twilio.listening import SentenceHeard, clicks, pauses, together
from flowengine.testing.twilio.measures import FRAME_S, Utterance, voice_after
from flowengine.testing.twilio.playout import Gap

TALKS_ON_S = 0.1
"""What began so long before the caller's last sound is no answer to it; a key is answered within milliseconds."""
PRESSED = "(pressed "
"""How the simulated caller notes keys."""
AT_ONCE_S = 0.1
"""What comes so soon after a key is the measure of its way alone; no reply that anybody waits for."""
APART_S = 0.05
"""Two clocks, the telephone's and the server's, are no further apart."""
STOPS_WITHIN_S = 1.0
"""A `clear` so soon after a caller's line was for that line."""


@dataclass(slots=True)
class Warned:
    """What Twilio would put into its log: binary frames, and messages that it does not take."""

    binary_31950: int = 0
    invalid_31951: int = 0

    @property
    def count(self) -> int:
        return self.binary_31950 + self.invalid_31951


@dataclass(frozen=True, slots=True)
class Spoken:
    """A caller's line as it was spoken: from its first to its last sound, in seconds since the first stream began.

    `broken_off`: the line was lost before its end.
    """

    text: str
    start: float
    end: float
    broken_off: bool = False

    @property
    def is_keys(self) -> bool:
        """Keys were pressed, and nothing said."""
        return self.text.startswith(PRESSED)


@dataclass(frozen=True, slots=True)
class LaterStream:
    """A stream over which the call came back: when the one before it ended, and when it began itself, in seconds since
    the first stream began; the marks asked and echoed before it. `was_lost`: the one before it broke off, so that
    nobody was on the line in between; else the call was put through, or told something, meanwhile."""

    left: float
    at: float
    asked: int
    echoed: int
    was_lost: bool = False


@dataclass(slots=True)
class CallReport:
    """One call from the telephone's end. Audio is mu-law, both sides from the first stream's beginning; while the call
    was elsewhere, with a colleague or with nobody, it is quiet, so that the record's seconds are the audio's.

    `problems` are what Twilio's debugger would show and no caller should meet: a webhook that failed, a stream closed
    with an error, an agent that said nothing. `unsaid` are the caller's steps that the call left no room for.
    """

    call_sid: str
    caller: list[Spoken] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    agent: list[Utterance] = field(default_factory=list)
    sentences: list[SentenceHeard] = field(default_factory=list)
    """The agent's, one by one, as its marks part them."""
    speech: list[tuple[float, float]] | None = None
    """From when to when words were said, by the server's record; None where it is not known."""
    gaps: list[Gap] = field(default_factory=list)
    marks_asked: list[str] = field(default_factory=list)
    marks_echoed: list[str] = field(default_factory=list)
    later_streams: list[LaterStream] = field(default_factory=list)
    """Of a call that came back, all streams but the first; each names its marks anew."""
    is_lost: bool = False
    """The latest stream broke off, by the server's doing or the network's."""
    cleared_at: list[float] = field(default_factory=list)
    warned: Warned = field(default_factory=Warned)
    problems: list[str] = field(default_factory=list)
    dialled: list[tuple[str, str | None]] = field(default_factory=list)
    """Whom the call was put through to, and the caller id shown to them."""
    reached: list[Reached] = field(default_factory=list)
    """How it ended with each of them; after a call, who rang it adds those of warm transfers (`Telephone.reached`)."""
    records_from: float | None = None
    """When a machine that answered began to record, after its beep; None where none did."""
    records_until: float | None = None
    """When its time was over; None where the call ended before that."""
    rooms: list[bool] = field(default_factory=list)
    """For each room that the call was sent to, whether anybody was met there."""
    began: float | None = None
    """When its first stream did, by the loop's clock."""
    ended_by: str = ""
    close_code: int | None = None
    said_by_twilio: tuple[str, ...] = ()
    caller_audio: bytes = field(default=b"", repr=False)
    agent_audio: bytes = field(default=b"", repr=False)

    @property
    def recorded(self) -> bytes:
        """The message that a machine kept: what it heard after its beep, mu-law, to the end of the call."""
        if self.records_from is None:
            return b""
        until = None if self.records_until is None else round(self.records_until * BYTES_A_SECOND)
        return self.agent_audio[round(self.records_from * BYTES_A_SECOND) : until]

    @property
    def message_began(self) -> float | None:
        """Seconds from the beep to the first sound of the message; None where there is none."""
        began = None if self.records_from is None else voice_after(self.agent_audio, self.records_from, None)
        return None if began is None or self.records_from is None else began - self.records_from

    @property
    def marks_in_order(self) -> bool:
        """On each stream every mark has its own name, and the echoes came in the order that was asked for."""
        asked = [0, *(stream.asked for stream in self.later_streams), len(self.marks_asked)]
        echoed = [0, *(stream.echoed for stream in self.later_streams), len(self.marks_echoed)]
        return all(
            _in_order(self.marks_asked[slice(*of_asked)], self.marks_echoed[slice(*of_echoed)])
            for of_asked, of_echoed in zip(pairwise(asked), pairwise(echoed), strict=True)
        )

    @property
    def latest_frame(self) -> float:
        """Seconds by which the latest frame came too late for its sentence; 0 when none did."""
        return max((gap.seconds for gap in self.gaps), default=0.0)

    @property
    def clicks(self) -> list[float]:
        """When something clicked in the agent's words, seconds; in all of its audio where `speech` is not known.

        Some 30 ms of work a second of audio: ask once.
        """
        # Where a line was lost, the audio ends in mid wave, as after a `clear`.
        found = clicks(self.agent_audio, [*self.cleared_at, *(stream.left for stream in self.later_streams)])
        if self.speech is None:
            return found
        return [at for at in found if any(start - FRAME_S <= at <= end + FRAME_S for start, end in self.speech)]

    @property
    def pauses(self) -> list[float]:
        """Seconds of quiet between two sentences that were said in one go."""
        return pauses(self.sentences, [stream.at for stream in self.later_streams])

    @property
    def dead(self) -> list[tuple[float, float]]:
        """From when to when the caller had no line, before the call came back; in seconds since the first stream."""
        return [(stream.left, stream.at) for stream in self.later_streams if stream.was_lost]

    @property
    def clears(self) -> int:
        return len(self.cleared_at)

    @property
    def replies(self) -> list[float]:
        """Seconds from each caller's line's last sound to the agent's next, where the agent answered at all."""
        return [answer - line.end for line in self.caller if (answer := self.answered_at(line)) is not None]

    def answered_at(self, line: Spoken) -> float | None:
        """When the first sound of the answer to a caller's line came; None when none did before the caller's next.

        An agent that was still speaking answers after its `clear`; one that talks on has not answered.
        """
        following = [other.start for other in self.caller if other.start > line.end]
        # A clear that the next line brought about is that line's.
        stops_until = min([line.end + STOPS_WITHIN_S, *following])
        stopped = [at + FRAME_S for at in self.cleared_at if line.start <= at <= stops_until]
        origin = max([line.end, *stopped])
        if any(begun < origin - TALKS_ON_S and origin < over for begun, over in together(self.sentences)):
            return None
        # What the agent says when the call has come back was brought about by that.
        gone = [stream.left for stream in self.later_streams if stream.at > line.start]
        if any(left <= line.end for left in gone):
            return None
        answer = self._voice_after(origin, min([*following, *gone], default=None))
        if answer is None or (line.is_keys and answer - line.end < AT_ONCE_S):
            return None
        # A line of before that was held for a moment and went on is no answer either.
        is_old = any(start < line.start and answer < end for start, end in self.speech or ())
        return None if is_old else answer

    def _voice_after(self, origin: float, until: float | None) -> float | None:
        """When the first sound of words came; of anything, music too, where `speech` is not known."""
        if self.speech is None:
            return voice_after(self.agent_audio, origin, until)
        for start, over in self.speech:
            begun, ends = max(origin, start - APART_S), over + APART_S if until is None else min(over + APART_S, until)
            if begun < ends:
                found = voice_after(self.agent_audio, begun, None if math.isinf(ends) else ends)
                if found is not None:
                    return found
        return None

    @property
    def is_clean(self) -> bool:
        """Nothing that Twilio or a caller would complain of."""
        return not self.problems and not self.warned.count and self.marks_in_order


def _in_order(asked: Sequence[str], echoed: Sequence[str]) -> bool:
    known = set(echoed)
    return [name for name in asked if name in known] == list(echoed) and len(set(asked)) == len(asked)
