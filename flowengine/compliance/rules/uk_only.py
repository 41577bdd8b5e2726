"""N2: only numbers of the United Kingdom are rung. Jersey, Guernsey and Man share its code 44 and are refused.

Source: the product's own rule: these rules are the United Kingdom's, and its neighbours have others. Default: on. The
islands' mobiles begin with 07 too; which ones comes from the package `phonenumbers`. A mobile that is in the plans of
both (07924) is refused: nobody can tell whose it is.

| number | |
|---|---|
| 020 7946 0123 | allowed |
| 07400 123456 | allowed |
| 01481 712345 | NON_UK_NUMBER |
| 01534 712345 | NON_UK_NUMBER |
| 01624 612345 | NON_UK_NUMBER |
| 07911 123456 | NON_UK_NUMBER |
| 07781 123456 | NON_UK_NUMBER |
| 07839 123456 | NON_UK_NUMBER |
| 07797 123456 | NON_UK_NUMBER |
| 07509 123456 | NON_UK_NUMBER |
| 07700 300123 | NON_UK_NUMBER |
| 07624 123456 | NON_UK_NUMBER |
| 07924 123456 | NON_UK_NUMBER |
| +353 86 123 4567 | NON_UK_NUMBER |
| +1 650 253 0000 | NON_UK_NUMBER |
"""

from __future__ import annotations

from flowengine.compliance.numbers import Number, NumberProblem
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Reason

ISLANDS = {"JE": "Jersey", "GG": "Guernsey", "IM": "the Isle of Man"}


def check(number: Number | NumberProblem, policy: Policy) -> Reason | None:
    if not policy.uk_only or isinstance(number, NumberProblem) or number.region == "GB":
        return None
    island = ISLANDS.get(number.region)
    place = f"{island}, which is no part of the United Kingdom" if island else f"country code {number.country_code}"
    belongs = "may belong" if number.is_shared else "belongs"
    return Reason("NON_UK_NUMBER", "N2", f"the number {belongs} to {place}")
