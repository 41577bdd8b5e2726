"""What the caller says over lines after which the call ends: what protects them counts, all else is kept.

A "bye", "I'm driving" or "can I speak to a person" over "That's booked for Tuesday" must not undo the booking, so what
`anywhere` does with those is left alone. A refusal over what a policy forbids after it (`never pitch after refuse`)
counts as well.
"""

from __future__ import annotations

from flowengine.compliance.honoured import honoured
from flowengine.conversation.asking import SENTENCE_END
from flowengine.conversation.call import Call
from flowengine.conversation.commands import Understood
from flowengine.conversation.deciding import OPT_OUT
from flowengine.conversation.events import CallerPressed, CallerSaid
from flowengine.conversation.goodbye import GOODBYE, is_goodbye
from flowengine.conversation.hearing import BACKCHANNELS, Hearing, is_cough
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.honouring import SUPPRESSED
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.keypad import presses
from flowengine.conversation.place import Stay, layers
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.sentiment import sentiment
from flowengine.graph.over_an_end import DECLINED
from flowengine.words.normalise import normalise

OPEN_ENDED = (("not",), ("never",), ("stop",))
"""Last words of a turn that goes on in the next: "no don't", "please stop"."""
GOES_ON_S = 4.0
"""So long after them the rest is still to be expected."""


class OverFarewell:
    """Listens while one call comes to its end."""

    def __init__(self, call: Call, interpreter: Interpreter, hearing: Hearing) -> None:
        self._call = call
        self._interpreter = interpreter
        self._hearing = hearing
        self._said: list[str] = []
        """The words that were kept, and nothing more."""
        self._open_at: float | None = None
        """When the last of them were said, where they end openly."""

    @property
    def is_under_way(self) -> bool:
        """The end is decided and held back, and nothing has been asked in between."""
        stay = self._call.stay
        return stay is not None and stay.is_ending and stay.doubt is None

    @property
    def awaits_more(self) -> bool:
        """What the caller has said last is the first half of something: "please never"."""
        is_here = not self._call.transcript.is_abandoned
        return is_here and self._open_at is not None and self._call.at - self._open_at < GOES_ON_S

    def keeps(self, event: CallerSaid | CallerPressed) -> bool:
        """Whether this answers nothing over an end that is held back: then it has been seen to."""
        stay = self._call.stay
        if stay is None or not self.is_under_way:
            return False
        if isinstance(event, CallerPressed):
            keys = stay.keys + event.key
            return not any(known.startswith(keys) for known in presses(layers(self._call.flow, stay)))
        if self._hearing.counts(event.text) or self._hearing.takes_back(event.text, event.reached):
            return False
        if (whole := self._opted_out(event.text)) is not None:
            # Only all of it together says so.
            self._hearing.goes_on_from(whole)
            return False
        if self._refuses(event.text, stay):
            return True
        self._keep(event.text)
        if honoured(event.text) == "driving" and self._may_be_cut_short(stay):
            self._say_goodbye()
            self._interpreter.end_now()
            return True
        self._may_be_cut(event)
        return True

    def is_cough(self, event: CallerSaid) -> bool:
        """Whether nothing was said; last lines that it has cut go on."""
        if not is_cough(event.text):
            return False
        self._says_on(event)
        return True

    def _says_on(self, event: CallerSaid) -> None:
        """A noise has cut the last lines, where they could be cut: they are said to their end all the same."""
        call, owing = self._call, self._interpreter.owing
        if not self.is_under_way or not call.transcript.broken_off:
            return
        owing.broke_in(event.reached)
        call.transcript.asking.answered()
        call.may_repeat()
        owing.say_on()

    def late(self, text: str, *, to_machine: bool) -> None:
        """The flow has ended, and a goodbye at most is still to be heard. An opt-out counts, and is answered as long as
        the caller is there, a machine (`to_machine`) only while it is still being spoken to: once, since the next finds
        the number on the list."""
        call, before = self._call, self._opted_out(text)
        is_one = self._hearing.opted_out(text)
        call.transcript.caller(call.at, text.strip())
        self._add(text.strip())
        if not is_one and before is None:
            if call.may_cut_farewell and not is_noise(text):
                call.stop_speaking()
            return
        said = text.strip() if before is None else f"{before} {text.strip()}"
        call.emit(Understood(said, OPT_OUT, 1.0, "protective"))
        self._open_at = None
        is_heard = not call.transcript.quiet or not (to_machine or call.transcript.is_abandoned)
        is_answered = call.suppress(OPT_OUT) and is_heard
        if is_answered or call.may_cut_farewell:
            call.stop_speaking()
        if is_answered:
            call.may_repeat()
            call.say(Prompt((SUPPRESSED,)), interruptible=False)

    def _keep(self, text: str) -> None:
        call, said = self._call, text.strip()
        call.transcript.caller(call.at, said)
        call.emit(Understood(said, None, 0.0, "none"))
        self._add(said)

    def _add(self, said: str) -> None:
        self._said.append(said)
        self._open_at = self._call.at if _is_open(said) else None

    def _may_be_cut(self, event: CallerSaid) -> None:
        """A farewell may have a `barge-in` of its own: then any words end it that say more than "I'm listening"."""
        call = self._call
        if is_noise(event.text):
            self._says_on(event)
        elif call.may_cut_farewell or call.transcript.quiet:
            call.stop_speaking()
            call.transcript.broken_off.clear()
            self._interpreter.go_on()

    def _may_be_cut_short(self, stay: Stay) -> bool:
        """Whoever drives wants the call over; but what has to be heard before the end that was decided is."""
        return stay.held is not None and not self._interpreter.promises.unheard(stay.held.move)

    def _refuses(self, text: str, stay: Stay) -> bool:
        """Whether this is a refusal after which nothing more may be said of what was refused, and no branch takes it:
        the agent says goodbye, and no more. Nobody who refuses has agreed: where the flow has `declined`, that is how
        the call ends."""
        call, promises = self._call, self._interpreter.promises
        found = call.prepared.matcher.understand(text, sorted(promises.refusals(stay.state)))
        if not found:
            return False
        call.hear(text.strip(), sentiment(text))
        call.guarding.heard(text)
        call.emit(call.understood(text.strip(), found[0].intent, found[0].score, found[0].tier, found))
        promises.happened("meant", found[0].intent)
        self._say_goodbye()
        if DECLINED in call.flow.outcomes:
            self._interpreter.stop(DECLINED)
        else:
            self._interpreter.end_now()
        return True

    def _say_goodbye(self) -> None:
        """In place of all that was to be said: the flow's own goodbye, where its last sentence is one and no more."""
        call = self._call
        last = SENTENCE_END.split(call.transcript.ahead[-1].text)[-1] if call.transcript.ahead else ""
        call.stop_speaking()
        call.transcript.asking.answered()
        call.may_repeat()
        call.say(Prompt((last if is_goodbye(last) else GOODBYE,)))

    def _opted_out(self, text: str) -> str | None:
        """What was said before these words, where only both are an opt-out: "no don't", "call me again"."""
        if self._hearing.opted_out(text):
            return None
        kept, last = " ".join(self._said), self._call.last_heard
        # A turn that is whole by itself ("no") goes with nothing: "call me again" may be what is meant.
        wholes = (kept, f"{last} {kept}".strip()) if _is_open(last) and HIDDEN not in last else (kept,)
        return next((each for each in wholes if each and self._is_cut_in_two(each, text)), None)

    def _is_cut_in_two(self, before: str, text: str) -> bool:
        hearing = self._hearing
        return not hearing.opted_out(before) and hearing.opted_out(f"{before} {text}")


def _is_open(said: str) -> bool:
    return normalise(said).words[-1:] in OPEN_ENDED


def is_noise(text: str) -> bool:
    """Whether these words say no more than that somebody is there."""
    return all(word in BACKCHANNELS for word in normalise(text).words)
