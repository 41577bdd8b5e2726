"""A text holds something that cannot be spoken: a web address, markup, an emoji, a stray brace.

The synthesiser reads it out sign by sign, or swallows it. Write what a person would say.

Bad:

    state first
      say "See https://example.com for more."
      -> goodbye

Good:

    state first
      say "See our website, example dot com, for more."
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import place, read
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL504", "unspeakable-text", "warning")

_KINDS = (
    (re.compile(r"https?://\S+|\bwww\.\S+", re.IGNORECASE), "a web address", "say it in words, or send it"),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.\w+"), "an e-mail address", "say it in words: 'at', 'dot'"),
    (
        re.compile(r"</?[a-zA-Z][^<>]*>|\*\*|__|```"),
        "markup",
        "take it out: a call shows nothing",
    ),
    (re.compile(r"[{}]"), "a stray brace", "a value stands between '{{' and '}}'"),
    (re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55]+\ufe0f?"), "an emoji", "take it out"),
)


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        if not each.spoken:
            continue
        reading = read(each.text)
        source = draft.sources.get(each.text.span.path)
        if reading.fault is not None:
            continue
        for literal in reading.literals:
            for pattern, what, help_ in _KINDS:
                match = pattern.search(literal.text)
                if match is not None:
                    length = len(match[0].rstrip(".,!?"))
                    span = place(each.text, source, literal.offset + match.start(), length)
                    yield RULE.at(span, f"{what} cannot be spoken as it is written", help_)
