"""What is reported of a flow: for the tests of single checks."""

from __future__ import annotations

from flowengine.graph.compile import compile_text
from flowengine.language.diagnostics import Diagnostic

HEAD = """\
flow example "An example" inbound
  agent "Amy" of "Hearth & Home"

contact
  name: text
  age: number = 30
  due: date = 2026-12-01
  plan: one of (basic, full, gold) = basic
  mobile: phone = "+447700900123"

outcome booked success
outcome declined

intent agree "the caller says yes"
  "yes" "yes please"

intent refuse "the caller says no"
  "no" "no thanks"

"""

TAIL = """
state goodbye
  say "Thank you. Is there anything else?"
  listen
    agree: end booked
    refuse or silence or otherwise: end declined
"""


def reported(text: str, code: str, **subflows: str) -> list[Diagnostic]:
    """The findings of one code in a flow that `HEAD` and `TAIL` complete."""
    return [problem for problem in everything(text, **subflows) if problem.code == code]


def everything(text: str, **subflows: str) -> list[Diagnostic]:
    """All findings in a flow that `HEAD` and `TAIL` complete."""
    return list(compile_text(HEAD + text + TAIL, "example.flow", subflows).diagnostics)


def messages(text: str, code: str, **subflows: str) -> list[str]:
    """What the findings of one code say."""
    return [problem.message for problem in reported(text, code, **subflows)]
