"""A2: a campaign that abandons too many of its calls stops; while it stands still, nobody is called for it.

Source: Ofcom's statement on persistent misuse, 2010: at most 3 % abandoned. Whoever counts the calls pauses the
campaign; this rule only obeys.

| campaign | |
|---|---|
| running | allowed |
| paused | CAMPAIGN_PAUSED |
"""

from __future__ import annotations

from flowengine.compliance.facts import Facts
from flowengine.compliance.verdict import Reason


def check(facts: Facts) -> Reason | None:
    return Reason("CAMPAIGN_PAUSED", "A2", "the campaign is paused", "by_event") if facts.campaign_paused else None
