"""A template or an expression reaches for what is no part of a call.

Values have plain parts (`visit_day.month`, `now.hour`) and a few methods. Texts have `capitalize`, `endswith`,
`isalpha`, `isdigit`, `lower`, `split`, `startswith`, `strip`, `title`, `upper`; days and moments have `date`, `time`,
`weekday`, `isoweekday`, `strftime`; durations have `total_seconds`. All else of Python is shut off.

Bad:

    state first
      say "Good {{ daypart.center(40) }}."
      -> goodbye

Good:

    state first
      say "Good {{ daypart.strip() }}."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from jinja2 import nodes

from flowengine.graph.allowed import ALL_METHODS, IN_REACH, LOOP
from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import SPACES, children, place, read
from flowengine.graph.kinds import out_of_reach
from flowengine.graph.names import BUILT_IN_VARIABLES, Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL523", "out-of-reach", "error")

_LOOKED_FOR = frozenset({nodes.Getattr, nodes.Getitem, nodes.Call})


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    known = {*BUILT_IN_VARIABLES, *flow.variables, *flow.slots}
    for each in written(flow):
        reading = read(each.text)
        if reading.tree is None or reading.kinds.isdisjoint(_LOOKED_FOR):
            continue
        source = draft.sources.get(each.text.span.path)
        for offset, length, message, help_ in _found(reading.tree, known | reading.local_names):
            yield RULE.at(place(each.text, source, offset, length), message, help_)


def _found(node: nodes.Node, known: set[str]) -> list[tuple[int, int, str, str]]:
    within = [found for part in children(node) for found in _found(part, known)]
    if within and isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Call):
        return within  # what is read of a thing out of reach is no second mistake
    return within + [problem for problem in (_problem(node, known),) if problem is not None]


def _problem(node: nodes.Node, known: set[str]) -> tuple[int, int, str, str] | None:
    match node:
        case nodes.Getattr(node=nodes.Name(name=name)) if name in SPACES:
            return None  # FL502 knows them
        case nodes.Getattr(node=nodes.Name(name="loop"), attr=attribute) if attribute in LOOP:
            return None
        case nodes.Getattr(attr=attribute) if out_of_reach(attribute):
            return node.lineno + 1, len(attribute), f"{attribute!r} is out of a flow's reach", _help(attribute)
        case nodes.Getitem(arg=nodes.Const(value=str(key))) if out_of_reach(key):
            return node.lineno, 1, f"{key!r} is out of a flow's reach", _help(key)
        case nodes.Call(node=nodes.Name(name=name)) if name not in known:
            return None  # FL502 says that there is no such variable
        case nodes.Call(node=nodes.Getattr(attr=attribute)) if attribute in ALL_METHODS:
            return None
        case nodes.Call():
            return node.lineno, 1, "only methods of a value can be called", "take the brackets out, or use a filter"
        case _:
            return None


def _help(attribute: str) -> str:
    close = get_close_matches(attribute, sorted(IN_REACH), n=1, cutoff=0.7)
    return f"did you mean {close[0]!r}?" if close else "use a filter, such as | spoken, or take it out"
