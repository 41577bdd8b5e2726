"""Tree to graph: what the interpreter gets."""

from __future__ import annotations

import pytest

from flowengine.graph.compile import compile_text
from flowengine.graph.model import (
    Collect,
    Expression,
    Flow,
    Guard,
    If,
    Listen,
    OnIntent,
    OnOtherwise,
    OnResult,
    OnSilence,
    Say,
    ValueType,
)


def flow(body: str, head: str = "", libraries: dict[str, str] | None = None) -> Flow:
    compiled = compile_text(f'flow x "X" inbound\n{head}\n{body}', libraries=libraries or {})
    assert compiled.flow is not None, compiled.errors
    return compiled.flow


def test_the_first_state_is_the_start() -> None:
    made = flow("state one\n  -> two\n\nstate two\n  end failed\n")
    assert made.start == "one"
    assert list(made.states) == ["one", "two"]


def test_what_is_left_out_has_its_default() -> None:
    made = flow("state a\n  listen\n    silence or otherwise: end failed\n")
    assert (made.language, made.voice, made.title) == ("en-GB", None, "X")
    (listen,) = made.states["a"].body
    assert isinstance(listen, Listen)
    assert listen.seconds == 6.0


def test_outcomes_that_always_exist() -> None:
    assert set(flow("state a\n  end hung_up\n").outcomes) == {"hung_up", "failed"}


def test_a_said_line_brings_its_sentences() -> None:
    made = flow('line hello "One." "Two."\n\nstate a\n  say hello\n  end failed\n')
    say = made.states["a"].body[0]
    assert isinstance(say, Say)
    assert say.line == "hello"
    assert [sentence.text for sentence in say.sentences] == ["One.", "Two."]


def test_names_in_branches_are_results_or_intents_by_their_place() -> None:
    made = flow(
        'intent yes\n  "yes"\n\nslot day: date\n  ask "Which?"\n\n'
        "state a\n  guard uk\n    allowed or refused -> b\n\n"
        "state b\n  collect day\n    done or failed: end failed\n    yes: again\n"
    )
    guard, collect = made.states["a"].body[0], made.states["b"].body[0]
    assert isinstance(guard, Guard)
    assert isinstance(collect, Collect)
    assert guard.branches[0].triggers == (OnResult("allowed"), OnResult("refused"))
    assert collect.branches[0].triggers == (OnResult("done"), OnResult("failed"))
    assert collect.branches[1].triggers == (OnIntent("yes"),)


def test_rungs_belong_to_the_joined_events() -> None:
    made = flow("state a\n  listen 4s\n    silence or otherwise: again\n    silence or otherwise 3: end failed\n")
    (listen,) = made.states["a"].body
    assert isinstance(listen, Listen)
    assert [(branch.triggers, branch.rung) for branch in listen.branches] == [
        ((OnSilence(), OnOtherwise()), 1),
        ((OnSilence(), OnOtherwise()), 3),
    ]


def test_if_arms_keep_their_order_and_else_has_no_condition() -> None:
    made = flow(
        "state a\n  if turns > 3: end failed\n  elif turns\n    end hung_up\n  else -> a2\n\nstate a2\n  end failed\n"
    )
    (decision,) = made.states["a"].body
    assert isinstance(decision, If)
    assert [arm.condition.text if arm.condition else None for arm in decision.arms] == ["turns > 3", "turns", None]


@pytest.mark.parametrize(
    ("written", "kind", "text"),
    [
        ("date = 2026-12-01", ValueType("date"), '"2026-12-01"'),
        ("time = 09:30", ValueType("time"), '"09:30"'),
        ("datetime = 2026-12-01T09:30", ValueType("datetime"), '"2026-12-01T09:30"'),
        ('text = "Essential"', ValueType("text"), '"Essential"'),
        ("money = 14.50", ValueType("money"), "14.50"),
        ("one of (basic, full cover) = full cover", ValueType("one_of", ("basic", "full cover")), '"full cover"'),
        ("digits(4)", ValueType("digits", digits=4), None),
    ],
)
def test_contact_fields(written: str, kind: ValueType, text: str | None) -> None:
    field = flow(f"contact\n  it: {written}\n\nstate a\n  end failed\n").contact["it"]
    assert field.type == kind
    assert (field.default.text if isinstance(field.default, Expression) else None) == text


def test_some_intents_are_protective_whatever_their_definition_says() -> None:
    made = flow(
        'intent opt_out\n  "stop calling"\n\nintent mine protective\n  "my own"\n\nintent other\n  "other"\n\n'
        "state a\n  listen\n    other or silence or otherwise: end failed\n"
    )
    assert [made.intents[name].protective for name in ("opt_out", "mine", "other")] == [True, True, False]


def test_variables_are_those_that_are_set_anywhere() -> None:
    made = flow(
        "state a\n  if turns\n    set x = 1\n  end failed\n\nanywhere\n  after 1m\n    set y = 2\n    end failed\n"
    )
    assert made.variables == {"x", "y"}


LIBRARY = (
    'outcome done\n\nline hello "The library says hello."\n\n'
    'intent yes "the caller agrees"\n  "yes"\n\n'
    "state shared\n  say hello\n  end done\n\n"
    "anywhere\n  yes -> shared\n"
)


def test_a_library_comes_after_the_flow() -> None:
    made = flow(
        'line hello "The flow says hello."\n\nintent yes\n  "aye"\n\n'
        "state a\n  listen\n    silence or otherwise -> shared\n\nanywhere\n  hangup: end hung_up\n",
        head="  use lib\n",
        libraries={"lib": LIBRARY},
    )
    assert [sentence.text for sentence in made.lines["hello"].sentences] == ["The flow says hello."]
    assert made.intents["yes"].phrases == ("aye", "yes")
    assert made.intents["yes"].description == "the caller agrees"
    assert (made.states["shared"].library, made.states["a"].library) == ("lib", None)
    assert [layer.library for layer in made.anywhere] == [None, "lib"]
    shared = made.states["shared"].body[0]
    assert isinstance(shared, Say)
    assert [sentence.text for sentence in shared.sentences] == ["The flow says hello."]


def test_libraries_of_libraries_come_along() -> None:
    made = flow("state a\n  -> shared\n", head="  use first\n", libraries={"first": "use second\n", "second": LIBRARY})
    assert made.states["shared"].library == "second"


def test_the_version_follows_every_source() -> None:
    body = "state a\n  -> shared\n"
    one = flow(body, head="  use lib\n", libraries={"lib": LIBRARY})
    same = flow(body, head="  use lib\n", libraries={"lib": LIBRARY})
    other = flow(body, head="  use lib\n", libraries={"lib": LIBRARY + "# changed\n"})
    assert one.version == same.version
    assert len(one.version) == 12
    assert one.version != other.version


def test_a_library_alone_is_no_flow() -> None:
    compiled = compile_text(LIBRARY, libraries={})
    assert compiled.flow is None
    assert [problem.code for problem in compiled.diagnostics] == ["FL120"]
