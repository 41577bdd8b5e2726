"""A transfer has a `filler` that nobody would hear.

Without a `briefing` the caller is put through at once: while the colleague's telephone rings, Twilio has the line and
the caller hears the ringing. With one they wait with us, and hear the filler now and then.

Bad:

    state first
      say "I'll put you through."
      transfer "+442079460000"
        filler "I'm still trying to reach somebody."
        answered: end booked
        busy or no_answer or failed -> goodbye

Good:

    state first
      say "I'll put you through."
      transfer "+442079460000"
        briefing "A caller would like to move a visit."
        filler "I'm still trying to reach somebody."
        answered: end booked
        busy or no_answer or failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Transfer
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL417", "unheard-filler", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in every_statement(draft.flow):
        if isinstance(statement, Transfer) and statement.filler is not None and statement.briefing is None:
            message = "nobody would hear this filler: without a 'briefing' the caller is put through at once"
            help_ = 'add a briefing, and they wait with us: briefing "A caller about their bill."'
            yield RULE.at(statement.filler.span, message, help_)
