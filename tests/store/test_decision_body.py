"""A decision as JSON has the fields that the API promises, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from flowengine.compliance.facts import Facts, PastAttempt
from flowengine.compliance.guard import decide
from flowengine.compliance.policy import Policy
from flowengine.store.decision_body import DecisionBody, decision_body

AT = datetime(2026, 7, 4, 19, 5, tzinfo=UTC)


def test_a_refusal_is_written_whole() -> None:
    facts = Facts(attempts=(PastAttempt(datetime(2026, 7, 4, 9, tzinfo=UTC)),), tps_snapshot=AT)
    decision = decide("0131 496 0123", AT, facts, Policy(drama_numbers=True))
    assert msgspec.to_builtins(decision_body(decision)) == {
        "number": "+441314960123",
        "can_call": False,
        "reasons": [
            {
                "code": "OUTSIDE_HOURS",
                "rule": "H2",
                "detail": "Saturday 20:05 is outside 09:00 to 17:00 local time",
            }
        ],
        "next_allowed_at": "2026-07-05T09:00:00+01:00",
        "local_time": "2026-07-04T20:05:00+01:00",
        "nation": "SCT",
        "counts": {"h24": 1, "d7": 1},
        "tps_snapshot": "2026-07-04T19:05:00Z",
        "policy_version": decision.policy_version,
        "warnings": [
            {
                "code": "NO_AUTOMATED_CALL_CONSENT",
                "rule": "D4",
                "detail": "no consent to automated calls that names this caller is on record",
            }
        ],
    }


def test_a_text_that_is_no_number_stays_out_of_the_body() -> None:
    written = msgspec.json.encode(decision_body(decide("Anna, 12 High Street \ud800", AT)))
    assert b"Anna" not in written
    body = msgspec.json.decode(written, type=DecisionBody)
    assert (body.number, body.can_call, body.reasons[0].code) == (None, False, "INVALID_NUMBER")
