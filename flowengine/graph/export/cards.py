"""What stands on a state's card: the sentence it is known by, what it waits for, what it answers without leaving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from flowengine.graph.barge_in import in_words
from flowengine.graph.edges import branch_label, own_statements, plain_name, statements
from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Collect,
    Do,
    End,
    Flow,
    Goto,
    Guard,
    If,
    Keys,
    Listen,
    Llm,
    Record,
    Resume,
    Return,
    Run,
    Say,
    Split,
    State,
    Transfer,
    Waiting,
)

RemarkKind = Literal[
    "listens",
    "collects",
    "guard",
    "does",
    "model",
    "transfers",
    "runs",
    "splits",
    "records",
    "firm",
    "keys",
    "briefing",
    "repeats",
    "answers",
    "beyond",
    "kept",
    "gives",
]

_PLACEHOLDER = re.compile(r"\{\{\s*(?:contact\.|agent\.)?(.*?)\s*(?:\|.*?)?\}\}")
_QUOTES = "\"'"


@dataclass(frozen=True, slots=True)
class Remark:
    """One line on a card below its sentence, in words; its kind chooses the glyph."""

    kind: RemarkKind
    text: str


@dataclass(frozen=True, slots=True)
class Exit:
    """A move told on the card in place of an arrow: its target is reached from very many states."""

    target: str
    label: str
    is_broken: bool = False

    @property
    def text(self) -> str:
        return f"{self.label} → {plain_name(self.target)}".lstrip()


@dataclass(frozen=True, slots=True)
class Card:
    """One state. `name` is its key in the flow, `title` what its author calls it; `scope` the run it belongs to."""

    name: str
    says: str | None
    remarks: tuple[Remark, ...]
    tags: tuple[str, ...]
    library: str | None
    scope: str = ""
    is_start: bool = False
    is_reached: bool = True
    is_broken: bool = False
    exits: tuple[Exit, ...] = ()

    @property
    def key(self) -> str:
        return f"state-{self.name}"

    @property
    def title(self) -> str:
        return plain_name(self.name)


def card(flow: Flow, state: State, *, is_reached: bool, returns: bool) -> Card:
    """The card of one state."""
    waiting = [statement for statement in own_statements(state.body) if isinstance(statement, Waiting)]
    return Card(
        name=state.name,
        says=_says(flow, state.body, question=any(isinstance(one, Listen | Collect) for one in waiting)),
        remarks=(*_firm(flow, state), *_remarks(state.body, waiting, returns=returns)),
        tags=state.tags,
        library=state.library,
        scope=state.scope,
        is_start=state.name == flow.start,
        is_reached=is_reached,
    )


def readable(template: str) -> str:
    """A prompt as a person reads it: `{{ contact.name }}` becomes `[name]`, white space is single."""
    return " ".join(_PLACEHOLDER.sub(lambda found: f"[{found[1]}]", template).split())


def _firm(flow: Flow, state: State) -> Iterator[Remark]:
    """What is said here may not be cut short, or not before a line was heard; and lines that say so for themselves.

    That it always may is worth a word where the flow says otherwise, or the state.
    """
    held, whole = state.barge_in, flow.barge_in
    if held is not None and (held.mode != "always" or (whole is not None and whole.mode != "always")):
        yield Remark("firm", in_words(held))
    said = dict.fromkeys(
        each.line for each in statements(state.body) if isinstance(each, Say) and each.line is not None
    )
    for name in said:
        own = flow.lines[name].barge_in if name in flow.lines else None
        around = held if held is not None else whole
        if own is not None and (own.mode != "always" or (around is not None and around.mode != "always")):
            yield Remark("firm", f"{name}: {in_words(own)}")


def _remarks(block: Block, waiting: list[Waiting], *, returns: bool) -> Iterator[Remark]:
    for statement in own_statements(block):
        match statement:
            case Record(start=start):
                yield Remark("records", "starts recording" if start else "stops recording")
            case Split(variants=variants):
                shares = ", ".join(f"{variant.name} {variant.percent:g} %" for variant in variants)
                yield Remark("splits", shares)
            case Keys(text=text):
                yield Remark("keys", f"sends keys {readable(text.text)}")
            case Transfer(briefing=briefing) if briefing is not None:
                yield _waits(statement)
                yield Remark("briefing", f"tells the colleague: {readable(briefing.text)}")
            case _ if isinstance(statement, Waiting):
                yield _waits(statement)
            case _:
                pass
    branches = [branch for statement in waiting for branch in statement.branches]
    repeats = [branch_label(branch) for branch in branches if _stays(branch)]
    answers = [branch_label(branch) for branch in branches if _has(branch, Resume)]
    if repeats:
        yield Remark("repeats", f"asks again: {', '.join(repeats)}")
    if answers:
        yield Remark("answers", f"answers: {', '.join(answers)}")
    if returns:
        yield Remark("answers", "then returns")


def _waits(waiting: Waiting) -> Remark:
    match waiting:
        case Listen(seconds=seconds):
            return Remark("listens", f"listens {seconds:g} s")
        case Collect(slots=slots):
            return Remark("collects", f"collects {', '.join(slots)}")
        case Guard(name=name):
            return Remark("guard", f"guard {name}")
        case Do(action=action, arguments=arguments):
            return Remark("does", f"does {action}({', '.join(argument.value.text for argument in arguments)})")
        case Llm(task=task):
            return Remark("model", f"model: {readable(task.text)}")
        case Transfer(target=target):
            return Remark("transfers", f"transfers to {target.text.strip(_QUOTES)}")
        case Run(flow=name):
            return Remark("runs", f"runs {name}")
        case _:
            assert_never(waiting)


def _has(branch: Branch, *kinds: type) -> bool:
    return any(isinstance(statement, kinds) for statement in statements(branch.body))


def _stays(branch: Branch) -> bool:
    return _has(branch, Again) or not _has(branch, Goto, End, Resume, Return)


def _says(flow: Flow, block: Block, *, question: bool) -> str | None:
    """The sentence a state is known by: its question, which comes last; where it asks nothing, its first."""
    spoken = [readable(text) for text in _spoken(flow, block)]
    if not spoken:
        return None
    return spoken[-1] if question else spoken[0]


def _spoken(flow: Flow, block: Block) -> Iterator[str]:
    for statement in block:
        match statement:
            case Say(line=str() as name) if name in flow.lines:
                yield from (sentence.text for sentence in flow.lines[name].sentences)
            case Say(sentences=sentences):
                yield from (sentence.text for sentence in sentences)
            case If(arms=arms):
                yield from _spoken(flow, arms[0].body)
            case Split(variants=variants):
                yield from _spoken(flow, variants[0].body)
            case Collect(slots=slots):
                asked = [flow.slots[slot].ask for slot in slots[:1] if slot in flow.slots]
                yield from (ask.text for ask in asked if ask is not None)
            case _:
                pass
