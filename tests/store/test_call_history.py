"""What passed between us and a number."""

from __future__ import annotations

import msgspec

from flowengine.store.call_history import PastCall, call_history
from flowengine.store.connection import Database
from flowengine.store.queue_rows import AttemptEnd
from flowengine.store.rows import CallEnd, CallStart
from flowengine.store.store import Store
from tests.store.queue_cases import CALLER_ID, HOUR, MINUTE, NOON, SECOND, claimed, number, put, queue_on


def test_a_strange_number_has_no_history(database: Database) -> None:
    put(queue_on(database), number=number(1))
    assert call_history(database, number()) == []


def test_calls_of_both_directions_newest_first(database: Database) -> None:
    queue, store = queue_on(database), Store(database)
    put(queue)
    claim = claimed(queue)
    queue.placed(claim.attempt_id, "CA1", NOON)
    # What was said in the call that we dialled is recorded beside it, and is the same call.
    store.write([CallStart("session-1", "CA1", "booking", "abc", "outbound", NOON, CALLER_ID, number())])
    queue.end(AttemptEnd(claim.attempt_id, NOON + MINUTE, "booked", duration_s=48))
    began = NOON + HOUR
    store.write([CallStart("session-2", "CA2", "help", "abc", "inbound", began, number(), CALLER_ID)])
    store.write([CallEnd("session-2", began + 90 * SECOND, "done", "flow ended", abnormal=False)])
    inbound, outbound = call_history(database, number())
    assert inbound == PastCall(began, "inbound", "help", "done", 90, "session-2", "CA2", counts=False, decision=None)
    assert (outbound.at, outbound.direction, outbound.flow, outbound.outcome) == (NOON, "outbound", "booking", "booked")
    assert (outbound.duration_s, outbound.call_id, outbound.call_sid, outbound.counts) == (48, "call-1", "CA1", True)
    assert outbound.decision is not None
    decision = msgspec.json.decode(outbound.decision)
    assert (decision["can_call"], decision["number"]) == (True, number())
    assert call_history(database, number(), limit=1) == [inbound]


def test_a_call_that_is_on_has_no_outcome_yet(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claimed(queue)
    [call] = call_history(database, number())
    assert (call.outcome, call.duration_s, call.call_sid) == (None, None, None)
