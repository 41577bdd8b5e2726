"""Checks of intents that compete, and of who answers a hang-up."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.graph.checks import near_intents, shared_phrase
from flowengine.graph.checks.reference import completed
from flowengine.graph.compile import compile_file, compile_text
from flowengine.graph.rivals import rivals
from tests.conversation.talk import Talk
from tests.graph.finding import findings, underlined

FLOWS = Path(__file__).parent.parent.parent / "flows"
INTENTS = """\
intent {first} "the caller wants one thing"
{phrases}

intent {second} "the caller wants another thing"
{others}

state first
  say "What can I do for you?"
  listen
    {branches}
    silence or otherwise -> goodbye
"""
APART = "later -> goodbye\n    never: end booked"


def competing(phrases: str, others: str, branches: str = APART) -> str:
    return INTENTS.format(
        first="later", phrases=f"  {phrases}", second="never", others=f"  {others}", branches=branches
    )


def test_a_phrase_of_two_live_intents_is_reported_at_the_second_with_both_places() -> None:
    (found,) = findings(competing('"not now" "later"', '"never" "NOT now!"'), "FL610")
    assert "'not now' is a phrase of 'later' and of 'never'" in found.message
    assert [related.message for related in found.related] == ["of 'later'", "of 'never'"]
    assert [related.span.line for related in found.related] == [32, 35]


def test_phrases_are_compared_as_the_matcher_takes_them() -> None:
    assert len(findings(competing('"I\'m not sure"', '"um, I am not sure"'), "FL610")) == 1


@pytest.mark.parametrize("branches", [APART, "later -> goodbye\n    never -> goodbye"])
def test_the_caller_is_asked_which_just_where_the_check_says_so(branches: str) -> None:
    body = completed(competing('"not now"', '"not now"', branches))
    compiled = compile_text(body)
    assert compiled.flow is not None
    asked = any(said.startswith("Sorry, did you mean") for said in Talk(compiled.flow, {"name": "Sam"}).says("not now"))
    assert asked == any(found.code == "FL610" for found in compiled.diagnostics)


@pytest.mark.parametrize(
    "branches",
    [
        "later -> goodbye\n    never -> goodbye",
        "later: end booked\n    never: end booked",
        "later or never -> goodbye",
        'later: again "When?"\n    never 2: end booked',
        "later -> goodbye",
    ],
)
def test_a_shared_phrase_that_nobody_would_be_asked_about_is_left_alone(branches: str) -> None:
    assert findings(competing('"not now"', '"not now"', branches), "FL610") == []


def test_what_protects_the_caller_is_never_asked_about() -> None:
    body = competing('"not now"', '"not now"').replace("intent never", "intent never protective")
    assert findings(body, "FL610") == []


def test_a_state_s_branch_and_anywhere_s_do_not_compete() -> None:
    body = competing('"not now"', '"not now"', "later -> goodbye")
    assert findings(f"{body}\nanywhere\n  never: end booked\n  hangup: end booked\n", "FL610") == []


def test_a_pair_that_competes_in_two_states_is_reported_once() -> None:
    body = competing('"not now"', '"not now"')
    listen = body[body.index('  say "What') :]
    assert len(findings(f"{body}\nstate second\n{listen}".replace("-> goodbye", "-> second", 1), "FL610")) == 1


MOVE = '"change the visit" "move my visit" "another visit"'


def test_intents_that_are_nearer_to_each_other_than_to_themselves_are_reported() -> None:
    (found,) = findings(competing(MOVE, '"change my visit please" "move that visit" "any visit"'), "FL611")
    assert "'later' and 'never' are nearer to each other than to themselves" in found.message


@pytest.mark.parametrize(
    "others",
    [
        '"change the name" "move to my name" "another name"',
        '"change my visit" "cancel it" "cancel that" "I want to cancel"',
        '"the change of name" "a new name"',
        '"visit"',
    ],
)
def test_intents_with_words_of_their_own_are_apart(others: str) -> None:
    assert findings(competing(MOVE, others), "FL611") == []


def test_intents_that_share_a_phrase_are_reported_for_that_alone() -> None:
    body = competing(MOVE, '"change the visit" "move that visit" "any visit"')
    assert len(findings(body, "FL610")) == 1
    assert findings(body, "FL611") == []


@pytest.mark.parametrize("name", ["boiler_cover", "reception", "telemarketing"])
def test_the_shipped_flows_let_many_intents_compete_and_none_is_too_near(name: str) -> None:
    compiled = compile_file(FLOWS / f"{name}.flow")
    assert compiled.flow is not None
    assert len(list(rivals(compiled.flow))) > 10
    reported = {shared_phrase.RULE.code, near_intents.RULE.code}
    assert [found for found in compiled.diagnostics if found.code in reported] == []


HANDLED = 'state first\n  say "Shall I?"\n  listen\n    agree: end booked\n    silence or otherwise -> goodbye\n'


def test_handlers_without_one_for_a_hang_up_are_told_so() -> None:
    assert underlined(f"{HANDLED}\nanywhere\n  after 5m -> goodbye\n", "FL607") == ["anywhere"]


@pytest.mark.parametrize(
    "more", ["", "\nanywhere\n  hangup: end booked\n", "\nanywhere\n  after 5m -> goodbye\n  hangup: end booked\n"]
)
def test_a_beginning_and_a_handled_hang_up_are_left_alone(more: str) -> None:
    assert findings(HANDLED + more, "FL607") == []


def test_a_hang_up_that_one_place_answers_alone_is_told_of_the_rest() -> None:
    body = HANDLED.replace("agree:", "hangup: end declined\n    agree:") + "\nanywhere\n  after 5m -> goodbye\n"
    (found,) = findings(body, "FL607")
    assert [related.message for related in found.related] == ["answered here"]
