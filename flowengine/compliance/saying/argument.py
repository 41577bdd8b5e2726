"""An argument after a refusal: "no" is an answer. Looked for only once the caller has said it."""

from __future__ import annotations

from flowengine.compliance.saying.rule import Kind, pattern

ARGUMENT = Kind(
    "argument",
    pattern(
        r"\b(?:making|be|is|that's|such) (?:\w+ )?(?:mistake|shame to say no)\b",
        r"\byou(?:'ll| will|'d| would)(?: only)? regret\b",
        r"\bare you (?:\w+ )?(?:sure|certain)\b",
        r"\b(?:don't|do not|wouldn't|won't) you (?:want|like|care|agree|think|wish)\b",
        r"^(?:but )?why(?: not| ever not| don't you| wouldn't you| won't you)\b(?! ask)",
        r"\bhear me out\b|\blet me (?:just |only )?(?:finish|tell you why|convince|persuade)\b",
        r"\bexplain why you\b|\bbefore you (?:go|hang up|decide)\b|\bone (?:more|last) thing\b",
        r"\b(?:one|just a|another|two) (?:more )?(?:minute|moment|second|chance)\b(?! (?:please, )?while)",
        r"\beveryone else\b|\byou(?:'re| are) (?:\w+ )?wrong\b",
        r"\byou(?:'d| would) be (?:\w+ )?(?:silly|mad|crazy|daft|foolish|stupid)\b",
        r"\breconsider\b|\bthink again\b|\bchange your mind now\b|\bhow can you (?:say|not|turn|refuse)\b",
    ),
    "argues with a refusal",
    "accept it: thank the caller, and say goodbye",
    written=False,
)
