"""The further tiers of understanding: what follows when no phrase and no pattern fits the caller's words.

First their likeness to the examples of the live intents, then the model choosing one of them or none; what stays
uncertain is asked, not guessed. Each is an order that something outside answers by an event, so a replay decides as the
call did. Beside every longer turn the likeness to what protects the caller is looked at as well (the guard's second
layer): it may add to what the rules found and takes nothing away.

By likeness alone nobody is taken off a list, and nothing that protects is done but an answer after which the call goes
on: the caller is asked. A question about an opt-out that is met by silence or a hang-up counts as answered by "yes".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import assert_never

from flowengine.conversation import deciding
from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.commands import Candidate, ChooseIntent, ReadValue, WeighMeaning
from flowengine.conversation.deciding import OPT_OUT
from flowengine.conversation.doubts import did_you_mean
from flowengine.conversation.events import IntentChosen, MeaningWeighed, ValueRead, WeighingFailed
from flowengine.conversation.honouring import Honouring
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.likely import KINDS, choices, kind_of, lead, least, protects
from flowengine.conversation.meaning import SECONDED, TAKEN, WEAK, weighed
from flowengine.conversation.place import Doubt, Fit, OpenToCaller, Weighing, best, fits, layers
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.settling import Settling
from flowengine.conversation.slots import extract
from flowengine.graph.edges import own_statements
from flowengine.graph.model import Collect, Goto, Listen, Llm, OnOtherwise
from flowengine.words.normalise import words

MEANING_TIMEOUT_S = 0.4
"""An engine that takes longer is in trouble: the caller must not wait for it."""
MODEL_TIMEOUT_S = 2.0
CHOSEN = 0.85
"""What a choice of the model's counts as, beside the probabilities of the other tiers."""
WORTH_NAMING = 0.05
"""What is less probable was not weighed against anything."""
ALL_SAID = 0.95
WATCHED_WORDS = 4
"""Shorter turns are what their phrases say."""

MODEL = "choice"
"""What the requests to the model begin with."""
Answer = MeaningWeighed | IntentChosen | ValueRead | WeighingFailed


class Tiers:
    """Asks what words may mean, and takes the answers."""

    def __init__(
        self, call: Call, interpreter: Interpreter, collector: Collector, settling: Settling, honouring: Honouring
    ) -> None:
        self._call = call
        self._interpreter = interpreter
        self._collector = collector
        self._settling = settling
        self._honouring = honouring
        self._watched: dict[str, tuple[str, frozenset[str]]] = {}
        """What is looked at beside a turn that was taken: the words, and what they deny, by request."""
        self.unasked: frozenset[str] = frozenset()
        """Intents that assent to what had not been asked when the turn began: its words mean none of them."""

    # Asking.

    def ask(self, text: str, shown: str) -> bool:
        """Ask what words mean that fit nothing; False where nobody can be asked."""
        call = self._call
        if self._is_private or not isinstance(self._settling.here.waiting, Listen | Collect):
            return False
        if "meaning" not in call.further:
            return self._ask_model(text, shown, ())
        self._ask_likeness(text, shown)
        return True

    def hesitates(self, fit: Fit, text: str, shown: str) -> bool:
        """Whether a phrase covers so little of the words that likeness is asked first."""
        weak = fit.tier == "phrase" and fit.score < WEAK and isinstance(self._settling.here.waiting, Listen)
        if weak and "meaning" in self._call.further:
            self._ask_likeness(text, shown, fit)
            return True
        return False

    def _ask_likeness(self, text: str, shown: str, leaning: Fit | None = None) -> None:
        names = tuple(self._choices())
        request = self._begin("meaning", text, shown, MEANING_TIMEOUT_S)
        weighing = self._call.weighing
        assert weighing is not None, "it has just begun"
        weighing.leaning, weighing.denied = leaning, self._denied(text, names)
        self._call.emit(WeighMeaning(request, text, names))

    def _denied(self, text: str, names: Collection[str]) -> frozenset[str]:
        """What these words hold a phrase of and do not mean: likeness hardly hears a "not"."""
        matcher = self._call.prepared.matcher
        found = {each.intent for each in matcher.understand(text, names)}
        return frozenset(matcher.turned_round - found)

    def watch(self, text: str, candidates: Collection[Candidate] = ()) -> None:
        """Look at a turn that was taken for what protects the caller. Nothing waits for it.

        `candidates`: what the words were found to fit; a phrase that says it all leaves nothing to look for.
        """
        call = self._call
        if "meaning" not in call.further or self._is_private or call.outcome is not None:
            return
        if any(each.score >= ALL_SAID and each.tier == "phrase" for each in candidates):
            return
        if len(words(text)) >= WATCHED_WORDS:
            request, names = call.next_request("watch"), tuple(self._choices())
            self._watched[request] = text, self._denied(text, names)
            call.emit(WeighMeaning(request, text, tuple(name for name in names if self._protects(name))))

    def _ask_model(self, text: str, shown: str, likely: tuple[Candidate, ...]) -> bool:
        call, stay = self._call, self._settling.here
        if "model" not in call.further:
            return False
        unlike = "meaning" in call.further and not any(each.score >= least(call.flow, each) for each in likely)
        if unlike and self._model_is_next():
            # It is given the words in a moment, with more to say to them than a choice: twice would take twice as long.
            return False
        asked = stay.question or call.latest
        question = asked.text if asked is not None else ""
        request = self._begin(MODEL, text, shown, MODEL_TIMEOUT_S, likely)
        if isinstance(stay.waiting, Collect):
            call.emit(ReadValue(request, text, self._collector.asked, question))
        else:
            call.emit(ChooseIntent(request, text, question, tuple(self._choices().items())))
        return True

    def _model_is_next(self) -> bool:
        """Whether `otherwise` leads to an `llm` here."""
        flow, stay = self._call.flow, self._settling.here
        found = (
            best(list(fits(layers(flow, stay), OnOtherwise(), stay.counts))) if isinstance(stay.waiting, Listen) else []
        )
        move = found[0].branch.body[-1:] if found else ()
        return any(
            isinstance(each, Llm)
            for goto in move
            if isinstance(goto, Goto)
            for each in own_statements(flow.states[goto.state].body)
        )

    def _begin(self, kind: str, text: str, shown: str, seconds: float, likely: tuple[Candidate, ...] = ()) -> str:
        request = self._call.next_request(kind)
        self._call.weigh(Weighing(self._settling.here, request, text, shown, likely), seconds)
        return request

    def _choices(self) -> dict[str, str]:
        found = choices(self._call.flow, layers(self._call.flow, self._settling.here))
        return {name: said for name, said in found.items() if name not in self.unasked}

    @property
    def _is_private(self) -> bool:
        return isinstance(self._settling.here.waiting, Collect) and self._collector.secret

    def _protects(self, name: str) -> bool:
        return protects(self._call.flow, name)

    # Answers.

    def answered(self, event: Answer) -> None:
        """An answer has come. One to words that were joined by others, or left behind, changes nothing."""
        call = self._call
        watched = self._watched.pop(event.request_id, None)
        if watched is not None:
            return self._seen(*watched, event)
        if call.weighing is None or call.weighing.request_id != event.request_id:
            return None
        weighing = call.end_weighing()
        if weighing is None or call.outcome is not None:
            return None
        match event:
            case MeaningWeighed(likenesses=likenesses):
                named = self._choices()
                found = weighed([each for each in likenesses if each.intent in named])
                likely = tuple(each for each in found if each.score >= WORTH_NAMING)
                if weighing.leaning is not None and _seconds(likely, weighing.leaning):
                    return self._lean(weighing, weighing.leaning, likely)
                likely = tuple(each for each in likely if each.intent not in weighing.denied)
                return self._decide(weighing, likely, asks_model=True)
            case IntentChosen(intent=str(intent)) if intent in self._choices():
                chosen = Candidate(intent, CHOSEN, "model")
                return self._act(weighing, chosen, (chosen, *weighing.likely))
            case IntentChosen():
                # The model adds to what protects the caller, and takes nothing away.
                kept = tuple(each for each in weighing.likely if self._protects(each.intent))
                return self._decide(weighing, kept, asks_model=False)
            case ValueRead(value=value):
                return self._take_value(weighing, value)
            case WeighingFailed(reason=reason):
                call.note(f"asked what was meant, in vain: {reason}")
                if weighing.leaning is not None:
                    return self._lean(weighing, weighing.leaning, ())
                by_model = event.request_id.startswith(MODEL)
                return self._decide(weighing, weighing.likely, asks_model=not by_model)
            case _:
                assert_never(event)

    def _lean(self, weighing: Weighing, fit: Fit, likely: tuple[Candidate, ...]) -> None:
        """What the phrase says, after all."""
        own = Candidate(fit.intent or "", fit.score, fit.tier)
        beside = (each for each in likely if each.intent != fit.intent)
        self._settling.meant(fit, weighing.text, weighing.shown, (own, *beside))

    def timed_out(self, timer_id: str) -> bool:
        """The timer of a question has run out; False when it is none of these."""
        weighing = self._call.weighing
        if weighing is None or weighing.request_id != timer_id:
            return False
        weighing.is_late = True
        self.answered(WeighingFailed(self._call.at, timer_id, "no answer in time"))
        return True

    def _decide(self, weighing: Weighing, candidates: tuple[Candidate, ...], *, asks_model: bool) -> None:
        """What likeness makes of the words: taken, passed on to the model, asked, or nothing."""
        flow, stay = self._call.flow, self._settling.here
        leading = lead(flow, layers(flow, stay), stay.counts, candidates)
        if leading is not None and leading.is_sure:
            return self._act(weighing, leading.top, candidates)
        if asks_model and self._ask_model(weighing.text, weighing.shown, candidates):
            return None
        if leading is None:
            return self._nothing(weighing, candidates)
        return self._question(weighing, leading.doubt, candidates)

    def _seen(self, text: str, denied: frozenset[str], event: Answer) -> None:
        """What was looked at beside a turn: only what surely protects the caller is followed up."""
        call, stay = self._call, self._call.stay
        if not isinstance(event, MeaningWeighed) or call.outcome is not None or call.is_weighing:
            return None
        if stay is None or stay.doubt is not None or not isinstance(stay.waiting, OpenToCaller):
            return None
        sure = (each for each in weighed(event.likenesses) if each.score >= TAKEN and each.intent not in denied)
        found = tuple(each for each in sure if self._protects(each.intent))
        leading = lead(call.flow, layers(call.flow, stay), stay.counts, found[:1])
        if leading is None:
            return None
        weighing = Weighing(stay, event.request_id, text, text.strip())
        call.disarm_silence()
        if leading.is_sure:
            return self._act(weighing, leading.top, found)
        return self._question(weighing, replace(leading.doubt, aside=True), found)

    def _act(self, weighing: Weighing, chosen: Candidate, candidates: tuple[Candidate, ...]) -> None:
        """Do as is meant, whoever says so."""
        call, fit = self._call, self._fit(chosen)
        if chosen.intent == OPT_OUT:
            call.suppress(OPT_OUT)
        if fit is not None:
            return self._settling.meant(fit, weighing.text, weighing.shown, candidates)
        if chosen.intent not in KINDS:
            return self._nothing(weighing, candidates)
        call.emit(call.understood(weighing.shown, chosen.intent, chosen.score, chosen.tier, candidates))
        return self._honouring.answer(kind_of(chosen.intent))

    def _take_value(self, weighing: Weighing, value: str | None) -> None:
        """What the model has read is checked as any value from outside, and read back where the flow reads back."""
        call = self._call
        found = None
        if value is not None and isinstance(self._settling.here.waiting, Collect):
            found = extract(self._collector.wanted, value, call.now)
        if found is None:
            return self._decide(weighing, weighing.likely, asks_model=False)
        call.emit(call.understood(weighing.shown, None, CHOSEN, "model", weighing.likely))
        call.stop_speaking()
        self._interpreter.owing.was_answered()
        return self._settling.collected(self._collector.take(found))

    def _nothing(self, weighing: Weighing, candidates: tuple[Candidate, ...]) -> None:
        self._call.emit(self._call.understood(weighing.shown, None, 0.0, "none", candidates))
        self._settling.unmatched(OnOtherwise())

    # Questions.

    def _question(self, weighing: Weighing, doubt: Doubt, candidates: tuple[Candidate, ...]) -> None:
        call = self._call
        call.emit(call.understood(weighing.shown, None, candidates[0].score, "none", candidates))
        call.opt_out_open = doubt.meant == OPT_OUT
        self.doubt(doubt)

    def doubt(self, doubt: Doubt) -> None:
        """ "Did you mean …?" """
        call = self._call
        self._settling.here.doubt = doubt
        call.stop_speaking()
        call.say(Prompt((did_you_mean(call.flow, doubt),)))
        self._interpreter.listen()

    def resolve(self, doubt: Doubt, text: str, shown: str, *, agreed: bool) -> None:
        """Yes: the first; no: the other, or neither."""
        call, stay = self._call, self._settling.here
        stay.doubt = None
        call.opt_out_open = False
        chosen = doubt.first if agreed else doubt.second
        if agreed and doubt.meant == OPT_OUT:
            call.suppress(OPT_OUT)
        if chosen is not None:
            call.emit(call.understood(shown, chosen.intent, chosen.score, "phrase"))
            return self._settling.take(chosen)
        if agreed and doubt.kind is not None:
            call.emit(call.understood(shown, doubt.kind, 1.0, "protective"))
            return self._honouring.answer(doubt.kind)
        call.emit(call.understood(shown, None, 0.0, "none"))
        if doubt.aside:
            # The turn was taken before: what was asked then is still open.
            return self._interpreter.ask_again()
        return self._settling.unmatched(OnOtherwise())

    # Which branch.

    def _fit(self, candidate: Candidate) -> Fit | None:
        stay = self._settling.here
        return next(iter(deciding.fitting((candidate,), layers(self._call.flow, stay), stay.counts, {})), None)


def _seconds(likely: Collection[Candidate], fit: Fit) -> bool:
    """Whether likeness gives what a weak phrase says enough."""
    return any(each.intent == fit.intent and each.score >= SECONDED for each in likely)
