"""N1: a real number, which can be written in E.164. Letters and extensions are refused, never guessed at.

Source: the product's own rule. Default: numbers without a country code are British. Which numbers exist comes from the
package `phonenumbers`; Ofcom's numbers for drama pass with a setting (on in this table).

| number | |
|---|---|
| 020 7946 0123 | +442079460123 |
| +44 (0)20 7946 0123 | +442079460123 |
| 0044 20 7946 0123 | +442079460123 |
| 44 20-7946-0123 | +442079460123 |
| (020) 7946.0123 | +442079460123 |
| 7700900123 | +447700900123 |
| 016977 2345 | +44169772345 |
| 0770090012 | INVALID_NUMBER |
| 077009001234 | INVALID_NUMBER |
| 020 7946 0123 x4 | INVALID_NUMBER |
| 020 7946 0123 #4 | INVALID_NUMBER |
| 0800 FLOWERS | INVALID_NUMBER |
| anonymous | INVALID_NUMBER |
| ٠٢٠ ٧٩٤٦ ٠١٢٣ | INVALID_NUMBER |
| +44 +44 20 7946 0123 | INVALID_NUMBER |
| 08979 123456 | INVALID_NUMBER |
"""

from __future__ import annotations

from flowengine.compliance.numbers import Number, NumberProblem
from flowengine.compliance.verdict import Reason


def check(number: Number | NumberProblem) -> Reason | None:
    if isinstance(number, NumberProblem) and number.rule == "N1":
        return Reason(number.code, number.rule, f"this is no telephone number: {number.detail}")
    return None
