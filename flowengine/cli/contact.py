"""`--contact NAME=VALUE`: the inputs of a flow, for every command that places a call."""

from __future__ import annotations

import click


class _Pair(click.ParamType[tuple[str, str]]):
    """One name and its value."""

    name = "input"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        name, equals, text = str(value).partition("=")
        if not equals or not name.strip():
            self.fail(f"{value!r} is not NAME=VALUE, like name=Sam", param, ctx)
        return name.strip(), text.strip()


contact_option = click.option(
    "--contact",
    type=_Pair(),
    callback=lambda ctx, param, pairs: dict(pairs),
    multiple=True,
    metavar="NAME=VALUE",
    help="An input of the flow; may be given several times.",
)
"""The command gets `contact`: all that were given, by name."""
