"""Circles, digressions, handlers, and what happens before the caller has spoken."""

from __future__ import annotations

import pytest

from flowengine.graph.compile import compile_text
from tests.graph.findings import messages, reported

CIRCLE = """\
state first
  say "Shall I?"
  listen
    agree: end booked
    silence or otherwise -> second

state second
  say "It is free."
  -> first
"""


def test_a_circle_without_a_limit_is_shown() -> None:
    assert messages(CIRCLE, "FL314") == ["a caller can be led around here for ever: first → second → first"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("state second\n", "anywhere\n  after 8m: end declined\n\nstate second\n"),
        ("state second\n", "anywhere\n  after 20 turns -> goodbye\n\nstate second\n"),
        ("state second\n", "policy short\n  at most 8m\n\nstate second\n"),
        ("  -> first", "  set n = n + 1\n  if n > 2 -> goodbye\n  -> first"),
        ("  -> first", "  if turns > 9\n    end declined\n  -> first"),
        ("  -> first", "  -> goodbye"),
        ("silence or otherwise -> second", "silence or otherwise -> first\n    silence or otherwise 3 -> goodbye"),
        ("silence or otherwise -> second", "silence or otherwise: again"),
    ],
)
def test_a_circle_that_something_limits_is_not_reported(before: str, after: str) -> None:
    assert not reported(CIRCLE.replace(before, after), "FL314")


def test_a_flag_that_changes_in_the_circle_limits_it() -> None:
    text = CIRCLE.replace("  say", "  if asked -> goodbye\n  say", 1)
    text = text.replace("  -> first", "  set asked = true\n  -> first")
    assert not reported(text, "FL314")
    assert reported(text.replace("if asked", "if contact.age > 3"), "FL314")


def test_a_limit_that_does_not_leave_is_none() -> None:
    text = CIRCLE + '\nanywhere\n  after 8m\n    say "Time flies."\n    resume\n'
    assert reported(text, "FL314")


def test_a_circle_with_no_way_out_is_told_of_once() -> None:
    text = CIRCLE.replace("agree: end booked\n    ", "").replace("listen\n", "listen\n    agree -> second\n")
    assert not reported(text, "FL314")
    assert reported(text, "FL304")


ASIDE = """\
state first
  say "Shall I?"
  listen
    agree: end booked
    refuse
      {body}
    silence or otherwise -> goodbye
"""


@pytest.mark.parametrize(
    "body",
    [
        'say "It is free."\n      resume',
        'say "It is free."\n      again',
        'say "It is free. Shall I book it?"',
        'say "It is free."\n      -> goodbye',
        'note "refused"',
        'if turns > 3\n        say "It is free."\n        resume\n      else -> goodbye',
    ],
)
def test_a_digression_that_goes_on_is_not_reported(body: str) -> None:
    assert not reported(ASIDE.format(body=body), "FL321")


def test_a_digression_that_falls_silent_is_reported() -> None:
    (problem,) = reported(ASIDE.format(body='say "It is free."'), "FL321")
    assert problem.help == "end the branch with 'resume', or with a question"


def test_silence_may_be_answered_with_a_remark() -> None:
    text = ASIDE.format(body="again").replace("silence or otherwise -> goodbye", 'silence\n      say "Take your time."')
    assert not reported(text + "\nanywhere\n  silence 3 -> goodbye\n  otherwise -> goodbye\n", "FL321")


HANDLED = """\
intent complaint "the caller complains"
  "I want to complain"

intent robot_question "the caller asks whether this is a machine"
  "are you a robot"

state first
  say "Shall I?"
  listen
    agree: end booked
    {own}
    silence or otherwise -> goodbye

anywhere
  complaint -> noted
  robot_question
    say "I'm an automated assistant."
    resume

state noted
  say "I've noted your complaint."
  end declined
"""


@pytest.mark.parametrize(
    "own",
    [
        "refuse -> goodbye",
        "complaint -> noted",
        'robot_question: again "I am a machine. Shall I book it?"',
        "robot_question -> aside",
    ],
)
def test_a_protective_intent_answered_alike_is_not_reported(own: str) -> None:
    text = HANDLED.format(own=own) + '\nstate aside\n  say "I am a machine."\n  resume\n'
    assert not reported(text, "FL322")


@pytest.mark.parametrize("own", ["complaint -> goodbye", "refuse or complaint: again", "robot_question -> goodbye"])
def test_a_protective_intent_answered_otherwise_is_reported_at_the_state(own: str) -> None:
    (problem,) = reported(HANDLED.format(own=own), "FL322")
    assert problem.span.line == 30
    assert "protects the caller, and does something else here" in problem.message


def test_a_handler_that_every_state_answers_itself_is_dead() -> None:
    text = CIRCLE.replace("silence or otherwise ->", "refuse or silence or otherwise ->")
    text += "\nanywhere\n  refuse -> goodbye\n  silence or otherwise: again\n"
    assert messages(text, "FL322") == ["every state that listens answers 'refuse' itself, so this is never taken"]


def test_a_higher_rung_of_anywhere_is_reached() -> None:
    text = CIRCLE.replace("silence or otherwise -> second", "silence or otherwise: again")
    assert not reported(text.replace("-> first", "-> goodbye") + "\nanywhere\n  silence 3 -> second\n", "FL322")


def test_a_handler_of_a_library_may_be_overridden() -> None:
    text = "anywhere\n  agree: again\n"
    head = CIRCLE.replace("-> first", "-> goodbye")
    assert reported(head + "\n" + text, "FL322")
    used = 'flow example "An example" inbound\n  use shared\n\noutcome booked\noutcome declined\n\n'
    used += 'intent agree "the caller says yes"\n  "yes"\n\n' + head
    used += '\nstate goodbye\n  say "Goodbye."\n  end declined\n'
    found = compile_text(used, "example.flow", {"shared": text}).diagnostics
    assert "FL322" not in [problem.code for problem in found]


REENTERS = """\
state first
  say "Shall I?"
  listen
    agree: end booked
    otherwise -> goodbye

state still_there
  say "Are you still there?"
  {on}

anywhere
  silence -> still_there
"""
LISTEN = "listen\n    agree -> goodbye\n    otherwise -> goodbye"


def test_silence_that_leads_around_without_end_is_reported() -> None:
    text = REENTERS.format(on=LISTEN)
    assert messages(text, "FL320") == ["'silence' leads to 'still_there', where 'silence' leads again, without end"]


@pytest.mark.parametrize(
    "text",
    [
        REENTERS.format(on=LISTEN + "\n    silence -> goodbye"),
        REENTERS.format(on="end declined"),
        REENTERS.format(on=LISTEN) + "  silence 3 -> goodbye\n",
        REENTERS.format(on=LISTEN) + "  after 8m -> goodbye\n",
        REENTERS.format(on=LISTEN).replace("silence -> still_there", "refuse -> still_there\n  silence -> goodbye"),
    ],
)
def test_silence_that_comes_to_an_end_is_not_reported(text: str) -> None:
    assert not reported(text, "FL320")


def test_rungs_do_not_help_where_the_state_is_entered_from_elsewhere() -> None:
    text = REENTERS.format(on=f'-> waiting\n\nstate waiting\n  say "Well?"\n  {LISTEN}') + "  silence 3 -> goodbye\n"
    assert messages(text, "FL320") == ["'silence' leads to 'waiting', where 'silence' leads again, without end"]


BOOK = """\
action book()
  python "acme.bookings:book"
  timeout 2s

state first
  say "Shall I?"
  listen
    agree -> book_it
    refuse or silence or otherwise -> goodbye

state book_it
  do book()
    ok or error -> goodbye
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("agree -> book_it", "agree or press 1 -> book_it"),
        ("silence or otherwise -> goodbye", "otherwise -> book_it\n    silence -> goodbye"),
        ("timeout 2s\n", "timeout 2s\n  effect none\n"),
    ],
)
def test_an_action_after_the_callers_answer_is_not_reported(before: str, after: str) -> None:
    assert not reported(BOOK.replace(before, after), "FL411")


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        (
            "agree -> book_it\n    refuse or silence",
            "refuse or silence -> book_it\n    agree",
            "first (refuse or silence) → book_it",
        ),
        ("state book_it", "anywhere\n  silence 2 -> book_it\n\nstate book_it", "first (silence 2) → book_it"),
        ('  say "Shall I?"\n', '  if turns == 0 -> book_it\n  say "Shall I?"\n', "first → book_it"),
    ],
)
def test_an_action_that_silence_leads_to_is_reported_with_the_path(before: str, after: str, path: str) -> None:
    text = BOOK.replace(before, after)
    assert messages(text, "FL411") == [f"'book' can run before the caller has said or pressed anything: {path}"]


def test_a_guard_and_a_subflow_are_no_answer_of_the_caller() -> None:
    subflow = 'flow greet "Greets" inbound\n\noutcome greeted\n\nstate hello\n  say "Hello."\n  end greeted\n'
    text = BOOK.replace("state first\n", "state start\n  run greet\n    greeted -> book_it\n\nstate first\n")
    (message,) = messages(text, "FL411", greet=subflow)
    assert message.endswith(": start (run) → start/greet/hello → start (greeted) → book_it")
    asked = subflow.replace("  end greeted", "  listen\n    agree: end greeted\n    silence or otherwise: end failed")
    asked += '\nintent agree "the caller says yes"\n  "yes"\n'
    text = text.replace("greeted -> book_it", "greeted -> book_it\n    failed -> goodbye")
    assert not messages(text, "FL411", greet=asked)


REPEATED = """\
action book()
  python "acme.bookings:book"
  timeout 2s

state first
  {statement}
"""
DO = "do book()\n    ok -> goodbye\n    error"
TRANSFER = 'transfer "+441134960000"\n    answered: end booked\n    busy or no_answer or failed'
LLM = """\
llm "Answer the caller."
    facts "It is free."
    never "prices"
    convinced "the caller agrees" -> goodbye
    limit 3 turns -> goodbye
    fallback "I see."\
"""


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (f"{DO}: again", "'do' is repeated here at once, for as long as it comes to 'error'"),
        (f'{DO}: again "Once more."', "'do' is repeated here at once, for as long as it comes to 'error'"),
        (f"{TRANSFER}: again", "'transfer' is repeated here at once, for as long as it comes to 'busy'"),
        (
            "guard uk_outbound\n    allowed -> goodbye\n    refused: again",
            "'guard' is repeated here at once, for as long as it comes to 'refused'",
        ),
        (f"{LLM} -> first", "this never waits for the caller while the model does not answer: first → first"),
    ],
)
def test_what_is_done_again_at_once_for_ever_is_reported(statement: str, finding: str) -> None:
    assert messages(REPEATED.format(statement=statement), "FL305") == [finding]


@pytest.mark.parametrize(
    "statement",
    [
        f"{DO}: again\n    error 3 -> goodbye",
        f"{DO}\n      set n = n | default(0) + 1\n      if n > 2 -> goodbye\n      again",
        f"{TRANSFER}: again\n    busy or no_answer or failed 3 -> goodbye",
        f"{LLM} -> goodbye",
    ],
)
def test_what_is_done_again_only_a_few_times_is_not_reported(statement: str) -> None:
    assert not reported(REPEATED.format(statement=statement), "FL305")


@pytest.mark.parametrize(
    "denial", ["We record nothing.", "No recording is made.", "Nothing you say is recorded.", "We keep no record."]
)
def test_a_sentence_that_denies_recording_is_no_notice_of_it(denial: str) -> None:
    assert reported(f'state first\n  say "{denial}"\n  record start\n  -> goodbye\n', "FL707")


@pytest.mark.parametrize("notice", ["This call is recorded.", "We record calls, so that nothing is lost."])
def test_a_sentence_that_speaks_of_recording_is_a_notice(notice: str) -> None:
    assert not reported(f'state first\n  say "{notice}"\n  record start\n  -> goodbye\n', "FL707")


def test_one_place_of_a_text_has_one_bound_to_mend() -> None:
    body = "state first\n  say \"{{ 'a' ** 2 * 'b' }}\"\n  -> goodbye\n"
    places = [problem.span for problem in reported(body, "FL517")]
    assert len(places) == len(set(places)) == 1
