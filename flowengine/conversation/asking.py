"""What the agent has said since the caller's last turn, how much of it was heard, and so what a "yes" can be said to.

The question is the last sentence with a question mark, or the last sentence where none has one. Who says "yes" before
that has begun to be heard has assented to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flowengine.conversation.commands import Pause, Record, SendKeys, Speak
from flowengine.conversation.events import Reached
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.unheard import Left, Unheard

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One sentence; `text` is the number of the text of the flow that it is in, and `after` how many words of the
    speech come before it."""

    words: str
    text: int
    after: int

    @property
    def end(self) -> int:
        return self.after + len(self.words.split())


@dataclass(slots=True)
class _Said:
    """One speech, or what stands between two. `heard`: so many words of it, once it is over; None before."""

    speech_id: str
    sentences: tuple[_Sentence, ...]
    line: str | None
    state: str | None
    step: Pause | SendKeys | Record | None = None
    is_aside: bool = False
    heard: int | None = None
    is_played: bool = False

    @property
    def is_cut(self) -> bool:
        return self.heard is not None and bool(self.sentences) and self.heard < self.sentences[-1].end

    def rest(self, sentences: Sequence[_Sentence]) -> Prompt | None:
        """These sentences of it, as they can be said; in its line's name where they are all that is left of it."""
        if not sentences:
            return None
        texts = groupby(sentences, lambda each: each.text)
        is_end = sentences[-1] is self.sentences[-1]
        return Prompt(tuple(" ".join(each.words for each in text) for _, text in texts), self.line if is_end else None)


_Place = tuple[int, int]
"""Which speech, and how many of its words."""


class Asking:
    """The agent's side since the caller's last turn. What was said in another state asks nothing any more."""

    def __init__(self) -> None:
        self._said: list[_Said] = []
        self._state: str | None = None
        self._was_asked = False
        self.was_heard = False
        """The question of this state had begun to be heard before one of the caller's turns, and is still open."""

    def speaks_in(self, state: str | None) -> None:
        """What is said next is said in this state: what was asked in another is asked no more."""
        if state != self._state:
            self._state = state
            self._was_asked = self.was_heard = False

    def speaks(self, speech: Speak | Pause | SendKeys) -> None:
        """The agent is going to say this, after all that was ordered before."""
        if isinstance(speech, Speak):
            self._said.append(_Said(speech.speech_id, _sentences(speech.sentences), speech.line, self._state))
        else:
            self._said.append(_Said(speech.speech_id, (), None, self._state, speech))

    def records(self) -> None:
        """What is recorded from here on is so once all before it was heard."""
        self._said.append(_Said("", (), None, self._state, Record(start=True)))

    def was_aside(self) -> None:
        """What was said so far is an answer to the caller: a digression from it does not come back to it."""
        for each in self._said:
            each.is_aside = True

    def latest_is_aside(self) -> None:
        """What was said last is no statement of the flow's: the model's words, a filler."""
        if self._said:
            self._said[-1].is_aside = True

    def heard(self, speech_id: str) -> None:
        """It was heard to its end."""
        for each in self._said:
            if each.speech_id == speech_id:
                each.heard, each.is_played = each.sentences[-1].end if each.sentences else 0, True

    def cut(self, speech_id: str, heard: str) -> None:
        """It was stopped after so much of it."""
        for each in self._said:
            if each.speech_id == speech_id:
                each.heard = len(heard.split())

    def said_again(self) -> None:
        """What was cut is said again, as far as it was not heard."""
        self._said = [each for each in self._said if not each.is_cut]

    def answered(self) -> None:
        """The caller has taken a turn: whatever the agent says next, they have not been asked yet."""
        question = self._question(among_all=True)
        heard = self._said[question[0]].heard if question is not None else None
        self.was_heard |= question is not None and heard is not None and heard > question[1]
        self._said.clear()
        self._was_asked = False

    def asks_anew(self) -> None:
        """What was asked has its answer, or is asked no more: nobody has heard the next question yet."""
        self.was_heard = False

    def unanswered(self) -> None:
        """The caller has kept silent: what they were asked they have heard, and may still answer."""
        self._said.clear()
        self._was_asked = True

    @property
    def question(self) -> str:
        """The words of the question; empty where none was asked."""
        at = self._question(among_all=True)
        sentences = self._said[at[0]].sentences if at is not None else ()
        return next((each.words for each in sentences if at is not None and each.after == at[1]), "")

    def is_asked(self, reached: Reached, *, more_comes: bool = False) -> bool:
        """Whether the question had begun to be heard when the agent had come so far.

        `more_comes`: further sentences are on their way, so the last is not known yet.
        """
        question = self._question(among_all=not more_comes)
        if question is None:
            return self._was_asked or not more_comes
        return self._was_asked or self._place(reached) > question

    # What the caller has talked into.

    def unheard(self, reached: Reached | None, *, all_coming: bool = False) -> Unheard:
        """What the caller has not heard who takes a turn, begun when the agent had come so far, as whole sentences;
        nothing where nobody knows. `all_coming`: nobody knows, and what is on its way counts as not heard.
        """
        place = self._on_its_way() if all_coming else None if reached is None else self._place(reached)
        question = self._question(among_all=True)
        left: list[Left] = []
        is_question_left = False
        for index, said in enumerate(self._said):
            sentences = self._left_of(index, said, place)
            if sentences:
                places = [(index, each.after) for each in sentences]
                is_question_left |= question in places
                stated = [
                    each
                    for each, at in zip(sentences, places, strict=True)
                    if question is None or at < question or said.state != self._state
                ]
                left.append(Left(said.rest(sentences), said.rest(stated), said.is_aside))
            elif self._is_owed(index, said, place) and (left or isinstance(said.step, SendKeys)):
                left.append(Left(said.step, said.step, said.is_aside))
        found = Unheard(tuple(left))
        return found if is_question_left else found.all_statements()

    def _on_its_way(self) -> _Place:
        found = (index for index, each in enumerate(self._said) if each.speech_id and each.heard is None)
        return next(found, len(self._said)), 0

    def _left_of(self, index: int, said: _Said, place: _Place | None) -> list[_Sentence]:
        heard = said.heard
        if heard is None and place is not None and index >= place[0]:
            # The word that had begun was not heard to its end.
            heard = max(place[1] - 1, 0) if index == place[0] else 0
        return [] if heard is None else [each for each in said.sentences if each.end > heard]

    def _is_owed(self, index: int, said: _Said, place: _Place | None) -> bool:
        """Whether a pause, keys or an order to record are still to come, given that what is before them is."""
        if said.step is None or said.is_played:
            return False
        if isinstance(said.step, Record):
            return True
        return said.heard == 0 or (said.heard is None and place is not None and index >= place[0])

    def _place(self, reached: Reached) -> _Place:
        found = (index for index, each in enumerate(self._said) if each.speech_id == reached.speech_id)
        return next(found, -1), reached.words

    def _question(self, *, among_all: bool) -> _Place | None:
        """Where it begins."""
        here = [(index, said) for index, said in enumerate(self._said) if said.state == self._state]
        every = [((index, each.after), each.words) for index, said in here for each in said.sentences]
        asking = [place for place, words in every if "?" in words]
        if asking:
            return asking[-1]
        return every[-1][0] if every and among_all else None


def _sentences(texts: Sequence[str]) -> tuple[_Sentence, ...]:
    found: list[_Sentence] = []
    after = 0
    for number, text in enumerate(texts):
        for words in SENTENCE_END.split(text):
            found.append(_Sentence(words, number, after))
            after = found[-1].end
    return tuple(found)
