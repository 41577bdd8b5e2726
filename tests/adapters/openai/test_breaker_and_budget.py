"""A service that fails is left alone for a while; a call has so much of the model and no more."""

from __future__ import annotations

import pytest

from flowengine.adapters.openai.budget import CALLS_KEPT, Budget
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.errors import ModelError
from flowengine.runtime.breaker import LONGEST_REST_S, REST_S, Breaker


class Clock:
    """Stands where it is put."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_three_failures_in_a_row_are_a_rest_and_one_tries_after_it() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed()
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    clock.now += REST_S
    assert breaker.allows()
    assert not breaker.allows(), "the first that tries keeps the others away"
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def test_a_success_in_between_forgets_the_failures() -> None:
    breaker = Breaker(Clock())
    for _ in range(2):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.allows()


def test_a_rest_that_is_asked_for_is_given_within_reason() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(1_000_000)
    assert not breaker.allows()
    clock.now += LONGEST_REST_S
    assert breaker.allows()


def test_tokens_and_money_are_counted_by_call() -> None:
    dear = Endpoint("m", price_in=1.0, price_out=4.0)
    budget = Budget(ModelOptions(dear, answer_tokens=100, call_tokens=1000, call_cost=0.0012))
    budget.check("a", dear, 1600, 100)
    assert budget.add("a", dear, 400, 100) == pytest.approx(0.0008)
    with pytest.raises(ModelError, match=r"budget of 0\.0012 is spent"):
        budget.check("a", dear, 1600, 100)
    budget.check("a", Endpoint("free"), 1600, 100)
    budget.add("a", Endpoint("free"), 400, 0)
    with pytest.raises(ModelError, match="budget of 1,000 tokens is spent"):
        budget.check("a", Endpoint("free"), 40, 100)
    budget.check("b", dear, 1600, 100)


def test_the_ledger_does_not_grow_for_ever() -> None:
    budget = Budget(ModelOptions(Endpoint("m")))
    for number in range(CALLS_KEPT + 5):
        budget.add(str(number), Endpoint("m"), 1, 1)
    assert budget.spent("0").tokens == 0
    assert budget.spent(str(CALLS_KEPT)).tokens == 2
