"""What is asked in the calls of `benchmarks.listening`, and what is answered: all at once, or with pauses inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LONG = (
    "Hello, this is an automated assistant calling about the boiler cover that ends on Friday. It costs twelve pounds "
    "a month, and that includes one service each year. Shall I tell you what else there is?"
)
_HEAD = """
flow measured "Measured" inbound
  agent "Amy" of "Us"

outcome done

intent agree "yes"
  "yes" "yes please" "i would like that"

intent refuse "no"
  "no" "no thanks" "stop calling me"
"""
_TAIL = """
anywhere
  hangup: end done
"""
_COLLECT = """
slot value: {type}
  ask "What is it?"
  again "Sorry, what is it?"

state start
  collect value
    done -> thanks
    failed -> thanks

state thanks
  say "Thank you, that is all I need to know."
  listen 20s
    otherwise: again "Right."
    silence: end done
"""
_CHOICE = f"""
state start
  say "{LONG}"
  listen 20s
    agree: again "Very good."
    refuse: again "As you like."
    otherwise: again "Sorry?"
    silence: end done
"""
_ASKED = """
state start
  say "Would you like that?"
  listen 20s
    agree: again "Very good."
    refuse: again "As you like."
    otherwise: again "Sorry?"
    silence: end done
"""
FLOW: Mapping[str, str] = {
    "speech": _HEAD + _CHOICE + _TAIL,
    "choice": _HEAD + _ASKED + _TAIL,
    **{
        kind: _HEAD + _COLLECT.format(type=of) + _TAIL
        for kind, of in {
            "open": "text",
            "number": "number",
            "date": "date",
            "phone": "phone",
            "digits": "digits(6)",
            "postcode": "uk_postcode",
        }.items()
    },
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Answers to one question; `asks_s`: when the question is over and the answer begins."""

    asks_s: float
    waited_for: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


ASKED: Mapping[str, Asked] = {
    "choice": Asked(
        2.4, ("yes I would like that very much indeed", "no I do not think that I need it"), ("yes", "no thanks")
    ),
    "open": Asked(2.0, ("the kitchen tap has dripped all week", "my neighbour told me to ring you")),
    "date": Asked(2.0, ("the third of May", "next Tuesday")),
    "number": Asked(2.0, ("about thirty five", "two hundred and ten")),
    "phone": Asked(2.0),
    "digits": Asked(2.0, (), ("four nine two, seven one five", "eight three six, two four nine")),
    "postcode": Asked(2.0, (), ("L S one, four A B", "M one, two J W")),
}


@dataclass(frozen=True, slots=True)
class Paused:
    """An utterance of words and pauses (seconds), and the question it answers."""

    kind: str
    parts: tuple[str | float, ...]


PAUSED: tuple[Paused, ...] = (
    Paused("choice", ("yes", 0.15, "but not today")),
    Paused("choice", ("yes", 0.4, "but not today")),
    Paused("choice", ("yes but", 0.6, "not today")),
    Paused("choice", ("no because", 0.7, "I have one already")),
    Paused("choice", ("well it depends on", 0.8, "what it costs")),
    Paused("choice", ("I would like it if", 0.8, "it is not too dear")),
    Paused("open", ("the boiler makes a noise", 0.6, "and the pressure falls")),
    Paused("open", ("it is the kitchen tap and", 1.2, "the one in the bathroom")),
    Paused("open", ("it started when the", 1.1, "heating was switched on")),
    Paused("number", ("it's", 0.8, "er", 0.7, "thirty")),
    Paused("number", ("two hundred and", 1.4, "fifty")),
    Paused("date", ("the third of", 1.2, "May")),
    Paused("date", ("next", 1.0, "Tuesday")),
    Paused("phone", ("oh seven seven double oh", 0.6, "nine hundred", 0.8, "one two three")),
    Paused("phone", ("oh seven seven double oh", 1.0, "nine hundred", 1.0, "one two three")),
    Paused("phone", ("my number is", 1.5, "oh one one three, four nine six, oh nine nine nine")),
    Paused("phone", ("oh one one three", 1.5, "four nine six, oh nine nine nine")),
    Paused("digits", ("four nine two", 0.8, "seven one five")),
    Paused("digits", ("four nine", 0.7, "two seven", 0.7, "one five")),
    Paused("postcode", ("L S one", 0.9, "four A B")),
    Paused("postcode", ("my postcode is", 1.5, "M one, two J W")),
    Paused("postcode", ("L", 0.6, "S", 0.6, "one", 0.6, "four A B")),
)


def asking(case: Paused) -> str:
    """The utterance as a line: `yes … 0.4 … but not today`."""
    return " ".join(part if isinstance(part, str) else f"({part:g} s)" for part in case.parts)
