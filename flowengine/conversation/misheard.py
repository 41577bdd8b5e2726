"""What recognisers make of digits and spelt letters, where an answer can be nothing else.

Only for an answer to the question of such a value, said by itself: "for nine, two, seven, one, five" is six digits
where six are asked for, and "L F one, four A B" is Leeds, since no British postcode begins with LF. Elsewhere, and
where two readings are possible, the words stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from flowengine.conversation.numbers import REPEATS
from flowengine.conversation.phones import MISHEARD, PASSED_OVER, digit_group
from flowengine.conversation.reading import AREAS, tokens
from flowengine.words.normalise import FILLERS, word_set

LEADING_UP = FILLERS | word_set(
    "it it's its is that's that the my yes yeah yep sure ok okay right so well of course certainly um er and number "
    "postcode post code phone telephone mobile landline home work reference account policy order customer pin"
)
"""Said before a value, and no part of it."""
KNOWN = word_set(AREAS)
FIRST_ZERO = re.compile(r"^(?:oh|o)\b[,.!]*\s+(?=[a-z]+\b|\d\b)")
"""A row's first "oh" is a zero, with or without a comma; before a row in figures ("Oh, 4417") it is none."""
AS_LETTER = {"0": "O", "1": "I", "5": "S"}
AS_DIGIT = {letter: digit for digit, letter in AS_LETTER.items()}
SOUND_ALIKE = {"F": "S", "S": "F", "M": "N", "N": "M"}
"""Letters that a telephone's band makes the same."""


def whole_row(text: str, fits: Callable[[str], bool]) -> str | None:
    """The digits of an answer that is a row of them and no more, homophones and all; None where it does not fit."""
    written = text.lower().strip()
    for said in (tokens(FIRST_ZERO.sub("0 ", written)), tokens(text)):
        start = next((index for index, word in enumerate(said) if word not in LEADING_UP), len(said))
        row = _row(said[start:])
        if row is not None and fits(row):
            return row
    return None


def _row(said: list[str]) -> str | None:
    row: list[str] = []
    misheard = index = 0
    while index < len(said):
        word, after = said[index], said[index + 1] if index + 1 < len(said) else ""
        group = digit_group(said[index:], inside=False)
        if group is not None:
            row.append(group[0])
            index += group[1]
        elif word in MISHEARD or (word in REPEATS and after in MISHEARD):
            row.append(MISHEARD[word] if word in MISHEARD else MISHEARD[after] * REPEATS[word])
            index += 1 if word in MISHEARD else 2
            misheard += 1
        elif row and word in PASSED_OVER:
            index += 1
        else:
            return None
    # Somebody who says a number says more of it plainly than not.
    return "".join(row) if 2 * misheard <= len(row) else None


def postcode_readings(letters: str) -> Iterator[str]:
    """What five to seven letters and digits may have been, in the form of a postcode: area, district, sector, unit.

    A letter where only a digit can stand, a digit where only a letter can; in an area that does not exist, and for a
    letter that no unit has, the letter that sounds alike.
    """
    for length in (1, 2):
        area, district, sector, unit = letters[:length], letters[length:-3], letters[-3:-2], letters[-2:]
        if not 1 <= len(district) <= 2:
            continue
        number = AS_DIGIT.get(district[0], district[0]) + district[1:]
        ending = "".join("N" if sign == "M" else AS_LETTER.get(sign, sign) for sign in unit)
        for heard in _areas("".join(AS_LETTER.get(sign, sign) for sign in area)):
            yield f"{heard}{number}{AS_DIGIT.get(sector, sector)}{ending}"


def _areas(heard: str) -> set[str]:
    """The area itself where it exists; else those that differ in one letter which sounds alike."""
    if heard in KNOWN:
        return {heard}
    swapped = {
        heard[:index] + SOUND_ALIKE[letter] + heard[index + 1 :]
        for index, letter in enumerate(heard)
        if letter in SOUND_ALIKE
    }
    return swapped & KNOWN
