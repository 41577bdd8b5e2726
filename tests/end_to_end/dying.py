"""A process that makes calls and kills itself (SIGKILL) at one step: `live` is all that it does.

The product knows nothing of it: methods are wrapped from outside, and the process dies right before or right after the
nth time that one is called. It goes by itself, with 0, when it has nothing left to do and is still alive.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from flowengine.service.dialling.outcomes import Retries
from flowengine.service.dialling.settings import DiallingSettings
from flowengine.store.queue_rows import Pace
from tests.service.dialling.site import NOON, Clock, Session, Site

PACE = Pace(interval=timedelta(milliseconds=50))
ONCE = DiallingSettings(retries=Retries(tries=1))
"""So that every call ends with its first attempt, unless that was none."""
TALKS = "+447700900002"
WORKS_FOR_S = 240.0


@dataclass(frozen=True, slots=True)
class Death:
    """When: `when` the `nth` call of this method of this part (queue, twilio, store, attempts)."""

    part: Literal["queue", "twilio", "store", "attempts"]
    method: str
    when: Literal["before", "after"]
    nth: int


class WallClock(Clock):
    """Noon at the `epoch` (seconds, Unix time), and the same in every process; can be put forward."""

    def __init__(self, epoch: float) -> None:
        super().__init__()
        self._epoch = epoch

    def now(self) -> datetime:
        return self.time + timedelta(seconds=time.time() - self._epoch)

    def monotonic(self) -> float:
        return (self.now() - NOON).total_seconds()


@dataclass(frozen=True, slots=True)
class Config:
    """What the child is told."""

    url: str
    account: tuple[str, str]
    api_url: str
    folder: str
    port: int
    epoch: float
    death: Death | None


def dies(method: Callable[..., Any], death: Death) -> Callable[..., Any]:
    """The method, deadly at its nth call."""
    called = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal called
        called += 1
        if called == death.nth and death.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = method(*args, **kwargs)
        if called >= death.nth and death.when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def open_site(config: Config, clock: Clock, **options: Any) -> Site:
    site = Site(
        config.url,
        config.account,
        config.api_url,
        Path(config.folder),
        clock=clock,
        port=config.port,
        pace=PACE,
        settings=ONCE,
        **options,
    )
    site.sessions[TALKS] = Session("sold", lasts=timedelta(seconds=0))
    return site


def live(config: Config) -> None:
    """The whole life of the process. Keys and spool are in the `folder`."""
    os.chdir(config.folder)
    site = open_site(config, WallClock(config.epoch), pool=None, owner="the one that dies")
    if config.death is not None:
        dialling = site.dialling
        part = {
            "queue": site.queue,
            "twilio": dialling.twilio,
            "store": site.store,
            "attempts": dialling.attempts,
        }[config.death.part]
        setattr(part, config.death.method, dies(getattr(part, config.death.method), config.death))
    site.dialling.start()
    deadline = time.monotonic() + WORKS_FOR_S
    while not site.queue.counts().is_empty and time.monotonic() < deadline:
        time.sleep(0.05)
    os._exit(0 if site.queue.counts().is_empty else 1)
