"""Our scanner and our positions are quicker than lark's, and say the same."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Tree

from flowengine.language.grammar import Feeder, Node, raw_tokens
from flowengine.language.layout import lay_out
from flowengine.language.reading import text_source
from flowengine.language.tokens import lex
from tests.language.test_any_text import PIECES

CASES = Path(__file__).parent.parent / "cases"
FLOWS = [*sorted(CASES.parent.parent.glob("flows/**/*.flow")), CASES / "every_core_construct.flow"]


class _KeepAll:
    always_accept = ("COMMENT", "NEWLINE", "UNCLOSED", "UNKNOWN")

    def process(self, stream: object) -> object:
        return stream


LARK = Lark(
    files("flowengine.language").joinpath("flow.lark").read_text("utf-8"),
    start="file",
    parser="lalr",
    lexer="basic",
    postlex=_KeepAll(),
    propagate_positions=True,
    maybe_placeholders=False,
)


def told(token: Token) -> tuple[object, ...]:
    place = (token.line, token.column, token.end_line, token.end_column, token.start_pos, token.end_pos)
    return (token.type, str(token), *place)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=60))
def test_the_tokens_of_any_text_are_those_that_lark_finds(pieces: list[str]) -> None:
    text = text_source("".join(pieces), "x").text
    assert [told(token) for token in raw_tokens(text)] == [told(token) for token in LARK.lex(text)]


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_a_flow_has_the_tokens_and_the_tree_that_lark_gives_it(path: Path) -> None:
    source = text_source(path.read_text("utf-8"), path.name)
    assert [told(token) for token in raw_tokens(source.text)] == [told(token) for token in LARK.lex(source.text)]
    feeder, other = Feeder(), Feeder()
    other._parse = LARK.parse_interactive()
    other._states = dict(other._parse.parser_state.parse_conf.parse_table.states)
    for row in lay_out(source, lex(source)[0])[0]:
        for each in (feeder, other):
            each.move_to(row.depth)
            each.feed(row.tokens)
    assert places(feeder.end()) == places(other.end())


def places(tree: Node) -> list[tuple[object, ...]]:
    """Every node, outer ones first: what it is, its tokens, where it stands."""
    meta = tree.meta
    sides = () if meta.empty else (meta.line, meta.column, meta.start_pos, meta.end_line, meta.end_column, meta.end_pos)
    own = (str(tree.data), [str(each) for each in tree.children if isinstance(each, Token)], *sides)
    return [own, *(found for each in tree.children if isinstance(each, Tree) for found in places(each))]
