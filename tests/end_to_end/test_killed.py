"""A process is killed at every step of a dispatch. Whoever comes next rings nobody twice and forgets nobody.

A real process (`dying.py`) on a real database, and a Twilio that outlives it. The second life is in this process, so
that its clock can be put forward over leases and graces.
"""

from __future__ import annotations

import itertools
import math
import multiprocessing
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flowengine.store.connection import Database
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import LOST_AFTER, Answers, Busy, NoAnswer, PlacingTrouble, slow_down
from flowengine.testing.twilio.server import free_port
from tests.end_to_end.dying import Config, Death, WallClock, live, open_site
from tests.patience import PATIENCE_S
from tests.service.dialling.site import Site

NUMBERS = {"ann": "+447700900001", "bob": "+447700900002", "cat": "+447700900003"}
STEPS = (
    ("queue", "claim"),
    ("twilio", "place"),
    ("queue", "placed"),
    ("store", "add_status"),
    ("attempts", "answered"),
    ("store", "write"),
    ("queue", "end"),
)
DEATHS = [
    Death(part, method, when, nth)  # type: ignore[arg-type]  # from the table above
    for (part, method), (when, nth) in itertools.product(STEPS, (("before", 2), ("after", 2)))
    if method != "answered"
] + [
    Death(part, method, when, 1)  # type: ignore[arg-type]
    for (part, method), when in itertools.product(STEPS, ("before", "after"))
    if method in ("answered", "write", "claim", "place")
]

PROCESSES = multiprocessing.get_context("forkserver")
"""Each is a fork of one that has imported all and has no threads: a new interpreter would import for two seconds."""
PROCESSES.set_forkserver_preload(["tests.end_to_end.dying"])


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    clock = WallClock(time.time())
    with Exchange(speed=math.inf, calls_a_second=None, now=clock.now) as opened:
        opened.script(NUMBERS["ann"], Busy())
        opened.script(NUMBERS["bob"], Answers(talks_s=0.5))
        opened.script(NUMBERS["cat"], NoAnswer())
        yield opened


def config_for(url: str, exchange: Exchange, folder: Path, death: Death | None) -> Config:
    account = (exchange.account.sid, exchange.account.auth_token)
    return Config(url, account, exchange.rest.url, str(folder), free_port(), time.time(), death)


def put_in(config: Config) -> None:
    clock = WallClock(config.epoch)
    site = open_site(config, clock)
    for call_id, number in NUMBERS.items():
        site.enqueue(call_id, number)
    site.close()


def first_life(config: Config) -> int | None:
    """Run until it dies, or is done; its return code. None: neither."""
    child = PROCESSES.Process(target=live, args=(config,))
    child.start()
    child.join(PATIENCE_S)
    returned = child.exitcode
    child.kill()
    return returned


def second_life(config: Config, exchange: Exchange) -> Site:
    """Goes on where the first one died, over an hour that takes no time."""
    clock = WallClock(config.epoch)
    site = open_site(config, clock, owner="the one that follows")
    for _ in range(20):
        site.dial()
        exchange.until(lambda: _is_quiet(exchange), within_s=PATIENCE_S)
        clock.pass_(timedelta(minutes=3))
        site.dialling.look()
        if site.queue.counts().is_empty:
            break
    return site


def _is_quiet(exchange: Exchange) -> bool:
    """Every call that Twilio has is over, and told."""
    ended = sum(each.what == "ended" for each in exchange.happened)
    return ended == len(exchange.rest.book.placed)


def check(site: Site, exchange: Exchange) -> None:
    try:
        assert dict(exchange.rung) == dict.fromkeys(NUMBERS.values(), 1)
        assert len(exchange.rest.book.placed) == len(NUMBERS)
        for call_id in NUMBERS:
            call = site.call(call_id)
            assert (call.state, call.outcome is not None) == ("ended", True)
            real = [each for each in site.attempts(call_id) if each.outcome != "not_placed"]
            assert len(real) == 1
            assert all(each.state == "ended" for each in site.attempts(call_id))
        assert site.call("ann").outcome == "busy"
        assert site.call("cat").outcome == "no_answer"
        # "hung_up": answered and gone again, within two seconds and before it was our turn to speak.
        assert site.call("bob").outcome in ("sold", "abandoned", "failed", "hung_up")
    finally:
        site.close()


def named(death: Death) -> str:
    return f"{death.when} {death.part}.{death.method} {death.nth}"


@pytest.mark.parametrize("death", DEATHS, ids=named)
def test_killed_at_a_step(database_url: str, tmp_path: Path, exchange: Exchange, death: Death) -> None:
    config = config_for(database_url, exchange, tmp_path, death)
    put_in(config)
    assert first_life(config) == -signal.SIGKILL
    check(second_life(config, exchange), exchange)


@pytest.mark.parametrize("trouble", [LOST_AFTER, slow_down(0.1)], ids=["lost answer", "slow down"])
def test_killed_while_something_else_goes_wrong(
    database_url: str, tmp_path: Path, exchange: Exchange, trouble: PlacingTrouble
) -> None:
    exchange.rest.troubles.append(trouble)
    config = config_for(database_url, exchange, tmp_path, Death("twilio", "place", "before", 2))
    put_in(config)
    assert first_life(config) == -signal.SIGKILL
    check(second_life(config, exchange), exchange)


def test_without_a_death_one_life_is_enough(database_url: str, tmp_path: Path, exchange: Exchange) -> None:
    config = config_for(database_url, exchange, tmp_path, None)
    put_in(config)
    assert first_life(config) == 0
    Database.open(config.url).close()
    site = second_life(config, exchange)
    assert site.call("bob").outcome == "sold"
    check(site, exchange)
