"""`flowengine chat`: a typed call in the terminal, in virtual time."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from flowengine.cli.contact import contact_option
from flowengine.cli.outside import Outside, given, outside_options
from flowengine.cli.terminal import columns
from flowengine.conversation.contact import EXPECTED, typed_value
from flowengine.conversation.hiding import HIDDEN, HIDDEN_KEY
from flowengine.errors import ContactNotValid, MeaningError, MissingExtra
from flowengine.graph.compile import compile_file
from flowengine.graph.model import ContactField, Flow
from flowengine.language.durations import seconds
from flowengine.language.render import render
from flowengine.testing.expected import shown
from flowengine.testing.paint import Painter
from flowengine.testing.player import LONDON, Player, Turn, in_london
from flowengine.testing.transcript import remarks
from flowengine.testing.verdicts import Verdict

if TYPE_CHECKING:
    from flowengine.cli.likened import MeaningInChat
    from flowengine.cli.modelled import ModelInChat

COMMANDS = {
    "/silence": "/silence 6s    say nothing for so long; without a time, until the flow stirs",
    "/press": "/press 1       press keys: digits, * and #",
    "/machine": "/machine       a machine has answered the call",
    "/hangup": "/hangup        hang up (so does Ctrl-D)",
    "/state": "/state         where the call is, what it knows, what it listens for",
    "/help": "/help          this list",
}


class _Now(click.ParamType[datetime]):
    """A moment as ISO 8601; without a zone it is UK time."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return in_london(datetime.fromisoformat(str(value)))
        except ValueError:
            self.fail(f"{value!r} is not a date and time such as 2026-11-24T10:00", param, ctx)


@click.command(name="chat")
@click.argument("flow", type=click.Path(path_type=Path), metavar="FLOW")
@contact_option
@outside_options
@click.option(
    "--now", type=_Now(), metavar="ISO", help="When the call takes place, such as 2026-11-24T10:00. [default: now]"
)
@click.option("--model", "asks_model", is_flag=True, help="Ask the language model of the settings (FLOWENGINE_MODEL).")
@click.option(
    "--meaning", "asks_meaning", is_flag=True, help="Compare what no phrase fits with the flow's examples (embedded)."
)
def command(
    flow: Path,
    contact: dict[str, str],
    now: datetime | None,
    action: tuple[str, ...],
    llm: tuple[str, ...],
    transfer: tuple[str, ...],
    variant: tuple[str, ...],
    asks_model: bool,
    asks_meaning: bool,
) -> None:
    """Talk to the flow in the file FLOW by typing what the caller says.

    The call runs in virtual time, so nothing is waited for. Lines may also come from a pipe, one a turn. What an action
    gives and how a transfer ends is asked for at the terminal, unless an option says it.
    """
    compilation = compile_file(flow)
    if compilation.flow is None:
        colour = _on_terminal(sys.stderr)
        shown = render(compilation.errors, compilation.sources, colour=colour, columns=columns(sys.stderr))
        click.echo(shown, err=True, color=colour)
        sys.exit(1)
    outside = given(compilation.flow, action, llm, transfer, variant)
    inputs: dict[str, object] = dict(contact)
    if _on_terminal(sys.stdin):
        inputs |= _asked(compilation.flow, inputs)
    model = _model() if asks_model else None
    meaning = _meaning(compilation.flow) if asks_meaning else None
    world = Outside(compilation.flow, outside.script, asks=_on_terminal(sys.stdin), model=model, meaning=meaning)
    try:
        player = Player(
            compilation.flow,
            inputs,
            now=now or datetime.now(LONDON),
            world=world,
            variants=outside.variants,
            further=world.further,
        )
        if _on_terminal(sys.stdin):
            with suppress(ImportError):  # Windows has none
                import readline  # noqa: F401 - gives `input` a line that can be edited, and a history
        Chat(player).run()
    except ContactNotValid as error:
        raise click.ClickException(f"{error}\nGive it with --contact NAME=VALUE.") from error
    finally:
        for engine in (model, meaning):
            if engine is not None:
                engine.close()


def _model() -> ModelInChat:
    from flowengine.cli.modelled import ModelInChat
    from flowengine.service.settings import Settings

    options = Settings.from_env().model
    if options is None:
        raise click.UsageError("--model needs FLOWENGINE_MODEL, and where it runs (docs/howto/connect-a-model.md)")
    return ModelInChat(options)


def _meaning(flow: Flow) -> MeaningInChat:
    from flowengine.cli.likened import MeaningInChat
    from flowengine.service.settings import Settings

    if Settings.from_env().meaning == "off":
        told = "FLOWENGINE_MEANING=off leaves likeness out of calls; it is used here, since --meaning asks for it"
        click.echo(told, err=True)
    try:
        return MeaningInChat(flow)
    except (MissingExtra, MeaningError) as error:
        raise click.ClickException(str(error)) from error


class Chat:
    """One typed call."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._paint = Painter(_on_terminal(sys.stdout))
        self._agent = player.flow.agent.name
        self._names = max(len(self._agent), len("you"))
        self._shown = 0

    def run(self) -> None:
        """Until the call is over."""
        flow, paint = self._player.flow, self._paint
        started = self._player.started
        click.echo(
            f"{paint.strong(flow.title)}  "
            + paint.dim(f"{flow.direction}, {started:%A} {started.day} {started:%B %Y, %H:%M}")
        )
        click.echo(paint.dim("Type what the caller says; /help lists what else a caller can do.\n"))
        self._show(self._player.listen())
        while not self._player.over:
            try:
                line = self._read()
            except KeyboardInterrupt:
                click.echo()
                line = None
            if line is None:
                click.echo(paint.dim("  (hangs up)"))
                self._player.hang_up()
            elif not line or not self._take(line):
                continue
            self._show(self._player.listen())
        self._farewell()

    def _read(self) -> str | None:
        """The next line; None when there is none."""
        prompt = f"{'you':<{self._names}} › "
        if _on_terminal(sys.stdin):
            try:
                return input(prompt).strip()
            except EOFError:
                click.echo()
                return None
        line = sys.stdin.readline()
        if line:
            click.echo(f"{prompt}{self._as_shown(line.strip())}")
        return line.strip() if line else None

    def _as_shown(self, line: str) -> str:
        """A line from a pipe as it may stand on the screen: what is said or pressed for a secret does not."""
        if not self._player.is_private:
            return line
        if not line.startswith("/"):
            return HIDDEN if line else line
        return re.sub(r"\d", HIDDEN_KEY, line) if line.startswith("/press") else line

    def _take(self, line: str) -> bool:
        """Do what the line says; False when the call has not moved."""
        if not line.startswith("/"):
            self._player.say(line)
            return True
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        match word:
            case "/silence":
                return self._silence(rest)
            case "/press" if rest and all(key in "0123456789*#" for key in rest):
                self._player.press(rest)
                return True
            case "/press":
                return self._say_no("write the keys to press, for example: /press 1")
            case "/machine":
                self._player.voicemail()
                return True
            case "/hangup":
                self._player.hang_up()
                return True
            case "/state":
                self._state()
            case "/help":
                for text in COMMANDS.values():
                    click.echo(f"  {text}")
            case _:
                close = get_close_matches(word, COMMANDS, n=1)
                advice = f"did you mean {close[0]}?" if close else "/help lists what there is"
                self._say_no(f"there is no {word}; {advice}")
        return False

    def _silence(self, text: str) -> bool:
        try:
            length = seconds(text if text.endswith(("s", "m", "h")) else f"{text}s") if text else None
        except ValueError:
            return self._say_no(f"{text!r} is not a time; write, for example: /silence 6s")
        self._player.silence(length)
        return True

    def _say_no(self, text: str) -> bool:
        click.echo(self._paint.bad(f"  {text}"))
        return False

    def _show(self, turn: Turn) -> None:
        for remark in remarks(turn):
            click.echo(self._paint.dim(f"  {remark}"))
        width = min(shutil.get_terminal_size((100, 24)).columns, 110)
        indent = " " * (self._names + 3)
        if turn.agent:
            lines = textwrap.wrap(turn.agent, max(30, width - len(indent)), break_on_hyphens=False)
            click.echo(f"{self._paint.agent(f'{self._agent:<{self._names}}')} › {lines[0]}")
            for line in lines[1:]:
                click.echo(indent + line)
        elif not self._player.over:
            click.echo(self._paint.dim("  (the agent says nothing)"))

    def _state(self) -> None:
        player = self._player
        click.echo(f"  state {player.state}, {player.now:%H:%M:%S}")
        filled = {each.name: each.value for turn in player.turns for each in turn.filled}
        for name, value in sorted(player.variables.items()):
            click.echo(f"  {name} = {HIDDEN if filled.get(name) == HIDDEN else shown(value)}")
        for intent in player.live_intents:
            example = intent.phrases[0] if intent.phrases else intent.description or ""
            click.echo(f"  {intent.name:<20} {self._paint.dim(example)}")

    def _farewell(self) -> None:
        player = self._player
        minutes, rest = divmod(round(player.at), 60)
        length = f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
        outcome = self._paint.strong(player.outcome or "unknown")
        click.echo(f"\nThe call ended: {outcome} {self._paint.dim(f'({length})')}")
        for name, value in player.summary.items():
            click.echo(f"  {name} = {self._paint.dim('null') if value is None else value}")
        for remark in player.summary_remarks:
            click.echo(self._paint.dim(f"  note: {remark}"))
        for turn in player.turns:
            for verdict in turn.verdicts:
                if not verdict.allowed:
                    self._explain(verdict)

    def _explain(self, verdict: Verdict) -> None:
        click.echo(f"The guard {verdict.guard} refused the call:")
        for reason in verdict.reasons:
            click.echo(f"  {reason.code} ({reason.rule}): {reason.detail}")
        if verdict.next_allowed_at is not None:
            moment = in_london(verdict.next_allowed_at)
            click.echo(f"To talk to it, let the call take place at another time: --now {moment:%Y-%m-%dT%H:%M}")


def _on_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def _asked(flow: Flow, given: Mapping[str, object]) -> dict[str, object]:
    """What the flow needs and was not given, asked for at the terminal."""
    missing = [field for field in flow.contact.values() if field.default is None and field.name not in given]
    return {field.name: _ask(field) for field in missing}


def _ask(field: ContactField) -> str:
    wanted = ", ".join(field.type.choices) or EXPECTED[field.type.kind]
    while True:
        text: str = click.prompt(f"contact {field.name} ({wanted})")
        if typed_value(field.type, text) is not None:
            return text
        click.echo(f"  that is not {EXPECTED[field.type.kind]}")
