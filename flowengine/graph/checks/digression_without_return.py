"""What the caller asks is answered, and then nothing brings the conversation back.

A branch that only speaks listens on in silence: the question that it interrupted is still open, but the caller has
forgotten it, and waits. `resume` (or `again`) asks it anew. (A branch that asks something itself needs neither.)

Bad:

    intent price_question "the caller asks what it costs"
      "how much is it"

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        price_question
          say "It is fourteen pounds."
        silence or otherwise -> goodbye

Good:

    intent price_question "the caller asks what it costs"
      "how much is it"

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        price_question
          say "It is fourteen pounds."
          resume
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import statements
from flowengine.graph.model import Branch, Collect, Listen, OnIntent, Say
from flowengine.graph.names import Draft
from flowengine.graph.walk import block_closes, damaged, handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL321", "digression-without-return", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for state in draft.flow.states.values():
        if not damaged(draft, state):
            for statement in waiting(state.body):
                if isinstance(statement, Listen | Collect):
                    yield from _branches(statement.branches)
    if not draft.lost_lines:
        yield from _branches(tuple(handlers(draft.flow)))


def _branches(branches: tuple[Branch, ...]) -> Iterator[Diagnostic]:
    for branch in branches:
        if not all(isinstance(trigger, OnIntent) for trigger in branch.triggers) or block_closes(branch.body):
            continue
        speaks = [each for each in statements(branch.body) if isinstance(each, Say)]
        said = [sentence.text for each in speaks for sentence in each.sentences]
        if said and not any("?" in text for text in said):
            message = "after this is said, the open question is not asked again, and nobody speaks"
            yield RULE.at(branch.span, message, "end the branch with 'resume', or with a question")
