"""One-use tokens."""

from __future__ import annotations

from typing import cast

from flowengine.graph.model import Flow
from flowengine.service.tokens import FRESH_S, LIFETIME_S, PreparedCall, Tokens


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _call(sid: str = "CA1") -> PreparedCall:
    return PreparedCall(f"of {sid}", sid, cast("Flow", None), {}, "inbound")


def test_a_token_opens_one_stream_once() -> None:
    tokens = Tokens(Clock())
    token = tokens.issue(_call())
    assert tokens.redeem(token, "CA1") == _call()
    assert tokens.redeem(token, "CA1") is None


def test_a_token_is_for_its_own_call() -> None:
    tokens = Tokens(Clock())
    assert tokens.redeem(tokens.issue(_call()), "CA2") is None


def test_a_token_is_for_a_minute() -> None:
    clock = Clock()
    tokens = Tokens(clock)
    token = tokens.issue(_call())
    clock.now = LIFETIME_S + 1
    assert tokens.redeem(token, "CA1") is None


def test_an_unknown_token_opens_nothing() -> None:
    assert Tokens(Clock()).redeem("guessed", "CA1") is None


def test_a_second_token_for_a_call_voids_the_first() -> None:
    tokens = Tokens(Clock())
    first, second = tokens.issue(_call()), tokens.issue(_call())
    assert tokens.redeem(first, "CA1") is None
    assert tokens.redeem(second, "CA1") == _call()


def test_a_call_is_fresh_until_its_stream_comes_or_is_overdue() -> None:
    clock = Clock()
    tokens = Tokens(clock)
    token = tokens.issue(_call("CA1"))
    tokens.issue(_call("CA2"))
    assert len(tokens.fresh()) == 2
    tokens.redeem(token, "CA1")
    assert len(tokens.fresh()) == 1
    clock.now = FRESH_S + 0.1
    assert len(tokens.fresh()) == 0
