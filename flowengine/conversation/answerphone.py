"""An answering machine at the other end: noticed, heard out, and then dealt with as the flow says.

    open ── a verdict, or words of a machine ──> waiting ── its greeting has ended ──> message
      ^───────── a person answers ──────────────────┘

Two things tell a machine: the telephone network's verdict, and what it says (`greetings`). The verdict takes live
people for machines, so it counts for nothing once somebody has talked with us, and whoever answers while we wait is a
person. Words count at the beginning of a call that we made, and are enough by themselves.

While waiting the agent says nothing: a message begins after the beep, or its beginning is lost. What else happens
meanwhile waits too. The machine's own words are kept in the transcript and mean nothing, but for an opt-out: then the
number is on the list.
"""

from __future__ import annotations

from typing import Literal, assert_never

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Evidence, HearGreeting, Screened, Speak, Understood
from flowengine.conversation.deciding import OPT_OUT
from flowengine.conversation.events import (
    CallerPressed,
    CallerSaid,
    Event,
    GreetingEnded,
    GreetingRecognised,
    LineJudged,
    MachineDetected,
    Verdict,
)
from flowengine.conversation.greetings import is_answer, is_greeting
from flowengine.conversation.hearing import Hearing, is_cough
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.place import Fit, OpenToCaller, best, fits, layers
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.settling import Settling
from flowengine.graph.edges import statements
from flowengine.graph.model import Block, Goto, Llm, OnIntent, OnMachine, Say, Transfer, Trigger

DIALOGUE = 2
"""Whoever has had so many turns is a person: a machine says its greeting, and that is none."""
QUIET_S = 2.0
"""After a greeting that words prove; a machine without a beep records by then."""
UNSURE_QUIET_S = 3.0
"""With the verdict alone: a person who was silenced says "hello?" by then."""
MUTE_S = 6.0
"""With the verdict alone, and where what follows is a hang-up without a word: nobody stays mute for so long."""
LONGEST_S = 30.0
VOICEMAIL = "voicemail"
"""The shipped library's intent for a machine's words: what a flow without a `machine` branch may handle instead."""
FITTING = (VOICEMAIL, "machine", "answering_machine", "no_answer")
"""How a call to a machine ends where the flow does not say, by the first of these outcomes that it has."""


class Answerphone:
    """Screens one call."""

    def __init__(self, call: Call, interpreter: Interpreter, hearing: Hearing, settling: Settling) -> None:
        self._call = call
        self._interpreter = interpreter
        self._hearing = hearing
        self._settling = settling
        self._phase: Literal["open", "waiting", "message"] = "open"
        self._evidence: set[Evidence] = set()
        self._words = ""
        """What was said at the other end since we were last heard to the end."""
        self._opening: list[Prompt] = []
        """What we have said since the caller's last turn."""
        self._turns = 0
        self._held: list[Event] = []
        """What has happened while waiting."""
        self.is_on = False
        """It is a machine that hears us, as far as is known."""

    @property
    def is_waiting(self) -> bool:
        """A greeting is being heard out: nothing is to be said, or decided, but here."""
        return self._phase == "waiting" and not self._call.outcome

    @property
    def listens(self) -> bool:
        """A machine's words would count now."""
        call = self._call
        outbound = call.names()["call"].direction == "outbound"  # type: ignore[attr-defined]  # a namespace of facts
        return outbound and self._phase == "open" and call.turns < DIALOGUE and not self._put_through

    def take(self, event: LineJudged | GreetingRecognised | GreetingEnded | MachineDetected) -> None:
        """Who has answered, or how far the greeting is."""
        match event:
            case MachineDetected():
                self._found_out()
            case LineJudged(verdict=verdict):
                self._judged(verdict)
            case GreetingRecognised():
                if self._phase == "waiting":
                    self._add("words")
                elif self.listens:
                    self._suspect("words")
            case GreetingEnded(by=by):
                if self._phase == "waiting":
                    self._evidence |= {"beep"} if by == "beep" else set()
                    self._ended()
            case _:
                assert_never(event)

    def takes_words(self, event: CallerSaid) -> bool:
        """Whether these words are a machine's: then they have been seen to."""
        if self._phase == "message":
            if self._hearing.opted_out(event.text) and not is_greeting(event.text):
                # A machine that records says nothing: somebody has picked up.
                self._call.is_firm = False
                self._over(by_machine=False)
                return False
            # What else protects a caller is heard where only the verdict told of a machine: a surgery's greeting says
            # what to do in an emergency.
            if "words" not in self._evidence and self._hearing.is_protective(event.text):
                return False
            self._keep(event.text)
            return True
        if not self.listens or is_cough(event.text):
            return False
        self._words = f"{self._words} {event.text}"
        if not is_greeting(self._words):
            return False
        self._keep(event.text)
        self._suspect("words")
        return True

    def wait(self, event: Event) -> None:
        """What happens while a greeting is heard out."""
        if not isinstance(event, CallerSaid | CallerPressed):
            self._held.append(event)
        elif isinstance(event, CallerPressed):
            self._call.note("a key was pressed during a machine's greeting")
        elif not is_cough(event.text):
            self._heard_meanwhile(event.text)

    def next_held(self) -> Event | None:
        """What has waited, and can be taken now; each once."""
        if not self._held or (isinstance(self._held[0], MachineDetected) and self._call.transcript.firm):
            return None
        return self._held.pop(0)

    def heard_to_the_end(self) -> None:
        """Something of ours was: what they say next is said to it."""
        self._words = ""

    def follow(self) -> None:
        """After each event: what was said of it, and whether a message is over."""
        call = self._call
        if self._phase == "message":
            self._leave()
        elif call.turns < DIALOGUE and self._phase == "open":
            if call.turns != self._turns:
                self._turns, self._opening = call.turns, []
            self._opening += [Prompt(each.sentences, each.line) for each in call.out if isinstance(each, Speak)]

    # Evidence.

    def _judged(self, verdict: Verdict) -> None:
        if self._put_through:
            return None
        if verdict == "person":
            if self._phase == "waiting" and self._evidence == {"verdict"}:
                self._person()
            return None
        if self._phase == "message":
            return None
        if self._phase == "open":
            if self._call.turns >= DIALOGUE:
                return self._call.note("told that a machine has answered: a person has talked with us")
            self._suspect("verdict")
        else:
            self._add("verdict")
        return self._ended() if verdict == "message_end" else None

    def _suspect(self, evidence: Evidence) -> None:
        call = self._call
        self._phase, self._evidence = "waiting", {evidence}
        call.end_weighing()
        call.disarm_silence()
        call.disarm_keys()
        call.stop_speaking()
        call.emit(self._patience())

    def _add(self, evidence: Evidence) -> None:
        if evidence not in self._evidence:
            self._evidence.add(evidence)
            self._call.emit(self._patience())

    def _patience(self) -> HearGreeting:
        if self._evidence != {"verdict"}:
            return HearGreeting(on=True, quiet=QUIET_S, longest=LONGEST_S)
        branch = self._branch()
        speaks = branch is not None and self._speaks(branch.branch.body)
        return HearGreeting(on=True, quiet=UNSURE_QUIET_S if speaks else MUTE_S, longest=LONGEST_S)

    def _heard_meanwhile(self, text: str) -> None:
        if is_answer(text):
            self._keep(text)
            return self._person()
        self._words = f"{self._words} {text}"
        if "words" not in self._evidence and not is_greeting(self._words) and self._is_a_persons(text):
            self._over(by_machine=False)
            self._call.may_repeat()
            return self._hearing.said(text)
        self._keep(text)
        return self._add("words") if is_greeting(self._words) else None

    def _is_a_persons(self, text: str) -> bool:
        """Whether the flow knows these words for a turn, or they protect whoever says them."""
        hearing = self._hearing
        return hearing.is_protective(text) or hearing.opted_out(text) or hearing.is_whole(text)

    def _keep(self, text: str) -> None:
        call, said = self._call, text.strip()
        call.transcript.caller(call.at, said)
        if not self._hearing.opted_out(text):
            return call.emit(Understood(said, None, 0.0, "none"))
        # Recorded or not, it is what whoever owns the number wants.
        call.emit(Understood(said, OPT_OUT, 1.0, "protective"))
        call.suppress(OPT_OUT)
        return None

    # Ends.

    def _person(self) -> None:
        """Somebody is there: the flow goes on where it was, and says again what was said over the greeting."""
        call, stay = self._call, self._settling.here
        self._over(by_machine=False)
        call.may_repeat()
        call.stop_speaking()
        opening, self._opening = self._opening, []
        for prompt in opening:
            call.say(prompt)
        if stay.held is not None:
            return self._interpreter.go_on()
        if not isinstance(stay.waiting, OpenToCaller) or (isinstance(stay.waiting, Llm) and stay.request is not None):
            return None
        return self._interpreter.listen() if opening else self._interpreter.ask_again()

    def _ended(self) -> None:
        """The greeting is over: the `machine` branch, or else a hang-up."""
        self._over(by_machine=True)
        found = self._branch()
        if found is None:
            outcomes = self._call.flow.outcomes
            return self._interpreter.stop(next((each for each in FITTING if each in outcomes), "hung_up"))
        return self._follow_branch(found)

    def _over(self, *, by_machine: bool) -> None:
        self._phase, self.is_on = "open", by_machine
        self._words = ""
        self._call.emit(HearGreeting(on=False), Screened(by_machine, tuple(sorted(self._evidence))))

    def _found_out(self) -> None:
        """Told for sure, its greeting and all."""
        call = self._call
        if call.transcript.firm and self._phase == "open":
            self._held.append(MachineDetected(call.at))
            return None
        if self._phase == "waiting":
            return self._ended()
        self.is_on = True
        found = self._branch()
        if found is None:
            return call.note("answered by a machine")
        call.disarm_silence()
        call.disarm_keys()
        return self._follow_branch(found)

    def _follow_branch(self, found: Fit) -> None:
        call, before = self._call, self._call.stay
        call.is_firm = True
        self._settling.take(found)
        if call.outcome is None and call.stay is before:
            # The flow wants to stay where it is, machine or not.
            call.is_firm = False
            return
        self._phase = "message"

    def _leave(self) -> None:
        """The message has been said, and the flow would talk on: there is nobody to talk to."""
        call, stay = self._call, self._call.stay
        if call.outcome is None and call.transcript.quiet and stay and isinstance(stay.waiting, OpenToCaller):
            call.note("a machine has answered: nobody is waited for after the message")
            self._interpreter.stop(next((each for each in FITTING if each in call.flow.outcomes), "hung_up"))

    def _branch(self) -> Fit | None:
        return self._live(OnMachine()) or self._live(OnIntent(VOICEMAIL))

    def _live(self, trigger: Trigger) -> Fit | None:
        stay = self._settling.here
        found = best(list(fits(layers(self._call.flow, stay), trigger, stay.counts)))
        return found[0] if found else None

    def _speaks(self, block: Block) -> bool:
        """Whether somebody would hear a word, rather than being hung up on."""
        moves = [each for each in statements(block) if isinstance(each, Goto)]
        reached = (*block, *(each for move in moves for each in self._call.flow.states[move.state].body))
        return any(isinstance(each, Say) for each in statements(reached))

    @property
    def _put_through(self) -> bool:
        stay = self._call.stay
        return stay is not None and isinstance(stay.waiting, Transfer)
