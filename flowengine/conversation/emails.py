"""E-mail addresses, written or spoken: "john dot smith at gmail dot com", "J for Juliet", "all one word".

What leads up to an address ("you can get me on …") is no part of it. An initial written with a full stop ("J. Smith at
gmail.com") may have been said with a dot or without: it is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flowengine.conversation.phones import digit_group
from flowengine.conversation.reading import TURNS
from flowengine.conversation.spelled import letter
from flowengine.words.normalise import FILLERS, plain, word_set
from flowengine.words.number_words import TENS

EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
PLAIN_LOCAL = re.compile(r"[a-z0-9]+(?:[._%+-]+[a-z0-9]+)*")
SIGNS = {"dot": ".", "at": "@", "underscore": "_", "dash": "-", "hyphen": "-", "plus": "+", "point": "."}
TOGETHER = re.compile(
    r",? ?\b(?:(?:it's |that's )?all )?(?:(?:one|1) word|lower ?case|small letters|joined up|no spaces?|no gaps?)\b,?"
)
LEADS = word_set(
    "is it's its that's on email mail e address me my use to yes yeah yep ok okay sure well so um er no not sorry "
    "actually wait mean meant i i'm said oh should be send get reach try under through via was the's would it "
    "that and probably think please hello hi again name name's called have at you your"
)
"""Words before an address. One of them directly before a sign is part of it: "me dot smith at …"."""

BOXES = word_set("hello contact mail")
"""Words that lead up to an address, and are the boxes of many a firm."""

TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[.@_+-]|[,;~]")
INITIAL = re.compile(r"\b([a-z])\.(?= [a-z])")
SENTENCE_END = re.compile(r"(?:\.(?=\s|$)|\.\.+|…|[?!])+")
TENS_AND_UNITS = re.compile(rf"\b({'|'.join(word for word in TENS if word)})-(?=[a-z])")
MOST_SIGNS = 8
"""Of "at" in an answer: more of them are a story."""

UNCLEAR = "~"
PAUSES = frozenset(",;")
JOINTS = frozenset(".@_+-")


def read_email(text: str, known: str = "") -> str | None:
    """The address in an utterance; after a change of mind the last; None where there is none, or several.

    `known` is the one that was read back: "no, dot net" puts its end right.
    """
    said = _tokens(text)
    found: list[tuple[str, int]] = []
    known_local = known.partition("@")[0]
    signs = [index for index, each in enumerate(said) if each == "@"]
    if len(signs) > MOST_SIGNS:
        return None
    if known and not signs and said:
        mended = _ended(known, 0, said)
        return mended if mended != known and mended else None
    for at in signs:
        begin = found[-1][1] if found else 0
        local = _local(said[begin:at])
        if local is None:
            return None
        domain, stop = _domain(said, at + 1)
        # "… at gmail, no, at hotmail dot com" puts only the end right.
        leading = [word for word in said[begin:at] if word not in PAUSES]
        local = local or (known_local if leading and leading[-1] in TURNS else "")
        known_local = local or known_local
        if domain and PLAIN_LOCAL.fullmatch(local) and EMAIL.fullmatch(f"{local}@{domain}"):
            found.append((f"{local}@{domain}", stop))
    if found:
        found[-1] = (_ended(*found[-1], said), found[-1][1])
    if len({each for each, _ in found}) < 2:
        return found[0][0] or None if found else None
    between = said[found[-2][1] :]
    return found[-1][0] if TURNS & set(between) else None


def _ended(address: str, stop: int, said: Sequence[str]) -> str:
    """The address with its end put right ("… dot com, no, dot net"); empty after a correction that says less."""
    after = [word for word in said[stop:] if word not in PAUSES]
    if not after or after[0] not in TURNS:
        return address
    rest = [word for word in after if word not in TURNS]
    if rest[:1] == ["."] and len(rest) == 2 and rest[1].isalpha():
        return f"{address.rpartition('.')[0]}.{rest[1]}"
    return ""


def _tokens(text: str) -> list[str]:
    """Words with digits and letters as they are written in an address; signs as signs."""
    written = INITIAL.sub(rf"\1 {UNCLEAR} ", TOGETHER.sub(" ", plain(text)))
    written = SENTENCE_END.sub(" ; ", written)
    words = [each for each in TOKEN.findall(TENS_AND_UNITS.sub(r"\1 ", written)) if each not in FILLERS or each == "oh"]
    said: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        spelt = letter(words[index:])
        if spelt is not None:
            said.append(spelt[0])
            index += spelt[1]
            continue
        group = digit_group(words[index:], inside=False) if not word.isdigit() else None
        if (group is not None and word not in ("o", "oh")) or (group is not None and said and said[-1].isdigit()):
            said.append(group[0])
            index += group[1]
            continue
        said.append(SIGNS.get(word, word))
        index += 1
    return said


def _local(said: Sequence[str]) -> str | None:
    """What stands before the "at", from the end back to what leads up to it; None where that is unclear."""
    kept: list[str] = []
    for index in range(len(said) - 1, -1, -1):
        word, before = said[index], said[index - 1] if index else ""
        if word == UNCLEAR:
            return None
        if word == ";" and kept:
            break
        if word in PAUSES:
            if kept and kept[0] not in JOINTS and len(kept[0]) > 2 and not kept[0].isdigit() and len(before) > 1:
                # "Sam Jones, sam dot jones at …": the name is no part of it.
                break
            continue
        if word in JOINTS and not kept:
            return ""
        beside = kept[0] if kept else before
        spelling = len(word) == 1 and len(beside) == 1 and beside.isalpha()
        if (word in LEADS and not (kept and kept[0] in JOINTS) and not spelling) or "'" in word:
            break
        kept.insert(0, word)
    if not kept and said and said[-1] in BOXES:
        return said[-1]
    return "".join(kept)


def _domain(said: Sequence[str], start: int) -> tuple[str, int]:
    """Words up to the first dot, joined; after each dot one word."""
    name: list[str] = []
    index = start
    while index < len(said) and said[index] not in JOINTS - {"-"}:
        if said[index] in TURNS or said[index] in PAUSES - {","}:
            return "", index
        if said[index] != ",":
            name.append(said[index])
        index += 1
    labels = ["".join(name)]
    while index + 1 < len(said) and said[index] == "." and re.fullmatch(r"[a-z0-9]+", said[index + 1]):
        labels.append(said[index + 1])
        index += 2
    return ".".join(labels) if len(labels) > 1 else "", index
