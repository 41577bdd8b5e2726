"""Token buckets, by a clock of the test's own."""

from __future__ import annotations

from flowengine.service import limits
from flowengine.service.limits import Buckets


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_may_come_at_once_and_no_more() -> None:
    buckets = Buckets(5, Clock())
    assert [buckets.take("a").is_given for _ in range(6)] == [True] * 5 + [False]


def test_a_bucket_fills_again_with_time() -> None:
    clock = Clock()
    buckets = Buckets(6, clock)
    for _ in range(6):
        buckets.take("a")
    refused = buckets.take("a")
    assert (refused.is_given, refused.wait_s) == (False, 10)
    clock.now += 10.0
    assert buckets.take("a").is_given
    assert not buckets.take("a").is_given
    clock.now += 3600.0
    assert buckets.take("a").left == 5


def test_each_has_a_bucket_of_their_own() -> None:
    buckets = Buckets(1, Clock())
    assert buckets.take("a").is_given
    assert buckets.take("b").is_given
    assert not buckets.take("a").is_given


def test_looking_takes_nothing() -> None:
    buckets = Buckets(1, Clock())
    assert buckets.look("a").is_given
    assert buckets.take("a").is_given
    assert not buckets.look("a").is_given


def test_more_names_than_there_is_room_for_push_the_oldest_out() -> None:
    buckets = Buckets(1, Clock())
    for number in range(limits.MOST + 1):
        buckets.take(str(number))
    assert buckets.look("0").is_given
    assert not buckets.look("1").is_given


def test_headers_say_what_is_left() -> None:
    buckets = Buckets(2, Clock())
    assert buckets.take("a").headers == {"ratelimit-policy": '"default";q=2;w=60', "ratelimit": '"default";r=1;t=0'}
    buckets.take("a")
    assert buckets.take("a").headers["retry-after"] == "30"
