"""Gaps that were found once between what is proved and what a call does, each with the flow that showed it."""

from __future__ import annotations

import pytest

from flowengine.graph.compile import compile_text
from tests.conversation.talk import HEAD, INTENTS, Talk, compiled

BEGIN = """
contact
  due: date = 2026-12-01
  plan: text = "basic"

line identity "This is Amy, an automated assistant calling for Hearth & Home."

slot day: date
  ask "Which day?"

action look() -> ready: boolean
  python "acme.stock:look"
  timeout 4s

state start
  set ready = false
  guard uk_outbound
    allowed -> first
    refused: end bad

state offer is sales
  say "Shall I book it?"
  listen
    agree: end good
    silence or otherwise -> bye

state bye
  say "Goodbye."
  end bad

state removed_now
  end removed
"""


def broken(body: str) -> list[str]:
    """What FL703 says of a flow."""
    found = compile_text(f"{HEAD}\n{INTENTS}\n{BEGIN}\n{body}").errors
    assert {each.code for each in found} <= {"FL703"}
    return [each.message for each in found]


DIGRESSIONS = """
anywhere
  robot_question -> explain

state explain
  if contact.plan == "none"
    resume
  say "I am an automated assistant. Shall I go on?"
  listen
    agree -> go_on
    refuse or silence or otherwise -> bye

state go_on
  if ready
    -> offer
  resume

state first
  do look()
    ok -> told
    error -> bye

state told
  say identity
  -> offer

policy careful
  require said(identity) before sales
"""


def test_an_actions_results_are_not_there_before_its_ok_is_taken() -> None:
    assert not broken(DIGRESSIONS)
    talk = Talk(compiled(BEGIN + DIGRESSIONS), {"plan": "basic"})
    talk.says("are you a robot")
    talk.acts({"ready": True})
    talk.says("yes")
    assert talk.state == "explain"
    assert talk.conversation.variables["ready"] is False


@pytest.mark.parametrize("later", ["set wanted = contact.due", "set wanted = today"])
def test_a_condition_on_a_part_of_a_value_changes_with_the_value(later: str) -> None:
    text = f"""
policy careful
  require said(identity) before sales

state first
  set wanted = today
  if wanted.day == 1
    say identity
  {later}
  if wanted.day != 1
    say identity
  -> offer
"""
    assert broken(text) == ["'offer' can be reached before said(identity)"]


def test_blanks_inside_quotes_make_two_conditions() -> None:
    text = """
policy careful
  require said(identity) before sales

state first
  if contact.plan == "a b"
    note "one blank"
  else
    say identity
  if contact.plan == "a  b"
    say identity
  -> offer
"""
    assert broken(text) == ["'offer' can be reached before said(identity)"]


def test_at_most_minds_a_rung_that_is_preferred() -> None:
    text = """
policy short
  at most 8m

anywhere
  price: again
  after 8m -> bye
  after 8m or price 2: again

state first
  say "Well?"
  listen
    agree -> bye
    silence or otherwise: again
"""
    assert broken(text) == ["nothing ends the call for certain after 8m"]
    assert not broken(text.replace("  after 8m or price 2: again\n", ""))


def test_always_minds_the_first_time() -> None:
    text = """
policy careful
  always opt_out -> removed_now

anywhere
  opt_out 2 -> removed_now

state first
  say "Well?"
  listen
    agree -> bye
    silence or otherwise -> bye
"""
    assert broken(text) == ["nothing answers 'opt_out' in state 'start' and 1 more"]
    assert not broken(text.replace("opt_out 2", "opt_out"))


def test_always_minds_every_branch_that_a_collect_has() -> None:
    text = """
policy careful
  always silence -> bye
  always heard day -> bye

anywhere
  heard day -> bye

state first
  collect day
    done -> bye
    failed -> bye
    silence -> offer_nothing
    heard day -> offer_nothing

state offer_nothing
  end bad
"""
    found = [message for message in broken(text) if "'first'" in message]
    assert found == [
        "'silence' leads elsewhere than to 'bye' in state 'first'",
        "'heard day' leads elsewhere than to 'bye' in state 'first'",
    ]


OTHERWISE = """
state first
  say "Well?"
  listen
    agree -> ask_outside
    silence or otherwise -> bye

state ask_outside
  do look()
    ok -> bye
    error -> bye

anywhere
  otherwise -> offer
  price 2 -> bye
"""


def test_words_that_reach_no_rung_are_no_answer_where_nothing_was_asked() -> None:
    talk = Talk(compiled(BEGIN + OTHERWISE))
    talk.says("yes", "how much is it")
    assert talk.state == "ask_outside"
    talk.acts({"ready": True})
    assert talk.outcome == "bad"


def test_resume_after_the_end_of_what_waited_leaves_the_digression() -> None:
    text = """
state first
  say "Well?"
  listen
    agree -> offer
    price -> find_out
    silence or otherwise -> bye

state find_out
  do look()
    ok: resume
    error -> bye
"""
    talk = Talk(compiled(BEGIN + text))
    talk.says("how much is it")
    assert talk.acts({"ready": True}) == ["Well?"]
    assert talk.state == "first"
    assert talk.says("yes") == ["Shall I book it?"]


HELD = """
policy careful
  require heard(identity) before sales

anywhere
  robot_question -> explain

state explain
  say "I am an automated assistant."
  resume
"""


def test_a_digression_comes_back_to_a_move_that_waits_for_a_line() -> None:
    text = f"{HELD}\nstate first\n  say identity\n  -> offer\n"
    talk = Talk(compiled(BEGIN + text), hears=False)
    talk.says("are you a robot")
    assert talk.said == [
        "I am an automated assistant.",
        "This is Amy, an automated assistant calling for Hearth & Home.",
    ]
    talk.hear()
    assert talk.entered == ["start", "first", "explain", "first", "offer"]


def test_an_answer_does_not_overtake_a_move_that_waits_for_a_line() -> None:
    text = HELD.replace("anywhere\n", "anywhere\n  agree\n    say identity\n    -> offer\n")
    talk = Talk(compiled(f"{BEGIN}{text}\nstate first\n  do look()\n    ok: end good\n    error -> bye\n"), hears=False)
    talk.says("yes")
    talk.acts({"ready": True})
    assert not talk.conversation.finished
    talk.hear()
    assert talk.state == "offer"


def test_a_digression_that_moves_back_into_one_it_has_interrupted_takes_its_place() -> None:
    text = """
policy careful
  never sales after price

state first
  say "Well?"
  listen
    agree -> outer
    refuse -> offer
    silence or otherwise -> bye

state outer
  if ready
    resume
  say "Shall I explain?"
  listen
    price -> inner
    silence or otherwise -> bye

state inner
  if contact.plan == "full"
    resume
  set ready = true
  -> outer
"""
    assert "'offer' can be reached after price" in broken(text)


def test_words_that_nothing_listens_for_do_not_interrupt_a_firm_line() -> None:
    text = HELD.replace("  robot_question -> explain\n", "  opt_out -> bye\n").replace("  resume\n", "  -> bye\n")
    first = "\nstate first\n  say identity\n  listen\n    agree -> offer\n    silence or otherwise -> bye\n"
    talk = Talk(compiled(f"{BEGIN}{text}{first}"), hears=False)
    talk.says("yes is it raining there")
    assert not talk.latest
    talk.hear()
    assert talk.state == "offer"


def test_a_slots_question_may_never_be_asked_so_it_names_nobody() -> None:
    text = """
state first
  collect place
    done -> pitch_it
    failed -> bye

slot place: text
  ask "This is Amy of {{ agent.company }}. Where do you live?"

state pitch_it is pitch
  say "Shall I book it?"
  end good
"""
    errors = compile_text(f"{HEAD}\n{INTENTS}\n{BEGIN}\n{text}").errors
    assert [each.code for each in errors] == ["FL704"]
