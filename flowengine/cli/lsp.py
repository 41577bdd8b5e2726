"""`flowengine lsp`: the language server that editors start."""

from __future__ import annotations

import importlib
import logging
import sys
from importlib.metadata import version

import click


@click.command(name="lsp")
@click.option("--tcp", "port", type=click.IntRange(1, 65535), metavar="PORT", help="Listen on this port of this host.")
def command(port: int | None) -> None:
    """Serve an editor that speaks the Language Server Protocol, on standard input and output.

    Editors start this themselves: see docs/howto/editor.md. It needs the packages of flowengine[editor].
    """
    try:
        module = importlib.import_module("flowengine.editor.server")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        message = f"the language server needs {error.name!r}: pip install 'flowengine[editor]'"
        raise click.ClickException(message) from error
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    server = module.make_server(version("flowengine"))
    if port is None:
        server.start_io()
    else:
        click.echo(f"listening on 127.0.0.1:{port}", err=True)
        server.start_tcp("127.0.0.1", port)
    sys.exit(0 if server.dismissed else 1)
