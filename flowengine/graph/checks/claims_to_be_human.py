"""The agent says that it is a person, or that it is no machine; or the model is told to say so.

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
from flowengine.graph.model import Llm, Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement, written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL709", "claims-to-be-human", "error")

_SELF = (
    r"(?:i am|i'm|it's|it is|this is|yes|you are|you're|you have reached|you've reached|we are|we're|here is|here's"
    r"|(?:you are|you're) (?:now )?(?:speaking|talking|chatting|connected|through) (?:to|with))"
)
_SURELY = r"(?:(?:,|really|actually|definitely|indeed|certainly|just|also|only|very much|of course|i'm|as|here) ?){0,4}"
_REAL = r"(?:real|actual|genuine|living|live|real-life|flesh and blood|normal|ordinary|proper)"
_ENDS = r"(?![\w-]|'s)"
_ALONE = r"human(?= being|[^\w\s-]|$| (?:too|here|like|just|and|actually|agent|advis[eo]r|operator|speaking))"
"""`human` by itself, and not as in "human resources"."""
_PERSON = (
    rf"(?:(?:an? )?(?:{_REAL},? ){{0,4}}(?:human being|{_ALONE}|person|people|man|woman|lady|gentleman|bloke){_ENDS}"
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
    rf" (?:(?:just|really|actually|even|some|any|speaking to|talking to|speaking with|talking with) ){{0,4}}(?:an? )?"
    rf"{_MACHINE}s?{_ENDS}(?! (?:expert|engineer|builder|person))"
    rf"|\bno (?:{_MACHINE})s?(?= (?:here|on this|on the|involved)\b|[.!,])",
    re.IGNORECASE,
)

_PRETEND = re.compile(
    rf"\b(?:pretend|claim|act as if|behave as if|say|insist|let them think|make them believe)"
    rf"(?: to be| as| like| that| you are| you're| you were){{1,3}} {_PERSON}",
    re.IGNORECASE,
)
_CONCEAL = re.compile(
    rf"\b(?:never|don't|do not|not to|avoid|without) (?:ever )?"
    rf"(?:say|admit|reveal|tell|mention|disclose|saying|admitting|revealing|telling|mentioning|disclosing)"
    rf" [\w' ]{{0,40}}?\b(?:you|you're|it) ?(?:are |is |were )?(?:an? )?{_MACHINE}{_ENDS}",
    re.IGNORECASE,
)
"""What the task or the facts of an `llm` may not ask for."""

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
    for statement in every_statement(draft.flow):
        if isinstance(statement, Llm):
            for text in (statement.task, *statement.facts):
                yield from dict.fromkeys(_in_task(draft, text))


def _in_task(draft: Draft, text: Template) -> Iterator[Diagnostic]:
    source = draft.sources.get(text.span.path)
    for way in ways(text):
        for sentence in sentences(way.text.replace("’", "'")):
            found = _told(sentence) or claimed(sentence)
            if found is not None:
                message = "this tells the model to pass for a person, and it is a machine"
                yield RULE.at(
                    way.span(text, source, *found), message, "take it out: it may say that it is an assistant"
                )


def _told(sentence: Sentence) -> tuple[int, int] | None:
    pretend = _PRETEND.search(sentence.text)
    if pretend is not None and _REPORTED.search(sentence.text[: pretend.start()]):
        pretend = None
    match = pretend or _CONCEAL.search(sentence.text)
    return (sentence.start + match.start(), sentence.start + match.end()) if match is not None else None


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
