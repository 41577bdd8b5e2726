"""A variable or a slot is read where, on some path, it has no value yet.

On that path the call ends in an apology and the outcome `failed`. A slot has a value after `collect … done` and
`heard`, a result after the action's `ok`, a variable after `set`. The shortest path on which it has none is shown. It
is an error where it surely fails so, and a warning where that depends on a condition, or where nothing is handed on to
an action. `if x`, `is defined` and `default` make a reading safe; so does a `set` on every path.

Bad:

    state first
      say "Do you want to hear the price?"
      listen
        agree -> price
        silence or otherwise -> offer

    state price
      set monthly = 14
      say "It is {{ monthly | money }} a month."
      -> offer

    state offer
      say "So for {{ monthly | money }}, shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye

Good:

    state first
      set monthly = 14
      say "Do you want to hear the price?"
      listen
        agree -> price
        silence or otherwise -> offer

    state price
      say "It is {{ monthly | money }} a month."
      -> offer

    state offer
      say "So for {{ monthly | money }}, shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from flowengine.graph.checks.rule import Rule
from flowengine.graph.effects import Effect
from flowengine.graph.jinja import place
from flowengine.graph.names import Draft
from flowengine.graph.paths import Paths
from flowengine.graph.proof.policies import CannotProve, breaches
from flowengine.graph.proof.query import Breach, Query
from flowengine.graph.unset import Reading, needs
from flowengine.graph.unset_names import Effects, Text, suspects
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.source import Span

RULE = Rule("FL407", "read-before-set", "error")

MOST_NAMES = 20
"""Names that are searched for in one run; whoever has so many at fault mends these first."""
MOST_SHOWN = 3
"""Further places that are shown beside the first."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if draft.library_alone or draft.lost_lines or draft.lost_names or flow.start not in flow.states:
        return
    paths, effects = Paths(flow), Effects(flow)
    for name in suspects(paths, effects)[:MOST_NAMES]:
        reads = _Reads(effects, name, name in flow.slots)
        query = Query(gains=reads.gains, bad=False, at_effect=reads.at)
        try:
            found = breaches(paths, query)
        except CannotProve:
            continue
        if found:
            yield _report(draft, name, found, reads.places)


@dataclass(slots=True)
class _Reads:
    """Where one name needs a value."""

    effects: Effects
    name: str
    slot: bool
    places: dict[Span, tuple[Text, Reading]] = field(default_factory=dict)

    def gains(self, effect: Effect) -> bool:
        """Whether it has one after an effect."""
        return self.effects.gives(effect, self.name)

    def at(self, effect: Effect) -> bool:
        """Whether an effect needs the value; where, is kept in `places`."""
        span = getattr(effect, "span", None)
        for each in self.effects.reads(effect):
            found = needs(each.text, self.name, slot=self.slot) if self.name not in each.filled else None
            if found is not None and isinstance(span, Span):
                self.places.setdefault(span, (each.text, found))
                return True
        return False


def _report(draft: Draft, name: str, found: list[Breach], places: Mapping[Span, tuple[Text, Reading]]) -> Diagnostic:
    def is_sure(breach: Breach) -> bool:
        return not breach.assumed and places[breach.span][1].without == "fails"

    worst = min(found, key=lambda breach: (not is_sure(breach), len(breach.path)))
    text, reading = places[worst.span]
    span = place(text, draft.sources.get(text.span.path), reading.offset, len(name))
    others = [
        Related(breach.span, f"nor here: {breach.shown}") for breach in found if breach.span not in (worst.span, span)
    ]
    rule = RULE if is_sure(worst) else replace(RULE, severity="warning")
    has = "has no value" if is_sure(worst) else "may have no value"
    help_ = _help(name, slot=name in draft.flow.slots)
    return rule.at(span, f"{name!r} {has} here on the path {worst.shown}", help_, *others[:MOST_SHOWN])


def _help(name: str, *, slot: bool) -> str:
    if slot:
        return f"collect it before, or ask whether it is there: if {name}"
    return f"set it before, on every path; or ask whether it is there: if {name} is defined"
