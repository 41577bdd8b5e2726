"""What is called what: definitions and references of all files of a flow, as lowering meets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowengine.graph.libraries import Unit
from flowengine.graph.model import Flow
from flowengine.graph.nearest import nearest
from flowengine.language import ast
from flowengine.language.source import Source, Span

NameKind = Literal[
    "state", "line", "intent", "slot", "outcome", "action", "policy", "contact field", "summary field", "type",
    "subflow",
]  # fmt: skip

PROTECTIVE_INTENTS = frozenset(
    {"opt_out", "robot_question", "who_are_you", "complaint", "distress", "emergency", "human_request", "dont_record"}
)
"""Intents that protect the caller whatever their definition says."""

BUILT_IN_OUTCOMES = ("hung_up", "failed")
"""The caller left; the engine or an operator ended the call."""

BUILT_IN_VARIABLES = frozenset(
    {"contact", "agent", "call", "today", "now", "daypart", "turns", "last_heard", "sentiment", "mood"}
)

RESULTS: Mapping[str, tuple[str, ...]] = {
    "collect": ("done", "failed"),
    "guard": ("allowed", "refused"),
    "do": ("ok", "error", "timeout"),
    "transfer": ("answered", "busy", "no_answer", "failed"),
    "llm": ("limit", "fallback"),
}
"""The results of a waiting statement. A model's exits and a subflow's outcomes are its own besides."""

FACTS = ("heard", "said", "did", "allowed")
"""What a policy's fact may be, besides an intent's name."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A name given to something. `library` None: in the flow's own file."""

    kind: NameKind
    name: str
    span: Span
    library: str | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A name used."""

    kind: NameKind
    name: str
    span: Span
    library: str | None


@dataclass(slots=True)
class Names:
    """Grows while a flow is lowered; read by the checks."""

    definitions: list[Definition] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    written_intents: set[str] = field(default_factory=set)
    """Those of all files, known before the first is lowered: a library's are defined after the flow's own states."""

    def define(self, kind: NameKind, name: ast.Name, library: str | None) -> None:
        if name.text:
            self.definitions.append(Definition(kind, name.text, name.span, library))

    def refer(self, kind: NameKind, name: str, span: Span, library: str | None) -> None:
        if name:
            self.references.append(Reference(kind, name, span, library))

    def defined(self, kind: NameKind) -> dict[str, Definition]:
        """Name → the definition that counts: the flow's own before a library's."""
        found: dict[str, Definition] = {}
        for definition in self.definitions:
            if definition.kind == kind:
                found.setdefault(definition.name, definition)
        return found

    def meant(self, kind: NameKind) -> frozenset[str]:
        """What undefined names of this kind were most likely meant to be: those are in use, only misspelled."""
        defined = self.defined(kind)
        found: set[str] = set()
        for reference in self.referred(kind):
            if reference.name not in defined:
                meant = nearest(reference.name, defined)
                found.update(() if meant is None else (meant,))
        return frozenset(found)

    def referred(self, kind: NameKind) -> list[Reference]:
        return [reference for reference in self.references if reference.kind == kind]


@dataclass(frozen=True, slots=True)
class Draft:
    """What checks look at: the graph, which may still name what does not exist, and everything around it.

    `flow` describes a library as well when a library is checked alone; then `library_alone` is true, and what the
    flow that uses it would supply (contact fields, variables) is unknown. `lost_lines` and `lost_names`
    hold what recovery lost or lowering left out: a check stays silent about what only looks wrong because of that.
    `damaged_states` are the places (path, line) of states that lost a line.
    """

    flow: Flow
    names: Names
    units: tuple[Unit, ...]
    sources: Mapping[str, Source]
    lost_lines: frozenset[tuple[str, int]]
    damaged_states: frozenset[tuple[str, int]]
    lost_names: frozenset[str]
    library_alone: bool
    recursive_runs: tuple[Span, ...] = ()
    """Runs of a subflow inside itself; they were not copied."""
