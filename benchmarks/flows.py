"""Flows of any size that read like real ones: a call of many topics, each a handful of states with a sub-ladder.

A generated flow has no mistakes, uses a library with the shared intents and lines, and holds of everything about as
much as the shipped flows do: for 10 lines of states one intent, one line or one slot.
"""

from __future__ import annotations

LIBRARY = """
outcome declined
outcome removed suppress
outcome hung_up_early

line about_us "This is {{ agent.name }} of {{ agent.company }}."

intent agree "the caller says yes"
  "yes" "yes please" "that's right" "go on then" "of course"

intent refuse "the caller says no"
  "no" "no thanks" "not interested" /(i|we) (do not|will not) want (it|that)/

intent opt_out protective "the caller wants no more calls"
  "take me off your list" "stop calling me" /never (call|ring) (me|us) again/

state removed_goodbye
  say "You will not be called again. Goodbye."
  end removed

anywhere
  opt_out -> removed_goodbye
  hangup: end hung_up_early
"""

HEAD = """flow generated "A generated flow" inbound
  language en-GB
  agent "Amy" of "Hearth & Home"
  use shared

contact
  name: text
  plan: one of (basic, full) = "basic"

outcome booked success

state begin
  say about_us
  say "Good {{ daypart }}, am I speaking with {{ contact.name }}?"
  listen 6s
    agree -> offer_0
    refuse -> farewell
    silence or otherwise: again "Sorry, is that {{ contact.name }}?"
    silence or otherwise 3 -> farewell

state farewell
  say "Thank you for your time. Goodbye."
  end declined

state done
  say "That is all booked, {{ contact.name }}. Goodbye."
  end booked

"""

TOPIC = """line price_{n} "Offer number {n} is {{{{ fee_{n} | money }}}} a month."

intent wants_{n} "the caller wants offer {n}"
  "offer {n} please" "the {n} one" "i would like number {n}" /number {n} (please|then)/

slot day_{n}: date
  ask "Which day would suit you for offer {n}?"
  again "Sorry, which day? You could say next Tuesday."
  confirm "{{{{ day_{n} | spoken }}}}, is that right?"
  valid day_{n} > today else "I'm afraid that day has gone."
  tries 3

state offer_{n}
  set fee_{n} = 14.50 + {n} if contact.plan == "basic" else 22.00
  say price_{n}
  say "Shall I book offer {n} for you, {{{{ contact.name }}}}?"
  listen 6s
    agree or wants_{n} -> visit_{n}
    refuse -> {following}
    silence: again "Hello, are you there?"
    otherwise: again "Sorry, was that a yes?"
    silence or otherwise 3 -> farewell

state visit_{n}
  collect day_{n}
    done -> booked_{n}
    failed -> {following}

state booked_{n}  # the caller has a day now
  if contact.plan == "full"
    say "Your full plan covers everything on {{{{ day_{n} | spoken }}}}."
    note "full plan, offer {n}"
  elif turns > 20: say "We are nearly there."
  else
    say "You pay {{{{ fee_{n} | money }}}} on the day."
  -> {following}

"""

TOPIC_STATES = 3
TOPIC_LINES = TOPIC.count("\n")


def topics(count: int) -> str:
    """A flow with so many topics, without mistakes."""
    parts = (TOPIC.format(n=n, following=f"offer_{n + 1}" if n + 1 < count else "done") for n in range(count))
    return HEAD + "".join(parts)


SMALL = """state small_{n}
  say "Is it number {n}?"
  listen 6s
    agree -> {following}
    silence or otherwise -> farewell

"""


def of_small_states(states: int) -> str:
    """A flow of about so many states that do nothing but ask."""
    parts = (SMALL.format(n=n, following=f"small_{n + 1}" if n + 1 < states else "done") for n in range(states))
    return HEAD.replace("offer_0", "small_0") + "".join(parts)


def of_lines(lines: int) -> str:
    """A flow of about so many lines."""
    return topics(max(1, round((lines - HEAD.count("\n")) / TOPIC_LINES)))


def of_states(states: int) -> str:
    """A flow of about so many states."""
    return topics(max(1, states // TOPIC_STATES))
