"""What a caller may always say and be heard, in every flow and every state, whatever the flow itself listens for.

Rules over words as `normalise` leaves them ("don't" is "do not"), so that what a recogniser leaves out or doubles
changes nothing; they stand in `heard`, a file a family. "Don't stop, carry on" is none of these. A flow's own intents
come first; this is the floor under them.

Each rule is tried only where the strings stand that it cannot do without, and three lines are looked at together: all
the words, the words without courtesies and curses, and the last clause, where the recogniser has marked it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from functools import cache, lru_cache
from typing import Literal, get_args

from flowengine.compliance.cards import CARD_HIDDEN
from flowengine.compliance.heard import caller, grievance, harm, moment, opt_out, person
from flowengine.compliance.heard.grammar import Rule
from flowengine.words.normalise import Said, normalise
from flowengine.words.patterns import Sieve, compiled

Honoured = Literal[
    "opt_out",
    "emergency",
    "distress",
    "complaint",
    "wrong_person",
    "driving",
    "dont_record",
    "human_request",
    "robot_question",
    "my_number",
    "who_are_you",
    "card_number",
]
"""In order of precedence. Most are called as the library's intents are."""

NAMED: Mapping[Honoured, tuple[str, ...]] = {
    "wrong_person": ("wrong_person", "wrong_number"),
    "driving": ("driving", "busy"),
    "my_number": ("my_number", "who_are_you"),
}
"""Intents of a flow that answer it, where they are not called as it is; the first that is live is taken."""

LONGEST = 16_000
"""Characters of an utterance that are looked at, a quarter of an hour of speech; of more, the first and the
last 8,000."""

_RULES: tuple[tuple[Honoured, tuple[Rule, ...], tuple[str, ...]], ...] = (
    ("opt_out", opt_out.RULES, opt_out.INNOCENT),
    ("emergency", harm.EMERGENCY, harm.NOT_EMERGENCY),
    ("distress", harm.DISTRESS, harm.NOT_DISTRESS),
    ("complaint", grievance.COMPLAINT, grievance.NOT_COMPLAINT),
    ("wrong_person", caller.WRONG_PERSON, caller.NOT_WRONG_PERSON),
    ("driving", moment.DRIVING, moment.NOT_DRIVING),
    ("dont_record", moment.DONT_RECORD, moment.NOT_DONT_RECORD),
    ("human_request", person.HUMAN_REQUEST, person.NOT_HUMAN_REQUEST),
    ("robot_question", person.ROBOT_QUESTION, person.NOT_ROBOT_QUESTION),
    ("my_number", caller.MY_NUMBER, caller.NOT_MY_NUMBER),
    ("who_are_you", caller.WHO_ARE_YOU, caller.NOT_WHO_ARE_YOU),
)
"""Each kind, what says so, and what sounds like it and is not: that is blanked out before the rules count."""

assert {kind for kind, _, _ in _RULES} | {"card_number"} == set(get_args(Honoured))

_CIVIL = re.compile(r"(?: (?:thank you|thanks|ok|right|bye|goodbye|cheerio))+$")
"""What is said at the end of anything."""

_BARE = re.compile(
    r"\b(?:(?:the|bloody|in) (?:hell|fuck|heck|devil|bloody hell)|on earth|in (?:god|heaven) is name|for (?:god|christ|"
    r"fuck|goodness|heaven|pete) is? ?sake|please|just|really|actually|kindly|politely|simply|perhaps|possibly|"
    r"bloody|fucking|fuckin|effing|bleeding|sodding|flipping|flaming|freaking|frigging|damn|goddamn|honestly|"
    r"basically|literally|obviously|frankly|ever so|mate|pal|hen|dear|darling|sweetheart|sir|madam|young man|you know|"
    r"i mean|i say|if you will|if you would|if you do not mind|if i may|excuse me|i beg your pardon|forgive me|"
    r"i am afraid|with respect) ?"
)
"""What is thrown in anywhere: courtesies and curses."""


class _Floor:
    """All rules behind one sieve."""

    def __init__(self) -> None:
        flat = [(kind, rule) for kind, rules, _ in _RULES for rule in rules]
        self._rules = [f"(?m){rule.expression}" for _, rule in flat]
        self._sieve = Sieve([rule.strings() for _, rule in flat])
        self._places = {
            kind: frozenset(place for place, (each, _) in enumerate(flat) if each == kind) for kind, _, _ in _RULES
        }
        self._innocent = {kind: "|".join(innocent) for kind, _, innocent in _RULES}

    def kinds(self, lines: str) -> Iterator[Honoured]:
        """What the lines ask for, by precedence."""
        may_fit = self._sieve.sift(f" {lines} ".replace("\n", " \n "))
        for kind, places in self._places.items():
            rules = may_fit & places
            if rules and self._fits(rules, lines):
                cleared = compiled(f"(?m){self._innocent[kind]}").sub(".", lines)
                if cleared == lines or self._fits(rules, cleared):
                    yield kind

    def _fits(self, rules: Set[int], lines: str) -> bool:
        return any(compiled(self._rules[rule]).search(lines) is not None for rule in rules)


@cache
def _floor() -> _Floor:
    return _Floor()


def make_ready() -> None:
    """Read the rules now, which takes 0.1 s the first time, and not when a caller speaks."""
    _floor()


def _lines(said: Said) -> str:
    whole = _CIVIL.sub("", " ".join(said.words))
    bare = _CIVIL.sub("", _BARE.sub("", whole).strip())
    lines = [whole] if bare == whole else [whole, bare]
    if said.clauses:
        last = " ".join(said.words[max(said.clauses) :])
        lines.append("; " + _BARE.sub("", last).strip())
    return "\n".join(lines)


@lru_cache(maxsize=256)
def kinds(text: str) -> tuple[Honoured, ...]:
    """All that a caller's words ask for of what is always honoured, by precedence."""
    hidden: tuple[Honoured, ...] = ("card_number",) if CARD_HIDDEN in text else ()
    parts = (text,) if len(text) <= LONGEST else (text[: LONGEST // 2], text[-LONGEST // 2 :])
    return hidden + tuple(_floor().kinds("\n".join(_lines(normalise(part)) for part in parts)))


def honoured(text: str) -> Honoured | None:
    """What a caller's words ask for that is always honoured; the first, by precedence. None: nothing of the kind."""
    return next(iter(kinds(text)), None)


def opts_out(text: str) -> bool:
    """Whether a caller's words ask for no more calls."""
    return "opt_out" in kinds(text)


_DECLINES = re.compile(
    r"^no(?: |$)(?!problem|worries|doubt)|\b(?:no thanks|no thank you|not interested|not for me|not for us|not today"
    r"|i said no|leave it|count me out|rather not|give it a miss)\b|\bnot want (?:it|that|this|one|any|to)\b"
    r"|\bnot need (?:it|that|one|any)\b"
)


def declines(text: str) -> bool:
    """Whether a caller's words refuse what is offered, so that what follows may not argue."""
    return _DECLINES.search(_CIVIL.sub("", " ".join(normalise(text).words))) is not None
