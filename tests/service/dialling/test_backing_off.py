"""How long no order is sent after one that was not placed."""

from __future__ import annotations

from flowengine.service.dialling.backing_off import REFUSED, SPREAD, TOO_MANY, UNREACHABLE, BackingOff, Pauses
from tests.service.dialling.site import Clock


def pauses(kind: Pauses, times: int, chance: float = 0.0) -> list[float]:
    """Those after failures in a row, each as soon as the one before is over."""
    clock = Clock()
    backing_off = BackingOff(clock.monotonic, lambda: chance)
    taken: list[float] = []
    for _ in range(times):
        backing_off.failed(kind)
        taken.append(backing_off.left_s)
        clock.sleep(taken[-1])
    return taken


def test_each_pause_is_twice_the_last_up_to_a_limit() -> None:
    assert pauses(TOO_MANY, 8) == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pauses(UNREACHABLE, 8) == [5, 10, 20, 40, 80, 160, 300, 300]
    assert pauses(REFUSED, 6) == [300, 600, 1200, 2400, 3600, 3600]
    assert pauses(UNREACHABLE, 2000)[-1] == 300


def test_chance_makes_a_pause_longer_and_never_shorter() -> None:
    assert pauses(UNREACHABLE, 3, 1.0) == [each * (1 + SPREAD) for each in (5, 10, 20)]


def test_orders_that_fail_together_count_once() -> None:
    clock = Clock()
    backing_off = BackingOff(clock.monotonic, lambda: 0.0)
    for _ in range(8):
        backing_off.failed(UNREACHABLE)
    assert backing_off.left_s == 5
    clock.sleep(5)
    backing_off.failed(UNREACHABLE)
    assert backing_off.left_s == 10


def test_another_kind_of_failure_or_a_success_begins_anew() -> None:
    clock = Clock()
    backing_off = BackingOff(clock.monotonic, lambda: 0.0)
    for is_other in (True, False, True):
        for seconds in (5, 10):
            backing_off.failed(UNREACHABLE)
            assert backing_off.left_s == seconds
            clock.sleep(seconds)
        if is_other:
            backing_off.failed(TOO_MANY)
        else:
            backing_off.works()
        clock.sleep(1)


def test_twilios_own_time_goes_before_ours_and_no_pause_shortens_another() -> None:
    clock = Clock()
    backing_off = BackingOff(clock.monotonic, lambda: 0.0)
    backing_off.failed(TOO_MANY, 7.0)
    backing_off.hold(5.0)
    assert backing_off.left_s == 7
    backing_off.hold(9.0)
    assert backing_off.left_s == 9
