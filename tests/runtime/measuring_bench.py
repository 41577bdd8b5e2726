"""A measuring beside its playback, moved by hand: for tests of what is measured of a turn."""

from __future__ import annotations

from dataclasses import dataclass, field

from flowengine.conversation.commands import Speak, Understood
from flowengine.conversation.events import CallerSaid, Event, SpeechHeard
from flowengine.runtime.interrupting import Interrupting
from flowengine.runtime.measured import ReplyStarted, TurnMeasured
from flowengine.runtime.measuring import Measuring
from flowengine.runtime.playback import Playback
from flowengine.runtime.ports import Told
from tests.runtime.fake_line import FakeLine


@dataclass
class FarEnd(FakeLine):
    """Plays by the time that it is told, and knows when each mark is due."""

    now: float = 0.0
    until: float = 0.0
    due: dict[str, float] = field(default_factory=dict)

    def play(self, mulaw: bytes) -> None:
        self.until = max(self.until, self.now) + len(mulaw) / 8000

    def mark(self, name: str) -> None:
        self.due[name] = max(self.until, self.now)


@dataclass
class Bench:
    """A call that was connected at 100 s. `echoes`: the far end gives its marks back, a tick late at most."""

    echoes: bool = False
    told: list[Told] = field(default_factory=list)
    marked_at: dict[str, float] = field(default_factory=dict)
    """When a speech was proved to be heard to its end."""

    def __post_init__(self) -> None:
        self.line = FarEnd()
        self.playback = Playback(self.line)
        self.interrupting = Interrupting(self.playback, lambda: True)
        self.measuring = Measuring(self.told.append, self.playback, self.interrupting)

    def happened(self, event: Event, now: float) -> None:
        """The conversation is told this."""
        self.measuring.happened(event, now, 100.0)

    def understood(self, text: str, now: float) -> None:
        """Said, and understood at once."""
        self.happened(CallerSaid(now - 100.0, text), now)
        self.measuring.ordered(Understood(text, "agree", 1.0, "phrase"), now)

    def say(self, speech_id: str, now: float, seconds: float = 1.0) -> None:
        """Ordered now, its audio there at once."""
        self.measuring.ordered(Speak(speech_id, ("Well.",)), now)
        passage = self.playback.add(speech_id, "Well.", last=True)
        self.playback.feed(passage, b"\xff" * int(8000 * seconds))
        self.playback.finish(passage)

    def pump(self, now: float, until: float) -> None:
        """Tick until then, and tell what sounded."""
        while now < until:
            self.line.now = now
            self.playback.pump(now)
            self.measuring.sounded()
            if self.echoes:
                self._echo(now)
            now += 0.02

    def _echo(self, now: float) -> None:
        for mark in [mark for mark, due in self.line.due.items() if due <= now]:
            del self.line.due[mark]
            heard = self.playback.on_mark(mark)
            self.measuring.marked(now)
            for speech in heard:
                self.marked_at[speech.speech_id] = now
                self.happened(SpeechHeard(now - 100.0, speech.speech_id), now)

    @property
    def turns(self) -> list[TurnMeasured]:
        return [each for each in self.told if isinstance(each, TurnMeasured)]

    @property
    def replies(self) -> list[ReplyStarted]:
        return [each for each in self.told if isinstance(each, ReplyStarted)]
