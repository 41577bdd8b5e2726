"""Every place where a name stands, with what it names: the compiler's own names, and those in templates besides.

The compiler keeps the names that lead somewhere (states, lines, intents, …). An editor also wants variables, slots and
contact fields inside texts and conditions, tags, policies' facts and libraries; these are read off the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Literal

from flowengine.graph.jinja import Word, place, read
from flowengine.graph.lower_block import arguments
from flowengine.graph.model import Expression, Template
from flowengine.graph.names import BUILT_IN_VARIABLES, Draft, NameKind, Reference
from flowengine.language import ast
from flowengine.language.source import Source, Span

Kind = NameKind | Literal["variable", "built-in", "agent", "filter", "tag", "library", "flow"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name where it stands; `defines` where it is given to something."""

    kind: Kind
    name: str
    span: Span
    defines: bool = False

    @property
    def thing(self) -> tuple[str, str]:
        """What it names. A slot and a variable of one name are one thing: a template cannot tell them apart."""
        return ("value" if self.kind in ("slot", "variable") else self.kind), self.name


def occurrences(draft: Draft) -> tuple[Occurrence, ...]:
    """All names of a flow's own file and its libraries, in source order, each place once."""
    found: dict[tuple[Span, str], Occurrence] = {}
    for occurrence in _all(draft):
        if occurrence.name and occurrence.name != "slots":
            found.setdefault((occurrence.span, occurrence.thing[0]), occurrence)
    return tuple(sorted(found.values(), key=lambda each: each.span))


def _all(draft: Draft) -> Iterator[Occurrence]:
    # A subflow's states are its own: its own file, analysed by itself, tells of them.
    apart = {unit.source.path for unit in draft.units if unit.is_subflow}
    for definition in draft.names.definitions:
        if definition.kind != "state" or definition.span.path not in apart:
            yield Occurrence(definition.kind, definition.name, definition.span, True)
    for reference in draft.names.references:
        if reference.kind != "state" or reference.span.path not in apart:
            yield Occurrence(reference.kind, reference.name, _tight(reference))
    for action in draft.flow.actions.values():
        if action.filler is not None:
            yield from _written(action.filler, draft.sources[action.filler.span.path], draft)
    for unit in draft.units:
        for node in _nodes(unit.file.items):
            yield from _of_node(node, unit.source, draft)


def _tight(reference: Reference) -> Span:
    """The name alone: of `heard visit_day` its second word."""
    span = reference.span
    if span.line != span.end_line:
        return span
    return replace(span, column=max(span.column, span.end_column - len(reference.name)))


def _nodes(value: object) -> Iterator[object]:
    """The nodes of a tree, outer ones first."""
    if isinstance(value, tuple):
        for each in value:
            yield from _nodes(each)
    elif is_dataclass(value) and not isinstance(value, Span):
        yield value
        for field in fields(value):
            yield from _nodes(getattr(value, field.name))


def _of_node(node: object, source: Source, draft: Draft) -> Iterator[Occurrence]:
    match node:
        case ast.Text(value=value, span=span) if "{" in value:
            yield from _written(Template(value, span), source, draft)
        case ast.Do(arguments=written):  # their list is no expression by itself
            for argument in arguments(written, ()):
                yield from _written(argument.value, source, draft)
        case ast.Expr(text=text, span=span):
            yield from _written(Expression(text, span), source, draft)
        case ast.Set(name=name):
            kind: Kind = "slot" if name.text in draft.flow.slots else "variable"
            yield Occurrence(kind, name.text, name.span, kind == "variable")
        case ast.Action(results=results):
            yield from (Occurrence("variable", each.name.text, each.name.span, True) for each in results)
        case ast.State(tags=tags):
            yield from (Occurrence("tag", tag.text, tag.span, True) for tag in tags)
        case ast.Use(library=library):
            yield Occurrence("library", library.text, library.span)
        case ast.Flow(name=name):
            yield Occurrence("flow", name.text, name.span, True)
        case ast.Run(branches=branches):  # the subflow's outcomes
            for event in (event for branch in branches for event in branch.events):
                yield Occurrence("outcome", event.value, event.span)
        case ast.Require(place=where) | ast.Forbid(place=where):
            yield Occurrence(_place_kind(where.text, draft), where.text, where.span)
        case _:
            pass


def _place_kind(name: str, draft: Draft) -> Kind:
    if any(name in state.tags for state in draft.flow.states.values()):
        return "tag"
    return "state" if name in draft.flow.states else "outcome" if name in draft.flow.outcomes else "tag"


def _written(text: Template | Expression, source: Source, draft: Draft) -> Iterator[Occurrence]:
    reading = read(text)
    for word in reading.words:
        if word.name in reading.local_names:
            continue
        kind, name = _named(word, draft)
        span = place(text, source, word.offset, len(name))
        if word.attribute is None or name == word.attribute:
            yield Occurrence(kind, name, span)
        else:
            start = max(0, text.text.rfind(word.name, 0, word.offset))
            yield Occurrence(kind, name, place(text, source, start, len(name)))
    for used in reading.filters:
        yield Occurrence("filter", used.name, place(text, source, used.offset, len(used.name)))


def _named(word: Word, draft: Draft) -> tuple[Kind, str]:
    """What a word of a template names: of `contact.name` the field, of `visit_day.month` the slot."""
    if word.attribute is not None and word.name == "contact":
        return "contact field", word.attribute
    if word.attribute is not None and word.name == "agent":
        return "agent", word.attribute
    if word.attribute is not None and word.name == "slots":
        return "slot", word.attribute
    if word.name in draft.flow.slots:
        return "slot", word.name
    return ("built-in" if word.name in BUILT_IN_VARIABLES else "variable"), word.name
