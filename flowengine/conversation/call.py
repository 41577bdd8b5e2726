"""The working memory of one call: values, speech, timers, and the commands of the event in hand.

It knows how to do each small thing once (say, note, fill, arm a timer) and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Literal

from flowengine.conversation.commands import (
    CancelTimer,
    Candidate,
    Command,
    Dismiss,
    Noted,
    Pause,
    SendKeys,
    SlotFilled,
    Speak,
    StartTimer,
    StopSpeaking,
    Suppress,
    Tier,
    Understood,
)
from flowengine.conversation.evaluate import daypart, moment
from flowengine.conversation.guarding import Guarding
from flowengine.conversation.hiding import HIDDEN, HIDDEN_KEY
from flowengine.conversation.machine import FlowMachine
from flowengine.conversation.place import Frame, Purpose, Stay, Weighing
from flowengine.conversation.prepared import Prepared
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.sentiment import moved
from flowengine.conversation.trace import Trace
from flowengine.conversation.transcript import Transcript
from flowengine.conversation.weakly import weakly
from flowengine.graph.barge_in import barge_in
from flowengine.graph.jinja import read
from flowengine.graph.model import Expression, Template
from flowengine.language.source import Span
from flowengine.words.keys import are_keys

NO_KEYS = "keys were not sent: the text is empty"
Further = Literal["meaning", "model"]
"""What may be asked when no phrase fits: an engine that compares meanings, the language model."""


class Call:
    """Everything that changes during one call."""

    def __init__(
        self,
        prepared: Prepared,
        contact: Mapping[str, object],
        started: datetime,
        facts: Mapping[str, object],
        firm_lines: frozenset[str],
        trace: Trace,
        contact_key: str,
        variants: Mapping[str, str],
        further: frozenset[Further],
    ) -> None:
        self.prepared = prepared
        self.flow = prepared.flow
        self.machine = FlowMachine(prepared.plan)
        self.transcript = Transcript()
        self.started = started
        self.firm_lines = firm_lines | prepared.promised
        self.trace = trace
        self.contact_key = contact_key
        self.variants = variants
        self.further = further
        self.at = 0.0
        self.out: list[Command] = []
        self.guarding = Guarding(prepared.approved, self.flow.agent.company, weakly(self.emit))
        self.stay: Stay | None = None
        self.interrupted: list[Stay] = []
        self.frames: list[Frame] = []
        self.outcome: str | None = None
        self.variables: dict[str, object] = {}
        self.confirmed: dict[str, object] = {}
        self.secret = {name for name, slot in self.flow.slots.items() if slot.secret}
        """Slots and variables whose values show nowhere: what is made of a secret is one too."""
        self.turns = 0
        self.turns_spent: set[Span] = set()
        """The `after N turns` branches that were taken."""
        self.last_heard = ""
        self.sentiment: float | None = None
        """Of the caller's last turn; None where its words are hidden, or were keys."""
        self.mood = 0.0
        self.utterance: str | None = None
        """The words of the turn in hand, until a `collect` has used them."""
        self.latest: Prompt | None = None
        """What the agent said last: the question of a `listen` that follows."""
        self.weighing: Weighing | None = None
        self.opt_out_open = False
        """The caller was asked whether to be called no more, and has not said no."""
        self.is_firm = False
        """Nothing that is said now may be interrupted: a machine has the line."""
        self._repeatable = True
        self._silence: str | None = None
        self._keys: str | None = None
        self._timers = 0
        self._requests = 0
        self._suppressed = False
        self._contact = SimpleNamespace(**contact)
        self._call = SimpleNamespace(**{"direction": self.flow.direction, "flow": self.flow.name, **facts})

    @property
    def now(self) -> datetime:
        return moment(self.started, self.at)

    def emit(self, *commands: Command) -> None:
        self.out.extend(commands)

    def note(self, text: str) -> None:
        self.emit(Noted(text))

    # Values.

    def names(self, *, shown: bool = False) -> dict[str, object]:
        """What templates and expressions may name, as of now; `shown`: where a person or a record would see it."""
        now = self.now
        known = self.variables
        if shown and not self.secret.isdisjoint(known):
            known = {name: HIDDEN if name in self.secret else value for name, value in known.items()}
        slots = {name: known.get(name) for name in self.flow.slots}
        return {
            **slots,
            **known,
            "contact": self._contact,
            "agent": self.flow.agent,
            "call": self._call,
            "today": now.date(),
            "now": now,
            "daypart": daypart(now),
            "turns": self.turns,
            "last_heard": self.last_heard,
            "sentiment": self.sentiment or 0.0,
            "mood": self.mood,
            "slots": SimpleNamespace(**slots),
        }

    def render(self, template: Template) -> str:
        return self.prepared.evaluator.render(template, self.names(shown=True))

    def spoken(self, template: Template) -> str:
        """A text of the flow as it may be said."""
        return self.guarding.own(template, self.render(template))

    def value(self, expression: Expression) -> object:
        return self.prepared.evaluator.value(expression, self.names())

    def holds(self, condition: Expression) -> bool:
        """Whether a condition is true now."""
        held = bool(self.value(condition))
        self.trace.decided(condition, held)
        return held

    def is_secret(self, expression: Expression | Template) -> bool:
        """Whether the value of an expression, or what a text comes to, is made of a secret."""
        if not self.secret:
            return False
        words = read(expression).words
        return any((word.attribute if word.name == "slots" else word.name) in self.secret for word in words)

    def fill(self, name: str, value: object, *, secret: bool = False) -> None:
        """Give a slot or a variable a value, for the record too."""
        self.variables[name] = value
        if secret:
            self.secret.add(name)
        elif name not in self.flow.slots:
            self.secret.discard(name)
        self.emit(SlotFilled(name, HIDDEN if name in self.secret else written(value)))

    def clear(self, name: str) -> None:
        """Take a slot's value back."""
        self.variables.pop(name, None)
        self.confirmed.pop(name, None)

    # Speech.

    def say(self, prompt: Prompt, *, interruptible: bool = True) -> None:
        """Speak, unless these very words were the last and the caller has done nothing since.

        `interruptible` False: whatever is written where it is spoken.
        """
        sentences = tuple(sentence for sentence in prompt.sentences if sentence)
        if not sentences:
            return
        said = Prompt(sentences, prompt.line)
        if said == self.latest and not self._repeatable:
            return
        self.latest = said
        self._repeatable = False
        state = self.stay.state if self.stay is not None else None
        held = barge_in(self.flow, self.firm_lines, prompt.line, state)
        free = interruptible and not self.is_firm and (held is None or held.mode != "never")
        after = held.line if free and held is not None and held.line not in self.transcript.heard_lines else None
        speech = Speak(self.transcript.next_id(), sentences, prompt.line, free, after)
        self.transcript.asking.speaks_in(state)
        self.transcript.speaks(self.at, speech)
        self.guarding.spoke(sentences[-1])
        self.emit(speech)

    def say_each(self, prompts: Iterable[Prompt]) -> None:
        """One after the other."""
        for prompt in prompts:
            self.say(prompt)

    def farewell(self, speech: Speak) -> Speak:
        """What the last turn says is heard to its end, unless its line has a `barge-in` of its own."""
        return speech if self._is_free(speech) else replace(speech, interruptible=False, after=None)

    @property
    def may_cut_farewell(self) -> bool:
        """Whether all that is still to be heard of an ended call is said by lines that may be cut short even so."""
        speeches = self.transcript.speeches
        heard = self.transcript.heard_lines
        return bool(speeches) and all(self._is_free(each) and each.may_be_cut(heard) for each in speeches)

    def _is_free(self, speech: Speak | SendKeys) -> bool:
        """Whether its line says for itself when it may be cut short."""
        line = self.flow.lines.get(speech.line) if isinstance(speech, Speak) and speech.line is not None else None
        return line is not None and line.barge_in is not None

    def pause(self, seconds: float) -> None:
        pause = Pause(self.transcript.next_id(), seconds)
        self.transcript.speaks(self.at, pause)
        self.emit(pause)

    def keys(self, template: Template) -> str | None:
        """What a text comes to, where that is telephone keys and nothing else; a secret may be among them."""
        keys = self.prepared.evaluator.render(template, self.names())
        # A replay knows how many keys of a secret there were, not which.
        if are_keys(keys.replace(HIDDEN_KEY, "0") if self.is_secret(template) else keys):
            return keys
        self.note("keys were not sent: the text holds something else, or too much" if keys else NO_KEYS)
        return None

    def send_keys(self, keys: str, *, secret: bool) -> str:
        """Send them; the id under which they are heard."""
        sending = SendKeys(self.transcript.next_id(), keys, secret)
        self.transcript.speaks(self.at, sending)
        self.emit(sending)
        return sending.speech_id

    def may_repeat(self) -> None:
        """The caller has said or done something, or kept silent: the last words may be said again."""
        self._repeatable = True
        self.transcript.broken_off.clear()

    def stop_speaking(self) -> None:
        if not self.transcript.quiet:
            self.transcript.give_up()
            self.emit(StopSpeaking())

    def say_broken_off(self) -> None:
        """Go on with what a noise of the caller's has cut, from the sentence that was being said."""
        broken_off = list(self.transcript.broken_off)
        self.transcript.asking.said_again()
        self.may_repeat()
        self.say_each(broken_off)

    def hear(self, shown: str, felt: float | None) -> None:
        """The caller has taken a turn; `shown` is what the record shows of it, `felt` its sentiment, where known."""
        self.transcript.asking.answered()
        self.transcript.caller(self.at, shown)
        self.last_heard = shown
        self.sentiment = felt
        if felt is not None:
            self.mood = moved(self.mood, felt)
        self.turns += 1
        self.may_repeat()

    def understood(
        self, shown: str, intent: str | None, score: float, tier: Tier, candidates: tuple[Candidate, ...] = ()
    ) -> Understood:
        """How the turn in hand was taken."""
        return Understood(shown, intent, score, tier, candidates, self.sentiment)

    # Timers and requests.

    @property
    def silence_armed(self) -> bool:
        return self._silence is not None

    def arm_silence(self, seconds: float) -> None:
        self._timers += 1
        self._silence = f"silence-{self._timers}"
        self.emit(StartTimer(self._silence, seconds))

    def disarm_silence(self) -> None:
        if self._silence is not None:
            self.emit(CancelTimer(self._silence))
            self._silence = None

    def arm_keys(self, seconds: float) -> None:
        if self._keys is None:
            self._timers += 1
            self._keys = f"keys-{self._timers}"
        self.emit(StartTimer(self._keys, seconds))

    def disarm_keys(self) -> None:
        if self._keys is not None:
            self.emit(CancelTimer(self._keys))
            self._keys = None

    def fired(self, timer_id: str) -> Literal["silence", "keys"] | None:
        """Which of the two timers this is, now spent: "silence", "keys", or None for one that no longer counts."""
        if timer_id == self._silence:
            self._silence = None
            return "silence"
        if timer_id == self._keys:
            self._keys = None
            return "keys"
        return None

    def weigh(self, weighing: Weighing, seconds: float) -> None:
        """Words are being weighed outside, for so many seconds at most."""
        self.weighing = weighing
        self.emit(StartTimer(weighing.request_id, seconds))

    def end_weighing(self) -> Weighing | None:
        """Nothing is weighed any more: what was, if the call still stands where the words were said."""
        weighing, self.weighing = self.weighing, None
        if weighing is None:
            return None
        if not weighing.is_late:
            self.emit(CancelTimer(weighing.request_id))
        return weighing if weighing.stay is self.stay else None

    @property
    def is_weighing(self) -> bool:
        return self.weighing is not None and self.weighing.stay is self.stay

    def next_request(self, kind: str) -> str:
        self._requests += 1
        return f"{kind}-{self._requests}"

    def start_timer(self, stay: Stay, timer_id: str, purpose: Purpose, seconds: float) -> None:
        """A timer that belongs to what waits in a stay."""
        stay.timers[timer_id] = purpose
        self.emit(StartTimer(timer_id, seconds))

    def cancel_timers(self, stay: Stay, *purposes: Purpose) -> None:
        """Those of these purposes are needed no more."""
        for timer_id, purpose in tuple(stay.timers.items()):
            if purpose in purposes:
                del stay.timers[timer_id]
                self.emit(CancelTimer(timer_id))

    def release(self, *stays: Stay) -> None:
        """What waits there waits no longer: it needs no timers, and no answer."""
        for stay in stays:
            stay.request, stay.holds = None, False
            if stay.consultation is not None:
                self.emit(Dismiss(stay.consultation.request_id))
                stay.consultation = None
            self.cancel_timers(stay, "timeout", "filler", "limit")

    def stays(self) -> Iterator[Stay]:
        """The present stay and all that may be come back to."""
        for frame in self.frames:
            yield from frame.interrupted
            yield frame.stay
        yield from self.interrupted
        if self.stay is not None:
            yield self.stay

    def suppress(self, reason: str) -> bool:
        """Once a call is enough; whether this was the first time."""
        if self._suppressed:
            return False
        self._suppressed = True
        self.emit(Suppress(reason))
        return True


def written(value: object) -> str:
    """A value as the record holds it: ISO dates and times, durations in seconds (`90s`), `true` and `false`."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():g}s"
        case None:
            return ""
        case _:
            return str(value)
