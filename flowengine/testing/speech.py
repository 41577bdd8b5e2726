"""What the agent says in virtual time: how long it takes, and what of it was heard after so many seconds."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.conversation.commands import SendKeys, Speak
from flowengine.conversation.events import Reached
from flowengine.conversation.hiding import HIDDEN
from flowengine.testing import pace
from flowengine.words.keys import keys_seconds

EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Said:
    """One speech of the agent's. `heard` is what of `text` the caller heard; times in seconds since the connection."""

    began: float
    ended: float
    text: str
    heard: str
    line: str | None

    @property
    def complete(self) -> bool:
        return self.heard == self.text


@dataclass(slots=True)
class Speech:
    """A speech in the queue, or a pause (`order` None); `began` None while it waits for the one before."""

    speech_id: str
    text: str
    line: str | None
    seconds: float
    order: Speak | SendKeys | None
    began: float | None = None

    def reached(self, at: float) -> Reached:
        """How many of its words have begun by then, in seconds since the connection."""
        sentences = self.order.sentences if isinstance(self.order, Speak) else ()
        spoken = 0.0 if self.began is None else at - self.began
        begins, count = 0.0, 0
        for sentence in sentences:
            if begins <= spoken + EPSILON:
                count += pace.words_begun(sentence, spoken - begins)
            begins += pace.speech_seconds(sentence)
        return Reached(self.speech_id, count)

    def hold(self, seconds: float) -> None:
        """Say nothing for so long, and go on."""
        if self.began is not None:
            self.began += seconds


def keys_as_speech(order: SendKeys) -> Speech:
    """Keys among what is said, as a transcript shows them: `(keys 1ww2#)`."""
    shown = f"(keys {HIDDEN if order.secret else order.keys})"
    return Speech(order.speech_id, shown, None, keys_seconds(order.keys), order)


def heard_of(speech: Speech, seconds: float) -> str:
    """What of a speech was heard after so many seconds of it."""
    if seconds >= speech.seconds - EPSILON:
        return speech.text
    # Keys are sent, or they are not: there are no words of them.
    return "" if isinstance(speech.order, SendKeys) else pace.words_heard(speech.text, seconds)
