"""Nothing says what happens when the caller says something else.

Callers always do. A branch `otherwise`, in the `listen` or in `anywhere`, says what then.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.listen_without_silence import unanswered
from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import OnOtherwise
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL602", "listen-without-otherwise", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for listen in unanswered(draft, OnOtherwise):
        help_ = "add a branch here or in 'anywhere', for example: otherwise: again"
        yield RULE.at(listen.span, "nothing says what happens when the caller says something else", help_)
