"""That the agent speaks for a bank, HMRC, Ofgem or another authority: so begins a fraud.

A company may call for itself: its own name is no claim.
"""

from __future__ import annotations

import re

from flowengine.compliance.saying.rule import Kind, pattern

_AUTHORITIES = (
    r"(?:hmrc|h\.?m\.? revenue(?: (?:and|&) customs)?|the (?:tax office|inland revenue)|ofgem|ofcom|ofwat|the fca"
    r"|the financial conduct authority|trading standards|the police|the home office|the dvla|the dwp|the nhs"
    r"|the national health service"
    r"|the (?:city |county |borough )?council|the government|citizens advice|(?:the|your) (?:own )?bank"
    r"|the fraud (?:team|squad|department)|the telephone preference service|the (?:gas|electricity) board)"
)
_SELF = r"(?:i am|i'm|we are|we're|this is|it's|it is|you are (?:speaking|talking) to|you're (?:speaking|talking) to)"
_CALLING = r"(?:calling|ringing|phoning|speaking|getting in touch|here)"
CLAIM = Kind(
    "authority",
    pattern(
        rf"\b(?:{_SELF}(?: [\w\ufffc]+,?)?(?: (?:now|just|also))?(?: {_CALLING}(?: you)?)? (?:from|for|on behalf of|at)"
        rf"|{_SELF} with|{_CALLING}(?: you)? (?:from|on behalf of)"
        r"|\b(?:i|we) (?:work|worked) (?:for|at)|\b(?:i|we) represent"
        r"|\b(?:i'm|we're|i am|we are) (?:working for|representing)"
        r"|\b(?:i'm|i am|this is) an? (?:officer|agent|inspector|official) (?:of|from|with|at|for))"
        rf" {_AUTHORITIES}(?![\w-]|'s| (?:tax|holiday|account|statement|app|scheme|card|transfer|details|price))",
        rf"\b{_SELF} (?:an? )?(?:police|council|tax|government|hmrc|nhs|bank) "
        r"(?:officer|official|inspector|employee|worker|constable)\b",
        rf"\b{_SELF} {_AUTHORITIES}(?=[.,;!?]|$| calling| speaking| here| again| at (?:your|the) bank)",
    ),
    "claims to speak for an authority or a bank",
    "say whom you call for: {{ agent.company }}",
    certain=True,
    hints=(
        *("hmrc", "revenue", "tax office", "ofgem", "ofcom", "ofwat", "fca", "financial conduct", "trading standards"),
        *("police", "home office", "dvla", "dwp", "nhs", "council", "government", "citizens", "bank", "fraud"),
        *("preference service", " board", "tax ", "health service"),
    ),
)
_NAMED = re.compile(rf"{_AUTHORITIES}$", re.IGNORECASE)
_DENIES = re.compile(r"\b(?:not|never|no|nor|neither|nobody|cannot|\w+n't|if|whether|unlike)\b", re.IGNORECASE)


def claims(text: str, company: str) -> re.Match[str] | None:
    """Where a sentence claims it; `company` in lower case is who truly calls."""
    for match in CLAIM.matches(text):
        authority = _NAMED.search(match[0])
        name = re.sub(r"^(?:the|your) ", "", authority[0].casefold()) if authority is not None else ""
        if not _DENIES.search(match[0]) and not (name and name in company):
            return match
    return None
