"""Actions, subflows, policies and the rest of what waits, from text to graph."""

from __future__ import annotations

from flowengine.graph import model
from flowengine.graph.compile import compile_text
from flowengine.graph.edges import edges, statements

HEAD = """\
flow example "An example" inbound
  agent "Amy" of "Hearth & Home"

outcome booked success

intent agree "the caller says yes"
  "yes"

"""


def compiled(text: str, **libraries: str) -> model.Flow:
    compilation = compile_text(HEAD + text, "example.flow", libraries)
    assert compilation.flow is not None, compilation.diagnostics
    return compilation.flow


SUBFLOW = """\
flow ask_twice "Asks twice" inbound

outcome yes_twice
outcome no

intent agree "the caller says yes"
  "yes"

state first
  say "Really?"
  listen
    agree -> second
    silence or otherwise: end no

state second
  say "Really, really?"
  listen
    agree: end yes_twice
    silence or otherwise: end no

anywhere
  hangup: end no
"""

RUN = """\
state start
  run ask_twice
    yes_twice: end booked
    no: end failed
"""


def test_a_subflow_is_copied_under_the_state_that_runs_it() -> None:
    flow = compiled(RUN, ask_twice=SUBFLOW)
    assert list(flow.states) == ["start", "start/ask_twice/first", "start/ask_twice/second"]
    run = flow.states["start"].body[0]
    assert isinstance(run, model.Run)
    assert run.entry == "start/ask_twice/first"
    assert {(move.target, move.returns) for move in edges(flow) if move.returns} == {
        ("start", "no"),
        ("start", "yes_twice"),
    }
    # Its `hangup` is the caller's flow's to handle.
    assert not [layer for layer in flow.anywhere if layer.scope]


def test_an_outcome_of_a_subflow_needs_a_branch() -> None:
    lacking = RUN.replace("    no: end failed\n", "")
    found = compile_text(HEAD + lacking, "example.flow", {"ask_twice": SUBFLOW}).diagnostics
    assert [(problem.code, problem.message) for problem in found] == [("FL308", "this run has no branch for 'no'")]


def test_a_subflow_that_runs_itself_is_not_copied_for_ever() -> None:
    endless = SUBFLOW.replace("agree -> second", "agree -> third") + "\nstate third\n  run ask_twice\n    no: end no\n"
    compile_text(HEAD + RUN, "example.flow", {"ask_twice": endless})  # comes back


def test_arguments_go_to_parameters_by_place_and_by_name() -> None:
    flow = compiled(
        'action book(day: text, name: text, hour: number) -> reference: text\n  python "acme.bookings:book"\n\n'
        'state start\n  do book(["a", "b"] | join(", "), hour=1 + 2, name="x, y")\n'
        "    ok: end booked\n    error: end failed\n"
    )
    do = next(each for each in statements(flow.states["start"].body) if isinstance(each, model.Do))
    assert [(argument.name, argument.value.text) for argument in do.arguments] == [
        ("day", '["a", "b"] | join(", ")'),
        ("hour", "1 + 2"),
        ("name", '"x, y"'),
    ]
    written = '  do book(["a", "b"] | join(", "), hour=1 + 2, name="x, y")'
    assert do.arguments[2].value.span.column == written.index('"x, y"') + 1
    assert "reference" in flow.variables


def test_an_action_carries_its_options() -> None:
    action = compiled(
        'action book()\n  http "https://example.com/book"\n  timeout 4s\n  retries 2\n  filler "One moment."\n'
        "  effect none\n\nstate start\n  do book()\n    ok: end booked\n    error: end failed\n"
    ).actions["book"]
    assert (action.http, action.timeout, action.retries, action.effect) == ("https://example.com/book", 4.0, 2, False)
    assert action.filler is not None
    assert (action.filler.text, action.filler.span.line, action.filler.span.column) == ("One moment.", 13, 10)


def test_a_number_of_turns_may_end_the_call() -> None:
    flow = compiled(
        'state start\n  say "Well?"\n  listen\n    agree: end booked\n    silence or otherwise: again\n\n'
        "anywhere\n  after 20 turns: end failed\n"
    )
    assert flow.anywhere[0].branches[0].triggers == (model.OnTurns(20),)


def test_a_circle_through_a_subflow_that_listens_waits_and_one_through_a_silent_one_does_not() -> None:
    again = RUN.replace("no: end failed", "no -> start")
    assert compile_text(HEAD + again, "example.flow", {"ask_twice": SUBFLOW}).flow is not None
    silent = (
        'flow ask_twice "Says" inbound\n\noutcome yes_twice\noutcome no\n\n'
        'state first\n  say "Well."\n  if turns > 3\n    end yes_twice\n  end no\n'
    )
    found = compile_text(HEAD + again, "example.flow", {"ask_twice": silent}).errors
    assert [problem.code for problem in found] == ["FL305"]
