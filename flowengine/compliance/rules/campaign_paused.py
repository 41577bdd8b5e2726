"""A2: a campaign that abandons too many of its calls stops; while it stands still, nobody is called for it.

Source: Ofcom's statement on persistent misuse, 2010: at most 3 % of the live calls of 24 hours may be abandoned. One
alone is no share yet: of 33 calls it would be 3 %. Whoever counts the calls asks `too_many`; the rule only obeys.

| campaign | |
|---|---|
| running | allowed |
| paused | CAMPAIGN_PAUSED |
"""

from __future__ import annotations

from flowengine.compliance.facts import Facts
from flowengine.compliance.verdict import Reason

MOST_ABANDONED = 0.03
"""Of the live calls of 24 hours."""
DETAIL = (
    "dialling is paused, since 3 % or more of the calls that people answered in the last 24 hours were abandoned "
    "(nothing was heard for two seconds); it goes on by itself as soon as fewer were"
)


def check(facts: Facts) -> Reason | None:
    return Reason("CAMPAIGN_PAUSED", "A2", DETAIL, "by_event") if facts.campaign_paused else None


def too_many(answered: int, abandoned: int) -> bool:
    """Whether so many abandoned calls, among those that a person answered in the last 24 hours, pause a campaign."""
    return abandoned > 1 and abandoned >= MOST_ABANDONED * answered
