"""Whether a model's sentence is words at all: no markup, no code, no other language. What it says is not judged here.

A model that is small, or badly set up, writes its tool calls and its thoughts into the text; a caller must hear none.
"""

from __future__ import annotations

import re
import unicodedata

from flowengine.errors import ModelError

_ORNAMENT = re.compile(r"[*_`#~•]+|^\s*(?:[-–]|\d+[.)])\s+")
_MARKUP = re.compile(r"[{}<>\[\]|\\]|https?:|www\.|&[a-z]+;")
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = """a about and are as at be but by can do for from have i if in is it it's just not of on or so that the
there they this to was we what will with would you your"""
_OTHERS = """le la les des une est et vous je nous dans avec pour sur ce qui der das und ist nicht sie ich wir ein eine
mit für auf den el los las es una que por con para usted está muy il gli sono non che per della questo os um uma não com
você seu het een niet van zijn dat wij u nie się jest na w z że mae yn yw ar gyfer chi ydych"""
"""French, German, Spanish, Italian, Portuguese, Dutch, Polish, Welsh: small words that English does not have."""
_SMALL = (frozenset(_ENGLISH.split()), frozenset(_OTHERS.split()))
_FEWEST_WORDS = 4


def speakable(sentence: str, language: str) -> str:
    """The sentence as it may be given to a voice, without ornaments. Raises ModelError, which quotes nothing of it."""
    plain = " ".join(_ORNAMENT.sub(" ", _without_pictures(sentence)).split())
    if _MARKUP.search(plain):
        raise ModelError("it answered with markup, not with words")
    if language.startswith("en") and _is_foreign(plain):
        raise ModelError("it answered in another language")
    return plain


def is_words(text: str, language: str) -> bool:
    """Whether a text that a form holds is words, signs of writing included: an address has its underscores."""
    return not _MARKUP.search(text) and not (language.startswith("en") and _is_foreign(text))


def _without_pictures(text: str) -> str:
    return "".join(
        each for each in text if unicodedata.category(each) not in ("So", "Cn", "Co", "Cs", "Cf", "Cc", "Mn")
    )


def _is_foreign(text: str) -> bool:
    """Letters of another script, or more small words of other languages than of English."""
    letters = [each for each in text if each.isalpha()]
    strange = sum(not unicodedata.name(each, "").startswith("LATIN") for each in letters)
    if strange * 4 > len(letters):
        return True
    words = [word.casefold() for word in _WORD.findall(text)]
    english, others = (sum(word in small for word in words) for small in _SMALL)
    return len(words) >= _FEWEST_WORDS and others >= 2 and others > english
