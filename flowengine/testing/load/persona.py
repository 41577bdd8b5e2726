"""Who calls: how a simulated caller behaves, as a few numbers and lines."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.errors import FlowEngineError


class PersonaError(FlowEngineError):
    """No persona has that name; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A kind of caller. Seconds; `leaves_after`: the shortest and the longest that such a call lasts.

    Lines are said in turn, `thinks_s` after the agent has finished, or over the agent's words, `interrupts_after_s`
    into them. Somebody without lines says nothing.
    """

    name: str
    described: str
    lines: tuple[str, ...] = ()
    thinks_s: float = 0.4
    interrupts_after_s: float | None = None
    leaves_after: tuple[float, float] | None = None
    drops: bool = False


AGREEABLE = Persona(
    "agreeable", "lets the agent finish, then agrees", ("yes please", "yes", "that is right", "all right")
)
TALKATIVE = Persona(
    "talkative",
    "interrupts every line with a long one",
    ("yes but listen my neighbour said the other day", "all right only that I wanted to ask", "no wait let me say it"),
    interrupts_after_s=1.2,
)
SILENT = Persona("silent", "never says a word")
HANGS_UP = Persona(
    "hangs-up", "answers for a few seconds, then leaves in the middle of a word", ("yes",), leaves_after=(4.0, 14.0)
)
DROPS = Persona("drops", "the line breaks after a few seconds", ("yes",), leaves_after=(4.0, 14.0), drops=True)

PERSONAS = {each.name: each for each in (AGREEABLE, TALKATIVE, SILENT, HANGS_UP, DROPS)}
MIXED = (AGREEABLE, AGREEABLE, TALKATIVE, AGREEABLE, HANGS_UP, AGREEABLE, TALKATIVE, SILENT)
"""What `mixed` stands for: half agreeable, a quarter talkative, the rest as it comes."""


def personas(names: tuple[str, ...]) -> tuple[Persona, ...]:
    """The callers of these names, in turn. Raises PersonaError."""
    found: list[Persona] = []
    for name in names or (AGREEABLE.name,):
        if name == "mixed":
            found += MIXED
        elif name in PERSONAS:
            found.append(PERSONAS[name])
        else:
            raise PersonaError(f"no persona is called {name!r}; there are {', '.join(PERSONAS)}, and mixed")
    return tuple(found)
