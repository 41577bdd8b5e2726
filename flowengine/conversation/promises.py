"""What a flow's policies promise, kept while the call runs: what was heard, meant, done and allowed so far.

The compiler has proved that a required line is said on every path to a place. Whether it was *heard* shows only here:
such lines may not be interrupted (but by what protects the caller), and a move to the place waits until they were
played to their end; one that was cut all the same is said again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from flowengine.conversation.call import Call
from flowengine.conversation.place import Held
from flowengine.conversation.prompt import Prompt
from flowengine.graph.model import Always, End, Fact, Flow, Forbid, Goto, OnIntent, Require, Run
from flowengine.graph.over_an_end import refusals
from flowengine.graph.places import is_place
from flowengine.graph.proof.policies import path_rules

MOST_TRIES = 3
"""Times a line is said again because something else than the caller has cut it; then the voice is broken."""

Happened = frozenset[tuple[str, str]]
"""Facts by kind (`meant`, `did`, `allowed`) and name."""


class Promises:
    """The policies of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._rules = tuple(path_rules(call.flow))
        self._happened: set[tuple[str, str]] = set()
        self._standing = frozenset(_standing(call.flow))

    def happened(self, kind: str, name: str) -> None:
        """An intent was `meant`, an action was `did`, a guard has `allowed`."""
        self._happened.add((kind, name))

    @property
    def happened_so_far(self) -> Happened:
        """What was meant, done and allowed by now."""
        return frozenset(self._happened)

    def may_take_back(self, to: Happened, begun: Collection[str]) -> bool:
        """Whether what has happened since may be taken back, `begun` the lines said in part: not where a rule forbids
        or orders something after it. A refusal counts, whatever else the caller says."""
        since = self._happened - to
        return self._standing.isdisjoint(since) and self._standing.isdisjoint(("said", line) for line in begun)

    def put_back(self, to: Happened) -> None:
        """What has happened since counts no more: a rule that requires it holds nothing for it."""
        self._happened = set(to)

    def refusals(self, state: str) -> frozenset[str]:
        """The intents after which a policy forbids this state (`never pitch after refuse`)."""
        return frozenset(refusals(self._call.flow, self._call.flow.states[state]))

    def broken(self, move: Goto | Run | End) -> str | None:
        """Why a move must not be made at all; None when it may, perhaps after a line was heard."""
        for rule in self._about(move):
            required = isinstance(rule, Require)
            if required and rule.fact.kind == "heard":
                continue
            if self._holds(rule.fact) != required:
                return f"policy: {rule.place!r} {'before' if required else 'after'} {rule.fact.kind}({rule.fact.name})"
        return None

    def unheard(self, move: Goto | Run | End) -> tuple[str, ...]:
        """The lines that have to be heard before it."""
        wanted = (rule.fact for rule in self._about(move) if isinstance(rule, Require) and rule.fact.kind == "heard")
        return tuple(dict.fromkeys(fact.name for fact in wanted if not self._holds(fact)))

    def say(self, held: Held) -> bool:
        """Say what has to be heard and is not on its way. False when that cannot be: it says nothing, or is cut."""
        call = self._call
        for name in self.unheard(held.move):
            if call.transcript.is_coming(name):
                continue
            held.tries += 1
            sentences = tuple(call.spoken(each) for each in call.flow.lines[name].sentences)
            if held.tries > MOST_TRIES or not any(sentences):
                return False
            call.may_repeat()
            call.say(Prompt(sentences, name))
        return True

    def _about(self, move: Goto | Run | End) -> Iterator[Require | Forbid]:
        flow = self._call.flow
        outcome = move.outcome if isinstance(move, End) else None
        entered = move.entry if isinstance(move, Run) else move.state if isinstance(move, Goto) else None
        state = flow.states[entered] if entered is not None else None
        for policy, rule in self._rules:
            at_state = state is not None and is_place(state, rule.place, policy.library)
            if at_state or (outcome is not None and outcome == rule.place):
                yield rule

    def _holds(self, fact: Fact) -> bool:
        match fact.kind:
            case "heard":
                return fact.name in self._call.transcript.heard_lines
            case "said":
                return fact.name in self._call.transcript.said_lines
            case _:
                return (fact.kind, fact.name) in self._happened


def _standing(flow: Flow) -> Iterator[tuple[str, str]]:
    """The facts that count from then on, for good: what `never … after` and `always` speak of."""
    for rule in (rule for policy in flow.policies for rule in policy.rules):
        match rule:
            case Forbid(fact=fact):
                yield fact.kind, fact.name
            case Always(trigger=OnIntent(name=name)):
                yield "meant", name
            case _:
                pass
