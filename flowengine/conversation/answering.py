"""What comes back from outside the call: the guard, actions, the model, transfers; and the timers that wait for them.

An answer belongs to the stay that asked. While a digression holds the floor it is kept there; when nobody waits for it
any more it changes nothing.
"""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.doing import Doing
from flowengine.conversation.events import (
    ActionFinished,
    GuardAnswered,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    TransferEnded,
)
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.modelling import Modelling
from flowengine.conversation.place import Purpose, Reply, Stay
from flowengine.graph.model import Do, Guard, Llm, Transfer

Answer = GuardAnswered | ActionFinished | ModelAnswered | ModelFailed | TransferEnded


class Answering:
    """Takes answers to where they were asked for."""

    def __init__(self, call: Call, interpreter: Interpreter, doing: Doing, modelling: Modelling) -> None:
        self._call = call
        self._interpreter = interpreter
        self._doing = doing
        self._modelling = modelling

    def answered(self, event: Answer) -> None:
        """An answer has come."""
        call = self._call
        stay = next((each for each in call.stays() if each.request == event.request_id), None)
        answer = self._read(stay, event) if stay is not None else None
        if stay is not None and answer is not None:
            self._settle(stay, answer)
        elif isinstance(event, ActionFinished):
            # What it did is done all the same: somebody may have to know.
            call.note(f"{event.request_id} {event.result}, when nobody waited for it any more")

    def said(self, event: ModelSaid) -> None:
        """The model has said a sentence more; one of a turn that was given up changes nothing."""
        stay = next((each for each in self._call.stays() if each.request == event.request_id), None)
        if stay is not None and isinstance(stay.waiting, Llm):
            self._modelling.said(stay, event.text)

    def model_goes_on(self) -> None:
        """What the model has said meanwhile is spoken, and its answer taken, once nothing is in the way any more."""
        stay = self._call.stay
        if stay is None or not isinstance(stay.waiting, Llm) or not self._modelling.may_speak(stay):
            return
        self._modelling.speak(stay)
        if stay.answer is not None:
            answer, stay.answer = stay.answer, None
            self._interpreter.answered(answer)

    def end_model_in_time(self) -> None:
        """A model's time runs out at once, but what is being said is heard to its end."""
        stay = self._call.stay
        waits = stay is not None and isinstance(stay.waiting, Llm) and stay.talk is not None and stay.talk.time_is_up
        if waits and self._call.transcript.quiet:
            self._interpreter.end_model()

    def timer(self, timer_id: str) -> bool:
        """A timer of something that waits has run out; False when it is none of these."""
        stay = next((each for each in self._call.stays() if timer_id in each.timers), None)
        if stay is None:
            return False
        self._time_out(stay, timer_id, stay.timers.pop(timer_id))
        return True

    def _time_out(self, stay: Stay, timer_id: str, purpose: Purpose) -> None:
        match purpose, stay.waiting:
            case "timeout", Do():
                self._settle(stay, self._doing.timed_out(stay.waiting))
            case "timeout", Transfer():
                self._settle(stay, self._doing.consulting.give_up(stay))
            case "timeout", _:
                self._settle(stay, ModelFailed(self._call.at, timer_id, "no answer in time"))
            case "filler", Do() if stay is self._call.stay:
                self._doing.fill_in(stay, stay.waiting, timer_id)
            case "filler", Llm() if stay is self._call.stay:
                self._modelling.fill_in(stay, stay.waiting, timer_id)
            case "filler", Transfer() if stay is self._call.stay:
                self._doing.consulting.fill_in(stay, stay.waiting, timer_id)
            case "limit", _ if stay.talk is not None:
                stay.talk.time_is_up = True
            case _:
                pass

    def _read(self, stay: Stay, event: Answer) -> str | Reply | None:
        """What an answer comes to; None when the stay waits for something else."""
        match stay.waiting, event:
            case Guard(name=name), GuardAnswered(allowed=allowed, reasons=reasons):
                result = "allowed" if allowed else "refused"
                self._call.note(" ".join((f"guard {name} {result}", *reasons)))
                return result
            case Do(), ActionFinished():
                return self._doing.finished(stay, stay.waiting, event)
            case Llm(), ModelAnswered() | ModelFailed():
                return event
            case Transfer(), TransferEnded(result=result):
                self._call.note(f"transfer {result}")
                # Whoever tells how it ended knows that the colleague has gone.
                stay.consultation = None
                self._doing.leaving.ended()
                return result
            case _:
                return None

    def _settle(self, stay: Stay, answer: str | Reply) -> None:
        stay.request = None
        match stay.waiting, answer:
            case Do(action=name), "ok":
                self._interpreter.promises.happened("did", name)
            case Guard(name=name), "allowed":
                self._interpreter.promises.happened("allowed", name)
            case _:
                pass
        self._call.cancel_timers(stay, "timeout", "filler")
        # A move that waits for a line was decided before the answer came, and goes first.
        if isinstance(stay.waiting, Llm):
            # Taken by `model_goes_on`: what a digression has cut is said again with it.
            stay.answer = answer
            if stay is not self._call.stay and stay.talk is not None:
                stay.talk.say_again()
        elif stay is self._call.stay and stay.held is None:
            if self._call.transcript.broken_off:
                # What the caller is talking into comes before what follows from the answer.
                self._call.say_broken_off()
            self._interpreter.answered(answer)
        else:
            stay.answer = answer
