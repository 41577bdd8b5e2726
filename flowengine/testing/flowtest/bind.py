"""Tests held against their flow: names that must exist, contact data that must fit, before a call is played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flowengine.conversation.contact import check_contact
from flowengine.conversation.supposing import meanings_of
from flowengine.errors import ContactNotValid
from flowengine.graph.edges import plain_name, statements
from flowengine.graph.model import ContactField, Flow, Guard
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.source import Span
from flowengine.testing.flowtest.ast import Ends, ExpectState, ExpectUnderstood, ExpectValue, Named, Test
from flowengine.testing.flowtest.bind_script import script_problems, scripted
from flowengine.testing.flowtest.bind_summary import SUMMARY, expected
from flowengine.testing.flowtest.problems import did_you_mean, mistake
from flowengine.testing.script import Scripted

NOTHING = "nothing"
"""How a test writes that nothing fitted."""

ALWAYS = ("hung_up", "failed")
"""Outcomes that every flow has."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A test that can be played."""

    test: Test
    flow: Flow
    contact: Mapping[str, object]
    guard: Mapping[str, bool]
    script: tuple[Scripted, ...] = ()
    variants: Mapping[str, str] = field(default_factory=dict)


def bind(test: Test, flow: Flow) -> tuple[Bound | None, tuple[Diagnostic, ...]]:
    """The test with its flow; None when something in it does not fit."""
    found = [*_contact(test, flow), *misnamed(test, flow)]
    contact: dict[str, object] = {item.name.text: item.value.text for item in test.contact}
    if not found:
        try:
            check_contact(flow, contact)
        except ContactNotValid as error:
            found.append(_misfit(test, str(error)))
    if found:
        return None, tuple(sorted(found, key=lambda problem: (problem.span.line, problem.span.column)))
    return (
        Bound(
            test,
            flow,
            contact,
            {answer.name.text: answer.allowed for answer in test.guards},
            tuple(scripted(line) for line in test.script),
            {choice.split.text: choice.variant.text for choice in test.variants},
        ),
        (),
    )


def misnamed(test: Test, flow: Flow) -> tuple[Diagnostic, ...]:
    """What a test names and its flow does not have. Nothing is said of what the test lacks."""
    return (*_guards(test, flow), *script_problems(test, flow), *_steps(test, flow))


def _contact(test: Test, flow: Flow) -> Iterator[Diagnostic]:
    seen: dict[str, Span] = {}
    for item in test.contact:
        name = item.name
        if name.text not in flow.contact:
            message = f"{flow.name!r} has no contact field called {name.text!r}"
            yield mistake("FL871", "unknown-contact-field", name.span, message, did_you_mean(name.text, flow.contact))
        elif name.text in seen:
            first = (Related(seen[name.text], "the first is here"),)
            message = f"{name.text!r} is given twice"
            yield Diagnostic("FL857", "given-twice", "error", name.span, message, "keep one", first)
        seen.setdefault(name.text, name.span)
    missing = [field for field in flow.contact.values() if field.default is None and field.name not in seen]
    if missing:
        names = ", ".join(repr(field.name) for field in missing)
        help_ = "; ".join(f"add {field.name} = {_example(field)}" for field in missing)
        if test.contact_span is None:
            help_ = f"under a 'contact' line, {help_}"
        yield mistake(
            "FL872",
            "missing-contact-field",
            test.contact_span or test.span,
            f"{flow.name!r} needs {names} in its contact",
            help_,
        )


def _guards(test: Test, flow: Flow) -> Iterator[Diagnostic]:
    bodies = [state.body for state in flow.states.values()]
    names = {each.name for body in bodies for each in statements(body) if isinstance(each, Guard)}
    for answer in test.guards:
        if answer.name.text not in names:
            message = f"{flow.name!r} asks no guard called {answer.name.text!r}"
            yield mistake("FL876", "unknown-guard", answer.name.span, message, did_you_mean(answer.name.text, names))


def _steps(test: Test, flow: Flow) -> Iterator[Diagnostic]:
    for step in test.steps:
        match step:
            case ExpectState(state=Named(text=text, span=span)) if text not in (known := states_of(flow)):
                message = f"{flow.name!r} has no state called {text!r}"
                yield mistake("FL874", "unknown-state", span, message, did_you_mean(text, known))
            case Ends(outcome=Named(text=text, span=span)) if text not in flow.outcomes and text not in ALWAYS:
                message = f"{flow.name!r} has no outcome called {text!r}"
                known = list(dict.fromkeys((*flow.outcomes, *ALWAYS)))
                yield mistake("FL873", "unknown-outcome", span, message, did_you_mean(text, known))
            case ExpectValue(name=Named(text=text)) if text.startswith(SUMMARY):
                yield from expected(step, flow)
            case ExpectValue(name=Named(text=text, span=span)) if text not in (known := values_of(flow)):
                message = f"{flow.name!r} has no slot or variable called {text!r}"
                yield mistake("FL875", "unknown-value", span, message, did_you_mean(text, known))
            case ExpectUnderstood(intent=Named(text=text, span=span)) if text not in (known := intents_of(flow)):
                message = f"{flow.name!r} has no intent called {text!r}"
                yield mistake("FL868", "unknown-intent", span, message, did_you_mean(text, known))
            case _:
                pass


def intents_of(flow: Flow) -> list[str]:
    """What `expect understood` may name: the flow's intents, what every caller may say, and `nothing`."""
    return [*meanings_of(flow), NOTHING]


def states_of(flow: Flow) -> list[str]:
    """What `expect state` may name: a subflow's states by the name that they have there, too."""
    return list(dict.fromkeys((*flow.states, *(plain_name(name) for name in flow.states))))


def values_of(flow: Flow) -> list[str]:
    """The names that `expect` may ask for."""
    owned = [*(f"contact.{name}" for name in flow.contact), *(f"{SUMMARY}{name}" for name in flow.summary)]
    return [*flow.slots, *sorted(flow.variables), *owned]


def _misfit(test: Test, message: str) -> Diagnostic:
    """What `check_contact` refused, at the field that it names."""
    for item in test.contact:
        if repr(item.name.text) in message or item.name.text in message.split():
            return mistake("FL877", "contact-misfit", item.value.span, message)
    return mistake("FL877", "contact-misfit", test.contact_span or test.span, message)


def _example(field: ContactField) -> str:
    match field.type.kind:
        case "date":
            return "2026-12-01"
        case "time":
            return "15:00"
        case "datetime":
            return "2026-12-01 15:00"
        case "number" | "money":
            return "14.50"
        case "boolean":
            return "true"
        case "one_of":
            return field.type.choices[0] if field.type.choices else '"…"'
        case _:
            return '"Sam"'
