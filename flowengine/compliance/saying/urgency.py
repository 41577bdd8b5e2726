"""False urgency: a reason to decide before the caller has thought."""

from __future__ import annotations

from flowengine.compliance.saying.rule import Kind, pattern

_OFFER = r"(?:offer|deal|price|discount|rate)s?"
_NOW = r"(?:right now|now|today|tonight|straight away|immediately|on this call|this minute|before you go)"

URGENCY = Kind(
    "urgency",
    pattern(
        r"\b(?:today only|only today|(?:last|final) chance|act (?:now|fast|today|quickly)|hurry"
        r"|before it's too late|now or never|while stocks last|limited time|once[- ]in[- ]a[- ]lifetime"
        r"|won't be (?:repeated|offered again)|never be this (?:cheap|low) again|time(?:'s| is) running out"
        r"|running out of time|miss(?:ing)? out|gone for good)\b",
        rf"\b{_OFFER} (?:\w+ )?(?:ends?|ending|expires?|expiring|runs? out|finish(?:es)?|closes?|stops?|goes up|rises"
        r"|is gone|will be gone|disappears?)"
        r" (?:at |by |on |this )?(?:today|tonight|soon|tomorrow|midnight|now|when|once|as soon as|in an hour)\b",
        rf"\bonce you hang up\b|\bafter this call,? the {_OFFER}\b|\b(?:until|till|at) the end of (?:this|our) call\b",
        r"\b(?:must|need to|have to|got to|have got to|'ve got to) (?:decide|sign(?: up)?|act|buy|commit|agree|say yes)"
        rf" {_NOW}\b",
        rf"\b(?:i|we) (?:just |only )?need (?:an answer|a decision|a yes|your answer) {_NOW}\b",
        rf"\bif you (?:don't|do not) (?:sign|act|buy|decide|agree|say yes)(?: up)? {_NOW}",
        r"\b(?:only|just) (?:a few|a couple|a handful|one|two|three|\d+)(?: \w+)? (?:left|remaining)\b",
        r"\b(?:only|just)(?: have| got)? (?:one|two|three|a few|\d+)(?: \w+)? left\b",
    ),
    "presses the caller for time",
    "give the true date, if there is one, and time to think",
    hints=(
        *(
            "today",
            "tonight",
            "now",
            "tomorrow",
            "soon",
            "midnight",
            "when",
            "once",
            "hour",
            "straight away",
            "immediate",
        ),
        *(
            "minute",
            "chance",
            "fast",
            "quick",
            "hurry",
            "late",
            "stocks",
            "limited",
            "lifetime",
            "won't be",
            "never be",
        ),
        *("running out", "miss", "gone", "hang up", "call", "left", "remaining", "before you go"),
    ),
)
