"""A line that a policy requires to be heard may be cut short, since it says so itself.

The promise is kept all the same: before the place that requires it, a line that was not heard to its end is said again.
But a caller who talks over it hears its beginning again and again, and after three times the call ends with an apology.
Without a `barge-in` of its own such a line is heard to its end; `barge-in after` itself lets the caller cut in when it
is repeated.

Bad:

    line terms barge-in always "It runs for a year."

    policy careful
      require heard(terms) before goodbye

    state first
      say terms
      -> goodbye

Good:

    line terms barge-in after terms "It runs for a year."

    policy careful
      require heard(terms) before goodbye

    state first
      say terms
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.barge_in import in_words
from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Require
from flowengine.graph.names import Draft
from flowengine.graph.proof.policies import path_rules
from flowengine.language.diagnostics import Diagnostic, Fix, Related

RULE = Rule("FL712", "promise-cut-short", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    required = {
        rule.fact.name: rule for _, rule in path_rules(flow) if isinstance(rule, Require) and rule.fact.kind == "heard"
    }
    for name, rule in required.items():
        line = flow.lines.get(name)
        own = line.barge_in if line is not None else None
        if own is None or own.mode == "never" or own.line in ("", name):
            continue
        message = f"a policy requires {name!r} to be heard, and the caller may cut it short: {in_words(own)}"
        help_ = f"take it out, or write 'barge-in after {name}': then only a repetition may be cut short"
        fix = Fix(own.span, f"barge-in after {name}")
        yield RULE.at(own.span, message, help_, Related(rule.span, "required by"), fix=fix)
