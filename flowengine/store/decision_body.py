"""A decision as JSON: what `can-call` answers, on the command line and over HTTP, and what the record keeps."""

from __future__ import annotations

from datetime import datetime

import msgspec

from flowengine.compliance.nations import Nation
from flowengine.compliance.verdict import Decision, Reason


class ReasonBody(msgspec.Struct, frozen=True):
    """One objection: a stable code, the rule's id, and a sentence."""

    code: str
    rule: str
    detail: str


class CountsBody(msgspec.Struct, frozen=True):
    """Attempts that count, in the last 24 hours and in the last 7 days."""

    h24: int
    d7: int


class DecisionBody(msgspec.Struct, frozen=True):
    """Whether a number may be called. `number`: E.164, null where the text that was asked about is no number."""

    number: str | None
    can_call: bool
    reasons: list[ReasonBody]
    next_allowed_at: datetime | None
    local_time: datetime
    nation: Nation | None
    counts: CountsBody
    tps_snapshot: datetime | None
    policy_version: str
    warnings: list[ReasonBody]


def decision_body(decision: Decision) -> DecisionBody:
    """The body for one decision; `msgspec.json.encode` writes times as ISO 8601 with their offset."""
    return DecisionBody(
        number=decision.number,
        can_call=decision.can_call,
        reasons=_bodies(decision.reasons),
        next_allowed_at=decision.next_allowed_at,
        local_time=decision.local_time,
        nation=decision.nation,
        counts=CountsBody(decision.counts.h24, decision.counts.d7),
        tps_snapshot=decision.tps_snapshot,
        policy_version=decision.policy_version,
        warnings=_bodies(decision.warnings),
    )


def _bodies(reasons: tuple[Reason, ...]) -> list[ReasonBody]:
    return [ReasonBody(reason.code, reason.rule, reason.detail) for reason in reasons]
