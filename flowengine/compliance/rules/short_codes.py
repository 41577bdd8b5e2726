"""N3: emergency numbers and short codes are never rung.

Source: the product's own rule. It cannot be turned off. Three to six digits without a 0 before them are a short code,
whether in use or not; behind a 0 or a country code, those that are in use.

| number | |
|---|---|
| 999 | SHORT_CODE_OR_EMERGENCY |
| 112 | SHORT_CODE_OR_EMERGENCY |
| +44 999 | SHORT_CODE_OR_EMERGENCY |
| 101 | SHORT_CODE_OR_EMERGENCY |
| 111 | SHORT_CODE_OR_EMERGENCY |
| 116 123 | SHORT_CODE_OR_EMERGENCY |
| 118118 | SHORT_CODE_OR_EMERGENCY |
| 1471 | SHORT_CODE_OR_EMERGENCY |
| 60000 | SHORT_CODE_OR_EMERGENCY |
| 0770 | INVALID_NUMBER |
| 12 | INVALID_NUMBER |
"""

from __future__ import annotations

from flowengine.compliance.numbers import Number, NumberProblem
from flowengine.compliance.verdict import Reason


def check(number: Number | NumberProblem) -> Reason | None:
    if isinstance(number, NumberProblem) and number.rule == "N3":
        return Reason(number.code, number.rule, number.detail)
    return None
