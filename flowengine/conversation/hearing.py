"""The caller's turn: what an utterance, a silence or a key means here, and which branch it takes.

In this order: what protects the caller; the answer to "Did you mean …?"; the slot being asked for; the live intents in
the language's order; `otherwise`; and where nothing handles it, the question again, twice, then the end.
"""

from __future__ import annotations

from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.call import HIDDEN, Call
from flowengine.conversation.collector import Collector, Result
from flowengine.conversation.commands import Candidate, Understood
from flowengine.conversation.doubts import did_you_mean
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.keypad import BETWEEN_DIGITS_S, BETWEEN_KEYS_S, entry, is_full, presses
from flowengine.conversation.normalise import normalise, words
from flowengine.conversation.place import Doubt, Fit, Stay, best, fits, intents_of, layers
from flowengine.conversation.slots import find_in_passing
from flowengine.conversation.transcript import Prompt
from flowengine.conversation.understanding import EQUAL, OVERSHADOWED
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import Collect, Guard, Listen, OnIntent, OnOtherwise, OnPress, OnSilence, Trigger

OPT_OUT = "opt_out"
SUPPRESSED = "I've taken your number off our list, and we won't call you again. Goodbye."
MISUNDERSTOOD = "Sorry, I didn't catch that."
UNHANDLED_LIMIT = 3
CERTAIN, NEARLY_CERTAIN = 0.95, 0.85
BACKCHANNELS = frozenset({"hello", "hi", "hey", "hiya", "mm", "yes", "ok", "right", "sure", "fine"})
"""Said while the agent speaks, and meaning no live intent, these only say "I'm here"."""


class Hearing:
    """Takes the caller's turns."""

    def __init__(self, call: Call, interpreter: Interpreter, collector: Collector) -> None:
        self._call = call
        self._interpreter = interpreter
        self._collector = collector

    # Words.

    def said(self, text: str) -> None:
        """An utterance that is more than a cough."""
        call, stay = self._call, self._here()
        live = layers(call.flow, stay)
        candidates = call.prepared.matcher.understand(text, self._listened_for(live))
        hidden = isinstance(stay.waiting, Collect) and self._collector.secret and not candidates
        shown = HIDDEN if hidden else text.strip()
        call.transcript.caller(call.at, shown)
        call.last_heard = shown
        if self._is_no_turn(text, candidates):
            call.emit(Understood(shown, None, 0.0, "none"))
            call.disarm_silence()
            return
        call.turns += 1
        call.may_repeat()
        protective = [each for each in candidates if each.tier == "protective"]
        if not protective and isinstance(stay.waiting, Guard) and not candidates:
            # Nothing has been asked yet: "hello?" is not an answer.
            call.emit(Understood(shown, None, 0.0, "none"))
            return
        call.disarm_silence()
        call.disarm_keys()
        stay.keys = ""
        if protective:
            self._opt_out_first(protective)
        elif stay.doubt is not None and self._resolve(stay.doubt, shown):
            return
        stay.doubt = None
        if not protective and isinstance(stay.waiting, Collect) and self._answered(text, shown, candidates):
            return
        self._choose(text, shown, candidates)

    def opted_out(self, text: str) -> bool:
        """Whether these words ask not to be called again, whatever the state of the call."""
        matcher = self._call.prepared.matcher
        return OPT_OUT in self._call.flow.intents and bool(matcher.understand(text, (OPT_OUT,)))

    def _listened_for(self, live: tuple[tuple[object, ...], ...]) -> tuple[str, ...]:
        named = intents_of(live)  # type: ignore[arg-type]  # layers of branches
        extra = (OPT_OUT,) if OPT_OUT in self._call.flow.intents and OPT_OUT not in named else ()
        return (*named, *extra)

    def _is_no_turn(self, text: str, candidates: tuple[Candidate, ...]) -> bool:
        """Thinking aloud ("um…"), and listening noises while the agent speaks."""
        said = normalise(text).words
        if not said:
            return True
        return not self._call.transcript.quiet and not candidates and all(word in BACKCHANNELS for word in said)

    def _choose(self, text: str, shown: str, candidates: tuple[Candidate, ...]) -> None:
        call, stay = self._call, self._here()
        fitting = self._fitting(candidates)
        if not fitting:
            call.emit(Understood(shown, None, 0.0, "none", candidates))
            if candidates and candidates[0].intent == OPT_OUT:
                return self._suppressed()
            return self._unmatched(OnOtherwise())
        first = fitting[0]
        rivals = [
            fit
            for fit in fitting[1:]
            if not first.protective
            and fit.branch is not first.branch
            and (fit.branch.rung, fit.layer) == (first.branch.rung, first.layer)
            and first.score - fit.score < EQUAL
        ]
        if rivals:
            call.emit(Understood(shown, None, first.score, "none", candidates))
            return self._doubt(Doubt(first, rivals[0]))
        tier = next(each.tier for each in candidates if each.intent == first.intent)
        call.emit(Understood(shown, first.intent, first.score, tier, candidates))
        if isinstance(stay.waiting, Listen) and not first.protective:
            for name, value in find_in_passing(text, call.flow, call.variables, call.now).items():
                call.fill(name, value)
            call.utterance = text
        return self._take(first)

    def _fitting(self, candidates: tuple[Candidate, ...]) -> list[Fit]:
        call, stay = self._call, self._here()
        if not candidates:
            return []
        live = layers(call.flow, stay)
        top = max(each.score for each in candidates)
        found = [
            Fit(fit.branch, fit.layer, fit.label, each.score, each.tier == "protective", each.intent)
            for each in candidates
            if each.tier == "protective" or each.score > top - OVERSHADOWED
            for fit in fits(live, OnIntent(each.intent), stay.counts)
        ]
        ordered = best(found)
        if any(fit.intent == OPT_OUT for fit in ordered):
            ordered.sort(key=lambda fit: fit.intent != OPT_OUT)
        return ordered

    # Doubt.

    def _doubt(self, doubt: Doubt) -> None:
        call = self._call
        self._here().doubt = doubt
        call.stop_speaking()
        call.say(Prompt((did_you_mean(call.flow, doubt),)))
        self._interpreter.listen()

    def _resolve(self, doubt: Doubt, shown: str) -> bool:
        """Yes: the first; no: the other. Anything else is taken as said afresh."""
        agreed = yes_or_no(shown)
        if agreed is None:
            return False
        chosen = doubt.first if agreed else doubt.second
        self._here().doubt = None
        self._call.emit(Understood(shown, chosen.intent, chosen.score, "phrase"))
        self._take(chosen)
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
        call.out.insert(understood, Understood(shown, None, 1.0, "slot"))
        call.stop_speaking()
        self._go_on(collector.advance() if heard == "filled" else collector.miss())
        return True

    def _is_aside(self, candidate: Candidate) -> bool:
        """An intent beats the slot when it is surely no answer: the surer, the more the slot could take the words."""
        if self._collector.expects_choice:
            intent = self._call.flow.intents[candidate.intent]
            answers = any(yes_or_no(phrase) is not None for phrase in intent.phrases)
            return not answers and candidate.score >= NEARLY_CERTAIN
        return candidate.score >= (NEARLY_CERTAIN if self._collector.expects_words else CERTAIN)

    def _go_on(self, result: Result | None) -> None:
        if result is None:
            self._interpreter.listen()
        else:
            self._interpreter.take_result(result)

    # Silence and what fits nothing.

    def silent(self) -> None:
        """The caller has said nothing in time."""
        self._call.may_repeat()
        self._here().doubt = None
        self._unmatched(OnSilence())

    def _unmatched(self, trigger: Trigger) -> None:
        call, stay = self._call, self._here()
        live = layers(call.flow, stay)
        if isinstance(stay.waiting, Collect):
            live = live[:1]
        found = best(list(fits(live, trigger, stay.counts)))
        if found:
            return self._take(found[0])
        self._count(trigger_label(trigger))
        call.stop_speaking()
        if isinstance(stay.waiting, Collect):
            return self._go_on(self._collector.miss())
        if stay.counts.get("silence", 0) + stay.counts.get("otherwise", 0) >= UNHANDLED_LIMIT:
            call.note("nothing handles the caller's silence")
            return self._interpreter.stop("failed")
        if isinstance(trigger, OnOtherwise):
            call.say(Prompt((MISUNDERSTOOD,)))
        return self._interpreter.ask_again()

    def _take(self, fit: Fit) -> None:
        self._count(fit.label)
        self._call.stop_speaking()
        self._interpreter.take(fit.branch, fit.label)

    def _count(self, label: str) -> None:
        stay = self._here()
        stay.counts[label] = stay.counts.get(label, 0) + 1

    # Opting out.

    def _opt_out_first(self, protective: list[Candidate]) -> None:
        if any(each.intent == OPT_OUT for each in protective):
            self._call.suppress(OPT_OUT)

    def _suppressed(self) -> None:
        """No branch handles an opt-out: the engine does."""
        call = self._call
        call.stop_speaking()
        outcome = next((each.name for each in call.flow.outcomes.values() if each.disposition == "suppress"), "failed")
        self._interpreter.stop(outcome, SUPPRESSED)

    # Keys.

    def pressed(self, key: str) -> None:
        """One key."""
        call, stay = self._call, self._here()
        if isinstance(stay.waiting, Collect) and self._collector.takes_keys and key != "*":
            return self._digit(key)
        known = frozenset(presses(layers(call.flow, stay)))
        if not known:
            call.note("a key was pressed where none is live")
            return None
        stay.keys += key
        call.disarm_silence()
        match entry(stay.keys, known):
            case "complete" | "unknown":
                self.keys_done()
            case "partial" | "open":
                call.arm_keys(BETWEEN_KEYS_S)
        return None

    def keys_done(self) -> None:
        """The row of keys is finished: by itself, or by a pause."""
        call, stay = self._call, self._here()
        keys, stay.keys = stay.keys, ""
        if not keys:
            return None
        call.disarm_silence()
        call.disarm_keys()
        call.turns += 1
        call.may_repeat()
        collecting = isinstance(stay.waiting, Collect) and self._collector.takes_keys
        shown = f"(press {HIDDEN if collecting and self._collector.secret else keys})"
        call.transcript.caller(call.at, shown)
        call.last_heard = shown
        stay.doubt = None
        if collecting:
            call.emit(Understood(shown, None, 1.0, "key"))
            call.stop_speaking()
            return self._go_on(self._collector.enter(keys))
        found = best(list(fits(layers(call.flow, stay), OnPress(keys), stay.counts)))
        if not found:
            call.emit(Understood(shown, None, 0.0, "none"))
            return self._unmatched(OnOtherwise())
        call.emit(Understood(shown, found[0].label, 1.0, "key"))
        return self._take(found[0])

    def _digit(self, key: str) -> None:
        call, stay = self._call, self._here()
        call.disarm_silence()
        if key != "#":
            stay.keys += key
        progress = stay.collecting
        assert progress is not None
        if key == "#" or is_full(call.flow.slots[progress.current].type, stay.keys):
            self.keys_done()
        else:
            call.stop_speaking()
            call.arm_keys(BETWEEN_DIGITS_S)

    def _here(self) -> Stay:
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        return stay


def is_cough(text: str) -> bool:
    """Nothing was said: noise that the recogniser took for speech."""
    return not words(text)
