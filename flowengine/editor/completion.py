"""What could be written at a place: the parser says which kinds of words fit, the flow which names there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from flowengine.editor.describe import describe
from flowengine.editor.lexicon import ATTRIBUTES, FILTERS, KEYWORDS, VARIABLES
from flowengine.editor.workspace import Workspace
from flowengine.graph.compile import Analysis
from flowengine.graph.model import TypeKind
from flowengine.graph.names import BUILT_IN_OUTCOMES, FACTS, RESULTS, Draft, NameKind
from flowengine.language import ast
from flowengine.language.fitting import Fitting, fitting
from flowengine.language.grammar import keywords
from flowengine.language.source import Source

OfferKind = Literal[
    "state", "intent", "line", "slot", "outcome", "action", "library", "tag", "type", "variable", "attribute",
    "filter", "keyword", "result", "flow", "guard",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """One word that could stand there. `detail` is one line, `text` what is put in."""

    word: str
    kind: OfferKind
    detail: str = ""

    @property
    def text(self) -> str:
        return f"{self.word}(" if self.kind == "guard" and self.word in FACTS else self.word


_AFTER: dict[str, tuple[NameKind, ...]] = {
    "ARROW": ("state",),
    "END": ("outcome",),
    "SAY": ("line",),
    "COLLECT": ("slot",),
    "HEARD": ("slot",),
    "DO": ("action",),
    "REQUIRE": ("intent",),
    "AFTER": ("intent",),
    "ALWAYS": ("intent",),
    "BEFORE": ("state", "outcome"),
    "NEVER": ("state", "outcome"),
}
"""What kinds of names follow a word."""

_FACTS: dict[str, NameKind] = {"heard": "line", "said": "line", "did": "action"}
_NOT_TEMPLATES = {"INTENT", "FLOW", "AGENT", "VOICE", "ACTION", "SUMMARY"}
_ATTRIBUTE = re.compile(r"(\w+)\s*\.\s*\w*\Z")
_FILTER = re.compile(r"\|\s*\w*\Z")
_TYPES = tuple("one of" if kind == "one_of" else kind for kind in get_args(TypeKind))


def complete(workspace: Workspace, analysis: Analysis, source: Source, line: int, column: int) -> list[Offer]:
    """Everything that fits at a place, names before keywords. Never raises."""
    fit = fitting(source, line, column)
    draft = analysis.draft
    if fit.text is not None:
        return list(_in_text(fit, draft))
    row = [kind for kind, _ in fit.row]
    if "QUOTED" in fit.accepted:
        found = list(_in_expression(" ".join(text for _, text in fit.row) + " ", draft))
    elif "NAME" in fit.accepted:
        found = list(_names(fit, row, workspace, draft, source.path))
    else:
        found = []
    known = {offer.word for offer in found}
    words = keywords()
    terminals = sorted(fit.accepted & words.keys()) if row[-1:] != ["OPERATOR"] else []
    found += [Offer(words[kind], "keyword", _sentence(kind)) for kind in terminals if words[kind] not in known]
    return found


def _sentence(kind: str) -> str:
    known = KEYWORDS.get(kind)
    return known.sentence if known is not None else ""


# ── names ──


def _names(fit: Fitting, row: list[str], workspace: Workspace, draft: Draft, path: str) -> Iterator[Offer]:
    last = row[-1] if row else ""
    around = fit.around[0] if fit.around else ""
    if last == "ARROW" and row[0] == "ACTION":
        return
    if last in ("", "OR") and "SILENCE" in fit.accepted:
        yield from _events(around, draft)
    elif last == "USE":
        yield from (Offer(name, "library") for name in workspace.libraries(path))
    elif last == "RUN":
        yield from (Offer(name, "flow") for name in workspace.libraries(path))
    elif last == "COLON" and (row[0] in ("SLOT", "ACTION") or around in ("CONTACT", "SUMMARY")):
        yield from (Offer(name, "type") for name in _TYPES)
    elif last == "GUARD":
        yield from (Offer(name, "guard") for name in _guards(draft))
    elif last in ("IS", "COMMA") and row[0] == "STATE":
        yield from (Offer(tag, "tag") for tag in _tags(draft) if ("NAME", tag) not in fit.row)
    elif last == "COMMA" and row[0] == "COLLECT":
        yield from _defined(draft, ("slot",))
    elif last == "LPAR" and len(fit.row) > 1 and fit.row[-2][1] in _FACTS:
        yield from _defined(draft, (_FACTS[fit.row[-2][1]],))
    elif last == "AFTER" and "BARGE_IN" in row:
        yield from _defined(draft, ("line",))
    elif last in _AFTER:
        yield from _defined(draft, _AFTER[last])
        if last in ("REQUIRE", "AFTER") and around == "POLICY":
            yield from (Offer(fact, "guard", "a fact of the call") for fact in FACTS)
        if last in ("BEFORE", "NEVER"):
            yield from (Offer(tag, "tag") for tag in _tags(draft))


def _events(around: str, draft: Draft) -> Iterator[Offer]:
    for result in RESULTS.get(around.lower(), ()):
        yield Offer(result, "result", f"a result of '{around.lower()}'")
    if around == "RUN":
        yield from _defined(draft, ("outcome",))
    elif around in ("LISTEN", "COLLECT", "ANYWHERE"):
        yield from _defined(draft, ("intent",))


def _defined(draft: Draft, kinds: Iterable[NameKind]) -> Iterator[Offer]:
    for kind in kinds:
        names = list(draft.names.defined(kind))
        names += [name for name in BUILT_IN_OUTCOMES if kind == "outcome" and name not in names]
        for name in names:
            offered: OfferKind = (
                kind if kind in ("state", "intent", "line", "slot", "outcome", "action") else "variable"
            )
            yield Offer(name, offered, describe(draft, kind, name))


def _tags(draft: Draft) -> list[str]:
    return sorted({tag for state in draft.flow.states.values() for tag in state.tags if tag})


def _guards(draft: Draft) -> list[str]:
    found = {"uk_outbound"}
    for unit in draft.units:
        for item in unit.file.items:
            if isinstance(item, ast.State):
                found.update(each.name.text for each in item.body if isinstance(each, ast.Guard) and each.name.text)
    return sorted(found)


# ── inside texts and expressions ──


def _in_text(fit: Fitting, draft: Draft) -> Iterator[Offer]:
    assert fit.text is not None
    heads = {kind for kind, _ in fit.row[:1]} | set(fit.around[:1])
    opened = max(fit.text.rfind("{{"), fit.text.rfind("{%"))
    closed = max(fit.text.rfind("}}"), fit.text.rfind("%}"))
    if opened > closed and not heads & _NOT_TEMPLATES:
        yield from _in_expression(fit.text[opened + 2 :], draft)


def _in_expression(written: str, draft: Draft) -> Iterator[Offer]:
    attribute = _ATTRIBUTE.search(written)
    if attribute is not None:
        yield from _attributes(attribute[1], draft)
    elif _FILTER.search(written) is not None:
        yield from (Offer(name, "filter", known.sentence) for name, known in FILTERS.items())
    else:
        yield from (Offer(name, "variable", sentence) for name, sentence in VARIABLES.items())
        yield from _defined(draft, ("slot",))
        slots = draft.flow.slots
        yield from (Offer(name, "variable", "set in this flow") for name in sorted(draft.flow.variables - slots.keys()))


def _attributes(name: str, draft: Draft) -> Iterator[Offer]:
    if name == "contact":
        for field in draft.flow.contact:
            yield Offer(field, "attribute", describe(draft, "contact field", field))
    elif name == "slots":
        for slot in draft.flow.slots:
            yield Offer(slot, "attribute", describe(draft, "slot", slot))
    else:
        yield from (Offer(each, "attribute", sentence) for each, sentence in ATTRIBUTES.get(name, {}).items())
