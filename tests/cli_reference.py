"""Writes docs/reference/cli.md from the commands themselves: `python -m tests.cli_reference`. A test compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from flowengine.cli.main import COMMANDS, main

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "cli.md"
OPENING = """\
# The command line

`flowengine COMMAND`, or `./run COMMAND` in a checkout. This page is written by `python -m tests.cli_reference` from the
commands' own help, and a test fails when the two differ.
"""
WIDTH = 100


def page() -> str:
    """The whole page."""
    settings = {**main.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    parent = click.Context(main, info_name="flowengine", **settings)
    sections = [OPENING, _section("flowengine", main, parent)]
    for name in sorted(COMMANDS):
        command = main.get_command(parent, name)
        assert command is not None
        sections += _sections(f"flowengine {name}", command, click.Context(command, parent, name, **settings))
    return "\n".join(sections)


def _sections(title: str, command: click.Command, context: click.Context) -> Iterator[str]:
    """A command and, where it is a group, each of its own commands."""
    yield _section(title, command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _sections(f"{title} {name}", below, click.Context(below, context, name, terminal_width=WIDTH))


def _section(title: str, command: click.Command, context: click.Context) -> str:
    return f"## {title}\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
