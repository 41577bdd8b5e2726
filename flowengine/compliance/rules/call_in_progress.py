"""F3: one live call a number.

Source: the product's own rule. It cannot be turned off. Ends when the call ends, which no clock tells.

| state of the number | |
|---|---|
| no call | allowed |
| an attempt that has ended | allowed |
| an attempt that is live | CALL_IN_PROGRESS |
| a call in progress | CALL_IN_PROGRESS |
"""

from __future__ import annotations

from flowengine.compliance.facts import Facts
from flowengine.compliance.verdict import Reason


def check(facts: Facts) -> Reason | None:
    if facts.in_progress or any(attempt.is_live for attempt in facts.attempts):
        return Reason("CALL_IN_PROGRESS", "F3", "a call with this number is in progress", "by_event")
    return None
