"""Words that ask for more: a turn that stops at them is waited for a little longer.

No model of turns' ends is small enough and right often enough; but a sentence does not end in "because", nobody's
number is "oh seven seven", and what is asked for tells which of them to look for.
"""

from __future__ import annotations

import re

from flowengine.conversation.commands import Expecting
from flowengine.conversation.phones import digit_group, read_digits
from flowengine.conversation.postcodes import read_postcode
from flowengine.conversation.reading import tokens

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
_OPEN_TIME = re.compile(r"\b(?:half|quarter|past|next|following|first|second|third|\d+(?:st|nd|rd|th))\s*$")
_OPEN_AMOUNT = re.compile(r"\b(?:point|hundred and|thousand and|£)\s*$")
_ASKS_TO_WAIT = re.compile(r"\b(?:hold on|hang on|(?:second|sec|minute|moment|mo))\s*$")
_FIRST_ZERO = re.compile(r"^(?:oh|o)\b[,.!]*\s*")
SHORTEST_PHONE = 10
"""Digits of a British telephone number, its zero with them: most have eleven, a few old ones ten."""


def sounds_unfinished(text: str, expecting: Expecting | None = None) -> bool:
    """Whether these words ask for more, where this kind of answer is expected. A question is complete."""
    if text.endswith("?"):
        return False
    said = text.lower().replace("’", "'").rstrip(" .,!…-–—")
    match expecting:
        case "choice" if _ASKS_TO_WAIT.search(said):
            # A flow that asks yes or no may well listen for "hang on".
            return False
        case "digits" if _is_cut_row(said):
            return True
        case "postcode" if _is_cut_postcode(said):
            return True
        case "date" | "time" if _OPEN_TIME.search(said):
            return True
        case "number" if _OPEN_AMOUNT.search(said):
            return True
    return _OPEN_END.search(said) is not None and _AGREES.search(said) is None


def _is_cut_row(said: str) -> bool:
    """A telephone number that has begun: no other row of digits that is asked for need have a length known here."""
    # A number's first "oh" is a zero, with or without a comma after it.
    rows = tokens(_FIRST_ZERO.sub("0 ", said))
    for start in range(len(rows)):
        row = read_digits(rows[start:])
        if row is not None:
            digits = row[0].removeprefix("44") if rows[start - 1 : start] in (["plus"], ["+"]) else row[0]
            national = digits if digits.startswith("0") else f"0{digits}" if digits != row[0] else ""
            return 0 < len(national) < SHORTEST_PHONE and start + row[1] == len(rows)
    return False


def _is_cut_postcode(said: str) -> bool:
    """Letters and digits, spelt, that make no whole postcode yet."""
    spelt = tokens(said)
    if any(read_postcode(spelt[start:]) is not None for start in range(len(spelt))):
        return False
    return bool(spelt) and (
        len(spelt[-1]) == 1
        or digit_group(spelt[-1:], inside=False) is not None
        or re.fullmatch(r"[a-z]{1,2}\d[a-z\d]?", spelt[-1]) is not None
    )
