"""Tokens of a file, made once, before any parsing: comments taken out, names told from keywords by their neighbours."""

from __future__ import annotations

from lark import Token

from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import SIMPLE_STATEMENTS, keywords, raw_tokens, span_of
from flowengine.language.source import Source

MAX_NUMBER = 20
"""Signs in one number, its unit included."""

_BEFORE_OPERAND = frozenset({"EQUAL", "OPERATOR", "LPAR", "COMMA"})
"""After these a word is a value's name, even if it is a keyword elsewhere."""

_MAY_BE_INTENTS = frozenset({"NOTE", "WAIT", "RECORD", "GUARD", "DO", "TRANSFER", "RUN", "SPLIT"})
"""Before `->`, `:` or `or` these are intents: `transfer -> operator`."""


def lex(source: Source) -> tuple[list[Token], tuple[ast.Comment, ...], list[Diagnostic]]:
    """Tokens without comments and line ends, the comments, and numbers that nobody can mean."""
    tokens: list[Token] = []
    comments: list[ast.Comment] = []
    problems: list[Diagnostic] = []
    for token in raw_tokens(source.text):
        if token.type == "COMMENT":
            own_line = not tokens or tokens[-1].line != token.line
            comments.append(ast.Comment(str(token), own_line, span_of(source.path, token)))
        elif token.type != "NEWLINE":
            if token.type in ("NUMBER", "DURATION", "PERCENT") and len(token) > MAX_NUMBER:
                problems.append(_too_long(source, token))
                token = Token.new_borrow_pos(token.type, "1" + str(token).lstrip("0123456789."), token)
            if tokens and tokens[-1].line == token.line:
                _settle_names(tokens[-1], token)
            tokens.append(token)
    return tokens, tuple(comments), problems


def _settle_names(before: Token, token: Token) -> None:
    """Turn a keyword into a name where its neighbour says that it is one."""
    if before.type in _BEFORE_OPERAND and token.type in SIMPLE_STATEMENTS & keywords().keys():
        token.type = "NAME"
    if before.type in _MAY_BE_INTENTS and token.type in ("ARROW", "COLON", "OR"):
        before.type = "NAME"
    if before.type == "OR" and token.type in _MAY_BE_INTENTS:
        token.type = "NAME"


def _too_long(source: Source, token: Token) -> Diagnostic:
    message = f"this number is longer than {MAX_NUMBER} signs"
    return Diagnostic("FL122", "number-too-long", "error", span_of(source.path, token), message, "write a smaller one")
