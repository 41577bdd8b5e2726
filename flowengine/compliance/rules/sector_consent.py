"""D5: calls about claims management and about pensions need consent to them beforehand.

Source: PECR 2003, regulations 21A (claims) and 21B (pensions). By the campaign's sector, or the setting that gives all
calls one; other sectors need none. "Claims management" and "pension" mean the same two.

| sector | consent to | |
|---|---|---|
| none | nothing | allowed |
| energy | nothing | allowed |
| claims | nothing | SECTOR_CONSENT_REQUIRED |
| claims | pensions | SECTOR_CONSENT_REQUIRED |
| claims | claims | allowed |
| Claims management | claims | allowed |
| pensions | nothing | SECTOR_CONSENT_REQUIRED |
| pension | pensions | allowed |
"""

from __future__ import annotations

from flowengine.compliance.facts import Facts
from flowengine.compliance.policy import GovernedSector, Policy
from flowengine.compliance.verdict import Reason

REGULATION: dict[GovernedSector, str] = {"claims": "21A", "pensions": "21B"}


def check(facts: Facts, policy: Policy) -> Reason | None:
    """Both sectors count where the setting and the campaign name different ones."""
    needed = {policy.sector, governed(facts.sector)} - {governed(sector) for sector in facts.sector_consents}
    missing = sorted(sector for sector in needed if sector is not None)
    if not missing:
        return None
    said = " and ".join(f"{sector} (PECR {REGULATION[sector]})" for sector in missing)
    return Reason("SECTOR_CONSENT_REQUIRED", "D5", f"no consent to calls about {said} is on record", "by_event")


def governed(sector: str | None) -> GovernedSector | None:
    """Which of the two the law governs a sector's name means; None for all others."""
    name = (sector or "").strip().casefold()
    if name.startswith("claim"):
        return "claims"
    return "pensions" if name.startswith("pension") else None
