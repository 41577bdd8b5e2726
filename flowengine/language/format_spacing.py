"""The blanks inside a line: which two tokens stand together, and which stand apart.

A blank is a matter of taste only where the lexer reads the same tokens either way. Where it would not (`< =`, `1 : 30`,
`2026-12-01`, a pattern that needs its blanks), what the author wrote decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Token

_OPENING = {"LPAR", "LSQB", "LBRACE"}
_CLOSING = {"RPAR", "RSQB", "RBRACE"}
_NUMERIC = {"NUMBER", "DURATION", "PERCENT", "CLOCK", "MOMENT"}
_SIGNS = {"MINUS", "STAR"}
_OPERATOR_WORDS = {"and", "or", "not", "in", "is", "if", "elif", "else", "of"}
_HEADS = {"TRANSFER", "VALID"}
"""An expression follows these at once, where they begin a line."""
_TWO_SIGNS = frozenset({"==", "!=", "<=", ">=", "**", "//", "->"})

_LITERAL = re.compile(r"\d{4}-\d{2}-\d{2}(?!\w)|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?\w*")
"""One number or date to Jinja or the reader of defaults, several tokens to our lexer: `1e-3`, `1_000`, `2026-12-01`."""


def whole_literals(text: str, tokens: list[Token]) -> list[Token]:
    """The tokens of a row, with those joined that are one literal."""
    joined: list[Token] = []
    covered = 0
    for index, token in enumerate(tokens):
        start = token.start_pos or 0
        if start < covered:
            continue
        match = _LITERAL.match(text, start) if token.type == "NUMBER" else None
        if match is not None and any(match.end() == later.end_pos for later in tokens[index + 1 : index + 6]):
            covered = match.end()
            token = Token("NUMBER", match[0], start, token.line, token.column, end_pos=covered)
        joined.append(token)
    return joined


def gaps(tokens: list[Token]) -> list[str]:
    """What stands before each token of a row: nothing or one blank."""
    found = [""]
    brackets: list[str] = []
    for index in range(1, len(tokens)):
        before = tokens[index - 1]
        if before.type in _OPENING:
            brackets.append(before.type)
        elif before.type in _CLOSING and brackets:
            brackets.pop()
        found.append(_Gap(tokens, index, brackets[-1] if brackets else None).text)
    return found


@dataclass(frozen=True, slots=True)
class _Gap:
    """The place before `tokens[index]`; `bracket` is the innermost that is open there."""

    tokens: list[Token]
    index: int
    bracket: str | None

    @property
    def text(self) -> str:
        before, after = self.tokens[self.index - 1], self.tokens[self.index]
        return "" if self._close(before, after) and not _would_merge(before, after) else " "

    def _close(self, before: Token, after: Token) -> bool:
        kinds = {before.type, after.type}
        if "PATTERN" in kinds or before == "/":  # `/` with a blank after it begins no pattern
            return False
        if before.type in _OPENING or after.type in _CLOSING or after.type == "COMMA":
            return True
        if "COLON" in kinds:
            return self._beside_colon(after)
        if "EQUAL" in kinds:
            return self.bracket is not None
        if "." in (str(before), str(after)) and "OPERATOR" in kinds:
            return self._may_close(self.index - 1 if before == "." else self.index)
        if "MINUS" in kinds and self._in_locale():
            return _touch(before, after)
        if self._is_unary(self.index - 1):
            return True
        return after.type in ("LPAR", "LSQB") and self._can_be_called(self.index - 1, after.type)

    def _beside_colon(self, after: Token) -> bool:
        if self.bracket == "LSQB":
            return self._may_close(self.index if after.type == "COLON" else self.index - 1)
        return after.type == "COLON"

    def _may_close(self, index: int) -> bool:
        """Whether the sign `tokens[index]` may touch its neighbours: between two numbers only where it did.

        `1 : 30` would become a time, `1 . 5` another number.
        """
        if not 0 < index < len(self.tokens) - 1:
            return True
        left, sign, right = self.tokens[index - 1 : index + 2]
        numbers = left.type in _NUMERIC and right.type in _NUMERIC
        return not numbers or (_touch(left, sign) and _touch(sign, right))

    def _is_unary(self, index: int) -> bool:
        token = self.tokens[index]
        if token.type not in _SIGNS and token not in ("+", "**"):
            return False
        if index == 0:
            return False
        before = self.tokens[index - 1]
        return (
            before.type in _OPENING | _SIGNS | {"COMMA", "COLON", "EQUAL"}
            or (before.type == "OPERATOR" and before != ".")
            or self._takes_operand(index - 1)
        )

    def _takes_operand(self, index: int) -> bool:
        token = self.tokens[index]
        return str(token) in _OPERATOR_WORDS or (index == 0 and token.type in _HEADS)

    def _in_locale(self) -> bool:
        head = self.tokens[0].type in ("LANGUAGE", "VOICE") and len(self.tokens) > 1
        return head and self.tokens[1].type not in ("COLON", "MINUS")

    def _can_be_called(self, index: int, bracket: str) -> bool:
        """Whether a bracket after this token is a call or a subscript, not a group."""
        token = self.tokens[index]
        if token.type in _CLOSING:
            return True
        if token.type in ("STRING", "QUOTED"):
            return bracket == "LSQB"
        return _is_word(str(token)[-1]) and not self._takes_operand(index)


def _touch(before: Token, after: Token) -> bool:
    return before.end_pos == after.start_pos


def _would_merge(before: Token, after: Token) -> bool:
    """Whether two tokens without a blank would be read as others."""
    last, first = str(before)[-1], str(after)[0]
    return (_is_word(last) and _is_word(first)) or last + first in _TWO_SIGNS


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"
