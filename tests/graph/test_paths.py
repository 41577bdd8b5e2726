"""Ways through blocks: every path once, with what happens on it."""

from __future__ import annotations

from flowengine.graph.compile import compile_text
from flowengine.graph.effects import Assumed, Effect, Exit, Meant, Moves, Node, Spoke, Turned, Waits
from flowengine.graph.model import Listen, OnIntent, OnSilence
from flowengine.graph.paths import Paths, compile_block
from tests.graph.test_lower_actions import HEAD, compiled

FLOW = """\
state start
  if contact.long
    say "A long one."
  elif contact.short -> second
  say "Well?"
  listen
    agree -> second
    silence or otherwise: again
    silence 3 -> second

state second
  say "Goodbye."
  end booked

anywhere
  agree: end failed
  silence: again
  silence 2: again "Hello?"
  hangup: end hung_up

contact
  long: boolean = false
  short: boolean = false
"""


def ways(node: Node) -> list[tuple[list[Effect], Exit]]:
    """Every way from a node to an exit."""
    found: list[tuple[list[Effect], Exit]] = []
    for step in node.steps:
        if isinstance(step.target, Node):
            found += [([*step.effects, *effects], out) for effects, out in ways(step.target)]
        else:
            found.append((list(step.effects), step.target))
    return found


def test_each_arm_is_a_way_and_so_is_none_of_them() -> None:
    found = ways(Paths(compiled(FLOW)).state("start"))
    assumed = [[(e.condition.text, e.holds) for e in effects if isinstance(e, Assumed)] for effects, _ in found]
    assert assumed == [
        [("contact.long", True)],
        [("contact.long", False), ("contact.short", True)],
        [("contact.long", False), ("contact.short", False)],
    ]
    assert [type(out) for _, out in found] == [Waits, Moves, Waits]
    assert [sum(isinstance(effect, Spoke) for effect in effects) for effects, _ in found] == [2, 0, 1]


def test_what_a_state_answers_itself_no_handler_answers() -> None:
    flow = compiled(FLOW)
    paths = Paths(flow)
    waits = next(out for _, out in ways(paths.state("start")) if isinstance(out, Waits))
    assert isinstance(waits.statement, Listen)
    taken = [(take.label, take.branch in waits.statement.branches) for take in paths.takes("start", waits.statement)]
    assert taken == [
        ("agree", True),
        ("silence", True),
        ("otherwise", True),
        ("silence 3", True),
        ("silence 2", False),  # a higher rung than the state's first
        ("hangup", False),
    ]


def test_an_intent_that_is_taken_was_meant() -> None:
    flow = compiled(FLOW)
    paths = Paths(flow)
    waits = next(out for _, out in ways(paths.state("start")) if isinstance(out, Waits))
    by_label = {take.label: take.effects for take in paths.takes("start", waits.statement)}
    assert by_label["agree"] == (Turned(OnIntent("agree")), Meant("agree"))
    assert by_label["silence 3"] == (Turned(OnSilence()),)


def test_a_thousand_conditions_in_a_row_are_compiled_without_recursion() -> None:
    flow = compile_text(
        HEAD + "state start\n" + '  if turns > 3\n    say "Yes."\n' * 3000 + "  end booked\n", "example.flow", {}
    ).flow
    assert flow is not None
    node = compile_block(flow.states["start"].body, flow)
    assert len(node.steps) == 2
