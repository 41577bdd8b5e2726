"""What a test scripts of the world outside, held against its flow: actions, the model, transfers, variants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from flowengine.conversation.contact import typed_value
from flowengine.graph.model import Action, Flow, Llm, Split, Transfer
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.testing.flowtest.ast import ActionLine, Given, ModelLine, ScriptLine, SummaryLine, Test, TransferLine
from flowengine.testing.flowtest.bind_summary import is_null, scripted_summary
from flowengine.testing.flowtest.problems import did_you_mean, mistake
from flowengine.testing.script import ActionAnswer, ModelAnswer, Scripted, SummaryAnswer, TransferAnswer


def script_problems(test: Test, flow: Flow) -> Iterator[Diagnostic]:
    """Names that the flow does not have, results that do not fit, answers to what it never asks."""
    for line in test.script:
        match line:
            case ActionLine():
                yield from _action(line, flow)
            case ModelLine():
                yield from _model(line, flow)
            case TransferLine(span=span):
                if not any(isinstance(each, Transfer) for each in every_statement(flow)):
                    message = f"{flow.name!r} transfers no call"
                    yield mistake("FL867", "never-asked", span, message, "remove the line")
            case SummaryLine():
                yield from scripted_summary(line, flow)
            case _:
                assert_never(line)
    yield from _variants(test, flow)


def scripted(line: ScriptLine) -> Scripted:
    """A sound line, as the player wants it."""
    match line:
        case ActionLine(name=name, result=result, given=given, after=after):
            return ActionAnswer(name.text, result, tuple((each.name.text, each.value.text) for each in given), after)
        case ModelLine(result=result, text=text, exit=exit_, after=after):
            return ModelAnswer(result, text, exit_.text if exit_ is not None else None, after)
        case TransferLine(result=result, after=after):
            return TransferAnswer(result, after)
        case SummaryLine(given=given):
            return SummaryAnswer(tuple((each.name.text, each.value.text) for each in given if not is_null(each.value)))
        case _:
            assert_never(line)


def _action(line: ActionLine, flow: Flow) -> Iterator[Diagnostic]:
    action = flow.actions.get(line.name.text)
    if action is None:
        message = f"{flow.name!r} has no action called {line.name.text!r}"
        help_ = did_you_mean(line.name.text, flow.actions)
        yield mistake("FL863", "unknown-action", line.name.span, message, help_)
    elif line.result == "gives":
        yield from _results(line, action)


def _results(line: ActionLine, action: Action) -> Iterator[Diagnostic]:
    known = {result.name: result for result in action.results}
    seen: dict[str, Given] = {}
    for given in line.given:
        name = given.name
        if name.text not in known:
            message = f"{action.name!r} gives no {name.text!r}"
            yield mistake("FL864", "action-misfit", name.span, message, did_you_mean(name.text, known))
        elif name.text in seen:
            first = (Related(seen[name.text].name.span, "the first is here"),)
            message = f"{name.text!r} is given twice"
            yield Diagnostic("FL857", "given-twice", "error", name.span, message, "keep one", first)
        elif typed_value(known[name.text].type, given.value.text) is None:
            kind = known[name.text].type.kind.replace("_", " ")
            message = f"{given.value.text!r} is no {kind}, which is what {name.text!r} is"
            help_ = f"to test a wrong answer, let it fail: action {action.name} fails"
            yield mistake("FL864", "action-misfit", given.value.span, message, help_)
        seen.setdefault(name.text, given)
    missing = [name for name in known if name not in seen]
    if missing and known.keys() >= seen.keys():
        names = ", ".join(repr(name) for name in missing)
        help_ = f"add {', '.join(f'{name} = …' for name in missing)}"
        yield mistake("FL864", "action-misfit", line.span, f"{action.name!r} also gives {names}", help_)


def _model(line: ModelLine, flow: Flow) -> Iterator[Diagnostic]:
    asked = [each for each in every_statement(flow) if isinstance(each, Llm)]
    exits = {exit_.name for llm in asked for exit_ in llm.exits}
    if not asked:
        yield mistake("FL867", "never-asked", line.span, f"{flow.name!r} never asks the model", "remove the line")
    elif line.exit is not None and line.exit.text not in exits:
        message = f"the model of {flow.name!r} has no exit called {line.exit.text!r}"
        help_ = did_you_mean(line.exit.text, sorted(exits))
        yield mistake("FL865", "unknown-exit", line.exit.span, message, help_)


def _variants(test: Test, flow: Flow) -> Iterator[Diagnostic]:
    splits: dict[str, set[str]] = {}
    for each in every_statement(flow):
        if isinstance(each, Split):
            splits.setdefault(each.name, set()).update(variant.name for variant in each.variants)
    seen: dict[str, Related] = {}
    for choice in test.variants:
        split, variant = choice.split, choice.variant
        if split.text not in splits:
            message = f"{flow.name!r} has no split called {split.text!r}"
            yield mistake("FL866", "unknown-variant", split.span, message, did_you_mean(split.text, splits))
        elif variant.text not in splits[split.text]:
            message = f"the split {split.text!r} has no variant called {variant.text!r}"
            help_ = did_you_mean(variant.text, sorted(splits[split.text]))
            yield mistake("FL866", "unknown-variant", variant.span, message, help_)
        elif split.text in seen:
            message = f"the split {split.text!r} is settled twice"
            yield Diagnostic("FL857", "given-twice", "error", split.span, message, "keep one", (seen[split.text],))
        seen.setdefault(split.text, Related(split.span, "the first is here"))
