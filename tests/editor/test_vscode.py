"""The VS Code extension keeps up with the language: its grammar's words, and the files that it names."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from flowengine.cli.main import COMMANDS
from flowengine.graph.model import TypeKind
from flowengine.graph.names import BUILT_IN_VARIABLES, FACTS, RESULTS
from flowengine.language.grammar import keywords

ROOT = Path(__file__).parent.parent.parent
EXTENSION = ROOT / "editors" / "vscode"


def read(name: str) -> Any:
    return json.loads((EXTENSION / name).read_text("utf-8"))


GRAMMAR = read("syntaxes/flow.tmLanguage.json")
LIST = re.compile(r"\((?:\?:)?([a-z_-]+(?:\|[a-z_-]+)+)\)")
"""A list of words in a pattern: `(say|set|note)`."""


def patterns(value: Any) -> Iterator[tuple[str, str]]:
    """Every regular expression of a grammar with the scopes that it gives."""
    if isinstance(value, dict):
        scopes = json.dumps([value.get("name", ""), value.get("captures", "")])
        for key in ("match", "begin", "end"):
            if key in value:
                yield value[key], scopes
        for each in value.values():
            yield from patterns(each)
    elif isinstance(value, list):
        for each in value:
            yield from patterns(each)


def words(*rules: str) -> set[str]:
    found: set[str] = set()
    for rule in rules:
        for pattern, _ in patterns(GRAMMAR["repository"][rule]):
            for listed in LIST.findall(pattern):
                found.update(listed.split("|"))
    return found


@pytest.mark.parametrize("pattern", sorted({pattern for pattern, _ in patterns(GRAMMAR)}))
def test_a_pattern_compiles(pattern: str) -> None:
    re.compile(pattern)


def test_every_keyword_of_the_language_has_a_colour_and_no_other_word_has() -> None:
    results = {result for group in RESULTS.values() for result in group}
    coloured = words("keyword", "event", "definition")
    assert set(keywords().values()) <= coloured | {"state"}
    assert coloured <= set(keywords().values()) | results


@pytest.mark.parametrize("word", sorted(keywords().values()))
def test_a_keyword_alone_is_coloured_as_one(word: str) -> None:
    rules = [*patterns(GRAMMAR["repository"]["keyword"]), *patterns(GRAMMAR["repository"]["event"])]
    found = [scopes for pattern, scopes in rules if re.fullmatch(pattern, word)]
    assert found
    assert all("keyword" in scopes or "storage" in scopes for scopes in found)


def test_types_facts_and_built_in_variables_are_those_of_the_language() -> None:
    (type_pattern,) = [pattern for pattern, _ in patterns(GRAMMAR["repository"]["type"])]
    for kind in get_args(TypeKind):
        assert re.search(type_pattern, f"slot x: {kind.replace('_', ' ') if kind == 'one_of' else kind}")
    assert words("fact") == set(FACTS)
    assert set(BUILT_IN_VARIABLES) <= words("expression")


def test_every_include_leads_somewhere() -> None:
    included = set(re.findall(r'"include": "#(\w+)"', json.dumps(GRAMMAR)))
    assert included <= set(GRAMMAR["repository"])
    assert set(GRAMMAR["repository"]) <= included


def test_the_files_that_the_extension_names_are_there() -> None:
    package = read("package.json")
    language = package["contributes"]["languages"][0]
    named = [package["main"], package["icon"], language["configuration"], *language["icon"].values()]
    named += [grammar["path"] for grammar in package["contributes"]["grammars"]]
    assert [name for name in named if not (EXTENSION / name).is_file()] == []
    assert (EXTENSION / package["icon"]).read_bytes().startswith(b"\x89PNG")


def test_the_extension_starts_a_command_that_exists_and_has_the_projects_version() -> None:
    package = read("package.json")
    program, command = package["contributes"]["configuration"]["properties"]["flowengine.server.command"]["default"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert program in project["scripts"]
    assert command in COMMANDS
    assert package["version"] == project["version"]


def test_brackets_and_comments_are_those_of_the_language() -> None:
    configuration = read("language-configuration.json")
    assert configuration["comments"] == {"lineComment": "#"}
    assert ["(", ")"] in configuration["brackets"]
