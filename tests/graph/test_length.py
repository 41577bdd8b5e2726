"""The longest way through a flow: what is counted, and when it is told of."""

from __future__ import annotations

import pytest

from flowengine.graph.compile import compile_text
from flowengine.graph.components import components
from flowengine.graph.length import Length, Longest, longest
from tests.graph.findings import HEAD, TAIL, messages, reported


def longest_of(text: str, **subflows: str) -> Longest:
    flow = compile_text(HEAD + text + TAIL, "example.flow", subflows).flow
    assert flow is not None
    return longest(flow)


def test_words_pauses_and_one_answer_are_added_up() -> None:
    text = 'state first\n  say "Twelve chars"\n  wait 2s\n  listen\n    agree: end booked\n'
    text += "    silence or otherwise -> goodbye\n"
    found = longest_of(text)
    assert found.states == ("first", "goodbye")
    assert found.length == Length(12 + len("Thank you. Is there anything else?"), 2, 2.0)
    assert found.length.seconds == pytest.approx(46 / 15 + 2 * 2.8 + 2)


def test_a_filled_in_value_is_a_word() -> None:
    found = longest_of('state first\n  say "It is {{ contact.name }}."\n  -> goodbye\n')
    assert found.length.characters == len("It is xxxxxxxx.") + len("Thank you. Is there anything else?")


def test_the_longer_arm_and_the_longer_way_count() -> None:
    text = (
        'state first\n  if contact.age > 3: say "Short."\n  else: say "A good deal longer."\n'
        '  say "Shall I?"\n  listen\n'
        "    agree: end booked\n    silence or otherwise -> more\n\nstate more\n  wait 9s\n  end declined\n"
    )
    found = longest_of(text)
    assert found.states == ("first", "more")
    assert (found.length.characters, found.length.waits) == (len("A good deal longer.") + len("Shall I?"), 9.0)


def test_a_ladder_is_climbed_to_its_top() -> None:
    text = (
        'state first\n  say "Shall I?"\n  listen 5s\n    agree: end booked\n    silence or otherwise: again "Hello?"\n'
        "    silence or otherwise 4: end declined\n"
    )
    assert longest_of(text).length == Length(len("Shall I?") + 3 * len("Hello?"), 1, 15.0)


def test_every_try_of_a_slot_and_its_read_back_count() -> None:
    text = (
        'slot day: date\n  ask "Which day?"\n  again "Which?"\n  confirm "{{ day | spoken }}?"\n  tries 3\n\n'
        "state first\n  collect day\n    done: end booked\n    failed: end declined\n"
    )
    assert longest_of(text).length == Length(len("Which day?") + 2 * len("Which?") + 9, 4)


def test_a_models_turns_are_its_answers_and_its_time_a_limit() -> None:
    text = (
        'state first\n  llm "Answer."\n    facts "It is free."\n    never "discounts"\n'
        '    sold "the caller agrees": end booked\n    limit 5 turns 30s -> goodbye\n    fallback "Well." -> goodbye\n'
    )
    found = longest_of(text).length
    assert found.model_calls == 5
    assert found.seconds == pytest.approx(30 + len("Thank you. Is there anything else?") / 15 + 2.8)


def test_a_counted_circle_is_gone_round_as_often_as_it_may() -> None:
    text = (
        "state first\n  set n = 0\n  -> again_\n\nstate again_\n  set n = n + 1\n  if n > 4 -> goodbye\n"
        '  say "Shall I?"\n  listen\n    agree: end booked\n    silence or otherwise -> second\n\n'
        "state second\n  wait 1s\n  -> again_\n"
    )
    assert longest_of(text).length.turns == 4 + 1


def test_a_subflow_stands_in_the_way() -> None:
    subflow = 'flow pause "Waits" inbound\n\noutcome done\n\nstate only\n  wait 7s\n  end done\n'
    found = longest_of("state first\n  run pause\n    done: end booked\n", pause=subflow)
    assert found == Longest(Length(waits=7.0), ("first", "first/pause/only"))


LONG = 'state first\n  say "{words}"\n  wait 9s\n  -> goodbye\n'


def test_a_flow_below_the_limit_is_not_reported() -> None:
    assert not reported(LONG.format(words="Hello."), "FL804")
    assert not reported(LONG.format(words="Hello.") + "\npolicy short\n  at most 1m\n", "FL804")


def test_the_arithmetic_of_a_long_way_is_shown() -> None:
    text = LONG.format(words="a" * 866) + "\npolicy short\n  at most 1m\n"
    assert messages(text, "FL804") == [
        "the longest way takes about 1 min 12 s, and 1 min is the limit "
        "(900 characters / 15 = 60 s + 1 turn × 2.8 s = 3 s + 9 s of waiting): first → goodbye"
    ]
    assert [problem.severity for problem in reported(text, "FL804")] == ["info"]


def test_turns_are_held_against_the_policy() -> None:
    text = 'state first\n  say "Shall I?"\n  listen\n    silence or otherwise -> goodbye\n    agree: end booked\n'
    assert messages(text + "\npolicy short\n  at most 1 turns\n", "FL804")[0].startswith(
        "the longest way has 2 turns of the caller, and 1 is the limit"
    )
    assert not reported(text + "\npolicy short\n  at most 2 turns\n", "FL804")


def test_components_come_after_what_they_lead_to() -> None:
    moves = {"a": ["b"], "b": ["c", "a"], "c": ["d"], "d": [], "e": ["e", "a"]}
    assert list(components(moves)) == [{"d"}, {"c"}, {"a", "b"}, {"e"}]


def test_a_long_chain_is_no_recursion() -> None:
    moves = {str(number): [str(number + 1)] for number in range(20_000)} | {"20000": ["0"]}
    assert [len(group) for group in components(moves)] == [20_001]
