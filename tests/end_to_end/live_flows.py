"""Flows of the end-to-end server that reach beyond the conversation: transfers, actions, recordings, machines."""

from __future__ import annotations

HEAD = """flow {name} "For tests" {direction}
  agent "Amy" of "Us"

outcome done success
outcome apart success
outcome voicemail retry
outcome sent_away
outcome hung_up

intent agree "yes"
  "yes" "yes please"
"""
TAIL = """
anywhere
  hangup: end hung_up
"""


def made(name: str, body: str, direction: str = "inbound") -> str:
    return HEAD.format(name=name, direction=direction) + body + TAIL


LONG_TALK = "There is a lot more to be said about it, and I will say all of that now" + ", and more of it" * 40 + "."
"""Half a minute: long enough for whoever interrupts it, or leaves in the midst of it, on any machine."""

TERMS_LINE = "It runs for a year, and then for another, and so on until one of us tells the other that it is enough."
"""Four seconds, in which somebody says two words."""

QUIET = """
state start
  say "Are you there?"
  listen 3s
    agree: end done
    otherwise: end done
    silence: end sent_away
"""

DESK = """
state start
  say "I will put you through."
  transfer "+441134960999"
    answered: end apart
    busy -> busy_line
    no_answer or failed -> talk_on

state busy_line
  say "They speak. Shall I try another?"
  listen 60s
    agree -> another
    silence or otherwise -> bye

state another
  transfer "+441134960998"
    answered: end apart
    busy or no_answer or failed -> talk_on

state talk_on
  say "Nobody is free. Goodbye."
  end sent_away

state bye
  say "Goodbye."
  end done
"""

FRIENDLY = """
state start
  say "Here goes."
  transfer "+441134960999"
    answered -> bye
    busy or no_answer or failed -> bye

state bye
  say "Was that all? Goodbye."
  end done
"""

RECORDED = """
state start
  say "This call is recorded."
  record start
  say "Shall I go on?"
  record stop
  say "Goodbye."
  end done
"""

MAILBOX = """
state start
  say "Hello, is anybody there? I have a question for you."
  listen 60s
    agree -> bye
    machine -> leave_word
    silence or otherwise -> bye

state leave_word
  say "Please ring us."
  end voicemail

state bye
  say "Goodbye."
  end done
"""

PAD = """
slot pin: digits(4) secret
  ask "Please type your four digits."

slot order_number: digits
  ask "Please type your order number, then hash."

state start
  say "Press one for orders, or star to hear this again. There is more to come after this."
  listen 60s
    press 1 -> orders
    press *: again
    silence or otherwise: end sent_away

state orders
  say "This call is recorded."
  record start
  collect order_number, pin
    done -> over
    failed: end sent_away

state over
  record stop
  keys "{{ pin }}#"
  say "Goodbye."
  end done
"""

TOO_LONG = """
slot pin: digits(4) secret
  ask "Please type your four digits."

slot account: digits(6)
  ask "Please type your account number, all six digits of it."

state start
  say "This call is recorded."
  record start
  collect pin, account
    done -> over
    failed: end sent_away

state over
  say "Goodbye."
  end done
"""

UNPREPARED = """
state start
  wait 5s
  say "Hello, is anybody there? I have a question for you."
  listen 60s
    agree -> bye
    silence or otherwise -> bye

state bye
  say "Goodbye."
  end done
"""

BOOKING = """
action book_visit(day: date, name: text) -> reference: text
  python "acme_bookings:book_visit"
  timeout 60s

state start
  say "Hello."
  do book_visit(today, "Sam")
    ok -> bye
    error or timeout -> sorry

state bye
  say "Your reference is {{ reference }}. Goodbye."
  end done

state sorry
  say "Sorry. Goodbye."
  end sent_away
"""

PIN = """
slot pin: digits(4) secret
  ask "Please type your four digit code."
  again "Please type the four digits."
  tries 1

state start
  collect pin
    done -> bye
    failed -> sorry

state bye
  say "Goodbye."
  end done

state sorry
  say "Sorry. Goodbye."
  end sent_away
"""

PATIENT = """
state start
  say "Hello?"
  listen 60s
    agree -> more
    machine -> leave_word
    silence or otherwise -> bye

state more
  say "Are you well?"
  listen 60s
    agree -> last
    machine -> leave_word
    silence or otherwise -> bye

state last
  say "Good. Is there anything else?"
  listen 60s
    agree -> bye
    machine -> leave_word
    silence or otherwise -> bye

state leave_word
  say "Please ring us."
  end voicemail

state bye
  say "Goodbye."
  end done
"""

WAITING = """
state start
  say "Take your time."
  listen 60s
    agree: end done
    silence or otherwise: end sent_away
"""

TERMS = """
intent opt_out protective "no more calls"
  "stop calling me"

line terms barge-in never "__TERMS__"

state start
  say terms
  listen 60s
    agree -> more
    opt_out: end sent_away
    silence or otherwise: end sent_away

state more
  say "__TALK__"
  listen 60s
    agree -> bye
    silence or otherwise: end sent_away

state bye
  say "Goodbye."
  end done
"""

WARM = """
intent opt_out protective
  "stop calling me"

intent never_mind "will not wait"
  "never mind"

state start
  say "I will put you through."
  transfer "+441134960888"
    briefing "Sam would like to spread the payments."
    filler "I am still trying."
    never_mind -> talk_on
    answered -> bye
    busy -> busy_line
    no_answer or failed -> talk_on

state busy_line
  say "They speak. Goodbye."
  end sent_away

state talk_on
  say "Nobody is free. Goodbye."
  end sent_away

state bye
  say "Was that all? Goodbye."
  end done
"""

LONG_BRIEFING = "Sam would like to spread the payments" + ", over a year or two" * 40 + "."
"""A minute: a caller who leaves meanwhile leaves in the midst of it."""

FLOWS = {
    "terms": made("terms", TERMS.replace("__TERMS__", TERMS_LINE).replace("__TALK__", LONG_TALK)),
    "quiet": made("quiet", QUIET),
    "warm": made("warm", WARM),
    "warm_long": made("warm_long", WARM.replace("Sam would like to spread the payments.", LONG_BRIEFING)),
    "waiting": made("waiting", WAITING),
    "patient": made("patient", PATIENT),
    "pin": made("pin", PIN),
    "desk": made("desk", DESK),
    "friendly": made("friendly", FRIENDLY),
    "recorded": made("recorded", RECORDED),
    "mailbox": made("mailbox", MAILBOX),
    "slow_mailbox": made("slow_mailbox", MAILBOX.replace("state start\n", "state start\n  wait 5s\n")),
    "obstinate_mailbox": made(
        "obstinate_mailbox", MAILBOX.replace("silence or otherwise -> bye", "silence or otherwise: again")
    ),
    "pad": made("pad", PAD),
    "too_long": made("too_long", TOO_LONG),
    "unprepared": made("unprepared", UNPREPARED),
    "booking": made("booking", BOOKING),
}

BOOKINGS = """
from datetime import date


def book_visit(day: date, name: str, idempotency_key: str) -> str:
    assert isinstance(day, date)
    call_id, _, request = idempotency_key.partition("/")
    return f"{name[0]}{len(call_id)}{request}"
"""
