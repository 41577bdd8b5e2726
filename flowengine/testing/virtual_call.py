"""One call in virtual time: carries out what a conversation orders, with a clock that jumps to whatever comes next.

It behaves as `runtime.session` does, without audio: speech is heard after as long as it takes to say, an interruption
cuts what was not said yet, timers wait while the caller has the floor, a hang-up waits for the farewell. It makes
nothing up: the agent says what the conversation asked to speak, and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import assert_never

from flowengine.compliance.cards import mask
from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    CancelTimer,
    ChooseIntent,
    Command,
    Dismiss,
    Fact,
    Hangup,
    HearGreeting,
    Hold,
    Join,
    Listen,
    Noted,
    Pause,
    ReadValue,
    Record,
    RunAction,
    SendKeys,
    Speak,
    StartTimer,
    StopSpeaking,
    Suppress,
    Transfer,
    WeighMeaning,
)
from flowengine.conversation.events import (
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    Connected,
    Event,
    GreetingEnded,
    GuardAnswered,
    MachineDetected,
    Reached,
    SpeechCut,
    SpeechHeard,
    TimerFired,
)
from flowengine.conversation.open_turn import RUN_TIMER
from flowengine.errors import FlowEngineError
from flowengine.runtime.hearing_out import HEARD_OUT_S, MORE_WITHIN_S
from flowengine.runtime.ports import GuardAnswer
from flowengine.runtime.turns import FLOOR_RECHECK_S
from flowengine.testing import pace
from flowengine.testing.mind import Mind
from flowengine.testing.parting import Parting
from flowengine.testing.private_line import PrivateLine
from flowengine.testing.script import Answer, Coming, World, nobody
from flowengine.testing.speech import Said, Speech, heard_of, keys_as_speech

LONGEST_TURN_S = 1800.0
"""Half an hour of the agent's words without a pause for the caller is a flow that goes in circles."""
_EPSILON = 1e-6


class VirtualCall:
    """The body of one call. `on_said` and `on_fact` are told of everything in the order in which it happens."""

    def __init__(
        self,
        mind: Mind,
        guard: Callable[[str, float], GuardAnswer],
        *,
        world: World = nobody,
        on_said: Callable[[Said], None],
        on_fact: Callable[[Fact | Suppress], None],
    ) -> None:
        self._mind = mind
        self._guard = guard
        self._world = world
        self._on_said = on_said
        self._on_fact = on_fact
        self._queue: deque[Speech] = deque()
        self._timers: dict[str, float] = {}
        self._following: deque[Event] = deque()
        self._coming: list[Coming] = []
        self._greeting: Coming | None = None
        self._unanswered = False
        """Something was asked for that will never be answered; the flow's own timer has to say so."""
        self._parting = Parting()
        self._floor_until = -1.0
        self._heard_lines: set[str] = set()
        self._broke_in: Reached | None = None
        self.private = PrivateLine()
        self._ended_at = 0.0
        """When the last of what was said was over."""
        self.at = 0.0
        """Seconds since the connection."""
        self.live_intents: tuple[str, ...] = ()
        self.hanging_up = False
        self.gone = False

    @property
    def over(self) -> bool:
        """Nobody is on the line any more."""
        if self.gone or not self.hanging_up or self._queue:
            return self.gone
        return not (self._mind.awaits_more and self.at < self._ended_at + MORE_WITHIN_S)

    @property
    def speaking(self) -> bool:
        """The agent speaks, or waits for an answer from outside before going on; the caller's turn has not come."""
        return (bool(self._queue) or self.answer_is_coming) and not self.gone

    @property
    def answer_is_coming(self) -> bool:
        """Something was asked for outside that the agent waits for."""
        return bool(self._coming or self._unanswered or self._parting) and not self.hanging_up

    def connect(self) -> None:
        self._think(Connected(0.0))

    # What the caller does. None of these waits for the agent to finish.

    def say(self, text: str, *, reaction: float = pace.REACTION_S, seconds: float | None = None) -> bool:
        """The caller speaks; it takes as long as the words do, or so many seconds.

        False when nobody hears it, since a secret is asked for: no recogniser gets it, and no timer waits for it.
        """
        self.wait(reaction)
        was_over, began = self.over, self.at
        reached, self._broke_in = self._broke_in or self._reached(), None
        self._parting.is_put_off = False
        takes = pace.speech_seconds(text) if seconds is None else seconds
        if self.private.is_on:
            self.wait(takes)
        else:
            self._floor_until = self.at + takes
            self.wait(takes)
        if not self.private.hears(began):
            return False
        if self.over:
            # Whoever was speaking at the end of the farewell is heard out, as in a live call.
            text = pace.heard_until(text, takes, self._ended_at + HEARD_OUT_S - began)
        if not was_over:
            self._think(CallerSaid(self.at, mask(text, asked=True).text, reached=reached))
        return True

    def press(self, keys: str) -> str:
        """The caller presses keys, one after the other; the keys as they may be shown, those of a secret hidden."""
        shown = ""
        for key in keys:
            self.wait(pace.KEY_S)
            shown += self.private.shown(key)
            if not self.over:
                self._think(CallerPressed(self.at, key))
        return shown

    def machine(self) -> None:
        """What answers turns out to be a machine."""
        if not self.over:
            self._think(MachineDetected(self.at))

    def hang_up(self) -> None:
        """The caller goes, whatever is being said."""
        if not self.over:
            self.drop_speech()
            self._think(CallerHungUp(self.at))
        self.gone = True

    def drop_speech(self) -> None:
        """Nobody hears the rest, whether it may be interrupted or not."""
        self._parting.is_put_off = True
        self._cut()
        self._follow()

    @property
    def firm(self) -> Speak | SendKeys | None:
        """What is being said, or waits to be, and may not be cut short now; the first of it."""
        orders = [speech.order for speech in self._queue if speech.order is not None]
        if self.hanging_up:
            return orders[0] if orders else None
        return next((order for order in orders if not order.may_be_cut(self._heard_lines)), None)

    def interrupt(self, text: str) -> None:
        """The caller breaks in with these words: what may be interrupted falls silent, but for a yes that comes before
        its question."""
        reached = self._broke_in = self._reached()
        if self.firm is not None or reached is None or self.private.is_on:
            return
        if self._mind.is_early(text, reached):
            # The agent waits for the word to be said, and goes on.
            self._queue[0].hold(pace.speech_seconds(text))
        else:
            self.drop_speech()

    # Time.

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""
        until = self.at + seconds
        while not self.over and (due := self._next_due()) is not None and due <= until + _EPSILON:
            self._happen(due)
        self.at = max(self.at, until)

    def let_speak(self) -> None:
        """Let the agent finish. Raises FlowEngineError when there is no end to it."""
        limit = self.at + LONGEST_TURN_S
        while self.speaking and (due := self._next_due()) is not None:
            self._happen(due)
            if self.at > limit:
                raise FlowEngineError("the agent speaks for half an hour without a pause: the flow goes in circles")

    def wait_for_timer(self, longest: float) -> bool:
        """Let time pass until a timer has fired; False when none does within so many seconds."""
        until = self.at + longest
        while not self.over and (due := self._next_due()) is not None and due <= until:
            # That no more keys come is no stirring of the flow.
            fires = not self._speech_is_next(due) and due != self._timers.get(RUN_TIMER)
            self._happen(due)
            if fires:
                return True
        return False

    def speech_ahead(self) -> str:
        """What is being said and waits to be said, as one text."""
        return " ".join(speech.text for speech in self._queue if speech.text)

    def heard_of_current(self) -> str:
        """What has been heard of the speech that is going on."""
        current = self._queue[0] if self._queue else None
        return heard_of(current, self.at - current.began) if current and current.began is not None else ""

    def let_come(self) -> bool:
        """Let the next thing happen that the agent waits for; False when it waits for nothing."""
        if not self.speaking or (due := self._next_due()) is None:
            return False
        self._happen(due)
        return True

    def let_speak_words(self, words: int) -> None:
        """Let the agent say so many words of `speech_ahead`, and no more."""
        while self._queue and words > 0:
            current = self._queue[0]
            own = len(current.text.split())
            if words > own:
                self.wait(max(0.0, self._speech_ends() - self.at))
                words -= own
            else:
                began = self.at if current.began is None else current.began
                self.wait(max(0.0, began + pace.seconds_to_say(words) - self.at))
                return

    # The machinery.

    def _reached(self) -> Reached | None:
        """How far the agent has come in what it is saying; None when all was heard."""
        return self._queue[0].reached(self.at) if self._queue else None

    def _think(self, event: Event) -> None:
        self._following.append(event)
        self._follow()

    def _follow(self) -> None:
        while self._following:
            for command in self._mind.send(self._following.popleft()):
                self._carry_out(command)
            if not self._queue and self.at >= self._floor_until and (transfer := self._parting.begin()) is not None:
                self._expect(transfer, is_transfer=True)

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, Fact | Suppress):
            self._on_fact(command)
            return
        match command:
            case Speak(speech_id=speech_id, line=line):
                seconds = sum(pace.speech_seconds(sentence) for sentence in command.sentences)
                self._queue_up(Speech(speech_id, command.text, line, seconds, command))
            case Pause(speech_id=speech_id, seconds=seconds):
                self._queue_up(Speech(speech_id, "", None, seconds, None))
            case SendKeys():
                self._queue_up(keys_as_speech(command))
            case StopSpeaking():
                self._cut()
            case Listen(intents=intents, private=private):
                self.live_intents = intents
                self.private.turn(private=private, at=self.at)
                self._unanswered = False
            case StartTimer(timer_id=timer_id, seconds=seconds):
                self._timers[timer_id] = self.at + seconds
            case CancelTimer(timer_id=timer_id):
                self._timers.pop(timer_id, None)
            case AskGuard(request_id=request_id, guard=guard):
                answer = self._guard(guard, self.at)
                self._following.append(GuardAnswered(self.at, request_id, answer.allowed, answer.reasons))
            case RunAction() | AskModel() | WeighMeaning() | ChooseIntent() | ReadValue():
                self._expect(self._world(command))
            case Transfer():
                if command.briefing is not None:
                    self._on_fact(Noted(f"a colleague is told: {command.briefing}"))
                self._parting.order(command.request_id, lambda: self._world(command))
            case Dismiss(request_id=request_id):
                self._parting.withdraw(request_id)
                self._coming = [each for each in self._coming if not each.is_transfer]
            case Record() | Join() | Hold():
                pass
            case Hangup():
                self.hanging_up = True
                self._timers.clear()
                self._coming.clear()
                self._parting = Parting()
            case HearGreeting(on=on, quiet=quiet):
                self._hear_out(quiet if on else None)
            case _:
                assert_never(command)

    def _hear_out(self, quiet: float | None) -> None:
        """A machine's greeting ends with the words that told it, and after so many seconds of quiet."""
        self._coming = [each for each in self._coming if each is not self._greeting]
        self._greeting = None
        if quiet is not None:
            self._greeting = Coming(self.at + quiet, lambda at: GreetingEnded(at, "quiet"))
            self._coming.append(self._greeting)

    def _expect(self, answer: Answer, *, is_transfer: bool = False) -> None:
        if answer.event is None:
            self._unanswered = True
        elif answer.after:
            due = self.at + answer.after
            self._coming += [Coming(due, event, is_transfer) for event in (*answer.before, answer.event)]
        else:
            self._following += [event(self.at) for event in (*answer.before, answer.event)]

    def _queue_up(self, speech: Speech) -> None:
        if not self._queue:
            speech.began = self.at
        self._queue.append(speech)

    def _cut(self) -> None:
        while self._queue:
            speech = self._queue.popleft()
            spoken = 0.0 if speech.began is None else self.at - speech.began
            heard = heard_of(speech, spoken)
            if speech.began is not None:
                self._tell(speech, heard)
            self._following.append(SpeechCut(self.at, speech.speech_id, heard))

    def _tell(self, speech: Speech, heard: str) -> None:
        if speech.text:
            began = self.at if speech.began is None else speech.began
            self._on_said(Said(began, self.at, speech.text, heard, speech.line))

    def _next_due(self) -> float | None:
        ends = [self._speech_ends()] if self._queue else []
        answers = [coming.due for coming in self._coming]
        return min([*ends, *answers, *(self._due(due) for due in self._timers.values())], default=None)

    def _speech_ends(self) -> float:
        current = self._queue[0]
        began = self.at if current.began is None else current.began
        return began + current.seconds

    def _due(self, due: float) -> float:
        """When a timer really fires: not while the caller speaks."""
        return due if due > self._floor_until else self._floor_until + FLOOR_RECHECK_S

    def _speech_is_next(self, due: float) -> bool:
        return bool(self._queue) and self._speech_ends() <= due + _EPSILON

    def _happen(self, due: float) -> None:
        """What is due at that moment happens: the end of a speech before an answer, an answer before a timer."""
        speech_is_next = self._speech_is_next(due)
        self.at = max(self.at, due)
        if speech_is_next:
            speech = self._queue.popleft()
            self._ended_at = self.at
            if self._queue:
                self._queue[0].began = self.at
            self._tell(speech, speech.text)
            if speech.line is not None:
                self._heard_lines.add(speech.line)
            self._think(SpeechHeard(self.at, speech.speech_id))
        elif self._coming and (first := min(self._coming, key=lambda each: each.due)).due <= due + _EPSILON:
            self._coming.remove(first)
            self._think(first.event(self.at))
        else:
            timer_id = min(self._timers, key=lambda each: self._due(self._timers[each]))
            del self._timers[timer_id]
            unanswered = self._unanswered
            self._think(TimerFired(self.at, timer_id))
            if timer_id == RUN_TIMER:
                # The line is open again; what was asked for outside is no nearer.
                self._unanswered = unanswered
