"""What the world outside answers in a typed call: what the options say, else what the person at the terminal says.

The options are lines of a test: `--action "book gives reference = AB12"` stands there for what a `.flowtest` would say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from flowengine.conversation.call import Further, written
from flowengine.conversation.commands import AskModel, ChooseIntent, ReadValue, RunAction, Transfer, WeighMeaning
from flowengine.conversation.contact import EXPECTED, typed_value
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import ActionFinished, TransferEnded, TransferResult
from flowengine.conversation.hiding import HIDDEN
from flowengine.errors import FlowEngineError
from flowengine.graph.model import Flow, Parameter
from flowengine.language.reading import text_source
from flowengine.language.render import render
from flowengine.testing.flowtest.bind_script import script_problems, scripted
from flowengine.testing.flowtest.parser import parse
from flowengine.testing.script import Answer, Order, Script, Scripted, nobody

if TYPE_CHECKING:
    from flowengine.cli.likened import MeaningInChat
    from flowengine.cli.modelled import ModelInChat

TRANSFER_RESULTS: tuple[TransferResult, ...] = ("answered", "busy", "no_answer", "failed")
FAILS, TIMES_OUT = "fails", "times out"
_BEGINNING = 'test "a typed call"\n  flow {}\n'


@dataclass(frozen=True, slots=True)
class Given:
    """What the options say."""

    script: tuple[Scripted, ...] = ()
    variants: Mapping[str, str] | None = None


def outside_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that script the world outside, for a command that plays a call."""
    for option in reversed(
        (
            click.option(
                "--action",
                multiple=True,
                metavar="LINE",
                help='What an action comes to: "book gives reference = AB12", "book fails", "book times out".',
            ),
            click.option(
                "--llm",
                multiple=True,
                metavar="LINE",
                help="The model's next turn: 'says \"It is easy.\" then convinced', 'fails'. Without: the fallback.",
            ),
            click.option("--transfer", multiple=True, metavar="RESULT", help=f"One of {', '.join(TRANSFER_RESULTS)}."),
            click.option("--variant", multiple=True, metavar="SPLIT=NAME", help="The variant that a split takes."),
        )
    ):
        command = option(command)
    return command


def given(
    flow: Flow, action: Sequence[str], llm: Sequence[str], transfer: Sequence[str], variant: Sequence[str]
) -> Given:
    """The options, held against the flow. Raises click.UsageError with what is wrong with them."""
    parts = (("action", action), ("llm", llm), ("transfer", transfer), ("variant", variant))
    lines = [f"  {word} {' '.join(text.split())}\n" for word, texts in parts for text in texts]
    source = text_source(_BEGINNING.format(flow.name) + "".join(lines), "options")
    file, problems = parse(source)
    test = file.tests[0]
    found = [problem for problem in (*problems, *script_problems(test, flow)) if problem.span.line > 2]
    if found:
        raise click.UsageError(render(found, {source.path: source}, colour=False))
    return Given(
        tuple(scripted(line) for line in test.script),
        {choice.split.text: choice.variant.text for choice in test.variants},
    )


class Outside:
    """Answers what a typed call asks for; `asks`: there is a person who can be asked. `model`, `meaning`: real ones."""

    def __init__(
        self,
        flow: Flow,
        script: Sequence[Scripted],
        *,
        asks: bool,
        model: ModelInChat | None = None,
        meaning: MeaningInChat | None = None,
    ) -> None:
        self._flow = flow
        self._script = Script(script)
        self._asks = asks
        self._model = model
        self._meaning = meaning
        self._conversation: Conversation | None = None

    def attend(self, conversation: Conversation) -> None:
        self._conversation = conversation

    @property
    def further(self) -> frozenset[Further]:
        """What can be asked when no phrase fits."""
        understanding = self._model if self._model is not None and self._model.understands else None
        there: list[tuple[Further, object]] = [("meaning", self._meaning), ("model", understanding)]
        return frozenset(name for name, which in there if which is not None)

    def __call__(self, order: Order) -> Answer:
        if isinstance(order, WeighMeaning) and self._meaning is not None:
            return self._meaning.answer(order)
        if isinstance(order, ChooseIntent | ReadValue) and self._model is not None and self._conversation is not None:
            return self._model.understand(order, self._conversation)
        try:
            return self._script(order)
        except FlowEngineError:
            # The options say nothing (more) about it.
            pass
        if isinstance(order, AskModel) and self._model is not None and self._conversation is not None:
            return self._model.answer(order, self._conversation)
        if not self._asks:
            return nobody(order)
        match order:
            case RunAction():
                return self._action(order)
            case Transfer():
                return _transfer(order)
            case AskModel() | WeighMeaning() | ChooseIntent() | ReadValue():
                return nobody(order)

    def summarise(self, conversation: Conversation, began: datetime) -> tuple[Mapping[str, str], Sequence[str]]:
        """As the options say; else as the model of the settings does, where it is asked."""
        fields, remarks = self._script.summarise(conversation, began)
        if fields or self._model is None:
            return fields, remarks
        return self._model.summarise(conversation, began)

    def _action(self, order: RunAction) -> Answer:
        shown = (f"{name} = {HIDDEN if name in order.secret else written(value)}" for name, value in order.arguments)
        click.echo(f"  action {order.action}({', '.join(shown)})")
        values: list[tuple[str, object]] = []
        for result in self._flow.actions[order.action].results:
            text = _result(result)
            if text in (FAILS, TIMES_OUT):
                return _failed(order, text)
            values.append((result.name, text))
        if not values:
            text = click.prompt("  it", type=click.Choice(["succeeds", FAILS, TIMES_OUT]), default="succeeds")
            if text != "succeeds":
                return _failed(order, text)
        return Answer(0.0, lambda at: ActionFinished(at, order.request_id, "ok", tuple(values)))


def _result(result: Parameter) -> str:
    """One result, as the person at the terminal says it."""
    wanted = ", ".join(result.type.choices) or EXPECTED[result.type.kind]
    while True:
        text: str = click.prompt(f"  {result.name} ({wanted}; or {FAILS}, or {TIMES_OUT})")
        if text in (FAILS, TIMES_OUT) or typed_value(result.type, text) is not None:
            return text
        click.echo(f"  that is not {wanted}")


def _failed(order: RunAction, how: str) -> Answer:
    if how == TIMES_OUT:
        return Answer(0.0, None)
    return Answer(0.0, lambda at: ActionFinished(at, order.request_id, "error", reason="said at the terminal"))


def _transfer(order: Transfer) -> Answer:
    result: TransferResult = click.prompt(f"  transfer to {order.target}", type=click.Choice(TRANSFER_RESULTS))
    return Answer(0.0, lambda at: TransferEnded(at, order.request_id, result))
