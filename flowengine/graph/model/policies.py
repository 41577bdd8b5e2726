"""Policies: what is proved of a flow before its first call, and enforced in every call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowengine.graph.model.triggers import Trigger
from flowengine.language.source import Span

FactKind = Literal["heard", "said", "did", "allowed", "meant"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that has happened: `heard(line)`, `said(line)`, `did(action)`, `allowed(guard)`, or an intent."""

    kind: FactKind
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Require:
    """`require FACT before PLACE`. A place is the name of a tag, a state or an outcome."""

    fact: Fact
    place: str
    span: Span


@dataclass(frozen=True, slots=True)
class Forbid:
    """`never PLACE after FACT`."""

    place: str
    fact: Fact
    span: Span


@dataclass(frozen=True, slots=True)
class Always:
    """`always EVENT -> STATE`: wherever the event is taken, it leads to that state at once."""

    trigger: Trigger
    state: str
    span: Span


@dataclass(frozen=True, slots=True)
class AtMost:
    """`at most 8m`, `at most 20 turns`: one of the two is None."""

    seconds: float | None
    turns: int | None
    span: Span


Rule = Require | Forbid | Always | AtMost


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules that hold together; those of a library and of the flow under one name add up."""

    name: str
    rules: tuple[Rule, ...]
    library: str | None
    span: Span
