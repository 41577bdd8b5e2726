"""A text as it would be heard: whatever a look-alike letter, an invisible one or a spelled word would hide.

A synthesiser reads "gu<soft hyphen>arantee" as the word, and mostly so one with a Cyrillic letter in it.
"""

from __future__ import annotations

import re
import unicodedata

_ALIKE = str.maketrans(
    # Cyrillic, Greek, and Latin letters that are read as plain ones.
    "абвгеёзіїјкмнорстухѕһԁԛԝցոսօ" + "αβγεζηικλμνορτυχω" + "ıłøđħŧɡɑɩʀʏ",
    "abbreeeiijkmhopctyxshdqwgnuo" + "abyeznikluvoptuxw" + "ilodhtgairy",
)
_MARKS = str.maketrans(
    dict.fromkeys("‘’ʼ`´ʹ′ꞌ＇ʻ‛", "'")
    | dict.fromkeys("‐‑‒–—−﹘﹣－⁃", "-")
    | dict.fromkeys("“”„«»", '"')
    | {"₤": "£", "￡": "£", "…": "...", "⁄": "/", "∕": "/"}
)
_LEET = re.compile(r"(?<=[a-z])[01345@$](?=[a-z])")
_MEANT = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s"}
_SPELLED = re.compile(r"(?<![\w'])[a-z](?:\. |[ .\-·_*][ ]?)[a-z](?:(?:\. |[ .\-·_*][ ]?)[a-z](?![\w']))+\.?(?![\w'])")
_CUT = re.compile(r"(?<=[a-z])[_*·|\\]+(?=[a-z])")
_UNHEARD = frozenset({"Mn", "Me", "Cf", "Cc", "Cn"})
"""Accents, and what has no width."""
MOST_ROUNDS = 4


def heard(text: str) -> str:
    """Lower case, plain letters, one kind of apostrophe and blank; spelled words put together. Idempotent."""
    for _ in range(MOST_ROUNDS):
        plain = _once(text)
        if plain == text:
            break
        text = plain
    return text


def _once(text: str) -> str:
    text = text.lower()
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_MARKS)).lower()
        text = "".join(each for each in decomposed if each.isspace() or unicodedata.category(each) not in _UNHEARD)
        text = text.translate(_MARKS).translate(_ALIKE)
    text = " ".join(_CUT.sub("", text).split())
    text = _LEET.sub(lambda found: _MEANT[found[0]], text)
    return _SPELLED.sub(_together, text)


def _together(found: re.Match[str]) -> str:
    letters = re.sub(r"[^a-z]", "", found[0])
    # "I g u a r a n t e e", "a h-u-m-a-n": the first is a word of its own.
    apart = found[0][1] == " " and (letters[0] == "i" or (letters[0] == "a" and found[0][3] != " "))
    return f"{letters[0]} {letters[1:]}" if apart else letters
