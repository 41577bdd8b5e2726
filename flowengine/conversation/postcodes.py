"""UK postcodes, said letter by letter: "S W one A, one A A", "sierra whisky one", "B for Bravo", "oh" for zero."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flowengine.conversation.phones import MISHEARD, REPEATS, digit_group
from flowengine.words.normalise import plain, word_set

AREAS = word_set(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY "
    "G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX "
    "PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF "
    "WN WR WS WV YO ZE GY JE IM"
)
WRITTEN = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})\b")
SHAPE = re.compile(r"([A-Z]{1,2})(\d[A-Z\d]?)(\d)([ABD-HJLNP-UW-Z]{2})")
SOUNDS = {
    "ay": "A", "bee": "B", "be": "B", "cee": "C", "see": "C", "sea": "C", "dee": "D", "ee": "E", "eff": "F", "gee": "G",
    "aitch": "H", "haitch": "H", "eye": "I", "jay": "J", "kay": "K", "el": "L", "ell": "L", "em": "M", "en": "N",
    "pee": "P", "pea": "P", "queue": "Q", "cue": "Q", "are": "R", "ar": "R", "ess": "S", "tee": "T", "tea": "T",
    "you": "U", "vee": "V", "ex": "X", "why": "Y", "zed": "Z", "zee": "Z",
}  # fmt: skip
ALPHABET = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo "
    "sierra tango uniform victor whisky xray yankee zulu alfa whiskey juliett"
)
LETTERS = SOUNDS | {word: word[0].upper() for word in word_set(ALPHABET)}
LONGEST = 16


def find_postcode(text: str, said: Sequence[str]) -> tuple[str, int, int] | None:
    """The postcode in an utterance, spaced, and the tokens it took (none, where it stood there in writing)."""
    for written in WRITTEN.finditer(plain(text)):
        value = postcode(written[1] + written[2])
        if value is not None:
            return value, 0, 0
    for start in range(len(said)):
        for stop in range(min(len(said), start + LONGEST), start + 3, -1):
            value = _assemble(said[start:stop])
            if value is not None:
                return value, start, stop
    return None


def postcode(text: str) -> str | None:
    """The postcode, spaced and in capitals; None when it can't be one. "O" and "0" are put where each belongs."""
    letters = re.sub(r"\s", "", text).upper()
    for candidate in _readings(letters):
        match = SHAPE.fullmatch(candidate)
        if match is not None and match[1] in AREAS:
            return f"{match[1]}{match[2]} {match[3]}{match[4]}"
    return None


def _readings(letters: str) -> Iterator[str]:
    if not 5 <= len(letters) <= 7:
        return
    yield letters
    if "O" in letters or "0" in letters:
        outward, inward = letters[:-3], letters[-3:]
        inward = inward[0].replace("O", "0") + inward[1:]
        head = 2 if outward[1:2].isalpha() and len(outward) > 2 else 1
        yield outward[:head].replace("0", "O") + outward[head:].replace("O", "0") + inward
        yield outward[:1].replace("0", "O") + outward[1:].replace("O", "0") + inward


def _assemble(said: Sequence[str]) -> str | None:
    row: list[str] = []
    index = 0
    while index < len(said):
        word = said[index]
        if index + 2 < len(said) and said[index + 1] in ("for", "as") and len(word) == 1 and word.isalpha():
            # "S for sugar": the word that explains the letter is not spelled.
            row.append(word)
            index += 3 if said[index + 1] == "for" else 4
            continue
        if word == "double" and said[index + 1 : index + 2] == ["you"]:
            row.append("W")
            index += 2
            continue
        digits = digit_group(said[index:], inside=False)
        if digits is not None:
            row.append(digits[0])
            index += digits[1]
            continue
        if word in MISHEARD:
            # Nobody spells these: "G two four J R" comes back as "G 2 for J R".
            row.append(MISHEARD[word])
            index += 1
            continue
        repeat = REPEATS.get(word)
        if repeat is not None and index + 1 < len(said):
            character = _character(said[index + 1])
            if character is None or len(character) != 1:
                return None
            row.append(character * repeat)
            index += 2
            continue
        character = _character(word)
        if character is None:
            return None
        row.append(character)
        index += 1
    return postcode("".join(row))


def _character(word: str) -> str | None:
    if word in LETTERS:
        return LETTERS[word]
    return word if word.isalpha() and len(word) <= 4 else None
