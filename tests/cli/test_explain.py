"""`flowengine explain`: every code has a page in the terminal, by code and by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import flowengine
from flowengine.cli.explain import explained
from flowengine.cli.main import main
from flowengine.cli.topics import TOPICS, Topic
from flowengine.graph.checks.catalogue import Entry
from flowengine.graph.checks.reference import entries
from flowengine.language.grammar import keywords
from flowengine.testing.flowtest.explained import EXPLAINED
from flowengine.testing.paint import Painter


def explain(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["explain", *arguments])
    return result.exit_code, result.output


ALL = [*entries(), *EXPLAINED]
PACKAGE = Path(flowengine.__file__).parent


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.code)
def test_every_code_is_explained_with_its_examples(entry: Entry) -> None:
    shown = list(explained(entry, Painter(colour=False), 100))
    words = " ".join(shown).split()
    told = [f"{entry.severity}[{entry.code}]", entry.name, *entry.text.split()]
    assert words[: len(told)] == told
    for example in filter(None, (entry.bad, entry.good)):
        assert all(f"  │ {line}".rstrip() in shown for line in example.rstrip("\n").split("\n"))
    assert max(map(len, shown)) <= 120


@pytest.mark.parametrize("wanted", ["FL201", "fl201", "201", "undefined-state", "Undefined_State", "undefined state"])
def test_a_code_may_be_written_in_several_ways(wanted: str) -> None:
    status, output = explain(wanted)
    assert (status, output.splitlines()[0]) == (0, "error[FL201] undefined-state")


def test_the_mistake_is_marked_in_the_bad_flow() -> None:
    _, output = explain("FL201")
    assert "  │   -> godbye\n  │      ^^^^^^\n  │      no state is called 'godbye'; did you mean 'goodbye'" in output


@pytest.mark.parametrize(
    ("wanted", "nearest"), [("undefined-sate", "FL201 undefined-state"), ("FL200", "FL201"), ("x", "")]
)
def test_an_unknown_code_names_the_nearest(wanted: str, nearest: str) -> None:
    status, output = explain(wanted)
    assert status == 2
    assert f"nothing is known of {wanted!r}" in output
    assert "for a topic: voicemail, interruption" in " ".join(output.split())
    assert ("the nearest: " + nearest in output) == bool(nearest)


@pytest.mark.parametrize("wanted", ["barge-in", "Barge-In", "barge in", "barge_in"])
def test_a_keyword_is_explained_with_the_diagnostics_about_it(wanted: str) -> None:
    status, output = explain(wanted)
    assert (status, output.splitlines()[0]) == (0, "barge-in, a keyword")
    assert "  │   barge-in after identity\n" in output
    listed = re.findall(r"^  (FL\d{3}) ", output, re.MULTILINE)
    assert {"FL615", "FL616", "FL712"} <= set(listed)
    assert listed.index("FL616") < listed.index("FL712"), "names before texts"


def test_words_of_names_and_texts_list_the_diagnostics() -> None:
    status, output = explain("telephone number")
    assert (status, re.findall(r"^  (FL\d{3}) ", output, re.MULTILINE)) == (0, ["FL413", "FL515"])


def test_the_only_diagnostic_with_a_word_is_explained() -> None:
    status, output = explain("premium-rate")
    assert (status, output.splitlines()[0]) == (0, "error[FL413] transfer-target")


def test_a_word_of_many_texts_is_looked_for_in_names() -> None:
    _, output = explain("never")
    assert "FL521" in output
    assert "FL401" not in output


def test_without_a_code_all_are_listed_by_family() -> None:
    status, output = explain()
    assert status == 0
    assert all(f"  {entry.code}  {entry.name} " in output for entry in ALL)
    assert output.index("Syntax (1xx)") < output.index("FL101") < output.index("Names (2xx)")


def test_colour_takes_the_place_of_marks() -> None:
    entry = next(entry for entry in entries() if entry.code == "FL208")
    assert any("`use`" in line for line in explained(entry, Painter(colour=False), 100))
    assert any("\x1b[36muse\x1b[0m" in line for line in explained(entry, Painter(colour=True), 100))


def test_no_code_in_the_source_goes_unexplained() -> None:
    written = {code for path in PACKAGE.rglob("*.py") for code in re.findall(r'"(FL\d{3})"', path.read_text("utf-8"))}
    assert written - {entry.code for entry in ALL} == set()
    assert len({entry.code for entry in ALL}) == len({entry.name for entry in ALL}) == len(ALL)


def test_the_page_of_the_test_language_lists_the_same_codes() -> None:
    page = (PACKAGE.parent / "docs" / "reference" / "flowtest.md").read_text("utf-8")
    listed = re.findall(r"^\| (FL\d+) \| ([a-z-]+) \|", page, re.MULTILINE)
    assert listed == [(entry.code, entry.name) for entry in EXPLAINED]


@pytest.mark.parametrize("each", TOPICS, ids=lambda each: each.names[0])
def test_a_topic_has_its_keywords_and_its_page(each: Topic) -> None:
    page, _, heading = each.page.partition("#")
    text = (PACKAGE.parent / "docs" / page).read_text("utf-8")
    assert not heading or f"### {heading}\n" in text
    assert set(each.keywords) <= set(keywords().values())
    assert not set(each.names) & set(keywords().values())
    for name in each.names:
        status, output = explain(name)
        assert status == 0
        assert f"{each.keywords[0]}, a keyword" in output
        assert f"docs/{each.page}" in output


def test_no_two_topics_share_a_name() -> None:
    names = [name for each in TOPICS for name in each.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("wanted", ["coughs", "mm-hm", "postcodes", "early yes", "taking back", "handoff", "Noises"])
def test_a_topic_is_found_by_plurals_and_the_words_of_its_page(wanted: str) -> None:
    status, output = explain(wanted)
    assert (status, "See also: " in output) == (0, True)


@pytest.mark.parametrize("wanted", ["", "  "])
def test_an_empty_question_is_told_what_can_be_asked(wanted: str) -> None:
    status, output = explain(wanted)
    assert status == 2
    assert "nothing was asked for. Ask for a diagnostic by its code (FL201)" in " ".join(output.split())


def test_the_nearest_of_an_unknown_word_may_be_a_keyword_or_a_topic() -> None:
    assert "the nearest: interruption" in explain("interuption")[1]


def test_other_words_for_a_thing_are_found_however_they_are_written() -> None:
    assert explain("Hold Music") == explain("hold")
    assert "beep" in explain("answering machine")[1]
