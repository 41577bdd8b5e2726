"""`policy` of the tree, as rules of the graph; what they name is looked up by the checks."""

from __future__ import annotations

from typing import assert_never, cast

from flowengine.graph import model
from flowengine.graph.lower_block import KEYS, whole
from flowengine.graph.names import FACTS, NameKind, Names
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic

_KINDS: dict[str, NameKind] = {"heard": "line", "said": "line", "did": "action"}


class PolicyLowering:
    """Lowers the policies of one file."""

    def __init__(self, library: str | None, names: Names, problems: list[Diagnostic]) -> None:
        self._library = library
        self._names = names
        self._problems = problems

    def policy(self, policy: ast.Policy) -> model.Policy:
        """A policy; a rule that cannot be understood is reported and left out."""
        lowered = (self._rule(rule) for rule in policy.rules)
        rules = tuple(rule for rule in lowered if rule is not None)
        return model.Policy(policy.name.text, rules, self._library, policy.name.span)

    def _rule(self, rule: ast.Rule) -> model.Rule | None:
        match rule:
            case ast.Require(fact=fact, place=place, span=span):
                found = self._fact(fact)
                return model.Require(found, place.text, span) if found and place.text else None
            case ast.Forbid(place=place, fact=fact, span=span):
                found = self._fact(fact)
                return model.Forbid(place.text, found, span) if found and place.text else None
            case ast.Always(event=event, state=state, span=span):
                self._names.refer("state", state.text, state.span, self._library)
                trigger = self._trigger(event)
                return model.Always(trigger, state.text, span) if trigger and state.text else None
            case ast.AtMost(duration=duration, turns=turns, span=span):
                most = whole(turns, "the number of turns", 999, self._problems) if turns else None
                return model.AtMost(duration.seconds if duration else None, most, span)
            case _:
                assert_never(rule)

    def _fact(self, fact: ast.Fact) -> model.Fact | None:
        if fact.argument is None:
            if fact.name.text in FACTS:
                self._unknown(fact, f"{fact.name.text!r} needs a name in brackets, such as {fact.name.text}(NAME)")
                return None
            self._names.refer("intent", fact.name.text, fact.name.span, self._library)
            return model.Fact("meant", fact.name.text, fact.span) if fact.name.text else None
        kind, name = fact.name.text, fact.argument
        if kind not in FACTS:
            self._unknown(fact, f"there is no fact {kind!r}")
            return None
        if kind in _KINDS:
            self._names.refer(_KINDS[kind], name.text, name.span, self._library)
        return model.Fact(cast("model.FactKind", kind), name.text, fact.span) if name.text else None

    def _unknown(self, fact: ast.Fact, message: str) -> None:
        help_ = "facts are heard(LINE), said(LINE), did(ACTION), allowed(GUARD), or the name of an intent"
        self._problems.append(Diagnostic("FL710", "unknown-fact", "error", fact.span, message, help_))

    def _trigger(self, event: ast.Event) -> model.Trigger | None:
        match event.kind:
            case "name":
                self._names.refer("intent", event.value, event.span, self._library)
                return model.OnIntent(event.value) if event.value else None
            case "silence":
                return model.OnSilence()
            case "otherwise":
                return model.OnOtherwise()
            case "machine":
                return model.OnMachine()
            case "press" if KEYS.fullmatch(event.value):
                return model.OnPress(event.value)
            case "heard":
                self._names.refer("slot", event.value, event.span, self._library)
                return model.OnHeardSlot(event.value)
            case "press" | "hangup" | "after" | "turns":
                message = f"'always' takes what a caller says or does, and no {event.kind!r}"
                help_ = "name an intent, a key, silence, otherwise, machine or heard SLOT"
                self._problems.append(Diagnostic("FL310", "misplaced-event", "error", event.span, message, help_))
                return None
            case _:
                assert_never(event.kind)
