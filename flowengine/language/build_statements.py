"""Statements and branches: one method a rule, named like it."""

from __future__ import annotations

from typing import cast

from lark import Token, Tree

from flowengine.language import ast
from flowengine.language.build_leaves import LeafBuilder, part, parts, token
from flowengine.language.grammar import Node

_LATER_ARMS = ("elif_", "else_")


class StatementBuilder(LeafBuilder):
    """Builds whatever stands in a state."""

    def say(self, tree: Node) -> ast.Say:
        name = token(tree, "NAME")
        return ast.Say(self._name_of(name) if name is not None else None, self._texts(tree), self._span(tree))

    def say_block(self, tree: Node) -> ast.Say:
        texts = self._under(tree)
        if not texts:
            self._require_block(tree, "say", 'write what is said, for example say "Good morning."')
        return ast.Say(None, texts, self._span(tree))

    def set(self, tree: Node) -> ast.Set:
        value = part(tree, "expr")
        assert value is not None
        return ast.Set(self._name(tree), self._expr(value), self._span(tree))

    def note(self, tree: Node) -> ast.Note:
        return ast.Note(self._texts(tree)[0], self._span(tree))

    def wait(self, tree: Node) -> ast.Wait:
        duration = self._duration(tree)
        assert duration is not None
        return ast.Wait(duration, self._span(tree))

    def keys(self, tree: Node) -> ast.Keys:
        return ast.Keys(self._texts(tree)[0], self._span(tree))

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
        return ast.Record(token(tree, "START") is not None, self._span(tree))

    def if_(self, tree: Node) -> ast.If:
        others = [self._arm(node) for node in tree.children if isinstance(node, Tree) and node.data in _LATER_ARMS]
        return ast.If((self._arm(tree), *others), self._span(tree))

    def _arm(self, tree: Node) -> ast.Arm:
        condition = part(tree, "expr")
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
        block = part(tree, "branches")
        return tuple(self.branch(node) for node in parts(block, "branch")) if block else ()

    def branch(self, tree: Node) -> ast.Branch:
        return ast.Branch(
            tuple(self.event(node) for node in parts(tree, "event")),
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
                number = self._number(tree)
                if number is not None:
                    return ast.Event("turns", number.text, 0, span)
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
        arguments = part(tree, "arguments")
        assert arguments is not None
        return ast.Do(self._name(tree), self._expr(arguments, inside=1), self._branches(tree), self._span(tree))

    def transfer(self, tree: Node) -> ast.Transfer:
        target = part(tree, "expr")
        assert target is not None
        briefings, fillers = parts(tree, "briefing"), parts(tree, "filler")
        self._refuse_repeated("briefing", briefings)
        self._refuse_repeated("filler", fillers)
        return ast.Transfer(
            self._expr(target),
            self._texts(briefings[0])[0] if briefings else None,
            self._texts(fillers[0])[0] if fillers else None,
            tuple(self.branch(node) for node in parts(tree, "branch")),
            self._span(tree),
        )

    def run(self, tree: Node) -> ast.Run:
        return ast.Run(self._name(tree), self._branches(tree), self._span(tree))

    def split(self, tree: Node) -> ast.Split:
        return ast.Split(self._name(tree), tuple(self.variant(v) for v in parts(tree, "variant")), self._span(tree))

    def variant(self, tree: Node) -> ast.Variant:
        percent = float(str(token(tree, "PERCENT"))[:-1])
        return ast.Variant(self._name(tree), percent, self._body(tree), self._span(tree))

    def llm(self, tree: Node) -> ast.Llm:
        task = self._first_text(tree)
        assert task is not None
        limits, fillers, fallbacks = (parts(tree, name) for name in ("limit", "filler", "fallback"))
        self._refuse_repeated("limit", limits)
        self._refuse_repeated("filler", fillers)
        self._refuse_repeated("fallback", fallbacks)
        facts = [text for node in parts(tree, "facts") for text in self._texts(node) + self._under(node)]
        return ast.Llm(
            task,
            tuple(facts),
            tuple(text for node in parts(tree, "never") for text in self._texts(node)),
            tuple(self.exit(node) for node in parts(tree, "exit")),
            self.limit(limits[0]) if limits else None,
            self._texts(fillers[0])[0] if fillers else None,
            self.fallback(fallbacks[0]) if fallbacks else None,
            self._span(tree),
        )

    def exit(self, tree: Node) -> ast.Exit:
        return ast.Exit(self._name(tree), self._texts(tree)[0], self._body(tree), self._span(tree))

    def limit(self, tree: Node) -> ast.Limit:
        return ast.Limit(self._number(tree), self._duration(tree), self._body(tree), self._span(tree))

    def fallback(self, tree: Node) -> ast.Fallback:
        return ast.Fallback(self._texts(tree)[0], self._body(tree), self._span(tree))
