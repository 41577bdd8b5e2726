"""How a turn is settled: the branch it takes, or what happens when none does."""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector, Result
from flowengine.conversation.commands import Candidate
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.place import Fit, Stay, best, fits, layers
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.slots import find_in_passing
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import Collect, Listen, Llm, OnOtherwise, OnSilence

MISUNDERSTOOD = "Sorry, I didn't catch that."
UNHANDLED_LIMIT = 3


class Settling:
    """The last step of every turn; counts what happened, so that rungs can be reached."""

    def __init__(self, call: Call, interpreter: Interpreter, collector: Collector) -> None:
        self._call = call
        self._interpreter = interpreter
        self._collector = collector
        self.is_early = False
        """The turn in hand began before the question had begun to be heard, for the first time."""

    def meant(self, fit: Fit, text: str, shown: str, candidates: tuple[Candidate, ...]) -> None:
        """These words are taken for this; what they hold for slots besides is kept ("yes, and Tuesday is best")."""
        call = self._call
        call.emit(call.understood(shown, fit.intent, fit.score, fit.tier, candidates))
        if isinstance(self.here.waiting, Listen) and not fit.protective:
            for name, value in find_in_passing(text, call.flow, call.variables, call.now).items():
                call.fill(name, value)
            call.utterance = text
        self.take(fit)

    def take(self, fit: Fit) -> None:
        """Follow the branch of a turn that has a meaning here."""
        self._interpreter.owing.is_digression()
        self._take(fit)

    def _take(self, fit: Fit) -> None:
        self._count(fit.label)
        if fit.intent is not None and fit.tier != "slot":
            self._interpreter.promises.happened("meant", fit.intent)
        self._call.stop_speaking()
        self._interpreter.take(fit.branch, fit.label)

    def collected(self, result: Result | None) -> None:
        """A slot has had its answer, or none: listen on, or leave the `collect`."""
        if result is None:
            self._interpreter.listen()
        else:
            self._interpreter.take_result(result)

    def unmatched(self, trigger: OnSilence | OnOtherwise) -> None:
        """Silence, or words that fit nothing. Words that were spoken over a line leave the rest of it to be said: where
        the call stays here, that comes before the question is asked again.

        A `collect` has its own ladder (`again`, `tries`), which only its own branches come before. Where nothing at
        all handles it, the question is asked twice more; then the call ends."""
        call, stay = self._call, self.here
        live = layers(call.flow, stay)
        if isinstance(stay.waiting, Collect):
            live = live[:1]
        found = best(list(fits(live, trigger, stay.counts)))
        if found:
            return self._take(found[0])
        self._count(trigger_label(trigger))
        call.stop_speaking()
        if isinstance(stay.waiting, Collect):
            if self._is_no_try(trigger):
                self._interpreter.owing.say_everything()
                return self._interpreter.listen()
            return self.collected(self._collector.miss())
        if isinstance(stay.waiting, Llm):
            return self._silent_to_model()
        if stay.counts.get("silence", 0) + stay.counts.get("otherwise", 0) >= UNHANDLED_LIMIT:
            call.note(f"nothing handles {trigger_label(trigger)!r} in state {stay.state!r}")
            return self._interpreter.stop("failed")
        if isinstance(trigger, OnOtherwise):
            call.say(Prompt((MISUNDERSTOOD,)))
        return self._interpreter.ask_again()

    def _is_no_try(self, trigger: OnSilence | OnOtherwise) -> bool:
        """Whether words answer no question of a slot's, which is owed still: they cost no try, a few times."""
        if isinstance(trigger, OnSilence) or not self.is_early or not self.here.unheard.question:
            return False
        return self.here.counts[trigger_label(trigger)] <= UNHANDLED_LIMIT

    def _silent_to_model(self) -> None:
        """The model has no `silence` branches: its last words are said again, and the third silence is its limit."""
        if self.here.counts["silence"] >= UNHANDLED_LIMIT:
            return self._interpreter.end_model()
        return self._interpreter.ask_again()

    @property
    def here(self) -> Stay:
        """The present stay."""
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        return stay

    def _count(self, label: str) -> None:
        counts = self.here.counts
        counts[label] = counts.get(label, 0) + 1
