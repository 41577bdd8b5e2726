"""What comes in from disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.graph.compile import compile_file
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.reading import read_source
from flowengine.language.source import Source

FLOW = 'flow x "X" inbound\nstate a\n  end failed\n'


@pytest.mark.parametrize("data", [FLOW.encode(), b"\xef\xbb\xbf" + FLOW.encode(), FLOW.replace("\n", "\r\n").encode()])
def test_a_byte_order_mark_and_foreign_line_ends_do_not_matter(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.flow"
    path.write_bytes(data)
    source = read_source(path)
    assert isinstance(source, Source)
    assert source.text == FLOW
    assert compile_file(path).flow is not None


def test_bytes_that_are_no_text_are_placed(tmp_path: Path) -> None:
    path = tmp_path / "x.flow"
    path.write_bytes(FLOW.encode() + b'state b\n  say "caf\xe9"\n')
    found = read_source(path)
    assert isinstance(found, Diagnostic)
    assert (found.code, found.span.line, found.span.column) == ("FL100", 5, 11)


def test_a_folder_and_a_missing_file_are_said_to_be_so(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "folder"), (tmp_path / "none.flow", "no such file")):
        (problem,) = compile_file(path).diagnostics
        assert problem.code == "FL100"
        assert words in problem.message
