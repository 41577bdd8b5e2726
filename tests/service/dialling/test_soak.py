"""Everything goes wrong at random, with two processes that come and go: nobody is rung twice, nobody is forgotten."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from flowengine.adapters.twilio.callbacks import CallStatus
from flowengine.service.dialling.outcomes import Retries
from flowengine.service.dialling.settings import DiallingSettings
from flowengine.store.queue_rows import Pace
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import (
    CALLBACK_FIRST,
    FAILED_AFTER,
    FAILED_BEFORE,
    LOST_AFTER,
    LOST_BEFORE,
    Answers,
    Busy,
    Callbacks,
    Fails,
    Line,
    NoAnswer,
    PlacingTrouble,
    Voicemail,
    slow_down,
)
from tests.postgres import on_sqlite
from tests.service.dialling.site import Session, Site, site_on

pytestmark = on_sqlite

CALLS = 25
MOST_STEPS = 2000
ONCE = DiallingSettings(retries=Retries(tries=1))
PACE = Pace(at_once=6)
STATUSES: tuple[CallStatus, ...] = ("initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed")
TROUBLES = (LOST_AFTER, LOST_BEFORE, FAILED_AFTER, FAILED_BEFORE, CALLBACK_FIRST, slow_down(), slow_down(3))


def any_line(chance: random.Random) -> Line:
    callbacks = Callbacks(
        reversed=chance.random() < 0.3,
        times=chance.choice((1, 1, 2)),
        missing=tuple(status for status in STATUSES if chance.random() < 0.3),
    )
    kind = chance.choice((Busy, NoAnswer, Fails, Answers, Voicemail))
    return Answers(talks_s=20, callbacks=callbacks) if kind is Answers else kind(callbacks=callbacks)


def any_trouble(chance: random.Random) -> PlacingTrouble:
    # One that waits for a callback that is never told would only take time.
    return chance.choice(TROUBLES[:4] + TROUBLES[5:]) if chance.random() < 0.4 else PlacingTrouble()


class Two:
    """Two processes on one database; either may be replaced by a new one, which remembers nothing."""

    def __init__(self, url: str, folder: Path, first: Site, exchange: Exchange, stack: ExitStack) -> None:
        self._url, self._folder, self._first, self._exchange, self._stack = url, folder, first, exchange, stack
        self.sites = [first, self._new("two")]

    def _new(self, owner: str) -> Site:
        account = (self._exchange.account.sid, self._exchange.account.auth_token)
        site = Site(
            *(self._url, account, self._exchange.rest.url, self._folder),
            clock=self._first.clock,
            owner=owner,
            pace=PACE,
            settings=ONCE,
            pauses=False,
        )
        site.sessions.update(self._first.sessions)
        self._stack.callback(site.close)
        return site

    def replace(self, owner: str) -> None:
        self.sites[1] = self._new(owner)


@contextmanager
def two(url: str, folder: Path) -> Iterator[tuple[Two, Exchange]]:
    with site_on(url, folder, pace=PACE, settings=ONCE, pauses=False) as (site, exchange), ExitStack() as stack:
        yield Two(url, folder, site, exchange, stack), exchange


@pytest.mark.parametrize("seed", range(2))
def test_nobody_twice_and_nobody_forgotten(database_url: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with two(database_url, tmp_path) as (both, exchange):
        first, numbers = both.sites[0], [f"+4477009000{index:02}" for index in range(CALLS)]
        for index, number in enumerate(numbers):
            exchange.script(number, any_line(chance))
            exchange.rest.troubles.append(any_trouble(chance))
            if chance.random() < 0.5:
                for site in both.sites:
                    site.sessions[number] = Session(chance.choice(("sold", "declined", "callback")))
            first.enqueue(f"call-{index}", number)
        for step in range(MOST_STEPS):
            site = chance.choice(both.sites)
            match chance.randrange(12):
                case 0:
                    both.replace(f"new-{step}")
                case 1 | 2 | 3:
                    site.dialling.look()
                case 4 | 5 | 6:
                    first.clock.pass_(timedelta(seconds=chance.choice((1, 1, 5, 40))))
                case _:
                    site.dialling.dialler.turn()
            if first.queue.counts().is_empty:
                break
        calls = [first.call(f"call-{index}") for index in range(CALLS)]
        assert {call.state for call in calls} == {"ended"}
        assert all(call.outcome for call in calls)
        assert dict(exchange.rung) == dict.fromkeys(numbers, 1)
        assert not first.queue.live()
