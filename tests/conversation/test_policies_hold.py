"""A flow that `validate` accepts keeps its policies, whatever happens in a call: random calls try to refute it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.conversation.commands import Speak
from flowengine.conversation.events import CallerSaid, SpeechHeard
from flowengine.conversation.slots import check_contact
from flowengine.graph.compile import compile_file, compile_text
from flowengine.graph.model import Flow, Policy
from tests.conversation.random_flows import DEEPER, HEAD, RULES, Maker
from tests.conversation.refuting import Caller
from tests.examples import examples

FLOWS = Path(__file__).parents[2] / "flows"
CONTACTS: tuple[dict[str, object], ...] = ({"known": True}, {"known": False})


@cache
def made(seed: int) -> tuple[Flow | None, tuple[str, ...]]:
    """A flow made from a seed, with all the rules that are proved of it; and the rules that are not."""
    maker = Maker(Random(seed))
    text, subflow = maker.flow(), {"ask": maker.subflow(), "deeper": DEEPER}
    first = f"{text}\npolicy made\n"
    line = first.count("\n") + 1
    compilation = compile_text(first + "".join(f"  {rule}\n" for rule in RULES), "made.flow", subflow)
    if any(problem.code != "FL703" for problem in compilation.errors):
        return None, ()
    broken = {(problem.related[0].span if problem.related else problem.span).line for problem in compilation.errors}
    proved = [rule for number, rule in enumerate(RULES, start=line) if number not in broken]
    kept = first + "".join(f"  {rule}\n" for rule in proved)
    flow = compile_text(kept if proved else text, "made.flow", subflow).flow
    assert flow is not None
    return flow, tuple(rule for rule in RULES if rule not in proved)


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=100_000))
def test_no_call_breaks_a_policy_that_was_proved(seed: int) -> None:
    flow, _ = made(seed)
    if flow is None:
        return
    for number in range(10):
        random = Random(seed * 100 + number)
        broken = Caller(flow, dict(CONTACTS[number % 2]), random).call(60)
        assert not broken, (seed, number, broken)


class HastyCaller(Caller):
    """A caller who goes on so soon that nothing of the answer is heard."""

    def _step(self) -> None:
        if self.random.random() < 0.4 or self.requests or self.conversation.finished:
            return super()._step()
        while self.speech:
            self.at += 1
            self.send(SpeechHeard(self.at, self.speech.pop(0).speech_id))
        self.send(CallerSaid(self.at, self._words()))
        if all(isinstance(each, Speak) and each.interruptible for each in self.speech):
            self.at += 0.4
            self._cut(self.speech[:])
            self.at += 0.4
            self.send(CallerSaid(self.at, f"{self.random.choice(('but', 'no', 'and', 'wait'))} {self._words()}"))
        return None


def test_no_turn_that_is_taken_back_breaks_a_policy() -> None:
    taken_back = 0
    for seed in range(examples(75)):
        flow, _ = made(seed)
        if flow is None:
            continue
        for number in range(4):
            caller = HastyCaller(flow, dict(CONTACTS[number % 2]), Random(seed * 100 + number))
            assert not caller.call(40), (seed, number)
            refused = [note for note in caller.notes if note.startswith(("no move leads", "policy:"))]
            assert not refused, (seed, number, refused)
            taken_back += caller.monitor.taken_back
    assert taken_back > 15


def test_made_flows_are_neither_all_proved_nor_all_refused() -> None:
    flows = [made(seed) for seed in range(40)]
    rules = [len(policy.rules) for flow, _ in flows if flow is not None for policy in flow.policies]
    assert sum(rules) > 100
    assert sum(len(refused) for _, refused in flows) > 100


def test_without_proof_and_enforcement_the_same_calls_break_the_rules() -> None:
    """The refuter has teeth: of flows that no policy was held against, it finds every kind of breach."""
    every_rule = policies_of(RULES)
    found: set[str] = set()
    for seed in range(60):
        maker = Maker(Random(seed))
        flow = compile_text(maker.flow(), "made.flow", {"ask": maker.subflow(), "deeper": DEEPER}).flow
        if flow is None:
            continue
        for number in range(6):
            watched = replace(flow, policies=every_rule)
            caller = Caller(flow, dict(CONTACTS[number % 2]), Random(number), watched)
            found.update(breach.split()[1] for breach in caller.call(60))
    assert {"before", "after", "in", "goes"} <= found


def policies_of(rules: tuple[str, ...]) -> tuple[Policy, ...]:
    """The policies of a flow in which they all hold: it does nothing but end."""
    names = "state s3 is sales\n  end good\n\nstate removed\n  end removed\n\nstate goodbye\n  end bad\n"
    text = f"{HEAD}\nstate s0\n  end hung_up\n\n{names}\npolicy made\n" + "".join(f"  {rule}\n" for rule in rules)
    limits = "anywhere\n  after 8m -> goodbye\n  after 12 turns -> goodbye\n  opt_out -> removed\n  agree -> goodbye\n"
    compilation = compile_text(f"{text}\n{limits}", "made.flow", {})
    assert compilation.flow is not None, compilation.errors
    return compilation.flow.policies


@pytest.mark.parametrize("path", sorted(FLOWS.glob("*.flow")), ids=lambda path: path.stem)
def test_no_call_breaks_a_policy_of_a_shipped_flow(path: Path) -> None:
    flow = compile_file(path).flow
    assert flow is not None
    raw = {name: "2026-12-01" if field.type.kind == "date" else "Sam" for name, field in flow.contact.items()}
    contact = check_contact(flow, {name: value for name, value in raw.items() if flow.contact[name].default is None})
    for seed in range(80):
        broken = Caller(flow, dict(contact), Random(seed)).call(80)
        assert not broken, (seed, broken)
