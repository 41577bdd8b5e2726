"""That the agent is a person, or no machine. It is one; the EU AI Act (article 50) and our rule A4 want it known."""

from __future__ import annotations

import re

from flowengine.compliance.saying.life import LIFE, LIFE_HINTS
from flowengine.compliance.saying.rule import denied, hinted

_SELF = (
    r"(?:i am|i'm|it's|it is|this is|yes|you are|you're|you have reached|you've reached|we are|we're|here is|here's"
    r"|(?:you are|you're) (?:now )?(?:speaking|talking|chatting|connected|through) (?:to|with))"
)
_SURELY = (
    r"(?:(?:,|really|actually|definitely|indeed|certainly|just|also|only|very much|of course|i'm|as|here|all|both) ?)"
    r"{0,4}"
)
_REAL = r"(?:real|actual|genuine|living|breathing|live|real-life|flesh and blood|normal|ordinary|proper)"
_ENDS = r"(?![\w-]|'s)"
_ALONE = (
    r"human(?= being|[^\w\s-]|$| (?:too|here|like|just|and|actually|agent|advis[eo]r|operator|speaking|as|who|that|from"
    r"|in|with|living|working|sitting))"
)
_TRUE = r"(?:(?<=real )|(?<=actual )|(?<=genuine )|(?<=living )|(?<=breathing ))human(?! (?:colleague|touch|error))"
"""`human` by itself, and not as in "human resources"."""
PERSON = (
    rf"(?:(?:an? )?(?:{_REAL},? ){{0,4}}(?:human being|{_ALONE}|{_TRUE}|person|people"
    rf"|man|woman|lady|gentleman|bloke){_ENDS}"
    rf"|(?:an? )?{_REAL} (?:agent|advis[eo]r|operator|voice|employee|colleague|member of staff|team member){_ENDS}"
    rf"|(?:made )?(?:of |from )?(?:real )?flesh and blood(?: like|[^\w\s-]|$)"
    rf"|real(?=[^\w\s-]|$))"
)
_NAMED = r"(?:[\w\ufffc]+(?: [\w\ufffc]+)?, )?"
_CLAIM = re.compile(
    rf"\b{_SELF},? {_NAMED}{_SURELY}{PERSON}|^(?:speaking )?as an? (?:fellow |real )?(?:human|person)\b", re.IGNORECASE
)

MACHINE = (
    r"(?:robot|bot|chatbot|machine|computer(?: program(?:me)?)?|ai|a\.i\.?|artificial intelligence|automaton|program"
    r"|software|automated (?:\w+ )?(?:system|voice|call|caller|assistant|agent|line|service|machine)|voice ?bot"
    r"|virtual (?:assistant|agent))"
)
ENDS = _ENDS
_DENIAL = re.compile(
    rf"\b(?:(?:i am|i'm|it's|it is|this is|we are|we're|you are|you're|certainly|definitely|of course) (?:\w+ )?not"
    rf"|(?:this|it|that) isn't|i ain't|(?:you|we) aren't|no, not|never|(?:i'm|i am|we're|we are) no)"
    rf" (?:(?:just|really|actually|even|some|any|speaking to|talking to|speaking with|talking with) ){{0,4}}(?:an? )?"
    rf"{MACHINE}s?{_ENDS}(?! (?:expert|engineer|builder|person))"
    rf"|\bno (?:{MACHINE})s?(?= (?:here|on this|on the|involved)\b|[.!,])",
    re.IGNORECASE,
)
REPORTED = re.compile(
    r"\b(?:whether|if|asked|ask|asking|wonder|wondering|think|thought|pretend|pretending|claim|say|saying|said|mean|like"
    r"|not|never|\w+n't|until|when|once|unless|rather than|instead of)\b",
    re.IGNORECASE,
)
"""Words before a claim in the same sentence that make it one about something else, or turn it round."""

CALLED = "says or implies that the agent is a person"


_HINTS = (
    (
        _CLAIM,
        (
            *("human", "person", "people", "man", "lady", "bloke", "real", "agent", "advis", "operator", "voice"),
            *("employee", "colleague", "staff", "team member", "flesh"),
        ),
    ),
    (_DENIAL, ("bot", "machine", "computer", " ai", "a.i", "artificial", "automat", "program", "software", "virtual")),
)


def claimed(text: str, *, life: bool = True) -> re.Match[str] | None:
    """Where one sentence claims to be spoken by a person; None when it does not, or asks.

    `life`: a life of one's own is a claim too. Not so in what is read back: "my mother, I see" has the caller's words.
    """
    asks = text.endswith("?")
    plain = text.lower()
    for pattern, hints in _HINTS:
        if not hinted(plain, hints):
            continue
        for match in pattern.finditer(text):
            clause = re.split(r"[,;:–—] ", text[: match.start()])[-1]
            # "You're the owner, a real person?" asks; "I'm a real person, all right?" does not.
            of_itself = re.match(r"i am|i'm|we are|we're", match[0], re.IGNORECASE) is not None
            if (of_itself or not asks) and not REPORTED.search(clause):
                return match
    if life and hinted(plain, LIFE_HINTS):
        for match in LIFE.finditer(text):
            clause = re.split(r"[,;:–—] ", text[: match.start()])[-1]
            if not REPORTED.search(clause) and not denied(text, match.start()):
                return match
    return None
