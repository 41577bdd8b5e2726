"""Parse tree to `ast`: one method a rule, named like it. Blocks that are missing altogether are reported here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from lark import Token

from flowengine.language import ast
from flowengine.language.build_leaves import part, parts, token, tokens
from flowengine.language.build_statements import StatementBuilder
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import Node
from flowengine.language.source import Source


def build(
    source: Source, tree: Node, line_ends: Mapping[int, int], damaged: frozenset[int]
) -> tuple[tuple[ast.Item, ...], list[Diagnostic]]:
    """The items of a file. `line_ends`: for each line the column after its last token.

    A header on a `damaged` line is not asked for its block.
    """
    builder = _Builder(source, line_ends, damaged)
    return tuple(builder.all(tree)), builder.problems


class _Builder(StatementBuilder):
    """Builds a whole file."""

    def flow(self, tree: Node) -> ast.Flow:
        languages, voices, agents = parts(tree, "language"), parts(tree, "voice"), parts(tree, "agent")
        self._refuse_repeated("language", languages)
        self._refuse_repeated("voice", voices)
        self._refuse_repeated("agent", agents)
        barge_in = self._one_barge_in(tree)
        title = self._first_text(tree)
        assert title is not None
        return ast.Flow(
            self._name(tree),
            title,
            "outbound" if token(tree, "OUTBOUND") else "inbound",
            self._locale(languages[0]) if languages else None,
            self._locale(voices[0]) if voices else None,
            self.agent(agents[0]) if agents else None,
            tuple(self.use(use) for use in parts(tree, "use")),
            barge_in,
            self._span(tree),
        )

    def _one_barge_in(self, tree: Node) -> ast.BargeIn | None:
        written = parts(tree, "barge_in")
        self._refuse_repeated("barge-in", written)
        return self.barge_in(written[0]) if written else None

    def barge_in(self, tree: Node) -> ast.BargeIn:
        names = self._names(tree)
        mode = cast('Literal["always", "after", "never"]', str(token(tree, "ALWAYS", "AFTER", "NEVER")))
        return ast.BargeIn(mode, names[0] if names else None, self._span(tree))

    def _locale(self, tree: Node) -> ast.Name:
        locale = part(tree, "locale")
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
        fields = tuple(self.field(field) for field in parts(tree, "field"))
        if not fields:
            self._require_block(tree, "contact", "list the call's inputs, for example 'name: text'")
        return ast.Contact(fields, self._span(tree))

    def field(self, tree: Node) -> ast.Field:
        default = part(tree, "expr")
        return ast.Field(self._name(tree), self._type(tree), self._expr(default) if default else None, self._span(tree))

    def _type(self, tree: Node) -> ast.TypeRef:
        node = part(tree, "type")
        assert node is not None
        number = token(node, "NUMBER")
        span = self._span(node)
        if token(node, "ONE"):
            return ast.TypeRef("one of", None, tuple(self._choice(choice) for choice in parts(node, "choice")), span)
        count = ast.Number(str(number), self._token_span(number)) if number is not None else None
        return ast.TypeRef(str(token(node, "NAME")), count, (), span)

    def _choice(self, tree: Node) -> ast.Text:
        string = self._first_text(tree)
        if string is not None:
            return string
        words = " ".join(str(each) for each in tokens(tree, "NAME", "NUMBER"))
        return ast.Text(words, self._span(tree))

    def outcome(self, tree: Node) -> ast.Outcome:
        written = token(tree, "SUCCESS", "RETRY", "SUPPRESS")
        disposition = cast('Literal["success", "retry", "suppress"] | None', str(written) if written else None)
        return ast.Outcome(self._name(tree), disposition, self._span(tree))

    def line(self, tree: Node) -> ast.Line:
        texts = self._texts(tree) + self._under(tree)
        if not texts:
            self._require_block(tree, "line", 'write what is said, for example "Good morning."')
        return ast.Line(self._name(tree), self._one_barge_in(tree), texts, self._span(tree))

    def intent(self, tree: Node) -> ast.Intent:
        block = part(tree, "phrases")
        patterns = tokens(block, "PATTERN") if block else []
        description = self._first_text(tree)
        if block is None and description is None:
            self._require_block(tree, "intent", 'give phrases a caller may use, for example "yes" "that\'s right"')
        return ast.Intent(
            self._name(tree),
            token(tree, "PROTECTIVE") is not None,
            description,
            self._texts(block) if block else (),
            tuple(ast.Pattern(str(each)[1:-1], self._token_span(each)) for each in patterns),
            self._span(tree),
        )

    def slot(self, tree: Node) -> ast.Slot:
        def one(rule: str) -> Node | None:
            nodes = parts(tree, rule)
            self._refuse_repeated(rule.removeprefix("slot_"), nodes)
            return nodes[0] if nodes else None

        ask, again, confirm = one("slot_ask"), one("slot_again"), one("slot_confirm")
        valid, tries = one("slot_valid"), one("slot_tries")
        claim = part(valid, "claim") if valid else None
        return ast.Slot(
            self._name(tree),
            self._type(tree),
            token(tree, "SECRET") is not None,
            self._first_text(ask) if ask else None,
            self._first_text(again) if again else None,
            self._first_text(confirm) if confirm else None,
            self._expr(claim) if claim else None,
            self._first_text(valid) if valid else None,
            self._number(tries) if tries else None,
            self._span(tree),
        )

    def action(self, tree: Node) -> ast.Action:
        results = part(tree, "results")
        return ast.Action(
            self._name(tree),
            tuple(self.parameter(node) for node in parts(tree, "parameter")),
            tuple(self.parameter(node) for node in parts(results, "parameter")) if results else (),
            tuple(self.option(node) for node in parts(tree, "option")),
            self._span(tree),
        )

    def parameter(self, tree: Node) -> ast.Parameter:
        return ast.Parameter(self._name(tree), self._type(tree), self._span(tree))

    def option(self, tree: Node) -> ast.Option:
        name, *values = (child for child in tree.children if isinstance(child, Token))
        return ast.Option(self._name_of(name), tuple(str(value) for value in values), self._span(tree))

    def policy(self, tree: Node) -> ast.Policy:
        rules = tuple(self.all(tree))
        if not rules:
            self._require_block(tree, "policy", "write a rule, for example 'require heard(LINE) before PLACE'")
        return ast.Policy(self._name(tree), rules, self._span(tree))

    def require(self, tree: Node) -> ast.Require:
        return ast.Require(self._fact(tree), self._name(tree), self._span(tree))

    def forbid(self, tree: Node) -> ast.Forbid:
        return ast.Forbid(self._name(tree), self._fact(tree), self._span(tree))

    def _fact(self, tree: Node) -> ast.Fact:
        node = part(tree, "fact")
        assert node is not None
        names = self._names(node)
        return ast.Fact(names[0], names[1] if len(names) > 1 else None, self._span(node))

    def always(self, tree: Node) -> ast.Always:
        event = part(tree, "event")
        assert event is not None
        return ast.Always(self.event(event), self._name(tree), self._span(tree))

    def at_most(self, tree: Node) -> ast.AtMost:
        return ast.AtMost(self._duration(tree), self._number(tree), self._span(tree))

    def summary(self, tree: Node) -> ast.Summary:
        fields = tuple(self.summary_field(field) for field in parts(tree, "summary_field"))
        if not fields:
            example = "list what is kept of the call, for example 'booked: boolean = call.outcome == \"booked\"'"
            self._require_block(tree, "summary", example)
        return ast.Summary(fields, self._span(tree))

    def summary_field(self, tree: Node) -> ast.SummaryField:
        value = part(tree, "expr")
        return ast.SummaryField(
            self._name(tree),
            self._type(tree),
            self._first_text(tree),
            self._expr(value) if value else None,
            self._span(tree),
        )

    def state(self, tree: Node) -> ast.State:
        name, *tags = self._names(tree)
        block = part(tree, "state_block")
        barge_in = self._one_barge_in(block) if block else None
        body = tuple(node for node in self.all(block) if not isinstance(node, ast.BargeIn)) if block else ()
        if not body:
            self._require_block(tree, "state", "say what happens there: a line to say, then 'listen' or 'end'")
        first: int = tree.meta.line
        last: int = tree.meta.end_line
        return ast.State(name, tuple(tags), barge_in, body, max(first, last), self._span(tree))

    def anywhere(self, tree: Node) -> ast.Anywhere:
        branches = self._branches(tree)
        if not branches:
            self._require_block(tree, "anywhere", "write a handler, for example 'hangup: end hung_up'")
        return ast.Anywhere(branches, self._span(tree))
