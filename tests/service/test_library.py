"""The folder of flows, as it changes under a running service."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.errors import FlowNotValid
from flowengine.service.library import FlowLibrary

GOOD = 'flow {name} "{title}" inbound\n  agent "Amy" of "Us"\n\noutcome done\n\nstate a\n  say "Bye."\n  end done\n'


def _write(folder: Path, file: str, name: str = "hello", title: str = "Hello") -> None:
    (folder / file).write_text(GOOD.format(name=name, title=title), "utf-8")


def _library(folder: Path) -> FlowLibrary:
    library = FlowLibrary(folder)
    library.refresh()
    return library


def test_a_changed_file_is_compiled_again_and_only_then(tmp_path: Path) -> None:
    _write(tmp_path, "hello.flow")
    library = _library(tmp_path)
    assert not library.refresh()
    _write(tmp_path, "hello.flow", title="Hello again")
    assert library.refresh()
    assert library.get("hello").title == "Hello again"


def test_a_file_that_breaks_keeps_its_last_good_version(tmp_path: Path) -> None:
    _write(tmp_path, "a.flow")
    library = _library(tmp_path)
    (tmp_path / "a.flow").write_text("flow hello\nstate\n", "utf-8")
    library.refresh()
    assert library.get("hello").title == "Hello"
    (shelf,) = library.shelves()
    assert shelf.problem is not None


def test_a_file_that_was_never_right_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text('flow hello "Hello" inbound\nstate a\n  sya "x"\n', "utf-8")
    with pytest.raises(FlowNotValid, match=r"a\.flow:3:3"):
        _library(tmp_path).get("a")


def test_libraries_are_no_flows(tmp_path: Path) -> None:
    _write(tmp_path, "hello.flow")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "common.flow").write_text('intent agree "yes"\n  "yes"\n', "utf-8")
    assert [shelf.name for shelf in _library(tmp_path).shelves()] == ["hello"]


def test_two_files_with_one_name_are_told_apart(tmp_path: Path) -> None:
    _write(tmp_path, "a.flow")
    _write(tmp_path, "b.flow")
    with pytest.raises(FlowNotValid, match=r"a\.flow and .*b\.flow both hold"):
        _library(tmp_path).get("hello")


def test_an_unknown_flow_names_those_that_are_known(tmp_path: Path) -> None:
    _write(tmp_path, "hello.flow")
    with pytest.raises(FlowNotValid, match="known flows: hello"):
        _library(tmp_path).get("helo")
