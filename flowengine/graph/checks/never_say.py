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

from collections.abc import Iterator
from dataclasses import replace

from flowengine.compliance.saying.authorities import CLAIM, claims
from flowengine.compliance.saying.rule import Kind
from flowengine.compliance.saying.saying import KINDS
from flowengine.compliance.saying.secrets import ASKS
from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import ways
from flowengine.graph.model import Collect, Flow, Say, Slot, Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import blocks, waiting, written
from flowengine.language.diagnostics import Diagnostic
from flowengine.words.sentences import sentences

RULE = Rule("FL520", "never-say", "error")

_WRITTEN = tuple(kind for kind in KINDS if kind.written)
_KEYED = tuple(kind for kind in _WRITTEN if kind is not ASKS)
"""What is typed by keypad, in a secret slot, may be asked for, and announced where that slot is collected next."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    keyed = {id(prompt) for slot in draft.flow.slots.values() if slot.secret for prompt in _prompts(slot)}
    keyed |= {id(text) for text in _announcing(draft.flow)}
    for each in written(draft.flow):
        if each.spoken and isinstance(each.text, Template):
            kinds = _KEYED if id(each.text) in keyed else _WRITTEN
            yield from dict.fromkeys(_in_text(draft, each.text, kinds))


def _prompts(slot: Slot) -> tuple[Template | None, ...]:
    return slot.ask, slot.again, slot.confirm, slot.invalid


def _announcing(flow: Flow) -> Iterator[Template]:
    """What is said on the way into a `collect` that begins with a secret slot: no voice is heard there any more."""
    of_states = tuple(blocks(flow))
    of_branches = (branch.body for block in of_states for each in waiting(block) for branch in each.branches)
    for block in (*of_states, *of_branches):
        first = next(
            (flow.slots.get(each.slots[0]) for each in block if isinstance(each, Collect) and each.slots), None
        )
        if first is not None and first.secret:
            yield from (text for each in block if isinstance(each, Say) for text in each.sentences)


def _in_text(draft: Draft, text: Template, kinds: tuple[Kind, ...]) -> Iterator[Diagnostic]:
    source = draft.sources.get(text.span.path)
    company = draft.flow.agent.company.casefold()
    for way in ways(text):
        for sentence in sentences(way.text.replace("’", "'")):
            for kind in kinds:
                match = claims(sentence.text, company) if kind is CLAIM else next(kind.matches(sentence.text), None)
                if match is not None:
                    start = sentence.start + match.start()
                    span = way.span(text, source, start, start + len(match[0]))
                    found = RULE.at(span, f"this {kind.called}", kind.instead)
                    yield found if kind.certain else replace(found, severity="warning")
