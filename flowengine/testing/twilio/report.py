"""What a simulated telephone heard and saw of one call, measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from flowengine.testing.twilio.measures import Utterance, voice_after
from flowengine.testing.twilio.playout import Gap


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
    """A caller's line as it was spoken: from its first to its last sound, in seconds since the stream began."""

    text: str
    start: float
    end: float


@dataclass(slots=True)
class CallReport:
    """One call from the telephone's end. Audio is mu-law, both sides from the stream's beginning.

    `problems` are what Twilio's debugger would show and no caller should meet: a webhook that failed, a stream closed
    with an error, an agent that said nothing. `unsaid` are the caller's steps that the call left no room for.
    """

    call_sid: str
    caller: list[Spoken] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    agent: list[Utterance] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    marks_asked: list[str] = field(default_factory=list)
    marks_echoed: list[str] = field(default_factory=list)
    clears: int = 0
    warned: Warned = field(default_factory=Warned)
    problems: list[str] = field(default_factory=list)
    ended_by: str = ""
    close_code: int | None = None
    said_by_twilio: tuple[str, ...] = ()
    caller_audio: bytes = field(default=b"", repr=False)
    agent_audio: bytes = field(default=b"", repr=False)

    @property
    def marks_in_order(self) -> bool:
        """Every mark has its own name, and what was echoed was echoed in the order in which it was asked for."""
        echoed = set(self.marks_echoed)
        asked = [name for name in self.marks_asked if name in echoed]
        return asked == self.marks_echoed and len(set(self.marks_asked)) == len(self.marks_asked)

    @property
    def latest_frame(self) -> float:
        """Seconds by which the latest frame came too late for its sentence; 0 when none did."""
        return max((gap.seconds for gap in self.gaps), default=0.0)

    @property
    def replies(self) -> list[float]:
        """Seconds from each caller's line's last sound to the agent's next, where the agent answered at all."""
        answered = []
        for number, line in enumerate(self.caller):
            until = self.caller[number + 1].start if number + 1 < len(self.caller) else None
            start = voice_after(self.agent_audio, line.end, until)
            if start is not None:
                answered.append(round(start - line.end, 3))
        return answered

    @property
    def is_clean(self) -> bool:
        """Nothing that Twilio or a caller would complain of."""
        return not self.problems and not self.warned.count and self.marks_in_order
