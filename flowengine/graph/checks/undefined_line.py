"""`say`, or `barge-in after`, names a line that does not exist.

There would be nothing to speak, or to wait for. Text of its own stands in quotes.

Bad:

    line welcome "Hello."

    state first
      say welcom
      -> goodbye

Good:

    line welcome "Hello."

    state first
      say welcome
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.barge_in import placed
from flowengine.graph.checks.rule import Rule, did_you_mean, renamed
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL203", "undefined-line", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    defined = draft.names.defined("line")
    waited_for = {(each.barge_in.span.path, each.barge_in.span.line) for each in placed(draft.flow)}
    for reference in draft.names.referred("line"):
        if reference.name not in defined and reference.name not in draft.lost_names:
            help_ = did_you_mean(reference.name, defined, defined, reference.span)
            help_ = help_ or _help(reference.name, is_text=(reference.span.path, reference.span.line) not in waited_for)
            fix = renamed(reference.name, defined, reference.span)
            yield RULE.at(reference.span, f"no line is called {reference.name!r}", help_, fix=fix)


def _help(name: str, *, is_text: bool) -> str:
    return f'define it (line {name} "…")' + (", or write the text in quotes" if is_text else "")
