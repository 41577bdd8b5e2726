"""docs/reference/filters.md: every filter, with what it takes, what it gives, and examples that were run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from flowengine.conversation.evaluate import environment
from flowengine.editor.lexicon import FILTERS
from flowengine.graph.allowed import JINJA_FILTERS, SPOKEN_FILTERS
from flowengine.graph.kinds import LIST, TYPES, Kind, filtered, refuses
from tests.reference.markdown import code, table

KINDS: tuple[Kind, ...] = get_args(Kind)

NAMES: Mapping[str, object] = {
    "visit_day": date(2026, 12, 1),
    "visit_time": time(9, 30),
    "visit": datetime(2026, 12, 1, 14, 15, tzinfo=ZoneInfo("Europe/London")),
    "length": timedelta(hours=1, minutes=30),
    "phone": "+441134960123",
    "postcode": "SW1A 1AA",
    "monthly": 14.5,
    "agreed": True,
    "email": "sam_jones@example.co.uk",
    "pin": "0417",
    "born": date(1982, 3, 14),
    "today": date(2026, 11, 24),
}
"""What the examples' variables hold."""

MORE: Mapping[str, tuple[str, ...]] = {
    "spoken": (
        *("visit_day | spoken", "visit_time | spoken", "visit | spoken", "born | spoken"),
        *("length | spoken", "phone | spoken", "email | spoken", "pin | spoken"),
        *("postcode | spoken", "1250 | spoken", "14.5 | spoken", "agreed | spoken", '["gas", "oil", "wood"] | spoken'),
        '"as it stands" | spoken',
    ),
    "money": ("monthly | money", "0.2 | money", "1 | money", "22 | money", "1200.05 | money", "-3 | money"),
    "spelled": ('"BX-204" | spelled', "postcode | spelled"),
    "ordinal": ("3 | ordinal", "21 | ordinal", "100 | ordinal"),
    "plural": (
        *('1 | plural("visit")', '2 | plural("visit")', '2.5 | plural("hour")', '3 | plural("battery")'),
        '2 | plural("person")',
        '2 | plural("loaf", "loaves")',
    ),
    "default": ('nobody | default("none")',),
    "round": ("14.256 | round", "14.256 | round(1)"),
}
"""Examples beside the one that the editor shows."""

FAILING: Mapping[str, str] = {"spoken": "None", "money": '"14.50"', "ordinal": "2.5", "plural": '"two"'}
"""What cannot be spoken so, for each filter of which that is worth saying; the checks find what they can of it."""

OPENING = """\
# Filters

`{{ value | filter }}` changes a value before it is said. This page is made by `python -m tests.reference`, which runs
its examples. What a filter cannot take is refused before a call ([type-mismatch](diagnostics.md#fl405-type-mismatch)).
A value that only the call shows not to fit ends it with the outcome `failed`, and so does a slot that is spoken before
it is filled.

The examples' variables:
"""


def page() -> str:
    """The whole page."""
    names = table(("variable", "is"), ((code(name), _written(value)) for name, value in NAMES.items()))
    parts = [OPENING, names, "## For the ear\n", *(_section(name) for name in SPOKEN_FILTERS)]
    return "\n".join([*parts, "## Jinja's own\n", _jinja()])


def rendered(written: str) -> str:
    """What a caller hears of an example."""
    return environment().from_string("{{ " + written + " }}").render(NAMES)


def _section(name: str) -> str:
    written = dict.fromkeys((*MORE.get(name, ()), FILTERS[name].written))
    examples = table(("`{{ … }}`", "is spoken"), ((code(each), rendered(each)) for each in written))
    taken = f"Takes {_taken(name)}; gives text."
    if name in FAILING:
        taken += f" `{FAILING[name]} | {name}` cannot be spoken."
    return f"### {name}\n\n{FILTERS[name].sentence} {taken}\n\n{examples}"


def _jinja() -> str:
    rows = []
    for name in JINJA_FILTERS:
        given = filtered(name, TYPES["text"])
        gives = (
            "what it is given" if given is None or name == "abs" else "a number" if given.kind == "number" else "text"
        )
        written = dict.fromkeys((*MORE.get(name, ()), FILTERS[name].written))
        examples = "; ".join(f"{code(each)} is {code(rendered(each))}" for each in written)
        rows.append((f"`{name}`", FILTERS[name].sentence, _taken(name), gives, examples))
    return table(("filter", "what it does", "takes", "gives", "examples"), rows)


def _taken(name: str) -> str:
    """The types that the checks let through, in few words."""
    kinds = dict.fromkeys(each.kind for each in (*TYPES.values(), LIST) if not refuses(name, each))
    missing = [kind for kind in KINDS if kind not in kinds]
    if missing in ([], ["list"]):
        return "anything but a list" if missing else "anything"
    # A boolean counts as one or zero, which nobody wants to hear.
    return " or ".join(f"a {kind}" for kind in kinds if kind != "boolean")


def _written(value: object) -> str:
    return code(str(value)) if isinstance(value, str | int | float) else code(_iso(value))


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)
