"""UK postcodes, said letter by letter: "S W one A, one A A", "sierra whisky one", "B for Bravo", "oh" for zero."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from flowengine.conversation.misheard import KNOWN, postcode_readings
from flowengine.conversation.numbers import REPEATS
from flowengine.conversation.phones import MISHEARD, digit_group
from flowengine.conversation.reading import TURNS, Reader
from flowengine.words.normalise import word_set

SHAPE = re.compile(r"([A-Z]{1,2})(\d[A-Z\d]?)(\d)([ABD-HJLNP-UW-Z]{2})")
WITH_ZERO = word_set("BL BS CM CR FY HA PR SL SS")
"""The areas that have a district 0; elsewhere it would be the letter O."""

WRITTEN = re.compile(r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}")
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
LONGEST = 24
PAUSES = word_set("um er erm uh and then space")
LETTERS_AND_WORDS = word_set("a i o")
AREA = re.compile(r"[A-Z]+")
BEFORE = 3
"""As many letters before a postcode are looked at; no more can be its own, misheard."""
TAIL = 3
"""As much of a postcode's end as a correction may put right: "… one A B, no, one A A"."""


def postcode_reader(known: str | None = None) -> Reader:
    """A reader of postcodes, spaced and in capitals, that knows the last; `known` is the one that was read back."""
    last = known
    turned = False

    def read(said: Sequence[str]) -> tuple[object, int] | None:
        nonlocal last, turned
        found = read_postcode(said)
        if found is not None:
            last = found[0]
            return found
        cut = _with_letter_before(said)
        if cut is not None:
            return None, cut
        if turned and last is not None and (end := _tail(said)) is not None:
            mended = postcode(last[: -len(end[0])] + end[0])
            if mended is not None:
                last = mended
                return mended, end[1]
        turned = turned or said[0] in TURNS
        return None

    return read


def _with_letter_before(said: Sequence[str], most: int = BEFORE) -> int | None:
    """The tokens of a postcode with a letter directly before it, `most` of them, which is a part of what was spelled.

    "F, W one A, two A A" may be SW1A 2AA, misheard, and is not W1A 2AA. A letter that is a word as well ("a") does not
    count, nor does a first letter said twice.
    """
    letter = _letter(said[0]) if len(said[0]) == 1 and said[0] not in LETTERS_AND_WORDS else None
    step = _sign(said) if letter is not None else None
    rest = said[step[1] :] if step is not None else ()
    if letter is None or step is None or step[0] != letter or not rest:
        return None
    found = read_postcode(rest)
    if found is None:
        further = _with_letter_before(rest, most - 1) if most > 1 else None
        return None if further is None else step[1] + further
    area = AREA.match(found[0])
    assert area is not None, "a postcode begins with its area"
    if found[0].startswith(letter) or (WRITTEN.fullmatch(rest[0]) and len(area[0]) > 1):
        # Said twice; or the recogniser, which wrote the postcode as one, has told the two apart ("flat B, SW1A 2AA").
        return None
    return step[1] + found[1]


def read_postcode(said: Sequence[str], *, mends: bool = False) -> tuple[str, int] | None:
    """The postcode at the beginning of `said`, and how many tokens it took.

    `mends`: it is all of an answer, so what can't be one is read as what it was misheard from, where that is clear.
    """
    found = _read(said, postcode)
    return _read(said, _mended) if found is None and mends else found


def _read(said: Sequence[str], check: Callable[[str], str | None]) -> tuple[str, int] | None:
    if WRITTEN.fullmatch(said[0]):
        value = check(said[0])
        return (value, 1) if value is not None else None
    found: tuple[str, int] | None = None
    signs, index = "", 0
    while index < min(len(said), LONGEST) and len(signs) <= 7:
        # "F, W1A 2AA": its end was written as a postcode of its own.
        ends = index > 0 and len(signs) == 1 and WRITTEN.fullmatch(said[index])
        step = (said[index].replace(" ", "").upper(), 1) if ends else _sign(said[index:])
        if step is None:
            break
        signs += step[0]
        index += step[1]
        if step[0] and 5 <= len(signs) <= 7:
            value = check(signs)
            found = (value, index) if value is not None else found
    return found


def postcode(text: str) -> str | None:
    """The postcode, spaced and in capitals; None when it can't be one. "O" and "0" are put where each belongs."""
    letters = re.sub(r"\s", "", text).upper()
    for candidate in _readings(letters):
        match = SHAPE.fullmatch(candidate)
        if match is not None and match[1] in KNOWN and (match[2][0] != "0" or match[1] in WITH_ZERO):
            return f"{match[1]}{match[2]} {match[3]}{match[4]}"
    return None


def _mended(text: str) -> str | None:
    """What a row of signs that is no postcode was misheard from; None where nothing or more than one thing fits."""
    readings = map(postcode, postcode_readings(re.sub(r"\s", "", text).upper()))
    meant = {value for value in readings if value is not None}
    return meant.pop() if len(meant) == 1 else None


def _readings(letters: str) -> Iterator[str]:
    if not 5 <= len(letters) <= 7:
        return
    yield letters
    if "O" in letters or "0" in letters:
        outward, inward = letters[:-3], letters[-3:]
        inward = inward[0].replace("O", "0") + inward[1:]
        for head in (1, 2):
            yield outward[:head].replace("0", "O") + outward[head:].replace("O", "0") + inward


def spelled(said: Sequence[str]) -> str | None:
    """The letters and digits that these words spell; None where one of them spells none."""
    signs, index = "", 0
    while index < len(said):
        step = _sign(said[index:])
        if step is None:
            return None
        signs += step[0]
        index += step[1]
    return signs


def _tail(said: Sequence[str]) -> tuple[str, int] | None:
    """The few letters and digits of a correction, up to the end of what is said or to another word."""
    signs, index = "", 0
    while index < len(said):
        step = _sign(said[index:])
        if step is None or not all(len(word) <= 2 or word in LETTERS or step[0].isdigit() for word in said[index:][:1]):
            break
        signs += step[0]
        index += step[1]
    return (signs, index) if 0 < len(signs) <= TAIL else None


def _sign(said: Sequence[str]) -> tuple[str, int] | None:
    """What the words at the beginning spell, nothing for a pause, and how many they are; None when they spell none."""
    word = said[0]
    after = said[1] if len(said) > 1 else ""
    if word in PAUSES:
        return "", 1
    if word in TURNS:
        return None
    if len(said) > 2 and after in ("for", "as") and (letter := _letter(word)) is not None:
        # "S for sugar": the word that explains the letter is not spelled; "G two for J R" explains none.
        led = 2 if after == "for" else 3
        if len(said) > led and said[led][:1].upper() == letter and len(said[led]) > 1:
            return letter, led + 1
    if word == "double" and after in ("you", "u", "yew"):
        return "W", 2
    if word in REPEATS and after:
        letter = _letter(after)
        if letter is not None:
            return letter * REPEATS[word], 2
    digits = digit_group(said, inside=False)
    if digits is not None:
        return digits
    if word in MISHEARD:
        # Nobody spells these: "G two four J R" comes back as "G 2 for J R".
        return MISHEARD[word], 1
    letter = LETTERS.get(word)
    if letter is not None:
        return letter, 1
    return (word.upper(), 1) if word.isalpha() and len(word) <= 2 else None


def _letter(word: str) -> str | None:
    if word in LETTERS:
        return LETTERS[word]
    return word.upper() if len(word) == 1 and word.isalpha() else None
