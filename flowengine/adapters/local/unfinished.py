"""Words that ask for more: a turn that stops at them is waited for a little longer.

No model of turns' ends is small enough and right often enough; but a sentence does not end in "because", nobody's
number is "oh seven seven", and what is asked for tells which of them to look for.

The recogniser likes whole sentences and takes words for likelier than letters: an "and" left hanging comes as "end",
and the first letter of a postcode as whatever rhymes with it. So where a postcode is asked for, it is hardly the words
that count, but how few they are. Taken wrongly, an answer waits 0.7 s more; cut, half of it is lost.
"""

from __future__ import annotations

import re

from flowengine.conversation.commands import Expecting
from flowengine.conversation.misheard import LEADING_UP, whole_row
from flowengine.conversation.phones import digit_group, read_digits
from flowengine.conversation.postcodes import read_postcode, spelled
from flowengine.conversation.reading import tokens
from flowengine.words.normalise import word_set

_OPEN_END = re.compile(
    r"\b(?:and|but|or|nor|so|because|cause|if|unless|until|till|although|whether|than|as"
    r"|with|without|for|from|to|at|of|into|between|the|a|an|my|your|our|their"
    r"|depends(?: on)?|um|umm|uh|er|erm|hmm|(?:yes|yeah|no)[.,]? well|double|triple|treble|plus|minus"
    r"|i'm|i've|i'd|i'll|we're|we've|we'd|we'll|it's|that's|there's|he's|she's|they're|it'll|it would be|it was"
    r"|(?:my|the|our) (?:\w+ ){0,2}(?:number|name|postcode|code|address|date|birthday|reference|email) (?:is|was)"
    r"|let me (?:see|think|check|look|find)|let's see|what was it|where is it|hold on|hang on|bear with me"
    r"|(?:just )?(?:one|a|half a) (?:second|sec|minute|moment|mo))\s*$"
)
_AGREES = re.compile(
    r"\b(?:i (?:do not |don't )?(?:think|believe|suppose|hope|guess) so|(?:is|was|that's) (?:that|it|what) for)\s*$"
)
"""Words of these that end a sentence after all."""
_MISHEARD_END = re.compile(
    r"\w[ ,-]+(?:butt|oar|ore)\s*$|\w,? or\?$"
    r"|\b(?!(?:the|this|that|no|an|my|our|your|his|her|their|its|other|either|each|both|far|dead|deep|front|back|rear"
    r"|bottom|east|west|north|south|week|to|not|will|would|must|should|can|could|didn't|doesn't|don't|it|they|never) )"
    r"[\w']+ end\s*$"
)
"""An "and", "but" or "or" that was left hanging, as the recogniser writes it: of 108 sentences of made callers that
ended in one, 18 came so ("top end", "tap-butt", "too much ore", "bedrooms, or?")."""
_SPELLING = re.compile(r"(?:^|(?:^|[^\w'])(?:[a-z]|it's|that's|is|with|spelt|spelled)[^\w']+)[a-z]$")
_OPEN_TIME = re.compile(r"\b(?:half|quarter|past|next|following|first|second|third|\d+(?:st|nd|rd|th))\s*$")
_OPEN_AMOUNT = re.compile(r"\b(?:point|hundred and|thousand and|£)\s*$")
_ASKS_TO_WAIT = re.compile(r"\b(?:hold on|hang on|(?:second|sec|minute|moment|mo))\s*$")
_FIRST_ZERO = re.compile(r"^(?:oh|o)\b[,.!]*\s*")
_PHONE_BEGUN = re.compile(r"0[237]\d{0,8}|0(?:[^237]\d{0,7})?")
"""A British telephone number that is not all there: most have eleven digits with their zero, a few old ones ten."""
_HEARD_AS_LETTER = word_set(
    "hey have ah as if hi the there dear beer peer here fear three lee gee eight it it's ed i'll ice say are right you "
    "why ow owl all kill next yes eh"
)
"""What came for single letters, of seven made callers; besides the letters' own names."""
_ANSWERS = word_set("no nope nah not none what who how when hi hello bye stop help sorry pardon wait same skip")
"""Words that mean something where a postcode is asked for, though they are short."""
_LONGEST_LETTER = 5
_POSTCODE_ENDS = re.compile(r".{2,4}\d[A-Z]{2}")


def sounds_unfinished(text: str, expecting: Expecting | None = None) -> bool:
    """Whether these words ask for more, where this kind of answer is expected. A question is complete."""
    said = text.lower().replace("’", "'").rstrip(" .,!…-–—")
    if said.endswith("?"):
        # "Or?" waits for what it leaves open; and "you?" is a postcode's letter.
        letters = tokens(said) if expecting == "postcode" else []
        return _MISHEARD_END.search(said) is not None or (letters not in ([], ["why"]) and _is_row_of_letters(letters))
    match expecting:
        case "choice" if _ASKS_TO_WAIT.search(said):
            # A flow that asks yes or no may well listen for "hang on".
            return False
        case "digits" if _is_cut_row(said):
            return True
        case "postcode":
            if _is_cut_postcode(tokens(said)):
                return True
        case "open" | "text" if _SPELLING.search(said):
            return True
        case "date" | "time" if _OPEN_TIME.search(said):
            return True
        case "number" if _OPEN_AMOUNT.search(said):
            return True
    if _MISHEARD_END.search(said):
        return True
    return _OPEN_END.search(said) is not None and _AGREES.search(said) is None


def _is_cut_row(said: str) -> bool:
    """A telephone number that has begun, or is led up to: other rows of digits have no length that is known here."""
    # A number's first "oh" is a zero, with or without a comma after it.
    rows = tokens(_FIRST_ZERO.sub("0 ", said))
    if rows and LEADING_UP.issuperset(rows):
        return True
    for start in range(len(rows)):
        row = read_digits(rows[start:])
        if row is not None and start + row[1] == len(rows):
            digits = row[0].removeprefix("44") if rows[start - 1 : start] in (["plus"], ["+"]) else row[0]
            national = digits if digits.startswith("0") else f"0{digits}" if digits != row[0] else ""
            return _PHONE_BEGUN.fullmatch(national) is not None
        if row is not None:
            break
    # "Oh seven seven for": a homophone at the end is no digit to those who read rows in any sentence.
    return whole_row(said, lambda row: _PHONE_BEGUN.fullmatch(row) is not None) is not None


def _is_cut_postcode(said: list[str]) -> bool:
    """Letters and digits, spelt, that make no whole postcode yet; words that lead up to them, or may be one of them."""
    if not said or any(read_postcode(said[start:], mends=True) is not None for start in range(len(said))):
        return False
    led = next((index for index, word in enumerate(said) if word not in LEADING_UP), len(said))
    rest = said[led:]
    if len(rest) == 1 and len(rest[0]) <= _LONGEST_LETTER and rest[0] not in _ANSWERS:
        return True
    if (row := spelled(rest)) is not None and _POSTCODE_ENDS.fullmatch(row):
        # Misheard, but all there.
        return False
    if _is_row_of_letters(rest):
        return True
    return len(said[-1]) == 1 or digit_group(said[-1:], inside=False) is not None


def _is_row_of_letters(said: list[str]) -> bool:
    """Letters and digits alone, or what is heard for them."""
    return spelled([word for word in said if word not in _HEARD_AS_LETTER]) is not None and said not in (["no"], ["hi"])
