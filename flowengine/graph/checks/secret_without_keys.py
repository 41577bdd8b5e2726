"""A secret slot has a type that cannot be typed.

A secret is taken by keypad alone, so that it reaches neither speech recognition nor a transcript. Keys can give
`digits(n)`, a `number` and a `phone`.

Bad:

    slot password: text secret
      ask "What is your password?"

    state first
      collect password
        done or failed -> goodbye

Good:

    slot pin: digits(4) secret
      ask "Please type in your four digits."

    state first
      collect pin
        done or failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import TypeKind
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL613", "secret-without-keys", "error")

TYPED: tuple[TypeKind, ...] = ("digits", "number", "phone")
"""The types whose values a keypad can give; a test holds this against the run time."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    for slot in draft.flow.slots.values():
        whole = (slot.span.path, slot.span.line) not in draft.lost_lines
        if slot.secret and slot.type.kind not in TYPED and whole:
            message = f"{slot.name!r} is secret, so it is typed on the keypad, and its type cannot be typed"
            yield RULE.at(slot.span, message, "make it digits(n), or take 'secret' out")
