"""D1: who said "don't call me" is not called again: by no campaign, at no time.

Source: PECR 2003, regulation 21(1)(a). It cannot be turned off, and it never ends by waiting.

| on this company's own list | |
|---|---|
| no | allowed |
| yes | DO_NOT_CALL |
"""

from __future__ import annotations

from flowengine.compliance.facts import Facts
from flowengine.compliance.verdict import Reason


def check(facts: Facts) -> Reason | None:
    return Reason("DO_NOT_CALL", "D1", "the number is on the do-not-call list") if facts.do_not_call else None
