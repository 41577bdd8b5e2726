"""D4: an automated call needs consent beforehand that names this caller.

Source: PECR 2003, regulation 19. Whether a machine that converses makes "sounds which are not live speech" is not
settled; it may well. Default: `warn`; `require` is advised for live campaigns; `off` says nothing.

| setting | consent | |
|---|---|---|
| warn | no | warning |
| warn | yes | allowed |
| require | no | NO_AUTOMATED_CALL_CONSENT |
| require | yes | allowed |
| off | no | allowed |
"""

from __future__ import annotations

from flowengine.compliance.facts import Facts
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Reason


def check(facts: Facts, policy: Policy) -> Reason | None:
    """The refusal, where consent is required."""
    return _reason(facts) if policy.automated_consent == "require" else None


def warning(facts: Facts, policy: Policy) -> Reason | None:
    """The same finding, where it is to be said and not to refuse."""
    return _reason(facts) if policy.automated_consent == "warn" else None


def _reason(facts: Facts) -> Reason | None:
    if facts.automated_consent:
        return None
    detail = "no consent to automated calls that names this caller is on record"
    return Reason("NO_AUTOMATED_CALL_CONSENT", "D4", detail, "by_event")
