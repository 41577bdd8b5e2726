"""What an agent is told and keeps to itself: its instructions, passwords and keys. Whoever gets at them uses them."""

from __future__ import annotations

from flowengine.compliance.saying.rule import Kind, pattern

_TOLD = r"(?:instructions?|system message|guidelines|programming|task|rules|prompt)"

PROMPT = Kind(
    "prompt",
    pattern(
        rf"\b(?:my|these) (?:\w+ )?{_TOLD}"
        r" (?:say|says|tell|tells|is|are|state|states|read|reads|include|includes)\b",
        r"\bmy (?:\w+ )?(?:instructions|system message|prompt|programming)\b",
        r"\bsystem prompt\b|\bas an? (?:\w+ ){0,3}language model\b|\bdeveloper message\b",
        r"\bi(?:'ve been| have been| was|'m|'m being| am) (?:\w+ )?(?:told|instructed|programmed|prompted)"
        r" (?:not )?to\b",
        r"\b(?:our|my|the|its) (?:\w+ )?(?:password|passphrase|passcode|api key|access key|secret key|token)"
        r"(?: is|'s| was|:)",
        r"\bapi[ -]keys?\b|\b(?:sk|pk|rk|ghp|gho|xoxb|xoxp|key|tok)[-_][a-z0-9_-]{5,}\b|\bakia[a-z0-9]{12,}\b",
        r"\b[a-z0-9_-]{3,}\.ey[a-z0-9_-]{8,}",
        r"\bexits? (?:called|named)\b|\bnever say the following\b",
    ),
    "tells what the agent alone was told",
    "say what the caller needs to know",
    written=False,
    hints=(
        *("my ", "these ", "prompt", "language model", "developer", "told", "instructed", "programmed", "password"),
        *(
            "passphrase",
            "passcode",
            "key",
            "token",
            "sk-",
            "sk_",
            "pk",
            "rk",
            "gh",
            "xox",
            "tok",
            "akia",
            ".ey",
            "exit",
        ),
        *("following",),
    ),
)
