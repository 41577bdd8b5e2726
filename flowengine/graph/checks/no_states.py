"""A flow without a state.

There is nothing to run: a call begins in the first state of the file.

Bad:

    flow example "An example" inbound

    outcome done

Good:

    state first
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL312", "no-states", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    if not draft.library_alone and not draft.flow.states and not draft.lost_lines:
        yield RULE.at(draft.flow.span, "this flow has no state", "add one: state start, with what is said first")
