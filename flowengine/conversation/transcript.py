"""What was said on both sides, and what of it was heard.

The agent's side holds what the caller heard: a line that was cut short keeps the words that were played, one that was
never played leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from flowengine.conversation.asking import Asking
from flowengine.conversation.commands import Pause, SendKeys, Speak
from flowengine.conversation.prompt import Prompt, whole_sentences


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of one side, `at` seconds after the connection.

    `heard`: played to its end. False while it is being spoken, and for good where it was cut: `text` is then what had
    been played. Always True for the caller.
    """

    at: float
    speaker: Literal["agent", "caller"]
    text: str
    heard: bool


class Transcript:
    """The utterances of one call, and the speech that is still on its way."""

    def __init__(self) -> None:
        self._utterances: dict[int, Utterance] = {}
        self._pending: dict[str, tuple[Speak | Pause | SendKeys, int | None]] = {}
        self._count = 0
        self._given_up: set[str] = set()
        self._reopened: int | None = None
        self.heard_lines: set[str] = set()
        self.said_lines: set[str] = set()
        self.broken_off: list[Prompt] = []
        """What the caller's noise has cut since the last turn, and nobody has answered yet: from the sentence on that
        was being said."""
        self.asking = Asking()
        self.is_abandoned = False
        """The line is down: nothing is heard any more."""

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        return tuple(self._utterances.values())

    @property
    def quiet(self) -> bool:
        """All that was asked for has been heard or cut."""
        return not self._pending

    @property
    def coming(self) -> tuple[str, ...]:
        """The ids of all that is on its way."""
        return tuple(self._pending)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The same, but for what a turn has made needless."""
        return tuple(each for each in self._pending if each not in self._given_up)

    @property
    def firm(self) -> bool:
        """Something on its way must not be interrupted, as of what has been heard by now."""
        return not all(speech.may_be_cut(self.heard_lines) for speech in self.speeches)

    @property
    def speeches(self) -> tuple[Speak | SendKeys, ...]:
        """All that is on its way but pauses."""
        return tuple(speech for speech, _ in self._pending.values() if not isinstance(speech, Pause))

    @property
    def ahead(self) -> tuple[Speak, ...]:
        """What is still to be heard, but for what a turn has made needless."""
        pending = (self._pending[each][0] for each in self.wanted)
        return tuple(speech for speech in pending if isinstance(speech, Speak))

    def is_coming(self, line: str) -> bool:
        """Whether this line is on its way, and nothing has made it needless."""
        return any(
            isinstance(speech, Speak) and speech.line == line and speech_id not in self._given_up
            for speech_id, (speech, _) in self._pending.items()
        )

    def next_id(self) -> str:
        self._count += 1
        return f"u{self._count}"

    def speaks(self, at: float, speech: Speak | Pause | SendKeys) -> None:
        """The agent has begun to say this, to pause, or to send keys."""
        number = None
        if isinstance(speech, Speak):
            number = self._add(Utterance(at, "agent", speech.text, heard=False))
            if speech.line is not None:
                self.said_lines.add(speech.line)
        self._pending[speech.speech_id] = (speech, number)
        self.asking.speaks(speech)

    def give_up(self) -> None:
        """What is on its way now is cut on purpose: a turn has made it needless."""
        self._given_up.update(self._pending)

    def caller(self, at: float, text: str) -> None:
        """The caller has said this."""
        number, self._reopened = self._reopened, None
        if number is None:
            self._add(Utterance(at, "caller", text, heard=True))
        else:
            self._utterances[number] = replace(self._utterances[number], text=text)

    def reopen(self) -> None:
        """The caller goes on: what they say next holds their last words too, and stands in their place."""
        said = (number for number, each in reversed(self._utterances.items()) if each.speaker == "caller")
        self._reopened = next(said, None)

    def heard(self, speech_id: str) -> None:
        """Played to its end. An unknown id changes nothing."""
        self.asking.heard(speech_id)
        speech, number = self._pending.pop(speech_id, (None, None))
        if number is not None:
            self._utterances[number] = replace(self._utterances[number], heard=True)
        if isinstance(speech, Speak) and speech.line is not None:
            self.heard_lines.add(speech.line)

    def cut(self, speech_id: str, heard: str) -> None:
        """Stopped after `heard`. An unknown id changes nothing."""
        self.asking.cut(speech_id, heard)
        speech, number = self._pending.pop(speech_id, (None, None))
        if isinstance(speech, Speak) and speech_id not in self._given_up:
            rest = speech.sentences[whole_sentences(speech.sentences, heard) :]
            if rest:
                self.broken_off.append(Prompt(rest, speech.line))
        self._given_up.discard(speech_id)
        if number is None:
            return
        if heard.strip():
            self._utterances[number] = replace(self._utterances[number], text=heard.strip())
        else:
            del self._utterances[number]

    def abandon(self) -> None:
        """The line is down: what has not been reported as heard was not heard."""
        self.is_abandoned = True
        for speech_id in tuple(self._pending):
            self.cut(speech_id, "")

    def _add(self, utterance: Utterance) -> int:
        number = len(self._utterances) if not self._utterances else max(self._utterances) + 1
        self._utterances[number] = utterance
        return number
