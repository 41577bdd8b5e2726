"""Each call has its turn when it is due, and at no other time."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable
from itertools import pairwise

import pytest

from flowengine.conversation.commands import Hold
from flowengine.runtime.playback import Playback
from flowengine.runtime.pulse import Pulse
from flowengine.runtime.ticker import EARLY_S, LEAST_S, NEVER, Ticker
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import Live, call
from tests.virtual_time import run_virtually


class Due:
    """A call that is due again `after` each turn, or as `then` says."""

    def __init__(self, ticker: Ticker, after: float, then: Callable[[], None] | None = None) -> None:
        self.ticker, self.after, self.then = ticker, after, then
        self.turns: list[float] = []
        ticker.add(self, self.turn)

    def turn(self, now: float) -> float:
        self.turns.append(round(now - 1000.0, 3))
        if self.then is not None:
            self.then()
        return now + self.after


def in_virtual_time(act: Callable[[Ticker], list[Due]], seconds: float) -> list[list[float]]:
    """The turns of each, in seconds."""

    async def main() -> list[list[float]]:
        ticker = Ticker()
        calls = act(ticker)
        await asyncio.sleep(seconds)
        await ticker.close()
        await asyncio.sleep(1)
        return [due.turns for due in calls]

    return run_virtually(main())


def test_each_has_its_turn_when_it_is_due_and_at_no_other_time() -> None:
    tenths, thirds = in_virtual_time(lambda ticker: [Due(ticker, 0.1), Due(ticker, 0.3)], 1.05)
    assert tenths == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert thirds == [0.0, 0.3, 0.6, 0.9]


def test_who_is_woken_has_its_turn_then_unless_it_comes_sooner_anyway() -> None:
    def act(ticker: Ticker) -> list[Due]:
        sooner, anyway, loop = Due(ticker, NEVER), Due(ticker, 0.2), asyncio.get_running_loop()
        for due in (sooner, anyway):
            loop.call_at(1000.1, ticker.wake, due, 1000.25)
        return [sooner, anyway]

    assert in_virtual_time(act, 0.5) == [[0.0, 0.25], [0.0, 0.2, 0.4]]


def test_who_is_woken_in_the_middle_of_its_turn_is_not_forgotten() -> None:
    def act(ticker: Ticker) -> list[Due]:
        due = Due(ticker, NEVER)
        due.then = lambda: ticker.wake(due, 1000.0 + due.turns[-1] + 0.2)
        return [due]

    assert in_virtual_time(act, 0.5) == [[0.0, 0.2, 0.4]]


def test_who_leaves_in_the_middle_of_its_turn_has_no_other_and_is_let_go() -> None:
    async def main() -> None:
        ticker = Ticker()
        due = Due(ticker, 0.1)
        due.then = lambda: ticker.remove(due)
        stays = Due(ticker, 5.0)
        await asyncio.sleep(0.5)
        assert due.turns == [0.0]
        ticker.remove(stays)
        ticker.wake(stays, 0.0)
        left = weakref.ref(stays)
        del stays
        gc.collect()
        assert left() is None
        await ticker.close()

    run_virtually(main())


def test_who_is_always_due_leaves_time_for_the_others() -> None:
    greedy, other = in_virtual_time(lambda ticker: [Due(ticker, -1.0), Due(ticker, 0.1)], 0.5)
    assert all(later - earlier > (LEAST_S - EARLY_S) / 2 for earlier, later in pairwise(greedy))
    assert other == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]


@pytest.mark.parametrize("speaks", [True, False])
def test_a_call_has_its_turn_five_times_a_second(monkeypatch: pytest.MonkeyPatch, speaks: bool) -> None:
    turns: list[float] = []
    tick = Pulse.tick

    def counted(pulse: Pulse, now: float) -> float:
        turns.append(now)
        return tick(pulse, now)

    monkeypatch.setattr(Pulse, "tick", counted)

    async def act(live: Live) -> None:
        # The first sentence is some 5 s long; then the caller is waited for.
        await asyncio.sleep(1 if speaks else 8)
        assert live.session._speaking.playback.has_passages is speaks
        turns.clear()
        await asyncio.sleep(2)
        counts.append(len(turns))
        live.session.on_gone("hung up")

    counts: list[int] = []
    call(act, text=LONG)
    assert counts[0] in (10, 11)


LONG = """
flow long "Long" outbound
  language en-GB
  agent "Amy" of "Hartley"

outcome done success
outcome hung_up

state first
  say "This is a sentence of some length, so that it takes a few seconds to say all of it."
  listen 60s
    silence: end done
    otherwise: end done

anywhere
  hangup: end hung_up
"""


class TimedLine(FakeLine):
    """Keeps when audio came."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[float] = []

    def play(self, mulaw: bytes) -> None:
        super().play(mulaw)
        self.came.append(asyncio.get_running_loop().time())


def test_in_a_live_call_each_piece_leaves_when_the_far_end_has_played_as_much() -> None:
    line = TimedLine()

    async def act(live: Live) -> None:
        await asyncio.sleep(5)
        live.session.on_gone("hung up")

    call(act, text=LONG, line=line)
    # The lead goes ahead.
    gaps = [later - earlier for earlier, later in pairwise(line.came[4:])]
    assert len(gaps) > 10
    assert all(abs(gap - 0.2) < 0.003 for gap in gaps)


def test_what_becomes_due_sooner_is_told_and_nothing_else() -> None:
    playback, news = Playback(FakeLine()), list[float]()
    playback.on_news = lambda: news.append(playback.due_at)
    first, second = playback.add("u1", "One.", last=False), playback.add("u1", "Two.", last=True)
    assert playback.due_at == NEVER
    playback.feed(second, b"\x55" * 800)
    assert news == []
    playback.feed(first, b"\x55" * 800)
    assert news[0] < 10.0
    playback.pump(10.0)
    assert playback.due_at == NEVER
    news.clear()
    # Nothing of it is left to be sent, but its mark is.
    playback.finish(first)
    assert news[-1] < 10.0
    playback.pump(10.02)
    playback.hold(10.05)
    assert playback.due_at == NEVER
    news.clear()
    playback.go_on(11.0)
    assert len(news) == 1


def test_a_caller_who_is_put_on_hold_hears_music_at_the_moment_that_was_meant() -> None:
    line = FakeLine()

    async def act(live: Live) -> None:
        await asyncio.sleep(9.03)
        line.audio.clear()
        live.session._orders.carry_out(Hold(on=True))
        await asyncio.sleep(0.45)
        assert line.seconds > 0
        live.session.on_gone("hung up")
        heard.append(True)

    heard: list[bool] = []
    call(act, text=LONG, line=line)
    assert heard == [True]
