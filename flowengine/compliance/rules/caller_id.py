"""L1: the callee sees a number that exists and that can be called back.

Source: PECR 2003, regulation 21; General Condition C6: never 09. Numbers that cost the person who calls back more than
they expect (084, 087, 070) and pagers, which nobody answers, are refused too; a valid number of another country can be
called back and passes. It cannot be turned off. Where no caller
id has been chosen yet there is nothing to judge; a dial always gives one. Drama numbers pass with the setting (on in
this table).

| caller id | |
|---|---|
| none chosen | allowed |
| 0113 496 0124 | allowed |
| 0800 123456 | allowed |
| 0345 123 4567 | allowed |
| +353 86 123 4567 | allowed |
| 0909 879 0123 | CLI_INVALID |
| 0870 123 4567 | CLI_INVALID |
| 070 1234 5678 | CLI_INVALID |
| 076 4012 3456 | CLI_INVALID |
| 118118 | CLI_INVALID |
| anonymous | CLI_INVALID |
"""

from __future__ import annotations

from functools import lru_cache

from flowengine.compliance.facts import Facts
from flowengine.compliance.numbers import NumberProblem, identify
from flowengine.compliance.policy import NumberKind, Policy
from flowengine.compliance.verdict import Reason

NO_CALL_BACK: dict[NumberKind, str] = {
    "premium": "a premium-rate number (09) may not be shown to the person called",
    "service": "an 084 or 087 number costs the person who calls back",
    "personal": "an 070 number costs the person who calls back",
    "pager": "nobody answers a pager",
}


def check(facts: Facts, policy: Policy) -> Reason | None:
    return None if facts.caller_id is None else _of_caller(facts.caller_id, policy)


@lru_cache(maxsize=64)
def _of_caller(caller_id: str, policy: Policy) -> Reason | None:
    """A company has few caller ids, and each decision asks about one of them."""
    caller = identify(caller_id, policy)
    if isinstance(caller, NumberProblem):
        detail: str | None = f"the caller id cannot be called back: {caller.detail}"
    else:
        detail = NO_CALL_BACK.get(caller.kind)
    return None if detail is None else Reason("CLI_INVALID", "L1", detail, "by_event")
