"""Two queues on one database, and anything may happen in any order: nobody is called who must not be, none is lost."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from flowengine.store.connection import Database
from flowengine.store.queue_rows import AttemptEnd, Claim, Pace, Wait
from tests.store.queue_cases import HOUR, MINUTE, NOON, SECOND, listed, new, number, queue_on
from tests.store.queue_checks import check_record

PACE = Pace(at_once=2)
NUMBERS = 6
STEPS = 300
SOON = (timedelta(0), SECOND, MINUTE, 4 * HOUR)


class Walk:
    """One random sequence of events. What it does is written down, for whoever has to understand a failure."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.queues = [queue_on(database, at_once=PACE.at_once) for _ in range(2)]
        self.queue = self.queues[0]
        self.chance = random.Random(seed)
        self.now: datetime = NOON
        self.calls = 0
        self.attempts: list[str] = []
        self.forbidden: set[str] = set()
        self.done: list[str] = []

    def step(self) -> None:
        weights = {
            self.enqueue: 10,
            self.claim: 40,
            self.end: 20,
            self.not_placed: 3,
            self.later: 40,
            self.cancel: 2,
            self.list_a_number: 0.5,
        }
        [event] = self.chance.choices(list(weights), list(weights.values()))
        self.done.append(f"{self.now:%d %H:%M:%S} {event.__name__}: {event()}")

    def enqueue(self) -> object:
        self.calls += 1
        of = number(self.chance.randrange(NUMBERS))
        at, priority = self.now + self.chance.choice(SOON), self.chance.randint(1, 10)
        call = new(f"call-{self.calls}", number=of, priority=priority, not_before=at)
        return self.queue.enqueue(call, self.now)

    def claim(self) -> object:
        answer = self.chance.choice(self.queues).claim(self.now, "somebody")
        match answer:
            case Claim(attempt_id=attempt_id, call=call):
                assert call.number not in self.forbidden
                self.attempts.append(attempt_id)
            case Wait(until=until):
                assert until is None or until > self.now
        return answer

    def end(self) -> object:
        """Mostly of a call that is on; now and then of one that has ended long ago."""
        attempt_id = self._some_attempt()
        if attempt_id is None:
            return None
        if self.chance.random() < 0.5:
            assert self.queue.placed(attempt_id, f"CA-{attempt_id}", self.now)
        retry_at = self.now + self.chance.choice(SOON) if self.chance.random() < 0.8 else None
        return self.queue.end(AttemptEnd(attempt_id, self.now, "busy", retry_at, "RETRY"))

    def not_placed(self) -> object:
        attempt_id = self._some_attempt()
        return attempt_id and self.queue.not_placed(attempt_id, self.now, self.now + self.chance.choice(SOON), "20429")

    def later(self) -> object:
        due_at = self.queue.next_due(self.now)
        if due_at is not None and (self.chance.random() < 0.15 or self.now.hour >= 20):
            self.now = due_at
        else:
            self.now += self.chance.choices([SECOND, MINUTE, 2 * HOUR], [30, 5, 1])[0]
        return self.now

    def cancel(self) -> object:
        return self.queue.cancel(f"call-{self.chance.randint(1, self.calls + 1)}", self.now)

    def list_a_number(self) -> object:
        each = number(self.chance.randrange(NUMBERS))
        if each not in self.forbidden and len(self.forbidden) < NUMBERS - 1:
            self.forbidden.add(each)
            listed(self.database, each, self.now)
        return each

    def _some_attempt(self) -> str | None:
        live = [each.attempt_id for each in self.queue.live()]
        among = live if live and self.chance.random() < 0.8 else self.attempts
        return self.chance.choice(among) if among else None


@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_events_breaks_a_rule_or_loses_a_call(database: Database, seed: int) -> None:
    walk = Walk(database, seed)
    for _ in range(STEPS):
        walk.step()
    check_record(database, PACE)
    assert len(walk.attempts) > STEPS / 20
