"""`flowengine lsp` where its packages are missing. What it does where they are there: tests/editor/test_protocol.py."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from flowengine.cli.main import main


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("flowengine.editor.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    result = CliRunner().invoke(main, ["lsp"])
    assert result.exit_code == 1
    assert result.output == "Error: the language server needs 'lsprotocol': pip install 'flowengine[editor]'\n"
