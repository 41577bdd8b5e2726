"""The editor's words are those of the grammar, the filters and the evaluator, and what is said of them is true."""

from __future__ import annotations

import pytest

from flowengine.conversation.evaluate import environment
from flowengine.editor.lexicon import EXAMPLES, FILTERS, KEYWORDS, VARIABLES
from flowengine.graph.allowed import JINJA_FILTERS, SPOKEN_FILTERS
from flowengine.graph.names import BUILT_IN_VARIABLES
from flowengine.language.grammar import keywords, raw_tokens
from flowengine.language.parser import parse
from flowengine.language.source import Source


def test_every_keyword_of_the_grammar_is_explained() -> None:
    assert set(KEYWORDS) == set(keywords())


@pytest.mark.parametrize("kind", sorted(KEYWORDS))
def test_a_keyword_stands_in_its_example(kind: str) -> None:
    assert kind in {token.type for token in raw_tokens(EXAMPLES[KEYWORDS[kind].example])}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_has_no_mistake_of_syntax(name: str) -> None:
    _, problems = parse(Source("example.flow", EXAMPLES[name]))
    assert problems == ()


def test_every_filter_is_explained() -> None:
    assert set(FILTERS) == {*SPOKEN_FILTERS, *JINJA_FILTERS}


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_a_filter_does_what_its_example_says(name: str) -> None:
    rendered = environment().from_string("{{ " + FILTERS[name].written + " }}").render()
    assert rendered == FILTERS[name].heard


def test_every_built_in_variable_is_explained() -> None:
    assert set(VARIABLES) == BUILT_IN_VARIABLES
