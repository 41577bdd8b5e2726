"""D6: somebody marked as vulnerable is not called until a person has looked into it.

Source: Ofcom's and the FCA's guidance on vulnerable customers. It cannot be turned off; a human lifts the mark.

| marked as vulnerable | |
|---|---|
| no | allowed |
| yes | VULNERABLE_HOLD |
"""

from __future__ import annotations

from flowengine.compliance.facts import Facts
from flowengine.compliance.verdict import Reason


def check(facts: Facts) -> Reason | None:
    if facts.vulnerable:
        return Reason("VULNERABLE_HOLD", "D6", "the person is marked as vulnerable; a human decides first", "by_event")
    return None
