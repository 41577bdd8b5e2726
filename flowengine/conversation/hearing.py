"""The caller's words: what an utterance means here, and which branch it takes.

In this order: what protects the caller; the answer to "Did you mean …?"; the slot being asked for; the live intents and
slots in the language's order; the model, where it has the floor; the further tiers; `otherwise`.
"""

from __future__ import annotations

from flowengine.compliance.honoured import Honoured, opts_out
from flowengine.conversation import deciding
from flowengine.conversation.afterthoughts import Words, as_one
from flowengine.conversation.answers import is_assent, yes_or_no
from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.commands import Candidate, Understood
from flowengine.conversation.correcting import WHOLE
from flowengine.conversation.deciding import OPT_OUT, rivals
from flowengine.conversation.early import Early, without
from flowengine.conversation.events import Reached
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.honouring import Honouring
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.mentions import Mention, mentions
from flowengine.conversation.place import (
    Doubt,
    Fit,
    Live,
    OpenToCaller,
    Stay,
    Weighing,
    intents_of,
    layers,
)
from flowengine.conversation.sentiment import sentiment
from flowengine.conversation.settling import Settling
from flowengine.conversation.staying import Staying
from flowengine.conversation.taking_back import TakingBack
from flowengine.conversation.tiers import Tiers
from flowengine.conversation.whole_values import is_plain
from flowengine.graph.model import Collect, Listen, Llm, OnOtherwise, OnSilence, Transfer
from flowengine.graph.over_an_end import UNDOES_NOTHING, protecting
from flowengine.words.normalise import normalise, words

CERTAIN, NEARLY_CERTAIN = 0.95, 0.85
MORE_THAN_NO = 4
"""A "no" with more words says what was meant."""
BACKCHANNELS = frozenset({"hello", "hi", "hey", "hiya", "mm", "yes", "ok", "right", "sure", "fine"})
"""Said while the agent speaks, and meaning no live intent, these only say "I'm here"."""


class Hearing:
    """Takes the caller's turns."""

    def __init__(
        self,
        call: Call,
        interpreter: Interpreter,
        collector: Collector,
        settling: Settling,
        taking_back: TakingBack,
    ) -> None:
        self._call = call
        self._taking_back = taking_back
        self._interpreter = interpreter
        self._collector = collector
        self._settling = settling
        self._honouring = Honouring(call, interpreter)
        self._staying = Staying(call, interpreter)
        self._early = Early(call, collector, self._staying)
        self._protecting = protecting(call.flow)
        self.tiers = Tiers(call, interpreter, collector, settling, self._honouring)
        self._unanswered: tuple[Stay, str] | None = None
        """What was said last, where nothing was asked and it fitted nothing."""

    # Words.

    def said(self, latest: str, reached: Reached | None = None, *, behind: bool = False) -> None:
        """An utterance that is more than a cough. What is still being weighed is one turn with it.

        `reached`: how far the agent had come when the caller began to say it, where that is known. `behind`: it may be
        somebody behind the caller who said it. Over the agent's voice that is no turn, and it says on; when a turn is
        open somebody is expected to speak.
        """
        call = self._call
        if behind and not call.transcript.quiet and not self.is_protective(latest):
            private = isinstance(self._settling.here.waiting, Collect) and self._collector.secret
            return call.emit(Understood(HIDDEN if private else latest.strip(), None, 0.0, "none"))
        said = self._with_unanswered(latest)
        if self._taking_back.takes(latest, reached) and not self.is_protective(latest):
            said = self._guarded(self._taking_back.take_back(latest, reached))
            # The agent had come so far in an answer that is none any more; what is answered now had been heard.
            latest, reached = said.said, None
        stay = self._settling.here
        before = call.end_weighing() if call.is_weighing and normalise(latest).words else None
        if before is not None:
            said = self._with(before, latest)
        text = said.meant
        live = layers(call.flow, stay)
        unanswered, intents = self._found(text, stay)
        intents = self._staying.without_looser(text, intents)
        protective = [each for each in intents if each.tier == "protective"]
        private = isinstance(stay.waiting, Collect) and self._collector.secret
        shown = HIDDEN if private and not protective and unanswered is None else said.said.strip()
        held = () if private or stay.is_ending else mentions(call, live, text, intents)
        candidates = _ordered(intents, held)
        if unanswered is None and (self.is_early(text, reached) or self._is_no_turn(text, candidates, reached)):
            call.transcript.caller(call.at, shown)
            call.emit(Understood(shown, None, 0.0, "none"))
            call.disarm_silence()
            # "Hello?" into the first words of a greeting has cut it short: a person would begin again.
            return call.say_broken_off()
        candidates = without(candidates, self._early.unasked(text, candidates, reached))
        self.tiers.unasked = self._early.unasked_intents(self._listened_for(live), reached)
        self._settling.is_early = self._early.is_before_the_question(reached)
        self._interpreter.owing.broke_in(reached)
        if before is None and shown != HIDDEN:
            self._taking_back.begin(Words(text.strip(), shown))
        else:
            self._taking_back.forget()
        if shown == HIDDEN:
            call.hear(shown, None)
        else:
            call.hear(latest.strip(), sentiment(latest))
        call.guarding.heard(text)
        if unanswered is not None:
            return self._honour(unanswered, shown, candidates)
        if not protective and self._staying.is_asked:
            if self._staying.answered(text, shown, means_more=bool(candidates)):
                return None
        elif not protective and not isinstance(stay.waiting, OpenToCaller) and stay.doubt is None and not candidates:
            # Nothing has been asked yet: "hello?" is not an answer, and the agent says on.
            call.emit(call.understood(shown, None, 0.0, "none"))
            return self._say_on(text)
        call.disarm_silence()
        call.disarm_keys()
        stay.keys = ""
        if any(each.intent == OPT_OUT for each in protective):
            call.suppress(OPT_OUT)
        elif not protective and stay.doubt is not None and self._resolve(stay.doubt, text, shown):
            return None
        stay.doubt = None
        call.opt_out_open = False
        if not protective and isinstance(stay.waiting, Collect) and self._answered(text, shown, intents):
            return self.tiers.watch(text)
        self._choose(text, shown, candidates, held)
        if not protective and not call.is_weighing:
            self.tiers.watch(text, candidates)
        return None

    def _with(self, before: Weighing, latest: str) -> Words:
        """Words that are still being weighed and those that follow them, as one turn."""
        shown = before.text if before.shown == HIDDEN else before.shown
        return self._guarded(Words(as_one(before.text, latest), f"{shown} {latest}"))

    def _with_unanswered(self, latest: str) -> Words:
        """The latest words, and those before them that nobody could answer, where only together they protect."""
        before, self._unanswered = self._unanswered, None
        if before is not None and before[0] is self._settling.here and not self.is_protective(latest):
            both = f"{before[1]} {latest}"
            if self.is_protective(both):
                return Words(both, both)
        return Words(latest, latest)

    def _guarded(self, said: Words) -> Words:
        """Nothing is left out where all of it together protects the caller."""
        return Words(said.said, said.said) if said.meant != said.said and self.is_protective(said.said) else said

    def _honour(self, kind: Honoured, shown: str, candidates: tuple[Candidate, ...]) -> None:
        """What every caller may say, and this flow does not answer."""
        call, stay = self._call, self._settling.here
        call.disarm_silence()
        call.disarm_keys()
        stay.keys, stay.doubt = "", None
        self._interpreter.owing.is_digression()
        call.emit(call.understood(shown, kind, 1.0, "protective", candidates))
        self._honouring.answer(kind)

    def _say_on(self, text: str) -> None:
        """Nothing was asked that these words could answer; with the next they may mean something."""
        self._unanswered = (self._settling.here, self._call.last_heard)
        if self._staying.is_refused(text):
            return self._staying.ask()
        return self._interpreter.owing.say_on()

    def is_whole(self, text: str) -> bool:
        """Whether a turn is surely over with these words: one phrase of one live intent, a value that can't go on where
        one is asked for, or a plain yes or no to a question that asks for nothing else."""
        stay = self._settling.here
        confirming = isinstance(stay.waiting, Collect) and self._collector.confirming
        if stay.doubt is not None or confirming or self._staying.is_asked:
            return is_plain(text)
        if isinstance(stay.waiting, Collect):
            return not self._honouring.protects(text) and self._collector.is_whole(text)
        if not isinstance(stay.waiting, Listen) or self._honouring.protects(text):
            return False
        named = self._listened_for(layers(self._call.flow, stay))
        found = self._call.prepared.matcher.understand(text, named)
        return bool(found) and found[0].score == 1 and all(deciding.overshadowed(each, found) for each in found[1:])

    def is_early(self, text: str, reached: Reached | None) -> bool:
        """Whether this is understood as a yes alone, begun before the question had begun to be heard: no answer to it.

        A word that the flow takes for something else than a yes ("right", where left or right is asked for) counts, and
        so does a yes that takes back the "no" before it.
        """
        call, stay = self._call, self._settling.here
        if reached is None or self._early.is_asked(reached) or self._taking_back.takes(text, reached):
            return False
        if not is_assent(text):
            return self._is_early_among_words(text, reached)
        if isinstance(stay.waiting, Collect) and self._collector.names_choice(text):
            return False
        live = layers(call.flow, stay)
        named = self._listened_for(live)
        intents = call.prepared.matcher.understand(text, named)
        if any(each.tier == "protective" or not self._says_yes(each.intent) for each in intents):
            return False
        kinds = {call.flow.slots[each.trigger.slot].type.kind for each in mentions(call, live, text, intents)}
        return kinds <= WHOLE

    def _is_early_among_words(self, text: str, reached: Reached) -> bool:
        """The same of a yes with other words around it that mean nothing here ("hello, yes")."""
        call, live = self._call, layers(self._call.flow, self._settling.here)
        intents = call.prepared.matcher.understand(text, self._listened_for(live))
        candidates = _ordered(intents, mentions(call, live, text, intents))
        return self._early.is_no_answer(text, candidates, reached) and not self.is_protective(text)

    def _says_yes(self, intent: str) -> bool:
        return any(yes_or_no(phrase) is True for phrase in self._call.flow.intents[intent].phrases)

    def is_protective(self, text: str) -> bool:
        """Whether these words protect the caller, and are listened for: only such may interrupt a firm line."""
        if self._honouring.protects(text):
            return True
        flow = self._call.flow
        named = self._listened_for(layers(flow, self._settling.here))
        return bool(
            self._call.prepared.matcher.understand(text, [each for each in named if flow.intents[each].protective])
        )

    def counts(self, text: str) -> bool:
        """Whether these words are listened for here at all, by a branch or by the engine itself."""
        unanswered, intents = self._found(text, self._settling.here)
        return unanswered is not None or bool(intents)

    def _found(self, text: str, stay: Stay) -> tuple[Honoured | None, tuple[Candidate, ...]]:
        """What the engine has to answer; and what the words may mean to the flow. Over an end that is held back that is
        only what can change it."""
        named, left_out = self._listened_for(layers(self._call.flow, stay)), frozenset[str]()
        if stay.is_ending:
            may_count = self._protecting | self._interpreter.promises.refusals(stay.state)
            named, left_out = tuple(each for each in named if each in may_count), UNDOES_NOTHING
        return self._honouring.found(text, named, self._call.prepared.matcher.understand(text, named), left_out)

    def opted_out(self, text: str) -> bool:
        """Whether these words ask not to be called again, whatever the state of the call."""
        matcher, flow = self._call.prepared.matcher, self._call.flow
        return opts_out(text) or (OPT_OUT in flow.intents and bool(matcher.understand(text, (OPT_OUT,))))

    def _listened_for(self, live: Live) -> tuple[str, ...]:
        """The live intents; an opt-out is heard whether or not a branch handles it."""
        named = tuple(each for each in intents_of(live) if not self._honouring.is_granted(each))
        extra = (OPT_OUT,) if OPT_OUT in self._call.flow.intents and OPT_OUT not in named else ()
        return (*named, *extra)

    def _is_no_turn(self, text: str, candidates: tuple[Candidate, ...], reached: Reached | None) -> bool:
        """Thinking aloud ("um…"), and listening noises while the agent speaks."""
        said = normalise(text).words
        if not said:
            return text != HIDDEN
        spoken_over = not self._call.transcript.quiet or bool(self._call.transcript.broken_off)
        if not spoken_over or candidates or not all(word in BACKCHANNELS for word in said):
            return False
        if isinstance(self._settling.here.waiting, Collect) and self._collector.names_choice(text):
            return False
        # What a yes to some questions means, no intent of the flow need say.
        return not (is_assent(text) and reached is not None and self._takes_yes and self._early.is_asked(reached))

    @property
    def _takes_yes(self) -> bool:
        """A model's question, a read-back, one of a few choices, "Did you mean …?", "Would you still like …?"."""
        stay = self._settling.here
        if isinstance(stay.waiting, Collect) and self._collector.expects_choice:
            return True
        return stay.doubt is not None or self._staying.is_asked or isinstance(stay.waiting, Llm)

    def _choose(self, text: str, shown: str, candidates: tuple[Candidate, ...], held: tuple[Mention, ...]) -> None:
        call, stay = self._call, self._settling.here
        fitting = self._fitting(candidates, held)
        if any(each.intent == OPT_OUT for each in candidates) and not any(fit.intent == OPT_OUT for fit in fitting):
            call.emit(call.understood(shown, OPT_OUT, 1.0, "protective", candidates))
            return self._honouring.suppressed()
        if not fitting:
            if self.tiers.ask(text, shown):
                return None
            call.emit(call.understood(shown, None, 0.0, "none", candidates))
            if isinstance(stay.waiting, Llm):
                call.stop_speaking()
                self._interpreter.owing.was_answered()
                return self._interpreter.model_turn()
            if not isinstance(stay.waiting, OpenToCaller):
                # Only a rung that was not reached listens for this; nothing has been asked that it could miss.
                return self._say_on(text)
            return self._settling.unmatched(OnOtherwise())
        first = fitting[0]
        others = rivals(fitting)
        if others:
            call.emit(call.understood(shown, None, first.score, "none", candidates))
            return self.tiers.doubt(Doubt(first, others[0]))
        if not held and self.tiers.hesitates(first, text, shown):
            return None
        if not first.protective:
            for mention in held:
                call.fill(mention.trigger.slot, mention.value)
        return self._settling.meant(first, text, shown, candidates)

    def _fitting(self, candidates: tuple[Candidate, ...], held: tuple[Mention, ...]) -> list[Fit]:
        call, stay = self._call, self._settling.here
        slots = {mention.candidate: mention.trigger for mention in held}
        return deciding.fitting(candidates, layers(call.flow, stay), stay.counts, slots)

    def _resolve(self, doubt: Doubt, text: str, shown: str) -> bool:
        """Yes or no to "Did you mean …?". Anything else is taken as said afresh."""
        agreed = yes_or_no(text)
        if agreed is None or (agreed is False and doubt.second is None and len(words(text)) > MORE_THAN_NO):
            return False
        self.tiers.resolve(doubt, text, shown, agreed=agreed)
        return True

    # Slots.

    def _answered(self, text: str, shown: str, candidates: tuple[Candidate, ...]) -> bool:
        """Whether the utterance answered the open slot."""
        call, collector = self._call, self._collector
        if candidates and self._is_aside(candidates[0]):
            return False
        understood = len(call.out)
        heard = collector.hear(text)
        if heard is None:
            return False
        call.out.insert(understood, call.understood(shown, None, 1.0, "slot"))
        call.stop_speaking()
        if heard == "filled":
            self._interpreter.owing.was_answered()
        self._settling.collected(collector.advance() if heard == "filled" else collector.miss())
        return True

    def _is_aside(self, candidate: Candidate) -> bool:
        """An intent beats the slot when it is surely no answer: the surer, the more the slot could take the words."""
        if self._collector.expects_choice:
            intent = self._call.flow.intents[candidate.intent]
            answers = any(yes_or_no(phrase) is not None for phrase in intent.phrases)
            return not answers and candidate.score >= NEARLY_CERTAIN
        return candidate.score >= (NEARLY_CERTAIN if self._collector.expects_words else CERTAIN)

    def takes_back(self, text: str, reached: Reached | None) -> bool:
        """Whether these words are one turn with the last, which can still be taken back."""
        return self._taking_back.takes(text, reached)

    def goes_on_from(self, before: str) -> None:
        """The words that come now are one turn with these, where only together they protect."""
        self._unanswered = (self._settling.here, before)

    def silent(self) -> None:
        """The caller has said nothing in time. Before a transfer, or the end that is decided, that only leaves a
        question of ours unanswered."""
        self._call.may_repeat()
        self._call.transcript.asking.unanswered()
        self._settling.here.doubt = None
        here = self._settling.here
        if here.is_ending:
            return self._interpreter.go_on()
        if isinstance(here.waiting, Transfer):
            return self._staying.stays() if self._staying.is_asked else None
        return self._settling.unmatched(OnSilence())


def _ordered(candidates: tuple[Candidate, ...], held: tuple[Mention, ...]) -> tuple[Candidate, ...]:
    """Intents and values together, best first."""
    found = (*candidates, *(mention.candidate for mention in held))
    return tuple(sorted(found, key=lambda each: (each.tier != "protective", -each.score)))


def is_cough(text: str) -> bool:
    """Nothing was said: noise that the recogniser took for speech. Words that a record hides are words."""
    return not words(text) and text != HIDDEN
