"""Parse tree to `ast`: one method a rule, named like it. Blocks that are missing altogether are reported here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

from lark import Token, Tree

from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import Node, span_of
from flowengine.language.source import Source, Span

_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def build(
    source: Source, tree: Node, line_ends: Mapping[int, int], damaged: frozenset[int]
) -> tuple[tuple[ast.Item, ...], list[Diagnostic]]:
    """The items of a file. `line_ends`: for each line the column after its last token.

    A header on a `damaged` line is not asked for its block.
    """
    builder = _Builder(source, line_ends, damaged)
    return tuple(builder.all(tree)), builder.problems


def unescape(text: str) -> str:
    """A string's inside as meant: `\\"` is a quote, `\\n` a line end, any other escaped character itself."""
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text) if "\\" in text else text


def _parts(tree: Node, rule: str) -> list[Node]:
    return [child for child in tree.children if isinstance(child, Tree) and child.data == rule]


def _part(tree: Node, rule: str) -> Node | None:
    return next(iter(_parts(tree, rule)), None)


def _tokens(tree: Node, *kinds: str) -> list[Token]:
    return [child for child in tree.children if isinstance(child, Token) and child.type in kinds]


def _token(tree: Node, *kinds: str) -> Token | None:
    return next(iter(_tokens(tree, *kinds)), None)


class _Builder:
    def __init__(self, source: Source, line_ends: Mapping[int, int], damaged: frozenset[int]) -> None:
        self._path = source.path
        self._text = source.text
        self._line_ends = line_ends
        self._damaged = damaged
        self.problems: list[Diagnostic] = []

    def all(self, tree: Node) -> list[Any]:
        """The nodes of all child rules, in order. `Any`: each rule has its own type, and the grammar says which."""
        return [self._build(child) for child in tree.children if isinstance(child, Tree)]

    def _build(self, tree: Node) -> Any:
        method: Callable[[Node], Any] = getattr(self, str(tree.data))
        return method(tree)

    # ── spans and leaves ──

    def _span(self, tree: Node) -> Span:
        """From the first token to the last one on the same line: the head of whatever has a block."""
        meta = tree.meta
        line: int = meta.line
        column: int = meta.column
        if meta.end_line == line:
            return Span(self._path, line, column, line, meta.end_column)
        return Span(self._path, line, column, line, max(column + 1, self._line_ends[line]))

    def _token_span(self, token: Token) -> Span:
        return span_of(self._path, token)

    def _name_of(self, token: Token) -> ast.Name:
        return ast.Name(str(token), self._token_span(token))

    def _name(self, tree: Node) -> ast.Name:
        return self._names(tree)[0]

    def _names(self, tree: Node) -> list[ast.Name]:
        return [self._name_of(token) for token in _tokens(tree, "NAME")]

    def _text_of(self, token: Token) -> ast.Text:
        return ast.Text(unescape(str(token)[1:-1]), self._token_span(token))

    def _texts(self, tree: Node) -> tuple[ast.Text, ...]:
        return tuple(self._text_of(token) for token in _tokens(tree, "STRING"))

    def _first_text(self, tree: Node) -> ast.Text | None:
        return next(iter(self._texts(tree)), None)

    def _duration(self, tree: Node) -> ast.Duration | None:
        token = _token(tree, "DURATION")
        if token is None:
            return None
        unit = str(token).lstrip("0123456789.")
        return ast.Duration(float(str(token)[: -len(unit)]) * _SECONDS[unit], self._token_span(token))

    def _number(self, tree: Node) -> ast.Number | None:
        token = _token(tree, "NUMBER")
        return None if token is None else ast.Number(str(token), self._token_span(token))

    def _expr(self, tree: Node, *, inside: int = 0) -> ast.Expr:
        """The source between a rule's ends, less `inside` characters at both of them."""
        meta = tree.meta
        text = self._text[meta.start_pos + inside : meta.end_pos - inside]
        return ast.Expr(
            text, Span(self._path, meta.line, meta.column + inside, meta.end_line, meta.end_column - inside)
        )

    def _require_block(self, tree: Node, what: str, remedy: str) -> None:
        span = self._span(tree)
        if span.line in self._damaged:
            return
        self.problems.append(
            Diagnostic("FL110", "empty-block", "error", span, f"nothing stands under this {what}", remedy)
        )

    # ── definitions ──

    def flow(self, tree: Node) -> ast.Flow:
        languages, voices, agents = _parts(tree, "language"), _parts(tree, "voice"), _parts(tree, "agent")
        self._refuse_repeated("language", languages)
        self._refuse_repeated("voice", voices)
        self._refuse_repeated("agent", agents)
        title = self._first_text(tree)
        assert title is not None
        return ast.Flow(
            self._name(tree),
            title,
            "outbound" if _token(tree, "OUTBOUND") else "inbound",
            self._locale(languages[0]) if languages else None,
            self._locale(voices[0]) if voices else None,
            self.agent(agents[0]) if agents else None,
            tuple(self.use(use) for use in _parts(tree, "use")),
            self._span(tree),
        )

    def _refuse_repeated(self, what: str, nodes: list[Node]) -> None:
        self.problems.extend(
            Diagnostic("FL116", "repeated-part", "error", self._span(node), f"{what!r} is written twice", "keep one")
            for node in nodes[1:]
        )

    def _locale(self, tree: Node) -> ast.Name:
        locale = _part(tree, "locale")
        if locale is not None:
            expr = self._expr(locale)
            return ast.Name(expr.text, expr.span)
        text = self._first_text(tree)
        assert text is not None
        return ast.Name(text.value, text.span)

    def agent(self, tree: Node) -> ast.Agent:
        name, company = self._texts(tree)
        return ast.Agent(name, company, self._span(tree))

    def use(self, tree: Node) -> ast.Use:
        return ast.Use(self._name(tree), self._span(tree))

    def contact(self, tree: Node) -> ast.Contact:
        fields = tuple(self.field(field) for field in _parts(tree, "field"))
        if not fields:
            self._require_block(tree, "contact", "list the call's inputs, for example 'name: text'")
        return ast.Contact(fields, self._span(tree))

    def field(self, tree: Node) -> ast.Field:
        default = _part(tree, "expr")
        return ast.Field(self._name(tree), self._type(tree), self._expr(default) if default else None, self._span(tree))

    def _type(self, tree: Node) -> ast.TypeRef:
        node = _part(tree, "type")
        assert node is not None
        number = _token(node, "NUMBER")
        span = self._span(node)
        if _token(node, "ONE"):
            return ast.TypeRef("one of", None, tuple(self._choice(choice) for choice in _parts(node, "choice")), span)
        count = ast.Number(str(number), self._token_span(number)) if number is not None else None
        return ast.TypeRef(str(_token(node, "NAME")), count, (), span)

    def _choice(self, tree: Node) -> ast.Text:
        string = self._first_text(tree)
        if string is not None:
            return string
        words = " ".join(str(token) for token in _tokens(tree, "NAME", "NUMBER"))
        return ast.Text(words, self._span(tree))

    def outcome(self, tree: Node) -> ast.Outcome:
        token = _token(tree, "SUCCESS", "RETRY", "SUPPRESS")
        disposition = cast('Literal["success", "retry", "suppress"] | None', str(token) if token else None)
        return ast.Outcome(self._name(tree), disposition, self._span(tree))

    def line(self, tree: Node) -> ast.Line:
        texts = self._texts(tree) + self._under(tree)
        if not texts:
            self._require_block(tree, "line", 'write what is said, for example "Good morning."')
        return ast.Line(self._name(tree), texts, self._span(tree))

    def _under(self, tree: Node) -> tuple[ast.Text, ...]:
        """The strings of the block under a header."""
        block = _part(tree, "texts")
        return self._texts(block) if block else ()

    def intent(self, tree: Node) -> ast.Intent:
        block = _part(tree, "phrases")
        patterns = _tokens(block, "PATTERN") if block else []
        description = self._first_text(tree)
        if block is None and description is None:
            self._require_block(tree, "intent", 'give phrases a caller may use, for example "yes" "that\'s right"')
        return ast.Intent(
            self._name(tree),
            _token(tree, "PROTECTIVE") is not None,
            description,
            self._texts(block) if block else (),
            tuple(ast.Pattern(str(token)[1:-1], self._token_span(token)) for token in patterns),
            self._span(tree),
        )

    def slot(self, tree: Node) -> ast.Slot:
        def one(rule: str) -> Node | None:
            nodes = _parts(tree, rule)
            self._refuse_repeated(rule.removeprefix("slot_"), nodes)
            return nodes[0] if nodes else None

        ask, again, confirm = one("slot_ask"), one("slot_again"), one("slot_confirm")
        valid, tries = one("slot_valid"), one("slot_tries")
        claim = _part(valid, "claim") if valid else None
        return ast.Slot(
            self._name(tree),
            self._type(tree),
            _token(tree, "SECRET") is not None,
            self._first_text(ask) if ask else None,
            self._first_text(again) if again else None,
            self._first_text(confirm) if confirm else None,
            self._expr(claim) if claim else None,
            self._first_text(valid) if valid else None,
            self._number(tries) if tries else None,
            self._span(tree),
        )

    def action(self, tree: Node) -> ast.Action:
        results = _part(tree, "results")
        return ast.Action(
            self._name(tree),
            tuple(self.parameter(node) for node in _parts(tree, "parameter")),
            tuple(self.parameter(node) for node in _parts(results, "parameter")) if results else (),
            tuple(self.option(node) for node in _parts(tree, "option")),
            self._span(tree),
        )

    def parameter(self, tree: Node) -> ast.Parameter:
        return ast.Parameter(self._name(tree), self._type(tree), self._span(tree))

    def option(self, tree: Node) -> ast.Option:
        name, *values = (child for child in tree.children if isinstance(child, Token))
        return ast.Option(self._name_of(name), tuple(str(value) for value in values), self._span(tree))

    def policy(self, tree: Node) -> ast.Policy:
        return ast.Policy(self._name(tree), tuple(self.all(tree)), self._span(tree))

    def require(self, tree: Node) -> ast.Require:
        return ast.Require(self._fact(tree), self._name(tree), self._span(tree))

    def forbid(self, tree: Node) -> ast.Forbid:
        return ast.Forbid(self._name(tree), self._fact(tree), self._span(tree))

    def _fact(self, tree: Node) -> ast.Fact:
        node = _part(tree, "fact")
        assert node is not None
        names = self._names(node)
        return ast.Fact(names[0], names[1] if len(names) > 1 else None, self._span(node))

    def always(self, tree: Node) -> ast.Always:
        event = _part(tree, "event")
        assert event is not None
        return ast.Always(self.event(event), self._name(tree), self._span(tree))

    def at_most(self, tree: Node) -> ast.AtMost:
        return ast.AtMost(self._duration(tree), self._number(tree), self._span(tree))

    def state(self, tree: Node) -> ast.State:
        name, *tags = self._names(tree)
        block = _part(tree, "block")
        body = tuple(self.all(block)) if block else ()
        if not body:
            self._require_block(tree, "state", "say what happens there: a line to say, then 'listen' or 'end'")
        first: int = tree.meta.line
        last: int = tree.meta.end_line
        return ast.State(name, tuple(tags), body, max(first, last), self._span(tree))

    def anywhere(self, tree: Node) -> ast.Anywhere:
        branches = self._branches(tree)
        if not branches:
            self._require_block(tree, "anywhere", "write a handler, for example 'hangup: end hung_up'")
        return ast.Anywhere(branches, self._span(tree))

    # ── statements ──

    def say(self, tree: Node) -> ast.Say:
        name = _token(tree, "NAME")
        return ast.Say(self._name_of(name) if name is not None else None, self._texts(tree), self._span(tree))

    def say_block(self, tree: Node) -> ast.Say:
        texts = self._under(tree)
        if not texts:
            self._require_block(tree, "say", 'write what is said, for example say "Good morning."')
        return ast.Say(None, texts, self._span(tree))

    def set(self, tree: Node) -> ast.Set:
        value = _part(tree, "expr")
        assert value is not None
        return ast.Set(self._name(tree), self._expr(value), self._span(tree))

    def note(self, tree: Node) -> ast.Note:
        return ast.Note(self._texts(tree)[0], self._span(tree))

    def wait(self, tree: Node) -> ast.Wait:
        duration = self._duration(tree)
        assert duration is not None
        return ast.Wait(duration, self._span(tree))

    def goto(self, tree: Node) -> ast.Goto:
        return ast.Goto(self._name(tree), self._span(tree))

    def again(self, tree: Node) -> ast.Again:
        return ast.Again(self._first_text(tree), self._span(tree))

    def resume(self, tree: Node) -> ast.Resume:
        return ast.Resume(self._span(tree))

    def end(self, tree: Node) -> ast.End:
        names = self._names(tree)
        return ast.End(names[0] if names else None, self._span(tree))

    def record(self, tree: Node) -> ast.Record:
        return ast.Record(_token(tree, "START") is not None, self._span(tree))

    def if_(self, tree: Node) -> ast.If:
        others = [self._arm(node) for node in tree.children if isinstance(node, Tree) and node.data in _LATER_ARMS]
        return ast.If((self._arm(tree), *others), self._span(tree))

    def _arm(self, tree: Node) -> ast.Arm:
        condition = _part(tree, "expr")
        body = self._body(tree)
        if not body.statements:
            self._require_block(tree, {"elif_": "elif", "else_": "else"}.get(str(tree.data), "if"), "say what happens")
        return ast.Arm(self._expr(condition) if condition else None, body, self._span(tree))

    def _body(self, tree: Node) -> ast.Body:
        for child in tree.children:
            if not isinstance(child, Tree):
                continue
            if child.data == "arrow":
                return ast.Body("arrow", (self.goto(child),))
            if child.data == "inline":
                return ast.Body("inline", tuple(self.all(child)))
            if child.data == "block":
                return ast.Body("block", tuple(self.all(child)))
        return ast.Body("bare", ())

    def _branches(self, tree: Node) -> tuple[ast.Branch, ...]:
        block = _part(tree, "branches")
        return tuple(self.branch(node) for node in _parts(block, "branch")) if block else ()

    def branch(self, tree: Node) -> ast.Branch:
        return ast.Branch(
            tuple(self.event(node) for node in _parts(tree, "event")),
            self._number(tree),
            self._body(tree),
            self._span(tree),
        )

    def event(self, tree: Node) -> ast.Event:
        tokens = [child for child in tree.children if isinstance(child, Token)]
        span = self._span(tree)
        head, last = tokens[0], tokens[-1]
        match head.type:
            case "NAME":
                return ast.Event("name", str(head), 0, span)
            case "PRESS":
                return ast.Event("press", str(last).strip('"'), 0, span)
            case "HEARD":
                return ast.Event("heard", str(last), 0, span)
            case "AFTER":
                duration = self._duration(tree)
                return ast.Event("after", str(last), duration.seconds if duration else 0, span)
            case _:
                return ast.Event(cast("ast.EventKind", str(head)), "", 0, span)

    def listen(self, tree: Node) -> ast.Listen:
        return ast.Listen(self._duration(tree), self._branches(tree), self._span(tree))

    def collect(self, tree: Node) -> ast.Collect:
        return ast.Collect(tuple(self._names(tree)), self._branches(tree), self._span(tree))

    def guard(self, tree: Node) -> ast.Guard:
        return ast.Guard(self._name(tree), self._branches(tree), self._span(tree))

    def do(self, tree: Node) -> ast.Do:
        arguments = _part(tree, "arguments")
        assert arguments is not None
        return ast.Do(self._name(tree), self._expr(arguments, inside=1), self._branches(tree), self._span(tree))

    def transfer(self, tree: Node) -> ast.Transfer:
        target = _part(tree, "expr")
        assert target is not None
        return ast.Transfer(self._expr(target), self._branches(tree), self._span(tree))

    def run(self, tree: Node) -> ast.Run:
        return ast.Run(self._name(tree), self._branches(tree), self._span(tree))

    def split(self, tree: Node) -> ast.Split:
        return ast.Split(self._name(tree), tuple(self.variant(v) for v in _parts(tree, "variant")), self._span(tree))

    def variant(self, tree: Node) -> ast.Variant:
        percent = float(str(_token(tree, "PERCENT"))[:-1])
        return ast.Variant(self._name(tree), percent, self._body(tree), self._span(tree))

    def llm(self, tree: Node) -> ast.Llm:
        task = self._first_text(tree)
        assert task is not None
        limits, fallbacks = _parts(tree, "limit"), _parts(tree, "fallback")
        self._refuse_repeated("limit", limits)
        self._refuse_repeated("fallback", fallbacks)
        facts = [text for node in _parts(tree, "facts") for text in self._texts(node) + self._under(node)]
        return ast.Llm(
            task,
            tuple(facts),
            tuple(text for node in _parts(tree, "never") for text in self._texts(node)),
            tuple(self.exit(node) for node in _parts(tree, "exit")),
            self.limit(limits[0]) if limits else None,
            self.fallback(fallbacks[0]) if fallbacks else None,
            self._span(tree),
        )

    def exit(self, tree: Node) -> ast.Exit:
        return ast.Exit(self._name(tree), self._texts(tree)[0], self._body(tree), self._span(tree))

    def limit(self, tree: Node) -> ast.Limit:
        return ast.Limit(self._number(tree), self._duration(tree), self._body(tree), self._span(tree))

    def fallback(self, tree: Node) -> ast.Fallback:
        return ast.Fallback(self._texts(tree)[0], self._body(tree), self._span(tree))


_LATER_ARMS = ("elif_", "else_")
