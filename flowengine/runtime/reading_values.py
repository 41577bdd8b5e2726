"""Values that no reader found in the caller's words, read by a model: it points, the readers read.

A model must not invent. For all but dates and times it is asked for the caller's own words, and what it gives counts
only where those words stand in what the caller said and a reader then finds a value in them. A date or a time it may
work out, if the caller spoke of one at all. Long numbers never reach a model, so neither do telephone numbers; a yes
that was not plain is none, whoever reads it; and of a text nothing is left to be found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from flowengine.conversation.calendar_days import MONTH_NUMBERS
from flowengine.conversation.dates import DAYS, MONTHS_OF, NEAR, WEEKDAYS
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.masking import masked
from flowengine.conversation.slots import extract
from flowengine.conversation.times import NOON, PARTS, USUAL
from flowengine.graph.model import TypeKind, ValueType
from flowengine.runtime.ports import FormField, FormKind, FormRequest, FormValue
from flowengine.words.normalise import plain, word_set
from flowengine.words.number_words import ORDINALS, SMALL, read_number

VALUE_WITHIN_S = 1.5
FIELD = "value"
TASK = """You write down what a caller on the telephone has answered to the agent's last question. Write null where the
caller's last words do not answer it, or where two answers would be possible: to ask again costs little."""

WANTED: Mapping[TypeKind, tuple[FormKind, str]] = {
    "one_of": ("choice", "which of these they mean"),
    "date": ("date", "the day that they mean"),
    "time": ("time", "the time of day that they mean"),
    "datetime": ("datetime", "the day and the time that they mean"),
    "duration": ("text", "how long"),
    "number": ("text", "how many"),
    "money": ("text", "how much money"),
    "digits": ("text", "the digits, in order"),
    "uk_postcode": ("text", "their postcode"),
    "email": ("text", "their e-mail address, written as such"),
    "uk_name": ("text", "their name, and nothing else"),
}
"""What of each type a model is asked for; a type that is missing is none of its business."""
COPIED = "as the caller's own words, copied without a change, as few of them as will do"
COUNTED: frozenset[TypeKind] = frozenset({"number", "money", "duration"})
MOMENTS: frozenset[TypeKind] = frozenset({"date", "time", "datetime"})
WHEN = word_set(
    """half quarter o'clock weekend weekends hour hours now lunch teatime dinner breakfast dawn dusk christmas easter
    next later soon asap"""
).union(WEEKDAYS, MONTH_NUMBERS, NEAR, DAYS, MONTHS_OF, PARTS, USUAL, NOON, ORDINALS, SMALL)
"""A caller who has said none of these has spoken of no day and of no time."""
TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+")
JOINTS = word_set("at dot underscore dash hyphen point")
"""Signs of an address, as they are spoken."""


def value_form(
    kind: ValueType, said: str, question: str, now: datetime, *, language: str = "en-GB", call_id: str = ""
) -> FormRequest | None:
    """What to ask, or None where a model is not to be asked. `now`: at the caller's place, for "tomorrow"."""
    if kind.kind not in WANTED or (kind.kind == "digits" and HIDDEN in masked(said)):
        return None
    shape, about = WANTED[kind.kind]
    if shape == "text" and kind.kind != "email":
        about = f"{about}, {COPIED}"
    if kind.kind in MOMENTS:
        about = f"{about}; now it is {now:%A}, {now:%Y-%m-%dT%H:%M}"
    field = FormField(FIELD, about, shape, kind.choices if shape == "choice" else ())
    agent = (("agent", masked(question)),) if question.strip() else ()
    heard = (*agent, ("caller", masked(said)))
    return FormRequest(TASK, (field,), heard, language, call_id, within_s=VALUE_WITHIN_S)


def value_read(kind: ValueType, values: Mapping[str, FormValue], said: str, now: datetime) -> str | None:
    """The value in words or as ISO 8601, sure to be one that a reader takes; None where the model gave none such."""
    value = values.get(FIELD)
    if not isinstance(value, str) or HIDDEN in value or not _is_grounded(kind.kind, value, masked(said)):
        return None
    return value if extract(kind, value, now) is not None else None


def _is_grounded(kind: TypeKind, value: str, said: str) -> bool:
    """Whether the caller has said what the model says they said."""
    if kind == "one_of":
        return True
    heard, written = _tokens(said), _tokens(value)
    if kind in MOMENTS:
        return any(word.isdigit() or word in WHEN for word in heard)
    if kind in COUNTED:
        return any(heard[start : start + len(written)] == written for start in range(len(heard))) and bool(written)
    if kind == "email":
        heard, written = ([word for word in each if word not in JOINTS] for each in (heard, written))
    return _runs_together(heard, "".join(written))


def _tokens(text: str) -> list[str]:
    """Words and numbers, numbers in figures: "forty-two B" and "42b" are the same."""
    found = TOKEN.findall(plain(text).replace("'s", ""))
    tokens: list[str] = []
    index = 0
    while index < len(found):
        number = read_number(found[index:]) if found[index] not in ("a", "half") else None
        tokens.append(found[index] if number is None else str(number[0]))
        index += 1 if number is None else number[1]
    return tokens


def _runs_together(heard: Sequence[str], written: str) -> bool:
    """Whether some of these tokens in a row, whole ones, make this: "s w one a" makes "sw1a"; "can nine" no "ann"."""
    wanted = _folded(written)
    for start in range(len(heard)):
        made = ""
        for token in heard[start:]:
            made += _folded(token)
            if made == wanted:
                return True
            if not wanted.startswith(made):
                break
    return False


def _folded(text: str) -> str:
    """ "Oh" is a letter and a nought."""
    return ("o" if text == "oh" else text).replace("0", "o")
