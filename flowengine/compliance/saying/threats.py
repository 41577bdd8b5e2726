"""Threats, insults and curses: nobody is frightened or called names into anything."""

from __future__ import annotations

from flowengine.compliance.saying.rule import Kind, pattern

_FOOL = r"(?:idiots?|morons?|imbeciles?|fools?|losers?|liars?|stupid|thick|pathetic|disgusting|worthless|useless|lazy)"
_CURSE = r"(?:fuck\w*|shit\w*|bastards?|wankers?|twats?|arseholes?|bitch(?:es)?|cunts?|piss off|shut up)"
_REFUSES = r"(?:don't|do not|won't|will not|fail to|refuse|say no|miss|stay away|hang up)"
_HARM = (
    r"(?:(?:all |soon |just |probably |surely |be |get |go )*"
    r"(?:fall out|die|dead|rot|suffer|bleed|hurt|sorry|prison|jail|arrested|prosecuted|sued|evicted|killed|cut off)"
    r"|lose (?:your|all your|a) (?:\w+ )?(?:teeth|tooth|leg|sight|house|home|job|licence|life|children))"
)
_COMES = rf"(?:(?:you|it|they|your \w+)(?:'ll| will| are going to| is going to) {_HARM})\b"

THREAT = Kind(
    "threat",
    pattern(
        rf"\byou(?:'re| are|'ve been| must be) (?:an? |just |being |such |so |really |quite ){{0,3}}"
        rf"(?:\w+ )?{_FOOL}(?=[.,!?]|$| (?:if|for|to|and|not|man|woman|person)\b)",
        rf"\byou (?:\w+ )?(?:idiot|moron|imbecile|fool|loser|liar|coward)s?\b|\b{_CURSE}\b",
        r"\bbloody (?!nose|discharge|mary|urine|stools?)\w+",
        rf"\bif you {_REFUSES}\b[^.?!]{{0,60}}?\b{_COMES}|\b{_COMES}[^.?!]{{0,30}}? (?:if|unless) you\b",
        r"\bor else(?=[.,!?]|$)|\bwe know where you live\b|\byou(?:'ll| will) (?:be sorry|pay for (?:this|that))\b",
        r"\byou(?:'ll| will| are going to) (?:die|be (?:arrested|prosecuted|evicted)|go to (?:prison|jail))\b",
        r"\b(?:we|i)(?:'ll| will)"
        r" (?:sue|arrest|prosecute|evict|hurt|find|send the bailiffs to) you\b(?! (?:a|an|the)\b)",
    ),
    "threatens or insults the caller",
    "say what there is to say without it",
    hints=(
        *("idiot", "moron", "imbecile", "fool", "loser", "liar", "coward", "stupid", "thick", "pathetic", "disgusting"),
        *("worthless", "useless", "lazy", "fuck", "shit", "bastard", "wanker", "twat", "arsehole", "bitch", "cunt"),
        *("piss off", "shut up", "bloody", "fall out", "die", "dead", " rot", "suffer", "bleed", "hurt", "sorry"),
        *("prison", "jail", "arrest", "prosecut", "sue", "evict", "killed", "cut off", "lose ", "or else", "you live"),
        *("pay for", "find you", "bailiffs"),
    ),
)
