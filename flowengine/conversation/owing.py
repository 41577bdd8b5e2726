"""Says what is owed: what the caller has talked into where the call has stayed, or come back to.

Nobody has heard it, and the flow goes by it: what a "yes" agrees to, a notice before recording, the keys of a menu.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Pause, Record, SendKeys
from flowengine.conversation.events import Reached
from flowengine.conversation.place import OpenToCaller
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.recording import Recording
from flowengine.conversation.unheard import NOTHING, Step, Unheard
from flowengine.graph.model import Llm, Transfer
from flowengine.words.normalise import normalise
from flowengine.words.small import SMALL


class Owing:
    """Keeps what is owed with the stay that owes it."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.recording = Recording(call)

    def broke_in(self, reached: Reached | None, *, all_coming: bool = False) -> None:
        """The caller takes a turn, begun when the agent had come so far; as `Asking.unheard`. Before `Call.hear`."""
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        unheard = self._call.transcript.asking.unheard(reached, all_coming=all_coming)
        stay.unheard = stay.unheard.followed_by(unheard, is_question=isinstance(stay.waiting, OpenToCaller))

    def is_interrupted(self) -> None:
        """Something else than the caller is about to take the word."""
        if not self._call.transcript.quiet:
            self.broke_in(None, all_coming=True)
            self.is_digression()
            self._call.transcript.asking.answered()

    def was_answered(self) -> None:
        """The turn was an answer: what was not heard before it was not waited for."""
        self._take()
        self._call.transcript.asking.asks_anew()

    def is_digression(self) -> None:
        """The turn is answered by itself; should the call stay here, or come back, only what the flow says is owed."""
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        stay.unheard = stay.unheard.without_asides()

    def say_everything(self) -> None:
        """All that was not heard, the question too."""
        unheard = self._take()
        self._say(unheard.everything)

    def say_on(self) -> None:
        """The caller's words have no answer here, and nothing was asked: go on with what they broke into."""
        stay = self._call.stay
        if stay is not None and stay.unheard:
            self._call.stop_speaking()
            self.say_everything()

    def say_with(self, text: Prompt) -> None:
        """What asks in the question's stead comes after what is owed. Where nothing is asked, or the question was not
        heard and this is another, it is an answer, and all that is owed follows."""
        stay = self._call.stay
        question = stay.unheard.without_asides().question if stay is not None else ""
        is_asked = stay is not None and isinstance(stay.waiting, OpenToCaller)
        if is_asked and (not question or asks_the_same(text.text, question)):
            self.say_statements()
            self._call.say(text)
        else:
            self.is_digression()
            self._call.say(text)
            self.say_everything()

    def say_statements(self) -> None:
        """All but what asks: other words are about to."""
        stay = self._call.stay
        is_asked = stay is not None and isinstance(stay.waiting, OpenToCaller) and not isinstance(stay.waiting, Llm)
        unheard = self._take()
        self._say(unheard.statements if is_asked else unheard.everything)

    def say_before_the_question(self) -> None:
        """All but the question, which is about to be asked as it was. A model's own words are not among it.

        The rest of the line before a transfer waits until the question whether they still want it has its answer.
        """
        stay = self._call.stay
        if stay is not None and stay.question is not None and isinstance(stay.waiting, Transfer):
            stay.unheard = stay.unheard.without_asides().without(stay.question)
            return
        is_model = stay is not None and isinstance(stay.waiting, Llm)
        unheard = self._take()
        self._say(unheard.everything if is_model else unheard.before_the_question)

    def _take(self) -> Unheard:
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        unheard, stay.unheard = stay.unheard, NOTHING
        return unheard

    def _say(self, steps: Iterable[Step]) -> None:
        call = self._call
        call.transcript.asking.was_aside()
        for step in steps:
            match step:
                case Prompt():
                    call.say(step)
                case Pause(seconds=seconds):
                    call.pause(seconds)
                case SendKeys(keys=keys, secret=secret):
                    self.recording.send(keys, secret=secret)
                case Record():
                    self.recording.order_again()
                case _:
                    assert_never(step)


def asks_the_same(text: str, question: str) -> bool:
    """Whether a text asks what this question asks: "Sorry, shall I renew it?", and not "Take your time"."""
    asked, said = set(normalise(question).words), set(normalise(text).words)
    common = asked & said
    return "?" in text and (bool(common - SMALL) or len(common) * 2 >= len(asked))
