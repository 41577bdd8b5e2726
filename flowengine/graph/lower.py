"""Tree to graph: the files of a flow become one `Flow`, the flow's own definitions before those of its libraries.

The graph that comes out may still name what does not exist; the checks say so, and only a flow without errors is run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from flowengine.graph import model
from flowengine.graph.libraries import Unit
from flowengine.graph.lower_action import lower_action
from flowengine.graph.lower_block import BlockLowering, Home, RunSite, expression, template, templates, whole
from flowengine.graph.lower_policy import PolicyLowering
from flowengine.graph.names import BUILT_IN_OUTCOMES, PROTECTIVE_INTENTS, Draft, Names
from flowengine.graph.types import constant, value_type
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Span

DEFAULT_LANGUAGE = "en-GB"
DEFAULT_TRIES = 3
MOST_STATES = 20_000
"""Copies of subflows stop here; a flow that a person could read is far below."""

_WHOLE_CALL = (model.OnHangup, model.OnAfter, model.OnTurns)
"""What concerns the call as a whole is its flow's to handle, not a subflow's."""


def lower(units: list[Unit], *, library_alone: bool = False) -> tuple[Draft, list[Diagnostic]]:
    """The draft of a flow (or, for checking it by itself, of a library) and the problems met on the way."""
    return _Lowering(units, library_alone).run()


class _Lowering:
    def __init__(self, units: list[Unit], library_alone: bool) -> None:
        self._units = units
        self._library_alone = library_alone
        self._names = Names()
        self._problems: list[Diagnostic] = []
        self._contact: dict[str, model.ContactField] = {}
        self._outcomes: dict[str, model.Outcome] = {}
        self._lines: dict[str, model.Line] = {}
        self._intents: dict[str, model.Intent] = {}
        self._slots: dict[str, model.Slot] = {}
        self._states: dict[str, model.State] = {}
        self._actions: dict[str, model.Action] = {}
        self._summary: dict[str, model.SummaryField] = {}
        self._policies: list[model.Policy] = []
        self._anywhere: list[model.HandlerLayer] = []
        self._sites: list[RunSite] = []
        self._recursive: list[RunSite] = []
        self._variables: set[str] = set()
        self._written_lines: dict[str, ast.Line] = {}
        self._written_actions: dict[str, ast.Action] = {}
        self._subflows: dict[str, Unit] = {}
        self._lost_lines: set[tuple[str, int]] = set()
        self._lost_names: set[str] = set()
        self._barge_in: model.BargeIn | None = None

    def run(self) -> tuple[Draft, list[Diagnostic]]:
        for unit in self._units:
            for item in unit.file.items:
                if isinstance(item, ast.Line):
                    self._written_lines.setdefault(item.name.text, item)
                elif isinstance(item, ast.Action):
                    self._written_actions.setdefault(item.name.text, item)
                elif isinstance(item, ast.Intent):
                    self._names.written_intents.add(item.name.text)
            if unit.is_subflow and unit.library is not None:
                self._subflows[unit.library] = unit
        for unit in self._units:
            self._unit(unit)
        self._copy_subflows()
        heads = [item for item in self._units[0].file.items if isinstance(item, ast.Flow)]
        self._problems += [_second_flow(head.span) for head in heads[1:]]
        self._problems += [problem for unit in self._units for problem in _second_summaries(unit)]
        head = heads[0] if heads else None
        draft = Draft(
            flow=self._flow(head),
            names=self._names,
            units=tuple(self._units),
            sources={unit.source.path: unit.source for unit in self._units},
            lost_lines=frozenset(self._lost_lines),
            damaged_states=frozenset(self._damaged_states()),
            lost_names=frozenset(self._lost_names),
            library_alone=self._library_alone,
            recursive_runs=tuple(site.span for site in self._recursive),
        )
        return draft, self._problems

    def _damaged_states(self) -> Iterator[tuple[str, int]]:
        """The places of states that lost a line."""
        if not self._lost_lines:
            return
        for unit in self._units:
            path = unit.source.path
            for item in unit.file.items:
                if isinstance(item, ast.State):
                    lines = range(item.name.span.line, item.last_line + 1)
                    if any((path, line) in self._lost_lines for line in lines):
                        yield path, item.name.span.line

    def _flow(self, head: ast.Flow | None) -> model.Flow:
        span = head.span if head else Span(self._units[0].source.path, 1, 1, 1, 2)
        for name in BUILT_IN_OUTCOMES:
            self._outcomes.setdefault(name, model.Outcome(name, None, span))
        own_states = [state.name for state in self._states.values() if state.library is None]
        return model.Flow(
            name=head.name.text if head else "",
            title=head.title.value if head else "",
            direction=head.direction if head else "inbound",
            language=head.language.text if head and head.language else DEFAULT_LANGUAGE,
            voice=head.voice.text if head and head.voice else None,
            agent=model.Agent(head.agent.name.value, head.agent.company.value)
            if head and head.agent
            else model.Agent("", ""),
            contact=self._contact,
            outcomes=self._outcomes,
            lines=self._lines,
            intents=self._intents,
            slots=self._slots,
            states=self._states,
            start=own_states[0] if own_states else "",
            anywhere=tuple(self._anywhere),
            version=_version(self._units),
            span=span,
            actions=self._actions,
            policies=tuple(self._policies),
            summary=self._summary,
            variables=frozenset(self._variables),
            barge_in=self._barge_in,
        )

    def _unit(self, unit: Unit) -> None:
        path = unit.source.path
        blocks = self._blocks(Home(unit.library))
        policies = PolicyLowering(unit.library, self._names, self._problems)
        handlers: list[model.Branch] = []
        for item in unit.file.items:
            match item:
                case ast.Flow(barge_in=written) if unit.library is None:
                    self._barge_in = self._barge_in or blocks.barge_in(written)
                case ast.Flow() | ast.Use():
                    pass  # a subflow's header is its states' own
                case ast.Contact(fields=fields):
                    for field in fields:
                        self._field(field, unit)
                case ast.Outcome():
                    self._names.define("outcome", item.name, unit.library)
                    name = item.name.text
                    if unit.is_subflow:
                        continue  # it ends the subflow, and no call
                    self._outcomes.setdefault(name, model.Outcome(name, item.disposition, item.name.span))
                case ast.Line():
                    self._names.define("line", item.name, unit.library)
                    said, own = templates(item.texts), blocks.barge_in(item.barge_in)
                    line = model.Line(item.name.text, said, item.name.span, own)
                    self._lines.setdefault(line.name, line)
                case ast.Intent():
                    self._intent(item, unit)
                case ast.Slot():
                    self._slot(item, unit)
                case ast.Action():
                    self._names.define("action", item.name, unit.library)
                    self._actions.setdefault(item.name.text, lower_action(item, self._problems))
                case ast.Policy():
                    self._names.define("policy", item.name, unit.library)
                    self._policies.append(policies.policy(item))
                case ast.Summary() if unit.is_subflow:
                    pass  # it tells of the subflow's own calls
                case ast.Summary(fields=promised):
                    for each in promised:
                        self._summary_field(each, unit)
                case ast.State() | ast.Anywhere() if unit.is_subflow:
                    pass  # copied for each `run`
                case ast.State():
                    self._names.define("state", item.name, unit.library)
                    self._states.setdefault(item.name.text, _state(item, blocks, Home(unit.library)))
                case ast.Anywhere(branches=branches):
                    handlers.extend(blocks.branches(branches, "anywhere"))
                case _:
                    assert_never(item)
        if handlers:
            self._anywhere.append(model.HandlerLayer(unit.library, tuple(handlers)))
        self._lost_lines |= {(path, line) for line in unit.file.damage.lines}
        self._lost_names |= unit.file.damage.names
        self._take(blocks, path)

    # ── subflows ──

    def _copy_subflows(self) -> None:
        """Give each `run` its own copy of the subflow's states; copies may run others in turn."""
        while self._sites:
            if len(self._states) > MOST_STATES:
                return
            site = self._sites.pop(0)
            own = self._units[0].file
            outer = [flow for flow in self._subflows if f"/{flow}/" in f"{site.scope.rpartition('/')[0]}/"]
            if site.flow in outer or site.flow in {item.name.text for item in own.items if isinstance(item, ast.Flow)}:
                self._recursive.append(site)
            elif site.flow in self._subflows:
                self._copy(site, self._subflows[site.flow])

    def _copy(self, site: RunSite, unit: Unit) -> None:
        states = [item for item in unit.file.items if isinstance(item, ast.State)]
        home = Home(unit.library, site.scope, frozenset(state.name.text for state in states))
        blocks = self._blocks(home)
        head = next((item.barge_in for item in unit.file.items if isinstance(item, ast.Flow)), None)
        default = blocks.barge_in(head)
        for item in states:
            copied = _state(item, blocks, home, default)
            self._states.setdefault(copied.name, copied)
        handlers = [
            branch
            for item in unit.file.items
            if isinstance(item, ast.Anywhere)
            for branch in blocks.branches(item.branches, "anywhere")
            if not any(isinstance(trigger, _WHOLE_CALL) for trigger in branch.triggers)
        ]
        if handlers:
            # Before its caller's, which stand before those that came first.
            self._anywhere.insert(0, model.HandlerLayer(unit.library, tuple(handlers), site.scope))
        self._take(blocks, unit.source.path)

    def _blocks(self, home: Home) -> BlockLowering:
        entries = {
            name: next((item.name.text for item in unit.file.items if isinstance(item, ast.State)), "")
            for name, unit in self._subflows.items()
        }
        known = {name: entry for name, entry in entries.items() if entry}
        return BlockLowering(home, self._names, self._written_lines, self._written_actions, known)

    def _take(self, blocks: BlockLowering, path: str) -> None:
        """What lowering some blocks has found."""
        self._problems.extend(blocks.problems)
        self._variables |= blocks.variables
        self._sites.extend(blocks.sites)
        self._lost_lines |= {(path, line) for line in blocks.left_out_lines}

    def _field(self, field: ast.Field, unit: Unit) -> None:
        self._names.define("contact field", field.name, unit.library)
        kind = value_type(field.type, self._problems)
        default = constant(kind, field.default) if field.default else None
        lowered = model.ContactField(field.name.text, kind, default, field.name.span)
        # A subflow cannot make an input of its own a requirement of the whole call: a check says that it is missing.
        if default is not None or not unit.is_subflow:
            self._contact.setdefault(lowered.name, lowered)

    def _summary_field(self, field: ast.SummaryField, unit: Unit) -> None:
        self._names.define("summary field", field.name, unit.library)
        lowered = model.SummaryField(
            field.name.text,
            value_type(field.type, self._problems),
            field.description.value if field.description else None,
            expression(field.value) if field.value else None,
            field.name.span,
        )
        self._summary.setdefault(lowered.name, lowered)

    def _intent(self, intent: ast.Intent, unit: Unit) -> None:
        """An intent that a library declares too is one intent: phrases add up, the first description counts."""
        self._names.define("intent", intent.name, unit.library)
        name = intent.name.text
        added = model.Intent(
            name,
            intent.description.value if intent.description else None,
            tuple(phrase.value for phrase in intent.phrases),
            tuple(pattern.value for pattern in intent.patterns),
            intent.protective or name in PROTECTIVE_INTENTS,
            intent.name.span,
        )
        first = self._intents.get(name)
        if first is not None:
            added = replace(
                first,
                description=first.description or added.description,
                phrases=_union(first.phrases, added.phrases),
                patterns=_union(first.patterns, added.patterns),
                protective=first.protective or added.protective,
            )
        self._intents[name] = added

    def _slot(self, slot: ast.Slot, unit: Unit) -> None:
        self._names.define("slot", slot.name, unit.library)
        lowered = model.Slot(
            name=slot.name.text,
            type=value_type(slot.type, self._problems),
            ask=template(slot.ask) if slot.ask else None,
            again=template(slot.again) if slot.again else None,
            confirm=template(slot.confirm) if slot.confirm else None,
            valid=expression(slot.valid) if slot.valid else None,
            invalid=template(slot.invalid) if slot.invalid else None,
            tries=whole(slot.tries, "tries", 9, self._problems) if slot.tries else DEFAULT_TRIES,
            secret=slot.secret,
            span=slot.name.span,
        )
        self._slots.setdefault(lowered.name, lowered)


def _state(state: ast.State, blocks: BlockLowering, home: Home, default: model.BargeIn | None = None) -> model.State:
    name = home.named(state.name.text)
    tags = tuple(tag.text for tag in state.tags)
    own = blocks.barge_in(state.barge_in) or default
    return model.State(name, tags, blocks.state(state), home.library, state.name.span, home.scope, own)


def _second_flow(span: Span) -> Diagnostic:
    help_ = "give it a file of its own"
    return Diagnostic("FL123", "second-flow", "error", span, "a file holds one flow, and this is the second", help_)


def _second_summaries(unit: Unit) -> Iterator[Diagnostic]:
    blocks = [item for item in unit.file.items if isinstance(item, ast.Summary)]
    for block in blocks[1:]:
        help_ = f"put its fields under the first one (line {blocks[0].span.line})"
        yield Diagnostic("FL116", "repeated-part", "error", block.span, "'summary' is written twice", help_)


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _version(units: list[Unit]) -> str:
    """12 hex digits over every file's text: two calls with the same version ran the same words."""
    digest = hashlib.sha256()
    for unit in units:
        digest.update(f"{unit.library or ''}\0{len(unit.source.text)}\0".encode())
        digest.update(unit.source.text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:12]
