"""The examples that meaning is compared with: enough of each kind, and the rules of the guard agree with them."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from flowengine.compliance.honoured import Honoured, honoured
from flowengine.compliance.protective_examples import EXAMPLES
from flowengine.words.normalise import normalise

KINDS: tuple[Honoured, ...] = tuple(kind for kind in get_args(Honoured) if kind != "card_number")
FOUND = 0.99
"""The share of examples that the rules find."""


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_enough_and_not_too_many(kind: Honoured) -> None:
    assert 25 <= len(EXAMPLES[kind]) <= 60


def test_no_example_stands_twice() -> None:
    said = Counter(normalise(each).words for examples in EXAMPLES.values() for each in examples)
    assert [words for words, count in said.items() if count > 1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_take_no_example_for_another_kind(kind: Honoured) -> None:
    assert [(each, honoured(each)) for each in EXAMPLES[kind] if honoured(each) not in (kind, None)] == []


def test_the_rules_find_the_examples() -> None:
    missed = [(kind, each) for kind, examples in EXAMPLES.items() for each in examples if honoured(each) != kind]
    assert len(missed) <= (1 - FOUND) * sum(map(len, EXAMPLES.values())), missed
