"""N4: no calls to premium, 084 and 087, 070, pager or freephone numbers: dear to reach, or nobody's own telephone.

Source: the product's own rule. Default: all five blocked; a setting lets kinds through, by these names.

| number | kind | |
|---|---|---|
| 0909 879 0123 | premium | NUMBER_TYPE_BLOCKED |
| 0982 123 4567 | premium | NUMBER_TYPE_BLOCKED |
| 0844 123 4567 | service | NUMBER_TYPE_BLOCKED |
| 0870 123 4567 | service | NUMBER_TYPE_BLOCKED |
| 070 1234 5678 | personal | NUMBER_TYPE_BLOCKED |
| 076 4012 3456 | pager | NUMBER_TYPE_BLOCKED |
| 0800 123456 | freephone | NUMBER_TYPE_BLOCKED |
| 0808 157 0123 | freephone | NUMBER_TYPE_BLOCKED |
| 0345 123 4567 | ordinary | allowed |
| 0306 999 0123 | ordinary | allowed |
| 056 0012 3456 | ordinary | allowed |
| 020 7946 0123 | ordinary | allowed |
"""

from __future__ import annotations

from flowengine.compliance.numbers import Number, NumberProblem
from flowengine.compliance.policy import NumberKind, Policy
from flowengine.compliance.verdict import Reason

WRITTEN: dict[NumberKind, str] = {
    "premium": "a premium-rate number (09)",
    "service": "a service number (084, 087)",
    "personal": "a personal number (070)",
    "pager": "a pager (076)",
    "freephone": "a freephone number (080)",
}


def check(number: Number | NumberProblem, policy: Policy) -> Reason | None:
    if isinstance(number, NumberProblem) or number.kind in policy.let_through:
        return None
    written = WRITTEN.get(number.kind)
    return None if written is None else Reason("NUMBER_TYPE_BLOCKED", "N4", f"{written} is not rung")
