"""The command `flowengine`: one file a command, imported only when it is asked for."""

from __future__ import annotations

import importlib
import signal
import sys

import click

from flowengine.errors import FlowEngineError

COMMANDS = {
    "audit": "Read the audit log, or check that nothing in it was changed.",
    "call": "Ring the server as Twilio would, speak to a flow, and print what was said.",
    "calls": "List recorded calls, or show one.",
    "can-call": "Say whether a number may be called, and why not.",
    "chat": "Talk to a flow by typing.",
    "confusions": "Show which intents get mixed up, and which phrases would help.",
    "consent": "Keep what people agreed to.",
    "do-not-call": "Keep the list of those who must not be called.",
    "doctor": "Check what calls need: settings, database, flows, rules, telephone, speech, meaning, model.",
    "explain": "Explain a diagnostic: why it matters, a bad and a good flow.",
    "fmt": "Put flows into their one layout.",
    "graph": "Draw a flow as Mermaid, DOT or SVG.",
    "keys": "Make, list and revoke keys to the API.",
    "load": "Ring the server with many callers at once, and measure how well they are served.",
    "label": "Say what a caller's turn in a recorded call really meant.",
    "labels": "List what reviewers said of a flow's calls; make tests and phrases of it.",
    "lsp": "Serve an editor: the language server.",
    "model": "Stand in for a language model.",
    "new": "Write a flow to start from, and its tests.",
    "record": "Look after the record: keys, soundness, age.",
    "render": "Speak all fixed lines of flows into clips, before anybody calls.",
    "replay": "Live through a recorded call again, and say whether it is the same.",
    "serve": "Run the service: telephone, browser page, API.",
    "speech": "Serve the embedded speech engines over the nova2.v1 contract.",
    "test": "Run .flowtest files in virtual time.",
    "tps": "Import the list of the Telephone Preference Service; say how old it is.",
    "twilio": "Set up the numbers of a Twilio account, or stand in for Twilio.",
    "understand": "Show what an utterance would be taken for, and why.",
    "validate": "Check flows and explain every mistake.",
}


class _Commands(click.Group):
    """Lists commands from the table above and imports `cli/<name>.py` (its `command`) on use: help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"flowengine.cli.{name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FlowEngineError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            # On a line of its own, below what the terminal shows of the key.
            click.echo(f"{chr(10) if sys.stderr.isatty() else ''}Stopped by Ctrl-C.", err=True)
            sys.exit(128 + signal.SIGINT)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="flowengine", prog_name="flowengine")
def main() -> None:
    """Telephone calls, written down as .flow files: check them, talk to them, serve them."""
