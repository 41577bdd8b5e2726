"""A small flow whose intents get mixed up, and recorded calls of it."""

from __future__ import annotations

from collections.abc import Sequence

from flowengine.conversation.commands import Candidate, Command, Entered, Speak, Understood
from flowengine.conversation.events import CallerSaid, Connected, Event
from flowengine.graph.compile import compile_text
from flowengine.graph.model import Flow
from flowengine.store.rows import CallStart
from flowengine.store.store import Store
from tests.store.records import end, entries, start

TEXT = """\
flow shop "Shop" inbound
  language en-GB
  agent "Amy" of "Brightwell"

intent buy "the caller wants to buy"
  "I want to buy" "to buy a car" "ordering a spare part" "purchase"

intent sell "the caller wants to sell"
  "I want to sell" "to sell a car" "purchase" "I want to buy nothing"

intent hours "the caller asks when the shop is open"
  "when are you open" "what are your hours"

outcome left success

state choose
  say "Buying or selling?"
  listen
    buy -> buying
    sell -> selling
    hours
      say "From nine to five."
      resume
    otherwise 3 -> selling

state buying
  say "Right. Anything else?"
  listen
    hours
      say "From nine to five."
      resume
    otherwise -> selling

state selling
  say "Goodbye."
  end left
"""

Happening = tuple[float, Event | Command]


def shop(text: str = TEXT) -> Flow:
    compiled = compile_text(text)
    assert compiled.flow is not None, compiled.diagnostics
    return compiled.flow


def turn(said: str, understood: Understood, at: float = 1.0) -> list[Happening]:
    return [(at, CallerSaid(at, said)), (at, understood)]


def taken(said: str, intent: str, score: float = 1.0) -> list[Happening]:
    return turn(said, Understood(said, intent, score, "phrase", (Candidate(intent, score, "phrase"),)))


def missed(said: str) -> list[Happening]:
    return turn(said, Understood(said, None, 0.0, "none"))


def asked(said: str, first: str, second: str) -> list[Happening]:
    """Two fit as well, and the caller is asked about the first."""
    candidates = (Candidate(first, 0.9, "phrase"), Candidate(second, 0.89, "phrase"))
    question = Speak("q", ("Sorry, did you mean that?",))
    return [*turn(said, Understood(said, None, 0.9, "none", candidates)), (1.1, question)]


def record(store: Store, call_id: str, *turns: Sequence[Happening]) -> CallStart:
    """One call, all of it in the first state."""
    begun = start(call_id, flow="shop")
    happened: list[Happening] = [(0.0, Connected(0.0)), (0.0, Entered("choose", None, "start"))]
    for each in turns:
        happened += each
    store.write([begun, *entries(*happened, call_id=call_id), end(call_id)])
    return begun
