"""Forms as the simulated model sees them: which requests want one, and how it fills one in when none is scripted.

It reads the prompt, as a model would. A choice is the one whose description shares most words with what the caller said
last; a number is the first one said in figures; a summary quotes the caller. Whatever else is asked for is not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowengine.adapters.openai.form import OPENED
from flowengine.testing.model.turns import Form
from flowengine.words.normalise import normalise

FIELD = re.compile(r"^- (\S+) \((.+), or null\): (.*)$")
CHOICE = re.compile(r'^\s+"([^"]+)": (.+)$')
CALLER = re.compile(r"^caller: (.+)$", re.MULTILINE)
FIGURES = re.compile(r"\d+(?:\.\d+)?")
_LITTLE = """a about an and are as at be but by call called caller can do does for from have i in is it just me my not
of on or please say so somebody something that the they their them this to want wants was we what will with would you
your"""
LITTLE = frozenset(_LITTLE.split())


@dataclass(slots=True)
class Wanted:
    """A field of the prompt: what it takes, what it is about, and what each of its choices means."""

    name: str
    takes: str
    about: str
    choices: dict[str, str] = field(default_factory=dict)


def wants_form(body: Mapping[str, Any]) -> bool:
    """Whether this request of chat completions is for a form: its last message holds a transcript."""
    return OPENED in _content(body, "user")


def filled_in(body: Mapping[str, Any]) -> Form:
    """The form of this request."""
    said = [str(json.loads(each)) for each in CALLER.findall(_content(body, "user"))]
    last = said[-1] if said else ""
    return {wanted.name: _value(wanted, last, said) for wanted in _fields(_content(body, "system"))}


def _value(wanted: Wanted, last: str, said: list[str]) -> str | float | None:
    if wanted.takes.startswith("one of "):
        return _chosen(wanted, _words(last))
    if wanted.takes == "a number":
        found = FIGURES.search(last)
        return float(found.group()) if found is not None else None
    if "summar" in wanted.about.casefold() and said:
        return f"The caller said: {'; '.join(said[-3:])}"
    return None


def _chosen(wanted: Wanted, words: frozenset[str]) -> str | None:
    """The choice that shares most words with these; none where none shares any, or two share as many."""
    shared = sorted(
        ((len(words & _words(f"{name.replace('_', ' ')} {about}")), name) for name, about in wanted.choices.items()),
        reverse=True,
    )
    if not shared or shared[0][0] == 0 or (len(shared) > 1 and shared[0][0] == shared[1][0]):
        return None
    return shared[0][1]


def _fields(system: str) -> list[Wanted]:
    found: list[Wanted] = []
    for line in system.splitlines():
        if (named := FIELD.match(line)) is not None:
            found.append(Wanted(named.group(1), named.group(2), named.group(3)))
        elif found and (choice := CHOICE.match(line)) is not None:
            found[-1].choices[choice.group(1)] = choice.group(2)
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(normalise(text).words) - LITTLE


def _content(body: Mapping[str, Any], role: str) -> str:
    """The last message of this role."""
    messages = [each for each in body.get("messages") or () if isinstance(each, Mapping) and each.get("role") == role]
    return str(messages[-1].get("content") or "") if messages else ""
