"""Text to tests: reads the layout, parses line by line, and reports every mistaken line at once.

Each line is whole by itself, so a mistake costs one line and nothing after it is misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from lark import Lark, Token, Tree, UnexpectedInput, UnexpectedToken

from flowengine.conversation.events import TransferResult
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.durations import seconds
from flowengine.language.source import Source, Span
from flowengine.testing.flowtest import problems
from flowengine.testing.flowtest.ast import (
    ActionLine,
    AgentSays,
    CallerHangsUp,
    CallerInterrupts,
    CallerIsMachine,
    CallerPresses,
    CallerSays,
    CallerSilent,
    CallerStep,
    ContactValue,
    Ends,
    ExpectState,
    ExpectUnderstood,
    ExpectValue,
    File,
    Given,
    GuardAnswer,
    ModelLine,
    Named,
    ScriptLine,
    SummaryLine,
    Test,
    TransferLine,
    Value,
    VariantChoice,
)
from flowengine.testing.flowtest.values import literal, unquoted
from flowengine.testing.matching import Piece

Node = Tree[Token]

Result = Literal["gives", "fails", "times out"]
_RESULTS: dict[str, Result] = {"gives": "gives", "fails": "fails", "times_out": "times out"}
_WORD = re.compile(r"[^\W\d]\w*")


@cache
def _lark() -> Lark:
    text = files("flowengine.testing.flowtest").joinpath("flowtest.lark").read_text("utf-8")
    return Lark(
        text,
        start=["head", "item", "value_line"],
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=False,
        propagate_positions=True,
    )


def parse(source: Source) -> tuple[File, tuple[Diagnostic, ...]]:
    """The tests of a file and its mistakes in source order. Never raises, whatever the text is."""
    reader = _Reader(source)
    for row in _rows(source):
        reader.read(row)
    return reader.end()


@dataclass(frozen=True, slots=True)
class _Row:
    """One line that says something; `width` is its indentation."""

    number: int
    width: int
    text: str


def _rows(source: Source) -> Iterator[_Row]:
    for number, line in enumerate(source.lines, start=1):
        text = line.expandtabs(2)
        bare = text.strip()
        if bare and not bare.startswith("#"):
            yield _Row(number, len(text) - len(text.lstrip()), text.rstrip())


@dataclass(slots=True)
class _Reader:
    """The test being read, and where we stand in it."""

    source: Source
    tests: list[Test] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    current: Test | None = None
    item_width: int | None = None
    in_contact: bool = False
    firsts: dict[str, Span] = field(default_factory=dict)

    def read(self, row: _Row) -> None:
        if row.width == 0:
            self._head(row)
        elif self.current is None:
            if not self.found:
                self.found.append(problems.no_tests(self._span(row)))
        elif self.in_contact and self.item_width is not None and row.width > self.item_width:
            self._field(row)
        else:
            self.in_contact = False
            if self.item_width is None:
                self.item_width = row.width
            if row.width != self.item_width:
                self._complain(problems.bad_indent(self._span(row), deeper=row.width > self.item_width))
            self._item(row)

    def end(self) -> tuple[File, tuple[Diagnostic, ...]]:
        self._close()
        if not self.tests and not self.found:
            self.found.append(problems.no_tests(Span(self.source.path, 1, 1, 1, 2)))
        seen: dict[str, Span] = {}
        for test in self.tests:
            if test.name in seen:
                self.found.append(problems.same_name(test.name, test.span, seen[test.name]))
            seen.setdefault(test.name, test.span)
        self.found.sort(key=lambda problem: (problem.span.line, problem.span.column))
        return File(self.source.path, tuple(self.tests)), tuple(self.found)

    def _close(self) -> None:
        test = self.current
        if test is None:
            return
        if test.sound and test.flow is None:
            self._complain(problems.no_flow(test.name, test.span))
        if test.sound and not test.steps:
            self._complain(problems.no_steps(test.name, test.span))
        self.tests.append(self.current or test)
        self.current = None

    def _head(self, row: _Row) -> None:
        self._close()
        self.item_width, self.in_contact, self.firsts = None, False, {}
        word = _WORD.match(row.text)
        if word is None or word[0] != "test":
            self.found.append(problems.unknown_line(_first(row.text), self._first_span(row), at_margin=True))
            # What is indented below belongs to a test all the same: read on, but run nothing of it.
            self.current = Test("?", self._span(row), sound=False) if word is not None else None
            return
        tree = self._parse("head", "test", row)
        if tree is None:
            self.current = Test("?", self._span(row), sound=False)
        else:
            name = _token(tree)
            self.current = Test(unquoted(name), self._at(row, name))

    def _field(self, row: _Row) -> None:
        tree = self._parse("value_line", "field", row)
        if tree is not None and self.current is not None:
            name, value = self._named(row, _token(tree, 0)), self._value(row, _token(tree, 1))
            self.current = replace(self.current, contact=(*self.current.contact, ContactValue(name, value)))

    def _item(self, row: _Row) -> None:
        word = _WORD.match(row.text, row.width)
        if word is None or word[0] not in problems.ITEMS:
            self._complain(problems.unknown_line(_first(row.text), self._first_span(row), at_margin=False))
            return
        if word[0] == "contact":
            self.in_contact = True
        tree = self._parse("item", word[0], row)
        if tree is not None:
            self._take(tree, row)

    def _take(self, tree: Node, row: _Row) -> None:
        test = self.current
        assert test is not None
        match tree.data:
            case "flow":
                if self._once("flow", row):
                    name = _token(tree)
                    text = unquoted(name) if name.type == "STRING" else str(name)
                    self.current = replace(test, flow=Named(text, self._at(row, name)))
            case "contact":
                if self._once("contact", row):
                    self.current = replace(test, contact_span=self._first_span(row))
            case "now":
                if self._once("now", row):
                    self._now(tree, row)
            case "guard":
                answer = GuardAnswer(self._named(row, _token(tree, 0)), _token(tree, 1).type == "ALLOWED")
                self.current = replace(test, guards=(*test.guards, answer))
            case "variant":
                choice = VariantChoice(self._named(row, _token(tree, 0)), self._named(row, _token(tree, 1)))
                self.current = replace(test, variants=(*test.variants, choice))
            case "action_gives" | "action_fails" | "action_times_out":
                self._scripted(self._action(tree, row), row)
            case "llm_says" | "llm_fails" | "llm_times_out":
                self._scripted(self._model(tree, row), row)
            case "llm_summarises":
                self._scripted(SummaryLine(self._given(tree, row), self._span(row)), row)
            case "transfer":
                result = cast("TransferResult", str(_last(tree, "TRANSFER_RESULT")))
                self._scripted(TransferLine(result, _after(tree), self._span(row)), row)
            case _:
                self._step(tree, row)

    def _scripted(self, line: ScriptLine, row: _Row) -> None:
        test = self.current
        assert test is not None
        if not self._is_over(row):
            self.current = replace(test, script=(*test.script, line))

    def _is_over(self, row: _Row) -> bool:
        """Whether the call has ended above this line, which then has no meaning."""
        end = next((step for step in self.current.steps if isinstance(step, Ends)), None) if self.current else None
        if end is not None:
            self._complain(problems.after_end(self._span(row), end.span))
        return end is not None

    def _action(self, tree: Node, row: _Row) -> ActionLine:
        given, name = self._given(tree, row), self._named(row, _token(tree, 0))
        return ActionLine(name, _RESULTS[tree.data.removeprefix("action_")], given, _after(tree), self._span(row))

    def _given(self, tree: Node, row: _Row) -> tuple[Given, ...]:
        return tuple(
            Given(self._named(row, _token(each, 0)), self._value(row, _token(each, 1))) for each in _trees(tree)
        )

    def _model(self, tree: Node, row: _Row) -> ModelLine:
        text, left = _last(tree, "STRING"), _last(tree, "NAME")
        exit_ = self._named(row, left) if left is not None else None
        result: Literal["says", "fails", "times out"]
        match tree.data:
            case "llm_says":
                result = "says"
            case "llm_fails":
                result = "fails"
            case _:
                result = "times out"
        return ModelLine(result, unquoted(text) if text is not None else "", exit_, _after(tree), self._span(row))

    def _now(self, tree: Node, row: _Row) -> None:
        day, clock = _token(tree, 0), _token(tree, 1)
        value = self._value(row, Token.new_borrow_pos("RAW", f"{day} {clock}", day))
        if isinstance(value.literal, datetime):
            assert self.current is not None
            self.current = replace(self.current, now=value.literal)

    def _step(self, tree: Node, row: _Row) -> None:
        test = self.current
        assert test is not None
        # How a call has ended can be looked at; nothing more can happen in it.
        if tree.data not in ("expect_state", "expect_value", "expect_understood") and self._is_over(row):
            return
        span = replace(self._span(row), end_column=tree.meta.end_column)  # without the comment
        step: AgentSays | CallerStep | ExpectState | ExpectValue | ExpectUnderstood | Ends | None
        match tree.data:
            case "agent":
                pieces = tuple(self._piece(row, token) for token in tree.children if isinstance(token, Token))
                step = AgentSays(pieces, span)
            case "caller":
                step = self._caller(_trees(tree), span)
            case "expect_state":
                step = ExpectState(self._named(row, _token(tree)), span)
            case "expect_understood":
                step = ExpectUnderstood(self._named(row, _token(tree)), span)
            case "expect_value":
                step = ExpectValue(self._named(row, _token(tree, 0)), self._value(row, _token(tree, 1)), span)
            case _:
                step = Ends(self._named(row, _token(tree)), span)
        if step is not None:
            self.current = replace(self.current or test, steps=(*test.steps, step))

    def _caller(self, parts: list[Node], span: Span) -> CallerStep | None:
        cue = parts[0]
        match cue.data:
            case "words":
                return CallerSays(str(_token(cue)).strip(), span)
            case "takes":
                return CallerSays(str(_token(cue, 1)).strip(), span, seconds(_token(cue, 0)))
            case "silence":
                return CallerSilent(seconds(_token(cue)) if cue.children else None, span)
            case "press":
                return CallerPresses(str(_token(cue)), span)
            case "hangs_up":
                return CallerHangsUp(span)
            case "voicemail":
                return CallerIsMachine(span)
            case _:
                then = self._caller(_trees(cue), span)
                assert isinstance(then, CallerSays | CallerPresses | CallerHangsUp | CallerIsMachine)
                return CallerInterrupts(unquoted(_token(cue)), then, span)

    def _parse(self, start: str, kind: str, row: _Row) -> Node | None:
        try:
            return _lark().parse(row.text, start=start)
        except UnexpectedInput as error:
            at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
            column = len(row.text) + 1 if at_end else max(error.column, 1)
            end = column + max(1, len(_first(row.text[column - 1 :])))
            span = Span(self.source.path, row.number, column, row.number, end)
            self._complain(problems.bad_line(kind, row.text, span))
            return None

    def _once(self, word: str, row: _Row) -> bool:
        span = self._first_span(row)
        if word in self.firsts:
            self._complain(problems.twice(word, span, self.firsts[word]))
            return False
        self.firsts[word] = span
        return True

    def _complain(self, problem: Diagnostic) -> None:
        self.found.append(problem)
        if self.current is not None:
            self.current = replace(self.current, sound=False)

    def _piece(self, row: _Row, token: Token) -> Piece:
        return Piece(None if token.type == "STAR" else unquoted(token), self._at(row, token))

    def _named(self, row: _Row, token: Token) -> Named:
        return Named(str(token), self._at(row, token))

    def _value(self, row: _Row, token: Token) -> Value:
        span = self._at(row, token)
        if token.type == "STRING":
            text = unquoted(token)
            return Value(text, text, True, span)
        text = str(token).strip()
        if text[0] in problems.ODD_QUOTES:
            self._complain(problems.odd_quote(text[0], replace(span, end_column=span.column + 1)))
        try:
            return Value(text, literal(text), False, span)
        except ValueError as error:
            self._complain(problems.bad_value(text, span, str(error)))
            return Value(text, text, False, span)

    def _at(self, row: _Row, token: Token) -> Span:
        column = token.column or 1
        return Span(self.source.path, row.number, column, row.number, column + len(token))

    def _span(self, row: _Row) -> Span:
        """The line without its indentation and comment."""
        return Span(self.source.path, row.number, row.width + 1, row.number, len(row.text) + 1)

    def _first_span(self, row: _Row) -> Span:
        column = row.width + 1
        return Span(self.source.path, row.number, column, row.number, column + len(_first(row.text)))


def _first(text: str) -> str:
    """The first word of a line."""
    found = _WORD.match(text.lstrip())
    if found:
        return found[0]
    return text.split()[0] if text.split() else ""


def _token(tree: Node, index: int = 0) -> Token:
    tokens = [child for child in tree.children if isinstance(child, Token)]
    return tokens[index]


def _last(tree: Node, kind: str) -> Token | None:
    tokens = [child for child in tree.children if isinstance(child, Token) and child.type == kind]
    return tokens[-1] if tokens else None


def _after(tree: Node) -> float:
    """`after 3s`, in seconds; 0 where there is none."""
    found = _last(tree, "DURATION")
    return seconds(found) if found is not None else 0.0


def _trees(tree: Node) -> list[Node]:
    return [child for child in tree.children if isinstance(child, Tree)]
