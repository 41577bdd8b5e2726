"""Words that belong to what was said just before them: they go on with it ("… but not today"), or take it back.

A "no" behind a "yes" takes it back in whatever words ("nah", "oh no", "actually no", "I don't think so"); a "yes"
behind a "no" only where it is plainly a change of mind ("oh yes", "I mean yes"), since a bare "yes" may be one of
listening, and a refusal is not to be talked away. A value is put right by another behind a word that says so ("sorry,
Wednesday").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.negation import COURTESIES
from flowengine.conversation.slots import find_all
from flowengine.graph.model import Intent, ValueType
from flowengine.words.normalise import CONTRACTIONS, FILLERS, words

GOES_ON = (
    ("but",),
    ("not",),
    ("no",),
    ("only",),
    ("except",),
    ("unless",),
    ("if",),
    ("and",),
    ("or",),
    ("because",),
    ("though",),
    ("although",),
    ("actually",),
    ("wait",),
    ("hang", "on"),
    ("hold", "on"),
    ("i", "mean"),
    ("i", "meant"),
    ("just", "not"),
)
"""How words begin that belong to what was said before them. "Well", "just", "so" and "when" begin answers as well."""

CHANGES_MIND = re.compile(
    r"^\W*(?:oh|no|nope|nah|sorry|but|actually|wait|hang on|hold on|i mean|i meant)\b", re.IGNORECASE
)
"""How a "yes" begins that takes back a "no"."""

PUTS_RIGHT = re.compile(
    r"^\W*(?:(?:oh|um+|uh|erm?|ah|well)\b\W*)*"
    r"(?:(?:no|nope|nah|sorry|actually|wait|rather|hang on|hold on|scratch that|i meant?|make (?:it|that))\b\W*"
    r"(?:(?:oh|um+|uh|erm?|ah|it's|it is|that's)\b\W*)*)+",
    re.IGNORECASE,
)
"""What stands before a value, or a choice, that takes the place of the one before it."""

YES_AND = re.compile(
    r"^\W*(?:(?:yes|yeah|yep|yup|ok|okay|right|correct|that's (?:right|it|correct)|oh|well|um+|uh|erm?|and|so)\b\W*)+",
    re.IGNORECASE,
)
INSISTS = re.compile(
    r"^(?:(?:(?:but|actually|no|nope|nah|sorry|wait|hang on|hold on)\b\W*)+(?:it's|it is)"
    r"|(?:(?:but|actually|no|nope|nah|sorry)\b\W*)*(?:make (?:it|that)|(?:it )?should be|i meant))\b\W*",
    re.IGNORECASE,
)
"""What leaves no doubt that something else follows: "actually it's", "but make it"; and not "sorry" by itself."""

ASIDES = re.compile(r"\b(?:oh|sorry|but|actually|wait|hang on|hold on|i meant?)\b[\s,.!…–—-]*", re.IGNORECASE)
"""Words beside the yes or no of an afterthought, that mean nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Words:
    """A turn in several parts: what of it is to be understood, and all that was said."""

    meant: str
    said: str


def goes_on(text: str) -> bool:
    """Whether words begin as those do that belong to what was said before them. "No problem" is said to the agent."""
    said = list(words(text))
    while said and said[0] in FILLERS:
        said.pop(0)
    begun = tuple(CONTRACTIONS.get(word, word) for word in said)
    if begun[:1] == ("no",) and begun[1:2] and begun[1] in COURTESIES:
        return False
    return any(begun[: len(each)] == each for each in GOES_ON)


def agreed(text: str, intent: Intent | None) -> bool | None:
    """Whether a turn was a yes or a no, by its words, or else by what it was taken for; None for neither."""
    by_words = yes_or_no(text)
    if by_words is not None or intent is None:
        return by_words
    meanings = {yes_or_no(phrase) for phrase in intent.phrases} - {None}
    return meanings.pop() if len(meanings) == 1 else None


def opposes(first: bool | None, text: str) -> bool:
    """Whether these words take back the yes or the no (`first`) that the caller has just said."""
    if first is None or yes_or_no(text, firmly=True) is not (not first):
        return False
    return first or CHANGES_MIND.match(text) is not None


def as_one(first: str, then: str) -> str:
    """The words of a turn in two parts, as they are understood in one breath: of a "yes" and a "no", the last."""
    return in_short(then) if opposes(yes_or_no(first), then) else f"{first} {then}"


def in_short(text: str) -> str:
    """The yes or no of an afterthought, less the words that lead up to it: "no wait, yes please" → yes please."""
    agrees = yes_or_no(text)
    shorter = (ASIDES.sub("", text).strip(), correction(text))
    return next((each for each in shorter if yes_or_no(each, firmly=True) is agrees is not None), text)


def correction(text: str) -> str:
    """What is said in the place of something: "no, eleven", "oh sorry, make it eleven" → eleven. Empty for none."""
    found = PUTS_RIGHT.match(text)
    return text[found.end() :].strip() if found is not None else ""


def behind_yes(text: str, *, surely: bool = False) -> str:
    """What is said behind a yes in the place of what that was said to: "yes and actually it's Smith" → Smith. Empty for
    none. `surely`: only where the words leave no doubt, since anything could follow them."""
    lead = YES_AND.match(text)
    said = text[lead.end() :] if lead is not None else ""
    insists = INSISTS.match(said)
    rest = said[insists.end() :].strip() if insists is not None else "" if surely else correction(said)
    return rest if yes_or_no(rest) is None else ""


def put_right(
    first: str, rest: str, wanted: Mapping[str, ValueType], now: datetime, *, current: str | None = None
) -> str | None:
    """The two parts in the form in which values are read, where `rest` changes one that `first` has given; else None.

    "Tuesday at ten", "eleven" → "Tuesday at ten, sorry, eleven": a half of a value keeps its other half.
    """
    whole = f"{first}, sorry, {rest}"
    given = find_all(first, wanted, now, current=current)
    found = find_all(whole, wanted, now, current=current)
    changed = {name for name, value in given.items() if found.get(name, value) != value}
    # Anything can be a name: what is a day, or the value of another slot, is none.
    is_other = bool(found.keys() - given.keys()) and all(wanted[name].kind == "uk_name" for name in changed)
    return whole if changed and not is_other else None
