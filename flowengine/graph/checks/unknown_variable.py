"""A template or an expression uses a name that nothing defines.

On a call this would fail in the middle of a sentence. Known are `contact`, `agent`, `call`, `today`, `now`, `daypart`,
`turns`, `last_heard`, `slots`, every slot, and every name that `set` sets somewhere.

Bad:

    state first
      say "Hello {{ contact.nmae }}."
      -> goodbye

Good:

    state first
      say "Hello {{ contact.name }}."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from flowengine.graph.checks.rule import Rule, did_you_mean
from flowengine.graph.jinja import Word, place, read
from flowengine.graph.names import BUILT_IN_VARIABLES, Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL502", "unknown-variable", "error")

_AGENT = ("name", "company")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    fields = draft.names.defined("contact field")
    slots = draft.names.defined("slot")
    known = {*BUILT_IN_VARIABLES, *flow.variables, *slots, *draft.lost_names}
    for each in written(flow):
        reading = read(each.text)
        source = draft.sources.get(each.text.span.path)
        for word in reading.words:
            attribute = word.attribute
            span = place(each.text, source, word.offset, len(attribute or word.name))
            if word.name == "contact" and attribute is not None:
                if attribute not in fields and attribute not in draft.lost_names and not draft.library_alone:
                    help_ = did_you_mean(attribute, fields, fields, span) or "add it under 'contact'"
                    yield RULE.at(span, f"contact has no field {attribute!r}", help_)
            elif word.name == "agent" and attribute is not None:
                if attribute not in _AGENT:
                    yield RULE.at(span, f"agent has no {attribute!r}", "there are agent.name and agent.company")
                elif not flow.agent.name and not draft.library_alone and not draft.lost_lines:
                    help_ = 'add under \'flow\': agent "Amy" of "Hearth & Home"'
                    yield RULE.at(span, "this flow has no agent", help_)
            elif word.name not in known and word.name not in reading.local_names and not draft.library_alone:
                at = place(each.text, source, _start(each.text.text, word), len(word.name))
                yield RULE.at(at, f"there is no variable {word.name!r}", _help(word.name, known, [*fields]))


def _start(text: str, word: Word) -> int:
    """Where the name itself begins, when the word's place is that of its attribute."""
    return word.offset if word.attribute is None else max(0, text.rfind(word.name, 0, word.offset))


def _help(name: str, known: set[str], fields: list[str]) -> str:
    if name in fields:
        return f"write contact.{name}"
    close = get_close_matches(name, sorted(known), n=1)
    return f"did you mean {close[0]!r}?" if close else f"define it: set {name} = …"
