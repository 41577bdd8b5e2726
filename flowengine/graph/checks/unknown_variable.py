"""A template or an expression uses a name that nothing defines.

On a call this would fail in the middle of a sentence. Known are `contact`, `agent`, `call`, `today`, `now`, `daypart`,
`turns`, `last_heard`, `sentiment`, `mood`, every slot, and every name that `set` sets somewhere.
`call.outcome` is known to the summary alone: before that there is none.

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

from collections.abc import Iterator, Mapping

from flowengine.graph.checks.rule import Rule, did_you_mean, renamed
from flowengine.graph.jinja import Word, place, read
from flowengine.graph.model import Line
from flowengine.graph.names import BUILT_IN_VARIABLES, Draft
from flowengine.graph.nearest import nearest
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic, Fix
from flowengine.language.source import Span

RULE = Rule("FL502", "unknown-variable", "error")

_AGENT = ("name", "company")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    fields = draft.names.defined("contact field")
    slots = draft.names.defined("slot")
    known = {*BUILT_IN_VARIABLES, *flow.variables, *slots, *draft.lost_names}
    kept = {id(field.value) for field in flow.summary.values()}
    for each in written(flow):
        reading = read(each.text)
        source = draft.sources.get(each.text.span.path)
        for word in reading.words:
            attribute = word.attribute
            span = place(each.text, source, word.offset, len(attribute or word.name))
            if word.name == "contact" and attribute is not None:
                if attribute not in fields and attribute not in draft.lost_names and not draft.library_alone:
                    help_ = did_you_mean(attribute, fields, fields, span) or "add it under 'contact'"
                    fix = renamed(attribute, fields, span)
                    yield RULE.at(span, f"contact has no field {attribute!r}", help_, fix=fix)
            elif word.name == "agent" and attribute is not None:
                if attribute not in _AGENT:
                    yield RULE.at(span, f"agent has no {attribute!r}", "there are agent.name and agent.company")
                elif not flow.agent.name and not draft.library_alone and not draft.lost_lines:
                    help_ = 'add under \'flow\': agent "Amy" of "Hearth & Home"'
                    yield RULE.at(span, "this flow has no agent", help_)
            elif word.name == "call" and attribute == "outcome":
                if id(each.text) not in kept:
                    help_ = "only an expression of 'summary' may ask for it"
                    yield RULE.at(span, "a call has no outcome before it is over", help_)
            elif word.name not in known and word.name not in reading.local_names and not draft.library_alone:
                at = place(each.text, source, _start(each.text.text, word), len(word.name))
                help_, fix = _remedy(word.name, known, [*fields], flow.lines, at)
                yield RULE.at(at, f"there is no variable {word.name!r}", help_, fix=fix)


def _start(text: str, word: Word) -> int:
    """Where the name itself begins, when the word's place is that of its attribute."""
    return word.offset if word.attribute is None else max(0, text.rfind(word.name, 0, word.offset))


def _remedy(
    name: str, known: set[str], fields: list[str], lines: Mapping[str, Line], at: Span
) -> tuple[str, Fix | None]:
    if name in fields:
        return f"write contact.{name}", Fix(at, f"contact.{name}")
    if name in lines:
        return f"{name!r} is a line, which is spoken by itself: say {name}", None
    meant = nearest(name, sorted(known))
    if meant is None:
        return f"define it: set {name} = …", None
    return f"did you mean {meant!r}?", Fix(at, meant)
