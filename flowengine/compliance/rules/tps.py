"""D2: numbers registered with the Telephone Preference Service (TPS, CTPS) are not called.

Source: PECR 2003, regulation 21(1)(b) and (3) to (5): unless the subscriber has told this caller that they don't
object. Default: off, with a warning at the start, until its data are there (the table has it on).

| registered | told us that they don't object | |
|---|---|---|
| no | no | allowed |
| yes | no | TPS_REGISTERED |
| yes | yes | allowed |
"""

from __future__ import annotations

from flowengine.compliance.facts import Facts
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Reason


def check(facts: Facts, policy: Policy) -> Reason | None:
    if policy.tps and facts.tps and not facts.tps_override:
        return Reason("TPS_REGISTERED", "D2", "the number is registered with the Telephone Preference Service")
    return None
