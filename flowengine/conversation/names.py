"""Names of people and e-mail addresses, as spoken."""

from __future__ import annotations

import re

from flowengine.words.normalise import plain, word_set

EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
LEAD_IN = re.compile(
    r"^(?:(?:yes|yeah|ok|okay|sure|well|um+|er+m?|oh|no|sorry|actually)[\s,.]+)*"
    r"(?:(?:my|the) (?:full |e-?mail )?(?:name|address|e-?mail|surname)(?: address)?(?: is|'s)"
    r"|it is|it's|this is|that's|i'm|i am|they call me|call me|the name's|i meant|i said)?[\s,:]+",
    re.IGNORECASE,
)
NO_NAME = word_set("yes no yeah ok okay sorry what who why pardon hello hi maybe sure")
SPOKEN_SIGNS = {"dot": ".", "at": "@", "underscore": "_", "dash": "-", "hyphen": "-", "plus": "+", "point": "."}


def read_name(text: str) -> str | None:
    """A person's name: up to five words, without what leads up to it."""
    rest = LEAD_IN.sub("", f"{text.strip()} ", count=1).strip(" .,!?")
    rest = re.sub(r"[.,!?].*$", "", rest)
    parts = rest.split()
    if not 1 <= len(parts) <= 5 or any(each.isdigit() for each in rest) or parts[0].lower() in NO_NAME:
        return None
    if len(parts) > 1 and all(len(part) == 1 for part in parts):
        parts = ["".join(parts)]
    return " ".join(part if not part.islower() else _capital(part) for part in parts)


def read_email(text: str) -> str | None:
    """An address, written or spoken: "sam dot jones at example dot com"."""
    written = EMAIL.search(plain(text))
    if written is not None:
        return written.group()
    said = re.findall(r"[a-z0-9']+", LEAD_IN.sub("", f"{plain(text)} ", count=1))
    joined = "".join(SPOKEN_SIGNS.get(word, word) for word in said)
    match = EMAIL.fullmatch(joined)
    return match.group() if match is not None else None


def _capital(part: str) -> str:
    return re.sub(r"(^|[-'])([a-z])", lambda found: found[1] + found[2].upper(), part)
