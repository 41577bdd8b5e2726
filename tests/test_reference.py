"""The generated pages of docs/reference are what the code says, and their examples are true."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import get_args

import pytest

from flowengine.conversation.evaluate import environment
from flowengine.conversation.keypad import takes_keys, typed
from flowengine.conversation.slots import extract
from flowengine.graph.model import TypeKind
from flowengine.language.grammar import raw_tokens
from tests.reference import filters, grammar, pages, types
from tests.reference.pages import FOLDER, PAGES


@pytest.mark.parametrize("path", [path for path in PAGES if path.name != "cli.md"], ids=lambda path: path.name)
def test_a_generated_page_is_what_the_code_says(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path](), "run: python -m tests.reference"


def test_one_command_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {tmp_path / path.name: page for path, page in PAGES.items() if path.name != "cli.md"}
    monkeypatch.setattr(pages, "PAGES", made)
    runpy.run_module("tests.reference", run_name="__main__")
    assert {path.name: path.read_text("utf-8") for path in made} == {
        path.name: path.read_text("utf-8") for path in PAGES if path.name != "cli.md"
    }


def test_every_type_has_words_that_are_understood_and_words_that_are_not() -> None:
    assert set(types.EXAMPLES) == set(get_args(TypeKind))
    for each in types.EXAMPLES.values():
        assert each.said
        assert [words for words in each.said if extract(each.type, words, types.NOW) is None] == []
        assert [words for words in each.unsaid if extract(each.type, words, types.NOW) is not None] == []
        assert bool(each.keys) == takes_keys(each.type)
        assert [keys for keys in each.keys if typed(each.type, keys) is None] == []


@pytest.mark.parametrize("name", sorted(filters.FAILING))
def test_what_the_page_calls_unspeakable_fails(name: str) -> None:
    with pytest.raises(TypeError):
        environment().from_string(f"{{{{ {filters.FAILING[name]} | {name} }}}}").render()


@pytest.mark.parametrize("name", sorted(grammar.TERMINALS))
def test_an_example_of_a_terminal_is_one(name: str) -> None:
    for example in grammar.TERMINALS[name][1]:
        assert [token.type for token in raw_tokens(example)] == [name], example


def test_every_terminal_that_a_rule_uses_is_explained() -> None:
    page = (FOLDER / "grammar.md").read_text("utf-8")
    rules = "\n".join(re.findall(r"^```text\n(\w+:.*?)^```$", page, re.MULTILINE | re.DOTALL))
    used = set(re.findall(r"(?<![\w\"])[A-Z]{2,}\b", rules)) - {"NEWLINE", "INDENT", "DEDENT"}
    assert used == set(grammar.TERMINALS)
