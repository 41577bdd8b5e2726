"""A life of one's own, which only a person has: children, a home, an age. Who tells of one claims to be a person."""

from __future__ import annotations

import re

_KIN = (
    r"(?:husband|wife|kids?|children|sons?|daughters?|mum|mother|dad|father|boyfriend|girlfriend|baby|grandchildren"
    r"|brothers?|sisters?|grandmother|grandfather|gran|nan|dogs?|cats?)"
)
_OWN = (
    r"(?:flat|childhood|garden|boiler|house|home|kitchen|holidays?|birthday|car|teeth|tooth|dentist|lunch|commute|body"
    r"|bathroom|parents|family|partner|neighbours?)"
)
_LISTED = r"(?! (?:down|listed|registered|booked|on|named|here|under|in|for|as))(?![\w-])"
"""What an agent has before it ("I have two children down for Tuesday") is the caller's."""
LIFE = re.compile(
    r"\b(?=[imwbh])(?:"
    rf"\bi(?:'ve| have)(?: got)? (?!your|their|the|her|his)(?:\w+ ){{0,2}}{_KIN}{_LISTED}"
    rf"|\bmy (?:own )?(?:(?:little|old|two|three|late|eldest|youngest) )?(?:{_KIN}|{_OWN})(?![\w-])"
    r"|\bi (?:also |still |used to |actually )?(?:live|grew up|was born|was brought up|went to school)\b"
    r"|\bi lived (?:in|near|with)\b|\bi'm (?:\w+ )?(?:married|pregnant|divorced|retired|sitting|living)\b"
    r"|\bi am (?:\w+ )?(?:married|pregnant|divorced|retired|sitting|living)\b"
    rf"|\b(?:i'm|i am) an? (?:\w+ )?(?:{_KIN}|parent|grandparent)(?! of this| company)(?![\w-])"
    r"|\bwhen i was (?:young|younger|little|small|growing up|at school|your age|pregnant|\w+ years old"
    r"|an? (?:child|kid|boy|girl|lad|student|teenager))\b"
    r"|\b(?:i'm|i am) [\w-]+ years old\b"
    r"|\bi(?:'ve| have)? (?:also )?had (?:that|it|this|one|the same|mine)(?: \w+){0,2}?"
    r" (?:myself|too|as well|once|done)\b"
    r"|\b(?:been there|been through (?:it|that)) myself\b|\bhappened to me\b)",
    re.IGNORECASE,
)
LIFE_HINTS = (
    *("husband", "wife", "kid", "child", "son", "daughter", "mum", "mother", "dad", "father", "friend", "baby"),
    *("brother", "sister", "gran", "nan", "dog", "cat", "flat", "garden", "boiler", "house", "home", "kitchen"),
    *("holiday", "birthday", "car", "teeth", "tooth", "dentist", "lunch", "commute", "body", "bathroom", "parent"),
    *("family", "partner", "neighbour", "i live", "live", "grew up", "was born", "brought up", "school", "married"),
    *("pregnant", "divorced", "retired", "sitting", "i was", "years old", " had ", "myself", "happened to me"),
)
