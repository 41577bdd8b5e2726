"""The end of a call: made at once where only a goodbye is still to be heard, and held back while more than that is.

A state that sells, tells or reminds and then ends has said all its lines in one moment; to the caller they last half a
minute. As long as more than the goodbye is on its way the call goes on: what protects the caller is taken as anywhere
else, and whatever else they say is kept and answers nothing. The lines are spoken to their end all the same. A hang-up,
an end from outside and a time limit make the end that was decided.
"""

from __future__ import annotations

from flowengine.conversation.asking import SENTENCE_END
from flowengine.conversation.call import Call
from flowengine.conversation.commands import Ended, Hangup, Speak
from flowengine.conversation.goodbye import is_goodbye
from flowengine.conversation.open_turn import OpenTurn
from flowengine.conversation.owing import Owing
from flowengine.conversation.place import Stay
from flowengine.conversation.summary import summarised
from flowengine.graph.model import End, Goto, Run
from flowengine.graph.over_an_end import LONGEST_GOODBYE

MOST_HELD = 3
"""Ends of one call that are held back; from then on an end is made at once, so that no call goes on for ever."""


class Farewell:
    """How one call ends."""

    def __init__(self, call: Call, owing: Owing, turn: OpenTurn) -> None:
        self._call = call
        self._owing = owing
        self._turn = turn
        self._held = 0

    def is_held_back(self, move: Goto | Run | End, *, of_pitch: bool) -> bool:
        """Whether this is an end that has to wait for lines before the goodbye; `of_pitch` as `Held` has it."""
        return isinstance(move, End) and self._held < MOST_HELD and self._is_more_than_a_goodbye(of_pitch)

    def begin(self, stay: Stay) -> None:
        """The end is decided, and held back: nothing is waited for any more, and the caller is asked nothing."""
        call = self._call
        self._held += 1
        call.disarm_silence()
        call.disarm_keys()
        call.end_weighing()
        call.release(*call.stays())
        stay.waiting, stay.question, stay.collecting, stay.talk = None, None, None, None
        stay.doubt, stay.keys = None, ""
        self._turn.open_to_protection()

    def is_due(self, stay: Stay) -> bool:
        """Whether only the goodbye is still to be heard. What the caller has talked into is said first."""
        if stay.doubt is not None or stay.keys or self._call.transcript.broken_off:
            return False
        if stay.unheard:
            self._owing.say_everything()
        return not self._is_more_than_a_goodbye(stay.held is not None and stay.held.of_pitch)

    def finish(self, outcome: str) -> None:
        """The call is over but for what is on its way."""
        call = self._call
        declared = call.flow.outcomes.get(outcome)
        if call.opt_out_open:
            call.suppress("opt_out")
        if declared is not None and declared.disposition == "suppress":
            call.suppress(outcome)
        call.disarm_silence()
        call.disarm_keys()
        call.release(*call.stays())
        call.outcome = outcome
        self.is_spoken_to_its_end()
        call.emit(Hangup(outcome), *summarised(call, outcome), Ended(outcome))

    def is_spoken_to_its_end(self) -> None:
        """What is ordered to be said now is cut short by nothing but what protects the caller."""
        call = self._call
        call.out = [call.farewell(each) if isinstance(each, Speak) else each for each in call.out]

    def _is_more_than_a_goodbye(self, of_pitch: bool) -> bool:
        transcript = self._call.transcript
        # A pause and keys take their time too, and whoever says something then is to be answered.
        if len(transcript.wanted) > 1 or len(transcript.ahead) < len(transcript.wanted):
            return True
        texts = [each.text for each in transcript.ahead]
        if of_pitch and not all(is_goodbye(sentence) for text in texts for sentence in SENTENCE_END.split(text)):
            return True
        return any(len(text.split()) > LONGEST_GOODBYE for text in texts)
