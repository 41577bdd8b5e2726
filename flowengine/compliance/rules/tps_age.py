"""D3: TPS data are at most 28 days old; without data there is no call.

Source: PECR 2003, regulation 21(3): a registration binds 28 days after it was made. On with D2 (as in the table). A
subscriber who has told this caller that they don't object needs no look-up.

| data from | told us that they don't object | |
|---|---|---|
| 1 hour ago | no | allowed |
| 28 days ago | no | allowed |
| 28 days and 1 second ago | no | TPS_DATA_STALE |
| never | no | TPS_DATA_STALE |
| never | yes | allowed |
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flowengine.compliance.facts import Facts
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Reason


def check(at: datetime, facts: Facts, policy: Policy) -> Reason | None:
    """`at` is UTC."""
    if not policy.tps or facts.tps_override:
        return None
    if facts.tps is None or facts.tps_snapshot is None:
        detail = "there are no TPS data to look the number up in; import them with flowengine tps import"
    elif at - facts.tps_snapshot > timedelta(days=policy.tps_days):
        detail = f"the TPS data are older than {policy.tps_days} days; import newer ones with flowengine tps import"
    else:
        return None
    return Reason("TPS_DATA_STALE", "D3", detail, "by_event")
