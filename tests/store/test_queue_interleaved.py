"""Two queues on one database, and anything may happen in any order: nobody is called who must not be, none is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.queue_rows import AttemptEnd, Claim, Pace, Wait
from tests.store.queue_cases import DAY, HOUR, MINUTE, NOON, SECOND, listed, new, number, queue_on
from tests.store.queue_checks import check_record

PACE = Pace(at_once=2)


@dataclass(frozen=True)
class Enqueue:
    number: int
    priority: int
    ahead: timedelta


@dataclass(frozen=True)
class ClaimOne:
    queue: int


@dataclass(frozen=True)
class End:
    which: int
    retry_in: timedelta | None
    is_placed: bool


@dataclass(frozen=True)
class NotPlaced:
    which: int
    retry_in: timedelta | None


@dataclass(frozen=True)
class Later:
    by: timedelta


@dataclass(frozen=True)
class ListIt:
    number: int


@dataclass(frozen=True)
class Cancel:
    which: int


Step = Enqueue | ClaimOne | End | NotPlaced | Later | ListIt | Cancel

numbers = st.integers(0, 2)
indices = st.integers(0, 5)
soon = st.sampled_from([timedelta(0), MINUTE, 4 * HOUR])
claims = st.builds(ClaimOne, st.integers(0, 1))
steps = st.one_of(
    st.builds(Enqueue, numbers, st.integers(1, 10), soon),
    claims,
    claims,
    st.builds(End, indices, st.none() | soon, st.booleans()),
    st.builds(NotPlaced, indices, st.none() | soon),
    st.builds(Later, st.sampled_from([SECOND, SECOND, MINUTE, 2 * HOUR, DAY])),
    st.builds(Cancel, indices),
    st.builds(ListIt, numbers),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=10, max_size=60))
def test_no_order_of_events_breaks_a_rule_or_loses_a_call(database: Database, todo: list[Step]) -> None:
    emptied(database)
    queues = [queue_on(database, at_once=2) for _ in range(2)]
    first = queues[0]
    now, calls, forbidden = NOON, 0, set()
    attempts: list[str] = []
    for step in todo:
        match step:
            case Enqueue(index, priority, ahead):
                calls += 1
                first.enqueue(
                    new(f"call-{calls}", number=number(index), priority=priority, not_before=now + ahead), now
                )
            case ClaimOne(which):
                match queues[which].claim(now, str(which)):
                    case Claim(attempt_id=attempt_id, call=call):
                        assert call.number not in forbidden
                        attempts.append(attempt_id)
                    case Wait(until=until):
                        assert until is None or until > now
            case End(which, retry_in, is_placed) if attempts:
                attempt_id = attempts[-1 - which % len(attempts)]
                if is_placed:
                    assert first.placed(attempt_id, f"CA-{attempt_id}", now)
                retry_at = None if retry_in is None else now + retry_in
                first.end(AttemptEnd(attempt_id, now, "busy", retry_at, "RETRY"))
            case NotPlaced(which, retry_in) if attempts:
                attempt_id = attempts[-1 - which % len(attempts)]
                first.not_placed(attempt_id, now, None if retry_in is None else now + retry_in, "20429")
            case Later(by):
                now += by
            case ListIt(index):
                forbidden.add(number(index))
                emptied(database, tables.do_not_call)
                for each in forbidden:
                    listed(database, each, now)
            case Cancel(which):
                first.cancel(f"call-{which}", now)
    check_record(database, PACE)


def emptied(database: Database, *which: object) -> None:
    emptied_first = (tables.attempts, tables.queue, tables.decisions, tables.do_not_call, tables.dial_line)
    with database.writing() as connection:
        for table in emptied_first:
            if not which or table in which:
                connection.execute(table.delete())
