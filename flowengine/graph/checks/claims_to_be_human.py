"""The agent says that it is a person, or that it is no machine.

It is one, and the EU AI Act (article 50) and our own rule A4 want the caller to know. Nobody may be told otherwise, in
passing or for a joke.

Bad:

    state first
      say "Don't worry, I'm a real person."
      -> goodbye

Good:

    state first
      say "I'm not a real person, I'm an automated assistant. A person can call you back."
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import Sentence, sentences, ways
from flowengine.graph.model import Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL709", "claims-to-be-human", "error")

_SELF = (
    r"(?:i am|i'm|it's|it is|this is|yes|you are|you're|you have reached|you've reached|we are|we're|here is|here's"
    r"|(?:you are|you're) (?:now )?(?:speaking|talking|chatting|connected|through) (?:to|with))"
)
_SURELY = r"(?:(?:,|really|actually|definitely|indeed|certainly|just|also|only|very much|of course|i'm|as|here) ?)*"
_REAL = r"(?:real|actual|genuine|living|live|real-life|flesh and blood|normal|ordinary|proper)"
_ENDS = r"(?![\w-]|'s)"
_PERSON = (
    rf"(?:(?:an? )?(?:{_REAL},? )*(?:human being|human(?= being|[^\w\s-]|$| (?:too|here|like|just|and|actually|agent|"
    rf"advis[eo]r|operator|speaking))|person|people|man|woman|lady|gentleman|bloke){_ENDS}"
    rf"|(?:an? )?{_REAL} (?:agent|advis[eo]r|operator|voice|employee|colleague|member of staff|team member){_ENDS}"
    rf"|real(?=[^\w\s-]|$))"
)
_NAMED = r"(?:[\w\ufffc]+(?: [\w\ufffc]+)?, )?"
_CLAIM = re.compile(rf"\b{_SELF},? {_NAMED}{_SURELY}{_PERSON}", re.IGNORECASE)

_MACHINE = (
    r"(?:robot|bot|chatbot|machine|computer(?: program(?:me)?)?|ai|a\.i\.?|artificial intelligence|automaton|program"
    r"|software|automated (?:\w+ )?(?:system|voice|call|caller|assistant|agent|line|service|machine)|voice ?bot"
    r"|virtual (?:assistant|agent))"
)
_DENIAL = re.compile(
    rf"\b(?:(?:i am|i'm|it's|it is|this is|we are|we're|you are|you're|certainly|definitely|of course) (?:\w+ )?not"
    rf"|(?:this|it|that) isn't|i ain't|(?:you|we) aren't|no, not|never)"
    rf" (?:(?:just|really|actually|even|some|any|speaking to|talking to|speaking with|talking with) )*(?:an? )?"
    rf"{_MACHINE}s?{_ENDS}(?! (?:expert|engineer|builder|person))"
    rf"|\bno (?:{_MACHINE})s?(?= (?:here|on this|on the|involved)\b|[.!,])",
    re.IGNORECASE,
)

_REPORTED = re.compile(
    r"\b(?:whether|if|asked|ask|asking|wonder|wondering|think|thought|pretend|pretending|claim|say|saying|said|mean|like"
    r"|not|never|\w+n't|until|when|once|unless|rather than|instead of)\b",
    re.IGNORECASE,
)
"""Words before a claim in the same sentence that make it one about something else, or turn it round."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        if each.spoken and isinstance(each.text, Template):
            yield from dict.fromkeys(_in_text(draft, each.text))


def _in_text(draft: Draft, text: Template) -> Iterator[Diagnostic]:
    source = draft.sources.get(text.span.path)
    for way in ways(text):
        for sentence in sentences(way.text.replace("’", "'")):
            found = claimed(sentence)
            if found is not None:
                start, stop = found
                message = "this says or implies that the agent is a person, and it is a machine"
                help_ = 'say what it is: "I\'m an automated assistant calling for {{ agent.company }}."'
                yield RULE.at(way.span(text, source, start, stop), message, help_)


def claimed(sentence: Sentence) -> tuple[int, int] | None:
    """Where a sentence claims to be spoken by a person; None when it does not, or asks."""
    if sentence.text.endswith("?"):
        return None
    for pattern in (_CLAIM, _DENIAL):
        for match in pattern.finditer(sentence.text):
            clause = re.split(r"[,;:–—] ", sentence.text[: match.start()])[-1]
            if not _REPORTED.search(clause):
                return sentence.start + match.start(), sentence.start + match.end()
    return None
