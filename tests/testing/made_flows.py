"""Small flows for these tests, compiled from text."""

from __future__ import annotations

from flowengine.graph.compile import compile_text
from flowengine.graph.model import Flow
from flowengine.language.source import Source
from flowengine.testing.flowtest.bind import bind
from flowengine.testing.flowtest.parser import parse
from flowengine.testing.runner import Result, play

BOOKING = """\
flow booking "Booking" inbound
  agent "Amy" of "Hearth & Home"

contact
  name: text
  since: date = 2020-01-01

outcome booked success
outcome declined

intent agree "the caller says yes"
  "yes" "yes please"

intent refuse "the caller says no"
  "no" "no thanks"

slot day: date
  ask "Which day would suit you?"
  valid day > today else "That day has gone."
  tries 2

state greeting
  say "Hello, {{ contact.name }}, this is Amy."
  say "Would you like a visit for your boiler?"
  listen 6s
    agree -> choose
    refuse -> goodbye
    press 1 -> choose
    silence: again "Are you still there?"
    otherwise
      if turns > 5
        say "Let us leave it."
        -> goodbye
      else
        again "Yes or no?"
    silence or otherwise 3 -> goodbye

state choose
  collect day
    done -> booked_goodbye
    failed -> goodbye

state booked_goodbye
  note "visit on {{ day }}"
  say "That's booked. Goodbye."
  end booked

state goodbye
  say "Thank you for your time. Goodbye."
  end declined

anywhere
  hangup: end hung_up
  after 4m -> goodbye
"""
BOOKING_TESTS = """\
test "books a visit"
  flow booking
  contact
    name = "Sam"
  caller: yes
  caller: next tuesday
  ends booked

test "says goodbye"
  flow booking
  contact
    name = "Sam"
  agent: *
  caller: no
  agent: "Bye."
"""

GUARDED = """\
flow guarded "Guarded" outbound
  agent "Amy" of "Hearth & Home"

outcome done
outcome not_permitted

state start
  guard uk_outbound
    allowed -> talk
    refused: end not_permitted

state talk
  say "Good {{ daypart }}."
  end done
"""


SECRET = """\
flow secret "Secret" inbound
  agent "Amy" of "Hearth & Home"

outcome typed success
outcome untyped
outcome removed suppress

intent opt_out "the caller wants no more calls"
  "stop calling me" "never call me again"

slot pin: digits(4) secret
  ask "Please type your PIN now."
  again "On the keys, please."

state start
  say "Good day."
  collect pin
    silence: again
    done: end typed
    failed: end untyped

state further
  say "Thank you."
  say "Is there anything else?"
  listen
    silence or otherwise: end untyped

anywhere
  opt_out
    say "You won't be called again."
    end removed
"""


def compiled(text: str, path: str = "flow.flow") -> Flow:
    """The flow of a text that has no errors."""
    compilation = compile_text(text, path, {})
    assert compilation.flow is not None, compilation.errors
    return compilation.flow


def played(test: str, flow: str = BOOKING) -> Result:
    """The result of one test; `flow`, `contact` and indentation are added."""
    body = "\n".join(f"  {line.strip()}" for line in test.strip().splitlines())
    contact = '  contact\n    name = "Sam"\n' if "contact\n" in flow else ""
    file, problems = parse(Source("a.flowtest", f'test "a call"\n  flow it\n{contact}{body}\n'))
    assert problems == ()
    bound, misfits = bind(file.tests[0], compiled(flow))
    assert bound is not None, misfits
    return play(bound)
