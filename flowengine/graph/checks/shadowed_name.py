"""A name hides another value of the same name, so `{{ name }}` means something else than it seems to.

A `set` or a `for` inside a text hides a slot or a variable; an action's result overwrites the slot of its name, which
is what the caller said; a slot called like a contact field is not the field: `{{ contact.name }}` is.

Bad:

    slot name: text
      ask "And what's your name?"

    state first
      collect name
        done
          say "Hello {{ name }}."
          -> goodbye
        failed -> goodbye

Good:

    slot full_name: text
      ask "And what's your full name?"

    state first
      say "Hello {{ contact.name }}."
      collect full_name
        done
          say "Thank you, {{ full_name }}."
          -> goodbye
        failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import place, read
from flowengine.graph.model import Set
from flowengine.graph.names import BUILT_IN_VARIABLES, Definition, Draft
from flowengine.graph.walk import every_statement, own, written
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.source import Span

RULE = Rule("FL213", "shadowed-name", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    yield from _fields(draft)
    yield from _results(draft)
    yield from _inside_texts(draft)


def _fields(draft: Draft) -> Iterator[Diagnostic]:
    """A slot or variable of a contact field's name, where the flow reads the bare name and never the field.

    Who reads both knows that they are two: a slot may ask for what the dialler believes, to compare.
    """
    bare: set[str] = set()
    qualified: set[str] = set()
    for each in written(draft.flow):
        for word in read(each.text).words:
            if word.name == "contact" and word.attribute is not None:
                qualified.add(word.attribute)
            elif word.name != "contact":
                bare.add(word.name)
    fields = draft.names.defined("contact field")
    for name, (what, span) in _values(draft).items():
        if name in fields and name in bare and name not in qualified:
            message = f"{what} {name!r} is not the contact field of this name, which nothing reads"
            help_ = f"write contact.{name} where the field is meant, or choose another name"
            yield RULE.at(span, message, help_, Related(fields[name].span, "the contact field"))


def _values(draft: Draft) -> dict[str, tuple[str, Span]]:
    """Every slot and variable: what it is, and where it gets its name."""
    found = {name: ("slot", definition.span) for name, definition in draft.names.defined("slot").items()}
    for statement in every_statement(draft.flow):
        if isinstance(statement, Set):
            found.setdefault(statement.name, ("variable", statement.span))
    return found


def _results(draft: Draft) -> Iterator[Diagnostic]:
    slots = draft.names.defined("slot")
    for unit in draft.units:
        for item in unit.file.items:
            if isinstance(item, ast.Action):
                for result in item.results:
                    slot = slots.get(result.name.text)
                    if slot is not None and (own(draft, result.name.span) or own(draft, slot.span)):
                        yield _result(result.name, slot)


def _result(name: ast.Name, slot: Definition) -> Diagnostic:
    message = f"the result {name.text!r} overwrites the slot of this name, and what the caller said is lost"
    return RULE.at(name.span, message, "choose another name", Related(slot.span, "the slot"))


def _inside_texts(draft: Draft) -> Iterator[Diagnostic]:
    hidden = {name: f"the {what}" for name, (what, _) in _values(draft).items()}
    hidden |= dict.fromkeys(BUILT_IN_VARIABLES, "what is built in as")
    for each in written(draft.flow):
        reading = read(each.text)
        if reading.tree is None or reading.local_names.isdisjoint(hidden):
            continue
        for node in reading.tree.find_all(nodes.Name):
            if node.ctx == "store" and node.name in hidden:
                span = place(each.text, draft.sources.get(each.text.span.path), node.lineno, len(node.name))
                message = f"{node.name!r} is set inside this text, and hides {hidden[node.name]} {node.name!r} there"
                yield RULE.at(span, message, "choose another name")
