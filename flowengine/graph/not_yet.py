"""What the grammar reads and the engine does not do yet: one diagnostic each, in place of a surprise on a call."""

from __future__ import annotations

from typing import Literal

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Span

Construct = Literal[
    "action", "do", "llm", "transfer", "run", "split", "record", "machine", "heard SLOT", "secret slots"
]

_INSTEAD: dict[Construct, str] = {
    "action": "until then, note what is wanted ('note \"…\"') and let a person do it",
    "do": "until then, note what is wanted ('note \"…\"') and go on with '-> STATE'",
    "llm": "until then, answer with lines of your own and intents",
    "transfer": "until then, take a callback",
    "run": "until then, bring shared states in with 'use'",
    "split": "until then, write one variant",
    "record": "until then, calls are not recorded as audio",
    "machine": "until then, a voicemail greeting counts as 'otherwise'",
    "heard SLOT": "until then, name an intent and collect the slot",
    "secret slots": "until then, do not ask for secrets",
}


def not_yet(construct: Construct, span: Span) -> Diagnostic:
    """An error: ignoring the construct would make another call than the one that was written."""
    message = f"{construct!r} cannot be executed yet; it comes in a later version"
    return Diagnostic("FL190", "not-yet-available", "error", span, message, _INSTEAD[construct])


def unproved_policy(name: str, span: Span) -> Diagnostic:
    """A warning: a policy forbids and adds nothing to the call, so a flow may carry it before it is proved."""
    message = f"policy {name!r} is read, but neither proved nor enforced yet"
    return Diagnostic("FL191", "policy-not-proved", "warning", span, message, "its promises hold only as tested so far")
