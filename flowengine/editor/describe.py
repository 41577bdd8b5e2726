"""What the things of a flow are, in one line and at length: details of completions, and hovers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from flowengine.editor.lexicon import ATTRIBUTES, EXAMPLES, FILTERS, KEYWORDS, VARIABLES
from flowengine.editor.occurrences import Kind, Occurrence, occurrences
from flowengine.editor.results import RESULT_SENTENCES
from flowengine.graph.barge_in import in_words
from flowengine.graph.model import ValueType
from flowengine.graph.names import PROTECTIVE_INTENTS, Draft
from flowengine.graph.proof.policies import promised_lines
from flowengine.language import ast

MOST_PHRASES = 6
"""Of an intent, in a hover."""

_Named = TypeVar("_Named", ast.State, ast.Intent, ast.Line, ast.Slot, ast.Outcome, ast.Action, ast.Policy)


def describe(draft: Draft, kind: Kind, name: str) -> str:
    """One line about a thing; "" where there is nothing to say."""
    flow = draft.flow
    if kind == "intent" and name in flow.intents:
        return flow.intents[name].description or ""
    if kind == "line" and name in flow.lines:
        return " ".join(sentence.text for sentence in flow.lines[name].sentences)[:120]
    if kind == "slot" and name in flow.slots:
        return type_words(flow.slots[name].type)
    if kind == "contact field" and name in flow.contact:
        return type_words(flow.contact[name].type)
    if kind == "summary field" and name in flow.summary:
        return type_words(flow.summary[name].type)
    if kind == "outcome" and name in flow.outcomes:
        return flow.outcomes[name].disposition or ""
    if kind == "state" and name in flow.states:
        return ", ".join(flow.states[name].tags)
    return ""


def type_words(type_: ValueType) -> str:
    """A type as an author writes it."""
    if type_.kind == "one_of":
        return f"one of ({', '.join(type_.choices)})"
    return f"digits({type_.digits})" if type_.digits is not None else type_.kind


def hover(draft: Draft, name: Occurrence) -> str | None:
    """What is known of a name, as Markdown."""
    match name.kind:
        case "state":
            return _state(draft, name.name)
        case "intent":
            return _intent(draft, name.name)
        case "line":
            line = _item(draft, ast.Line, name.name)
            said = [f"> {text.value}  " for text in line.texts] if line is not None else []
            return "\n".join([f"**line** `{name.name}`", "", *said, *_when_cut(draft, name.name)])
        case "slot":
            return _slot(draft, name.name)
        case "variable":
            return f"**variable** `{name.name}`{_set_at(draft, name)}"
        case "contact field":
            field = draft.flow.contact.get(name.name)
            return f"**contact field** `{name.name}`: {type_words(field.type)}" if field is not None else None
        case "summary field":
            return _summary_field(draft, name.name)
        case "outcome":
            disposition = describe(draft, "outcome", name.name)
            return f"**outcome** `{name.name}`" + (f" · {disposition}" if disposition else "")
        case "action":
            return _action(draft, name.name)
        case "filter":
            return filter_hover(name.name)
        case "built-in":
            return f"**built in** `{name.name}`: {VARIABLES.get(name.name, '')}"
        case "agent":
            return f"**agent** `{name.name}`: {ATTRIBUTES['agent'].get(name.name, '')}"
        case "tag":
            states = [state.name for state in draft.flow.states.values() if name.name in state.tags]
            return f"**tag** `{name.name}` of {', '.join(f'`{state}`' for state in states)}"
        case "library" | "subflow":
            return _library(draft, name.name)
        case _:
            return f"**{name.kind}** `{name.name}`"


def keyword_hover(kind: str, word: str, behind: str | None = None) -> str | None:
    """A keyword's sentence and example; `behind`: the kind of what stands before it on its line."""
    known = KEYWORDS.get(kind)
    if known is None:
        return None
    example = KEYWORDS["BARGE_IN"].example if behind == "BARGE_IN" else known.example
    return f"**{word}**: {known.sentence}\n\n```flow\n{EXAMPLES[example]}```"


def result_hover(statement: str, word: str) -> str | None:
    """A result of `transfer`, `collect`, `guard` or `do`, on which a branch under it is taken."""
    sentence = RESULT_SENTENCES.get(statement, {}).get(word)
    if sentence is None:
        return None
    example = EXAMPLES[KEYWORDS[statement.upper()].example]
    return f"**{word}**, a result of `{statement}`: {sentence}\n\n```flow\n{example}```"


def filter_hover(name: str) -> str | None:
    known = FILTERS.get(name)
    if known is None:
        return None
    return f"**filter** `{name}`: {known.sentence}\n\n`{{{{ {known.written} }}}}` is heard as “{known.heard}”"


def _item(draft: Draft, kind: type[_Named], name: str) -> _Named | None:
    """The definition that counts: the flow's own before a library's."""
    for unit in draft.units:
        for item in unit.file.items:
            if isinstance(item, kind) and item.name.text == name:
                return item
    return None


def _state(draft: Draft, name: str) -> str | None:
    state = _item(draft, ast.State, name)
    if state is None:
        return None
    tags = f" is {', '.join(tag.text for tag in state.tags)}" if state.tags else ""
    source = draft.sources[state.span.path]
    waiting = [
        f"**waits** `{source.lines[statement.span.line - 1].strip()}`: " + _branches(statement.branches)
        for statement in state.body
        if isinstance(statement, ast.Listen | ast.Collect | ast.Guard | ast.Do | ast.Transfer | ast.Run)
    ]
    ends = [f"**ends** `{each.outcome.text}`" for each in state.body if isinstance(each, ast.End) and each.outcome]
    moves = [f"**goes to** `{each.state.text}`" for each in state.body if isinstance(each, ast.Goto)]
    says = [f"> {text}  " for text in _said(draft, state)]
    lowered = draft.flow.states.get(name)
    own = [f"`{in_words(lowered.barge_in)}`"] if lowered is not None and lowered.barge_in is not None else []
    parts = [f"**state** `{name}`{tags}", *own, "\n".join(says), *waiting, *ends, *moves, _reached(draft, name)]
    return "\n\n".join(part for part in parts if part)


def _when_cut(draft: Draft, name: str) -> Iterator[str]:
    """When the caller may cut a line short, where it is not as its state and the flow have it."""
    line = draft.flow.lines.get(name)
    if line is None:
        return
    if line.barge_in is not None:
        yield f"\n`{in_words(line.barge_in)}`"
    elif name in promised_lines(draft.flow):
        yield "\nheard to its end, since a policy requires it: as `barge-in never`"


def _said(draft: Draft, state: ast.State) -> Iterator[str]:
    for statement in state.body:
        if isinstance(statement, ast.Say):
            line = _item(draft, ast.Line, statement.line.text) if statement.line is not None else None
            yield from (text.value for text in (line.texts if line is not None else statement.texts))


def _branches(branches: tuple[ast.Branch, ...]) -> str:
    return ", ".join(" or ".join(_event(event) for event in branch.events) for branch in branches)


def _event(event: ast.Event) -> str:
    return f"`{event.value}`" if event.kind == "name" else f"`{event.kind} {event.value}`".replace(" `", "`")


def _reached(draft: Draft, name: str) -> str:
    """The states whose lines lead here."""
    found: dict[str, None] = {}
    for reference in draft.names.referred("state"):
        if reference.name == name:
            for unit in draft.units:
                if unit.source.path == reference.span.path:
                    for item in unit.file.items:
                        if isinstance(item, ast.State) and item.span.line <= reference.span.line <= item.last_line:
                            found.setdefault(item.name.text)
    return f"reached from {', '.join(f'`{each}`' for each in found)}" if found else ""


def _intent(draft: Draft, name: str) -> str | None:
    intent = draft.flow.intents.get(name)
    if intent is None:
        return None
    kind = "protective intent" if intent.protective or name in PROTECTIVE_INTENTS else "intent"
    phrases = ", ".join(f"“{phrase}”" for phrase in intent.phrases[:MOST_PHRASES])
    rest = len(intent.phrases) - MOST_PHRASES
    more = f" and {rest} more" if rest > 0 else ""
    patterns = " ".join(f"`/{pattern}/`" for pattern in intent.patterns[:MOST_PHRASES])
    parts = [f"**{kind}** `{name}`", intent.description or "", phrases + more, patterns]
    return "\n\n".join(part for part in parts if part)


def _slot(draft: Draft, name: str) -> str | None:
    slot = draft.flow.slots.get(name)
    if slot is None:
        return None
    questions = {"asks": slot.ask, "asks again": slot.again, "reads back": slot.confirm, "if not valid": slot.invalid}
    told = [f"{word}: “{text.text}”" for word, text in questions.items() if text is not None]
    valid = [f"valid: `{slot.valid.text}`"] if slot.valid is not None else []
    return "\n\n".join([f"**slot** `{name}`: {type_words(slot.type)}", *told, *valid, f"tries: {slot.tries}"])


def _summary_field(draft: Draft, name: str) -> str | None:
    field = draft.flow.summary.get(name)
    if field is None:
        return None
    sources = [f"a model looks for: {field.description}"] if field.description else []
    sources += [f"reckoned when the call ends: `{field.value.text}`"] if field.value is not None else []
    return "\n\n".join([f"**summary field** `{name}`: {type_words(field.type)}", *sources])


def _action(draft: Draft, name: str) -> str | None:
    action = _item(draft, ast.Action, name)
    if action is None:
        return None
    return f"**action** `{name}`\n\n```flow\n{draft.sources[action.span.path].lines[action.span.line - 1]}\n```"


def _set_at(draft: Draft, name: Occurrence) -> str:
    lines = [each.span.line for each in occurrences(draft) if each.thing == name.thing and each.defines]
    return f", set in line {', '.join(map(str, lines))}" if lines else ""


def _library(draft: Draft, name: str) -> str | None:
    unit = next((unit for unit in draft.units if unit.library == name), None)
    if unit is None:
        return None
    count = len(unit.file.items)
    return f"**library** `{name}`: {count} definitions in `{unit.source.path}`"
