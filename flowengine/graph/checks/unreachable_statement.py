"""A statement stands after one that closes the path.

`listen`, `collect`, `guard`, `again`, `resume`, `end` and `-> STATE` are the last thing on their path: what comes next
is decided by their branches, or elsewhere. A statement after them would never run, and its author believes it does.

Bad:

    state first
      -> goodbye
      say "And another thing."

Good:

    state first
      say "And another thing."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Block, If
from flowengine.graph.names import Draft
from flowengine.graph.walk import blocks, closes, waiting
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL302", "unreachable-statement", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for block in blocks(draft.flow):
        yield from _block(block)
        for statement in waiting(block):
            for branch in statement.branches:
                yield from _block(branch.body)


def _block(block: Block) -> Iterator[Diagnostic]:
    for index, statement in enumerate(block):
        if isinstance(statement, If):
            for arm in statement.arms:
                yield from _block(arm.body)
        if closes(statement) and index + 1 < len(block):
            related = Related(statement.span, "the path is closed here")
            help_ = "move it before the line that closes the path, or into one of its branches"
            yield RULE.at(block[index + 1].span, "this statement is never reached", help_, related)
            return
