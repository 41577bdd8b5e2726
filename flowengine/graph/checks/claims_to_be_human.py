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

from flowengine.compliance.saying.person import ENDS, MACHINE, PERSON, REPORTED, claimed
from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import ways
from flowengine.graph.model import Llm, Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement, written
from flowengine.language.diagnostics import Diagnostic
from flowengine.words.sentences import Sentence, sentences

RULE = Rule("FL709", "claims-to-be-human", "error")

_PRETEND = re.compile(
    rf"\b(?:pretend|claim|act as if|behave as if|say|insist|let them think|make them believe)"
    rf"(?: to be| as| like| that| you are| you're| you were){{1,3}} {PERSON}",
    re.IGNORECASE,
)
_CONCEAL = re.compile(
    rf"\b(?:never|don't|do not|not to|avoid|without) (?:ever )?"
    rf"(?:say|admit|reveal|tell|mention|disclose|saying|admitting|revealing|telling|mentioning|disclosing)"
    rf" [\w' ]{{0,40}}?\b(?:you|you're|it) ?(?:are |is |were )?(?:an? )?{MACHINE}{ENDS}",
    re.IGNORECASE,
)
"""What the task or the facts of an `llm` may not ask for."""


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
            found = _told(sentence) or _claims(sentence)
            if found is not None:
                message = "this tells the model to pass for a person, and it is a machine"
                yield RULE.at(
                    way.span(text, source, *found), message, "take it out: it may say that it is an assistant"
                )


def _told(sentence: Sentence) -> tuple[int, int] | None:
    pretend = _PRETEND.search(sentence.text)
    if pretend is not None and REPORTED.search(sentence.text[: pretend.start()]):
        pretend = None
    match = pretend or _CONCEAL.search(sentence.text)
    return (sentence.start + match.start(), sentence.start + match.end()) if match is not None else None


def _in_text(draft: Draft, text: Template) -> Iterator[Diagnostic]:
    source = draft.sources.get(text.span.path)
    for way in ways(text):
        for sentence in sentences(way.text.replace("’", "'")):
            found = _claims(sentence)
            if found is not None:
                start, stop = found
                message = "this says or implies that the agent is a person, and it is a machine"
                help_ = 'say what it is: "I\'m an automated assistant calling for {{ agent.company }}."'
                yield RULE.at(way.span(text, source, start, stop), message, help_)


def _claims(sentence: Sentence) -> tuple[int, int] | None:
    match = claimed(sentence.text)
    return (sentence.start + match.start(), sentence.start + match.end()) if match is not None else None
