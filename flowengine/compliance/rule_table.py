"""What each rule asks and where it comes from, by its id, in a line: for whoever is told that a rule stands in the way.

`docs/reference/compliance.md` has the same table, with more; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that is checked before dialling."""

    asks: str
    source: str


RULES: Mapping[str, Rule] = {
    "N1": Rule("a real number; letters and extensions refused", "this product"),
    "N2": Rule("UK only; Jersey, Guernsey and Man refused", "this product"),
    "N3": Rule("no emergency numbers or short codes", "this product"),
    "N4": Rule("no premium, 084/087, 070, pager or freephone numbers", "this product"),
    "H1": Rule(
        "Monday to Friday 08:00 up to, not including, 21:00, callee's local time", "this product; DMA Code 21.41"
    ),
    "H2": Rule("Saturday and Sunday 09:00 up to 17:00 (option: no Sundays, as the DMA Guide asks)", "this product"),
    "H3": Rule("no bank holidays of the callee's nation", "this product; DMA Guide"),
    "F1": Rule("at most 3 attempts in the last 24 hours", "this product"),
    "F2": Rule("at most 6 attempts in the last 7 days", "this product"),
    "F3": Rule("one live call a number", "this product"),
    "F4": Rule("72 hours of rest after an abandoned call", "Ofcom 2010"),
    "D1": Rule("the company's own do-not-call list, over all campaigns", "PECR 21(1)(a)"),
    "D2": Rule("TPS and CTPS, unless the subscriber told this caller that they don't object", "PECR 21(1)(b), (3)–(5)"),
    "D3": Rule("TPS data at most 28 days old", "PECR 21(3)"),
    "D4": Rule("consent, naming this caller, for automated calls", "PECR 19"),
    "D5": Rule("claims and pensions need prior consent", "PECR 21A, 21B"),
    "D6": Rule("a person marked vulnerable waits for a human's review", "Ofcom, FCA guidance"),
    "L1": Rule("a valid caller id that can be called back; never 09", "PECR 21; General Condition C6"),
    "A2": Rule("nobody is called for a campaign that is paused", "Ofcom 2010"),
}
"""With the figures of the default settings."""
