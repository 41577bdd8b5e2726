"""Small flows for tests of what a session does outside the conversation."""

from __future__ import annotations

HEAD = """
flow small "Small" inbound
  agent "Amy" of "Us"

outcome done success
outcome apart success
outcome sent_away
outcome hung_up

intent agree "yes"
  "yes" "yes please"
"""
TAIL = """
anywhere
  hangup: end hung_up
"""


def made(*parts: str) -> str:
    return "\n".join((HEAD, *parts, TAIL))


TRANSFER = made(
    """
state start
  say "I will put you through."
  transfer "+441134960999"
    answered: end apart
    busy or no_answer -> talk_on
    failed -> talk_on

state talk_on
  say "Nobody is free. Anything else?"
  listen 3s
    agree -> bye
    silence or otherwise -> bye

state bye
  say "Goodbye."
  end done
"""
)

BOOKING = made(
    """
action book_visit(day: date) -> reference: text
  python "acme:book"
  timeout 3s
  filler "One moment."

state start
  say "Hello."
  do book_visit(today)
    ok -> bye
    error -> sorry
    timeout -> late

state bye
  say "Booked, {{ reference }}. Goodbye."
  end done

state sorry
  say "That did not work. Goodbye."
  end sent_away

state late
  say "That takes too long. Goodbye."
  end apart
"""
)

MODEL = made(
    """
state start
  say "Hello."
  llm "Answer the caller's worry."
    facts
      "Cover includes the boiler."
    never "discounts"
    convinced "the caller agrees" -> bye
    limit 2 turns -> bye
    fallback "I understand." -> sorry

state bye
  say "Goodbye."
  end done

state sorry
  say "We will write to you."
  end sent_away
"""
)

RECORDED = made(
    """
state start
  say "This call is recorded."
  record start
  say "Shall I go on?"
  record stop
  say "Goodbye."
  end done
"""
)

SECRET = made(
    """
slot pin: digits(4) secret
  ask "Please type your four digit code."
  again "Please type the four digits."
  tries 3

state start
  say "Hello."
  collect pin
    done -> open
    failed -> bye

state open
  say "Thank you. Anything else?"
  listen 4s
    agree -> bye
    silence or otherwise -> bye

state bye
  say "Goodbye."
  end done
"""
)

WARM = made(
    """
intent never_mind "changed their mind"
  "never mind"

state start
  say "I will put you through."
  transfer "+441134960999"
    briefing "Sam would like to spread the payments."
    filler "I am still trying."
    never_mind -> talk_on
    answered -> bye
    busy or no_answer or failed -> talk_on

state talk_on
  say "Nobody is free. Anything else?"
  listen 3s
    agree -> bye
    silence or otherwise -> bye

state bye
  say "Goodbye."
  end done
"""
)

KEYS = made(
    """
state start
  say "One moment."
  keys "1ww23#"
  say "Anything else?"
  listen 3s
    agree -> bye
    silence or otherwise -> bye

state bye
  keys "0"
  say "Goodbye."
  end done
"""
)
