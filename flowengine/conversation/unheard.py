"""What the caller has talked into and not heard, as the flow owes it to them for as long as the call stays there.

Whole sentences, with the pauses, the keys and the order to record that stand between them, as the flow has them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flowengine.conversation.commands import Pause, Record, SendKeys
from flowengine.conversation.prompt import Prompt

Step = Prompt | Pause | SendKeys | Record


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one speech. `stated`: but for the question and what follows it; None: nothing then.

    `is_aside`: an answer to something the caller asked in between, the model's words, or a filler.
    """

    step: Step | None
    stated: Step | None
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Unheard:
    """In order. False when nothing is left."""

    left: tuple[Left, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.left)

    @property
    def everything(self) -> tuple[Step, ...]:
        """All of it, the question too."""
        return tuple(each.step for each in self.left if each.step is not None)

    @property
    def statements(self) -> tuple[Step, ...]:
        """But for the sentence that asks: other words ask in its stead."""
        return tuple(each.stated for each in self.left if each.stated is not None)

    @property
    def question(self) -> str:
        """The question, where it is among what was not heard, and what follows it; else empty."""
        for each in self.left:
            if isinstance(each.step, Prompt) and each.stated != each.step:
                stated = each.stated.text if isinstance(each.stated, Prompt) else ""
                return each.step.text[len(stated) :].strip()
        return ""

    @property
    def before_the_question(self) -> tuple[Step, ...]:
        """But for the last that is said in one go: the question, which is asked whole."""
        return self._without_last().everything

    def all_statements(self) -> Unheard:
        """The same, the question having been heard."""
        return Unheard(tuple(replace(each, stated=each.step) for each in self.left))

    def without_asides(self) -> Unheard:
        """What the flow says by itself: an answer that was talked into is not given again after the next."""
        return Unheard(tuple(each for each in self.left if not each.is_aside))

    def without(self, question: Prompt) -> Unheard:
        """The same but for a question of ours, which is asked anew, or has its answer."""
        return Unheard(tuple(each for each in self.left if each.step != question))

    def followed_by(self, later: Unheard, *, is_question: bool) -> Unheard:
        """This, still owed, and what was talked into since; `is_question`: this ends in what is asked anew then."""
        return Unheard(((self._without_last() if is_question else self).left) + later.left)

    def _without_last(self) -> Unheard:
        last = max((at for at, each in enumerate(self.left) if isinstance(each.step, Prompt)), default=len(self.left))
        return Unheard(self.left[:last] + self.left[last + 1 :])


NOTHING = Unheard()
