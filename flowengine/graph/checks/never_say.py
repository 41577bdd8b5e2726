"""A text says what an agent must never say: a guarantee, false urgency, that it calls for an authority; or it asks for
card numbers and the like.

An error where it claims to be a bank, HMRC, Ofgem or another authority: that is how fraud begins, and it may well be
one. A warning for the rest, which the words alone do not prove wrong. The list is that of the in-call guard.

Bad:

    state first
      say "I'm calling from HMRC about your tax."
      -> goodbye

Good:

    state first
      say "I can't guarantee a saving, and there's no hurry."
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import Sentence, sentences, ways
from flowengine.graph.model import Slot, Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL520", "never-say", "error")


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is looked for, what it is, and how to say it instead. `certain`: an error, else a warning."""

    pattern: re.Pattern[str]
    called: str
    instead: str
    certain: bool = False


_AUTHORITIES = (
    r"(?:hmrc|h\.?m\.? revenue(?: (?:and|&) customs)?|the (?:tax office|inland revenue)|ofgem|ofcom|ofwat|the fca"
    r"|the financial conduct authority|trading standards|the police|the home office|the dvla|the dwp|the nhs"
    r"|the (?:city |county |borough )?council|the government|citizens advice|(?:the|your) (?:own )?bank"
    r"|the fraud (?:team|squad))"
)
_SELF = r"(?:i am|i'm|we are|we're|this is|it's|it is|you are (?:speaking|talking) to|you're (?:speaking|talking) to)"
_CALLING = r"(?:calling|ringing|phoning|speaking|getting in touch|here)"
_CLAIM = (
    rf"\b(?:{_SELF}(?: [\w\ufffc]+,?)?(?: (?:now|just|also))?(?: {_CALLING}(?: you)?)? (?:from|for|on behalf of|at)"
    rf"|{_SELF} with|{_CALLING}(?: you)? (?:from|on behalf of))"
    rf" {_AUTHORITIES}(?![\w-]|'s| (?:tax|holiday|account|statement|app|scheme|card|transfer|details|price))"
    rf"|\b{_SELF} {_AUTHORITIES}(?=[.,;!]|$| calling| speaking| here| again)"
)
_SECRETS = (
    r"(?:card (?:number|details)|long number|(?:three|3)[- ]digit (?:code|number)|security (?:code|number)|cvv|cvc"
    r"|pin(?: number)?|sort code|account number|password|national insurance number|full date of birth)"
)

KINDS = tuple(
    _Kind(re.compile(pattern, re.IGNORECASE), called, instead, certain)
    for pattern, called, instead, certain in (
        (
            _CLAIM,
            "claims to speak for an authority or a bank",
            "say whom you call for: {{ agent.company }}",
            True,
        ),
        (
            r"\brisk[- ]free\b|\b(?:no|zero|without(?: any)?) risk\b|\bcan't lose\b",
            "promises that there is no risk",
            "say what the caller may lose, or nothing about it",
            False,
        ),
        (
            r"\b(?:i|we) (?:can |will |do )?(?:personally )?(?:guarantee|promise)\b"
            r"|\bguaranteed (?:to|savings?|returns?|income|results?|approval|acceptance)\b"
            r"|\b(?:100|a hundred|one hundred) ?(?:%|per ?cent) guaranteed?\b|\bis guaranteed\b",
            "gives a guarantee",
            "say what the offer is: 'most customers save', with the figures to prove it",
            False,
        ),
        (
            r"\b(?:today only|only today|last chance|final chance|act (?:now|fast|today)|hurry|before it's too late"
            r"|(?:offer|deal|price|discount)s? (?:ends?|expires?|runs? out) (?:today|tonight|soon|at midnight)"
            r"|while stocks last|limited time|once[- ]in[- ]a[- ]lifetime|(?:must|need to|have to) decide (?:now|today)"
            r"|won't be (?:repeated|offered again)|never be this (?:cheap|low) again)\b",
            "presses the caller for time",
            "give the true date, if there is one, and time to think",
            False,
        ),
        (
            rf"\b(?:your|the) (?:\w+ )?{_SECRETS}\b",
            "asks for what must not be spoken on a call",
            "take it by keypad, in a slot marked secret, which is not recorded or written down",
            False,
        ),
    )
)

_TURNED = re.compile(
    r"\b(?:not|never|no|nor|neither|nobody|nothing|without|cannot|\w+n't|if|whether|unlike)\b", re.IGNORECASE
)


def check(draft: Draft) -> Iterator[Diagnostic]:
    keyed = {id(prompt) for slot in draft.flow.slots.values() if slot.secret for prompt in _prompts(slot)}
    for each in written(draft.flow):
        if each.spoken and isinstance(each.text, Template):
            kinds = KINDS[:-1] if id(each.text) in keyed else KINDS
            yield from dict.fromkeys(_in_text(draft, each.text, kinds))


def _prompts(slot: Slot) -> tuple[Template | None, ...]:
    return slot.ask, slot.again, slot.confirm, slot.invalid


def _in_text(draft: Draft, text: Template, kinds: tuple[_Kind, ...]) -> Iterator[Diagnostic]:
    source = draft.sources.get(text.span.path)
    company = draft.flow.agent.company.casefold()
    for way in ways(text):
        for sentence in sentences(way.text.replace("’", "'")):
            for kind in kinds:
                match = said_in(kind, sentence, company)
                if match is not None:
                    start = sentence.start + match.start()
                    span = way.span(text, source, start, start + len(match[0]))
                    found = RULE.at(span, f"this {kind.called}", kind.instead)
                    yield found if kind.certain else replace(found, severity="warning")


def said_in(kind: _Kind, sentence: Sentence, company: str) -> re.Match[str] | None:
    """`company` in lower case. The first match that is not turned round, or true: a company may call for itself."""
    for match in kind.pattern.finditer(sentence.text):
        authority = re.search(rf"{_AUTHORITIES}$", match[0], re.IGNORECASE) if kind.certain else None
        name = re.sub(r"^(?:the|your) ", "", authority[0].casefold()) if authority else ""
        before = sentence.text[: match.end() if kind.certain else match.start()]
        if not _TURNED.search(before) and not (name and name in company):
            return match
    return None
