"""Values that are not there yet: on which path, and what makes reading them safe."""

from __future__ import annotations

import pytest

from flowengine.conversation.evaluate import Evaluator
from flowengine.errors import EvaluationError
from flowengine.graph.libraries import load
from flowengine.graph.lower import lower
from flowengine.graph.model import Say
from flowengine.graph.unset import needs
from flowengine.language.reading import text_source
from tests.graph.findings import messages, reported

FLOW = """\
slot day: date
  ask "Which day?"

slot hour: time
  ask "At what time on {{{{ day | spoken }}}}?"
  confirm "At {{{{ hour | spoken }}}}, on {{{{ day | spoken }}}}?"

action book(day: date) -> reference: text
  python "acme.bookings:book"
  timeout 2s

state first
  say "Shall I?"
  listen
    agree -> price
    refuse -> ask
    silence or otherwise -> goodbye

state price
  set monthly = 14
  -> ask

state ask
  collect day, hour
    done -> book_it
    failed -> {failed}

state book_it
  do book(day)
    ok -> booked
    error -> {error}

state booked
  {booked}
  end booked
"""


def flow(booked: str = 'say "Bye."', failed: str = "goodbye", error: str = "goodbye") -> str:
    return FLOW.format(booked=booked, failed=failed, error=error)


@pytest.mark.parametrize(
    "booked",
    [
        'say "{{ day | spoken }} {{ hour | spoken }} {{ reference | spelled }}"',
        'say "{% if monthly is defined %}{{ monthly | money }}{% endif %}"',
        'say "{{ monthly | default(3) | money }}"',
        'if monthly is defined: say "{{ monthly | money }}"',
        "if monthly is defined and monthly > 3: wait 1s",
        'set other = monthly | default(0)\n  note "{{ other }}"',
        'say "{{ monthly if monthly is defined else 3 }}"',
        'if monthly is not defined -> goodbye\n  say "{{ monthly }}"',
    ],
)
def test_what_is_there_on_every_path_or_asked_about_is_not_reported(booked: str) -> None:
    assert not reported(flow(booked), "FL407")


def test_a_variable_set_on_another_path_is_an_error_with_the_path() -> None:
    (problem,) = reported(flow('say "{{ monthly | money }} a month."'), "FL407")
    assert problem.severity == "error"
    path = "first (refuse) → ask (done) → book_it (ok) → booked"
    assert problem.message == f"'monthly' has no value here on the path {path}"
    assert problem.span.end_column - problem.span.column == len("monthly")


def test_a_slot_after_failed_and_a_result_after_an_error_are_not_there() -> None:
    text = flow('say "{{ day | spoken }}"', failed="booked")
    assert messages(text, "FL407") == ["'day' has no value here on the path first (refuse) → ask (failed) → booked"]
    text = flow('say "{{ reference }}"', error="booked")
    assert messages(text, "FL407") == [
        "'reference' has no value here on the path first (refuse) → ask (done) → book_it (error) → booked"
    ]


@pytest.mark.parametrize(
    "booked",
    [
        'if day: say "{{ day | spoken }}"',
        'if day is not none: say "{{ day | spoken }}"',
        'if day and day > today: say "{{ day | spoken }}"',
        'if not day -> goodbye\n  say "{{ day | spoken }}"',
        'say "{% if day %}{{ day | spoken }}{% endif %}"',
        "say \"{{ day | default('no day', true) }}\"",
        "if day == today: wait 1s",
        "set again = day or today\n  if again == today: wait 1s",
    ],
)
def test_a_slot_that_is_asked_about_is_safe(booked: str) -> None:
    assert not reported(flow(booked, failed="booked"), "FL407")


@pytest.mark.parametrize(
    "booked",
    ['note "{{ day }}"', "if day > today: wait 1s", 'say "{{ day | default(3) }}"', 'say "On {{ day ~ 1 }}"'],
)
def test_a_slot_that_is_nothing_fails(booked: str) -> None:
    assert [problem.severity for problem in reported(flow(booked, failed="booked"), "FL407")] == ["error"]


def test_a_condition_on_the_path_that_is_not_decided_makes_it_a_warning() -> None:
    text = flow('if turns > 3: say "{{ monthly }}"')
    assert [problem.severity for problem in reported(text, "FL407")] == ["warning"]


def test_conditions_that_go_together_are_followed() -> None:
    text = (
        "state first\n  if contact.plan == \"full\": set monthly = 22\n  say \"Well?\"\n"
        "  if contact.plan == \"full\": say \"{{ monthly }} pounds.\"\n  -> goodbye\n"
    )  # fmt: skip
    assert not reported(text, "FL407")
    assert reported(text.replace('"full": say', '"gold": say'), "FL407")


def test_one_variable_is_told_of_once_with_its_other_places() -> None:
    (problem,) = reported(flow('say "{{ monthly }}"\n  note "{{ monthly }}"', failed="booked"), "FL407")
    assert problem.related == () or len(problem.related) <= 3


def test_a_filler_is_spoken_too() -> None:
    text = flow().replace("  timeout 2s\n", '  timeout 2s\n  filler "One moment, {{ monthly }}."\n')
    assert messages(text, "FL407") == ["'monthly' has no value here on the path first (refuse) → ask (done) → book_it"]


def test_a_digression_may_come_before_the_value_is_there() -> None:
    text = flow() + '\nintent price_question "the caller asks what it costs"\n  "how much is it"\n'
    text += '\nanywhere\n  price_question\n    say "It is {{ monthly | money }}."\n    resume\n'
    assert messages(text, "FL407") == ["'monthly' has no value here on the path first (price_question)"]


def test_a_prompt_may_speak_of_a_slot_that_was_asked_before_it() -> None:
    assert not reported(flow(), "FL407")
    text = flow().replace("collect day, hour", "collect hour, day")
    assert messages(text, "FL407") == ["'day' has no value here on the path first (refuse) → ask"]


def test_a_line_is_reported_where_it_is_written() -> None:
    text = 'line price "It is {{ monthly }} pounds."\n\n' + flow("say price")
    (problem,) = reported(text, "FL407")
    assert problem.span.line == 20


def test_a_subflow_fills_slots_for_its_caller() -> None:
    subflow = (
        'flow ask_size "Size" inbound\n\noutcome known\noutcome unknown\n\nslot size: number\n  ask "How many?"\n\n'
        "state ask\n  collect size\n    done: end known\n    failed: end unknown\n"
    )
    text = "state first\n  run ask_size\n    known -> sized\n    unknown -> goodbye\n"
    text += '\nstate sized\n  say "{{ size }}"\n  -> goodbye\n'
    assert not reported(text, "FL407", ask_size=subflow)
    assert reported(text.replace("unknown -> goodbye", "unknown -> sized"), "FL407", ask_size=subflow)


TEXTS = [
    "{{ x }}", "{{ x | spoken }}", "{{ x | default('-') }}", "{{ x | default('-', true) }}", "{{ x is defined }}",
    "{% if x %}a{% endif %}", "{{ x ~ 'a' }}", "{{ x == 3 }}", "{{ x | int }}", "{{ x | money }}", "{{ not x }}",
    "{{ x.month }}", "{{ x + 1 }}", "{{ x > 1 }}", "{{ 3 if x else 4 }}", "{{ x if x else 4 }}", "{{ x is none }}",
    "{{ x | spoken if x is defined else 3 }}", "{% if x is undefined %}a{% else %}{{ x | spoken }}{% endif %}",
    "{{ x | spoken if x is undefined else 3 }}", "{{ x is undefined }}",
    "{{ x | upper }}", "{% if x is defined %}{{ x }}{% endif %}", "{{ (x and 3) or 4 }}", "{{ x in [1, 2] }}",
]  # fmt: skip


@pytest.mark.parametrize("slot", [True, False])
@pytest.mark.parametrize("text", TEXTS)
def test_what_is_said_to_fail_fails_at_run_time_and_nothing_else(text: str, slot: bool) -> None:
    defined = 'slot x: number\n  ask "How many?"\n\n' if slot else ""
    done = "  collect x\n    done or failed -> goodbye\n" if slot else "  -> goodbye\n"
    source = f'flow f "F" inbound\n\n{defined}state first\n  say "{text}"\n{done}\nstate goodbye\n  end failed\n'
    source = source.replace("state goodbye\n", "state goodbye\n  set x = 3\n" if not slot else "state goodbye\n")
    draft, _ = lower(load(text_source(source, "f.flow"), lambda *_: None).found)
    say = next(each for each in draft.flow.states["first"].body if isinstance(each, Say))
    found = needs(say.sentences[0], "x", slot=slot)
    try:
        spoken = Evaluator(draft.flow).render(say.sentences[0], {"x": None} if slot else {})
        fails = "none" in spoken.lower()  # the word would be heard
    except EvaluationError:
        fails = True
    assert (found is not None) == fails, (found, fails)


@pytest.mark.parametrize(("value", "said"), [(None, "no number"), (0, "0"), (7, "7")])
def test_a_slot_without_a_value_is_not_defined(value: int | None, said: str) -> None:
    text = "{{ x if x is defined else 'no number' }}"
    source = f'flow f "F" inbound\n\nslot x: number\n  ask "How many?"\n\nstate first\n  say "{text}"\n  end failed\n'
    draft, _ = lower(load(text_source(source, "f.flow"), lambda *_: None).found)
    say = next(each for each in draft.flow.states["first"].body if isinstance(each, Say))
    assert Evaluator(draft.flow).render(say.sentences[0], {"x": value}) == said
    assert needs(say.sentences[0], "x", slot=True) is None
