"""docs/reference/types.md: every type, with what callers may say for it, found out by reading it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flowengine.conversation.contact import EXPECTED, typed_value
from flowengine.conversation.keypad import takes_keys, typed
from flowengine.conversation.slots import UNASKED, extract
from flowengine.conversation.spoken import money, spoken
from flowengine.graph.model import TypeKind, ValueType
from flowengine.testing.expected import shown
from tests.reference.markdown import code, table

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/London"))


@dataclass(frozen=True, slots=True)
class Example:
    """A type as it is written, what it is, and words of callers: `said` are understood, `unsaid` are not."""

    written: str
    type: ValueType
    sentence: str
    said: tuple[str, ...]
    unsaid: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


EXAMPLES: Mapping[TypeKind, Example] = {
    "text": Example(
        "text",
        ValueType("text"),
        "Whatever the caller says, as one line.",
        ("it's about  my boiler",),
        data=("The blue one",),
    ),
    "number": Example(
        "number",
        ValueType("number"),
        "A number, whole or with decimals.",
        ("there are twenty-three of us", "two and a half", "three point five", "minus four", "half a dozen", "1,250"),
        ("none of those", "three or four", "more than ten"),
        keys=("12",),
        data=("3", "2.5"),
    ),
    "money": Example(
        "money",
        ValueType("money"),
        "An amount in pounds.",
        ("fourteen pounds fifty", "fourteen fifty", "twenty quid", "fifty pence", "a tenner", "£14.50"),
        ("quite a lot", "between fifty and sixty", "fifty dollars"),
        data=("14.50", "£14.50"),
    ),
    "boolean": Example(
        "boolean",
        ValueType("boolean"),
        "Yes or no.",
        ("yes I do", "no, not really"),
        ("perhaps", "no idea"),
        data=("true", "no"),
    ),
    "date": Example(
        "date",
        ValueType("date"),
        "A day. One without a year, or a day of the week, is the next that comes.",
        (
            *("tomorrow", "Friday", "next Friday", "a week on Tuesday", "the day after tomorrow", "in a fortnight"),
            *("the third", "December the third", "the first of March 2027", "3/12", "Boxing Day"),
            *("the last Friday of the month", "two days ago", "Tuesday, no, Wednesday"),
        ),
        ("whenever", "Friday or Saturday", "any day but Tuesday", "Monday the first"),
        data=("2026-12-01",),
    ),
    "time": Example(
        "time",
        ValueType("time"),
        "A time of day. An hour by itself is one at which people are awake.",
        (
            *("half four", "quarter past two", "twenty-five to three", "ten past nine", "three", "3pm"),
            *("half past nine in the morning", "eight in the evening", "nine oh five", "15:00", "noon"),
        ),
        ("some time", "after four", "nine to five"),
        data=("15:30",),
    ),
    "datetime": Example(
        "datetime",
        ValueType("datetime"),
        "A day with a time, in the caller's zone.",
        ("tomorrow at three", "at half four on Friday", "the third of December at ten past two", "at two"),
        ("tomorrow",),
        data=("2026-12-01T15:30",),
    ),
    "duration": Example(
        "duration",
        ValueType("duration"),
        "A length of time.",
        ("half an hour", "an hour and a half", "ten minutes and thirty seconds", "a fortnight"),
        ("a while",),
        data=("90s", "2h"),
    ),
    "phone": Example(
        "phone",
        ValueType("phone"),
        "A telephone number, kept as `+44…`. Numbers without a country are British.",
        (
            "oh seven seven double oh nine hundred one two three",
            "zero one one three, four nine six, zero one two three",
            "it's 0113 496 0123",
        ),
        ("oh seven seven double oh, nine hundred",),
        keys=("01134960123",),
        data=("0113 496 0123",),
    ),
    "email": Example(
        "email",
        ValueType("email"),
        "An e-mail address.",
        ("it's sam underscore jones at example dot co dot uk", "sam.jones@example.com"),
        ("I haven't got one",),
        data=("sam.jones@example.com",),
    ),
    "uk_postcode": Example(
        "uk_postcode",
        ValueType("uk_postcode"),
        "A British postcode, written the usual way.",
        ("S W one A one A A", "sierra whisky one alpha one alpha alpha", "L S one oh, two B D", "it's sw1a1aa, thanks"),
        ("Q Q one one A A",),
        data=("sw1a 1aa",),
    ),
    "uk_name": Example(
        "uk_name",
        ValueType("uk_name"),
        "A person's name, with capitals where they belong.",
        ("it's sam o'neill", "my name is Anne-Marie McDonald", "no, I said Jones"),
        ("yes",),
        data=("Sam Jones",),
    ),
    "digits": Example(
        "digits(4)",
        ValueType("digits", digits=4),
        "A row of digits, zeros in front kept; `digits` alone takes any number of them.",
        ("double four oh one", "it's 44 01", "twenty six fifteen"),
        ("one two three",),
        keys=("0417",),
        data=("0417",),
    ),
    "one_of": Example(
        "one of (morning, afternoon)",
        ValueType("one_of", choices=("morning", "afternoon")),
        'One of the choices; a choice of several words stands in quotes, `"two words"`.',
        ("mornings are best", "not the morning, the afternoon"),
        ("morning or afternoon",),
        data=("morning",),
    ),
}


def _title(kind: TypeKind) -> str:
    return "one of" if kind == "one_of" else kind


def _listed(kinds: Iterable[TypeKind]) -> str:
    return ", ".join(code(_title(kind)) for kind in kinds)


OPENING = f"""\
# Types

What a [slot](language.md#slot), a [contact field](language.md#contact) and the arguments and results of an
[action](language.md#action) may hold. This page is made by `python -m tests.reference`: what stands beside the words of
a caller is what the reading of slots makes of them, at ten in the morning of {NOW:%A}, {NOW.day} {NOW:%B %Y}.

A slot's answer may be long or short; what stands around the value does not matter, and a correction counts: "Tuesday,
no, Wednesday". [How values are understood](../explanation/extraction.md) says what is asked again, and how well it
goes. Understood unasked too, in the answer to another question of the same `collect`:
{_listed(kind for kind in EXAMPLES if kind in UNASKED)}. Typed on the keys of the telephone as well:
{_listed(kind for kind, each in EXAMPLES.items() if takes_keys(each.type))};
`#` ends an entry, and one of `digits(4)` ends by itself. A slot marked `secret` is only typed. How values come to
Python and in JSON: [actions](../howto/actions.md#types).
"""


def page() -> str:
    """The whole page."""
    overview = table(
        ("type", "holds", "as data of a call, or a default"),
        ((f"[`{each.written}`](#{_anchor(kind)})", each.sentence, _data(each)) for kind, each in EXAMPLES.items()),
    )
    return "\n".join([OPENING, overview, *(_section(kind, each) for kind, each in EXAMPLES.items())])


def _section(kind: TypeKind, each: Example) -> str:
    rows = [(f"“{words}”", *_value(each.type, extract(each.type, words, NOW))) for words in each.said]
    rows += [(f"“{words}”", *_value(each.type, extract(each.type, words, NOW))) for words in each.unsaid]
    rows += [(f"keys `{keys}`", *_value(each.type, typed(each.type, keys))) for keys in each.keys]
    about = f"{each.sentence} As data: {EXPECTED[kind]}.\n"
    said_back = f"`{{{{ … | {_filter(each.type)} }}}}` says"
    return f"## {_title(kind)}\n\n{about}\n{table(('the caller', 'is understood as', said_back), rows)}"


def _value(type_: ValueType, value: object | None) -> tuple[str, str]:
    if value is None:
        return "nothing: the question is asked again", ""
    return code(shown(value)), money(value) if _filter(type_) == "money" else spoken(value)


def _filter(type_: ValueType) -> str:
    return "money" if type_.kind == "money" else "spoken"


def _data(each: Example) -> str:
    assert all(typed_value(each.type, text) is not None for text in each.data), each.written
    return ", ".join(code(text) for text in each.data)


def _anchor(kind: TypeKind) -> str:
    return _title(kind).replace(" ", "-")
