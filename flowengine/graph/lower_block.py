"""Statements and branches of the tree, as statements and branches of the graph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, assert_never

from flowengine.graph import model
from flowengine.graph.names import RESULTS, Names
from flowengine.graph.not_yet import not_yet
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic

DEFAULT_LISTEN_SECONDS = 6.0
"""How long a `listen` without a time waits: what callers take to answer a question they did not expect."""

Place = Literal["listen", "collect", "guard", "anywhere"]

_KEYS = re.compile(r"[0-9*#]+")


class BlockLowering:
    """Lowers the blocks of one file; collects references, problems and what had to be left out."""

    def __init__(self, library: str | None, names: Names, lines: dict[str, ast.Line]) -> None:
        self._library = library
        self._names = names
        self._lines = lines
        self.problems: list[Diagnostic] = []
        self.left_out_lines: set[int] = set()
        self.left_out_names: set[str] = set()
        self.variables: set[str] = set()

    def block(self, statements: Iterable[ast.Statement]) -> model.Block:
        lowered = (self._statement(statement) for statement in statements)
        return tuple(statement for statement in lowered if statement is not None)

    def branches(self, branches: Iterable[ast.Branch], place: Place) -> tuple[model.Branch, ...]:
        lowered = (self._branch(branch, place) for branch in branches)
        return tuple(branch for branch in lowered if branch is not None)

    # ── statements ──

    def _statement(self, statement: ast.Statement) -> model.Statement | None:
        match statement:
            case ast.Say():
                return self._say(statement)
            case ast.Set(name=name, value=value, span=span):
                self.variables.add(name.text)
                return model.Set(name.text, expression(value), span)
            case ast.Note(text=text, span=span):
                return model.Note(template(text), span)
            case ast.Wait(duration=duration, span=span):
                return model.Wait(duration.seconds, span)
            case ast.Goto(state=state):
                self._refer("state", state)
                return model.Goto(state.text, state.span)
            case ast.Again(text=text, span=span):
                return model.Again(template(text) if text else None, span)
            case ast.Resume(span=span):
                return model.Resume(span)
            case ast.End(outcome=outcome, span=span):
                if outcome is not None:
                    self._refer("outcome", outcome)
                return model.End(outcome.text if outcome else "", outcome.span if outcome else span)
            case ast.If(arms=arms, span=span):
                return model.If(tuple(self._arm(arm) for arm in arms), span)
            case ast.Listen(duration=duration, branches=branches, span=span):
                seconds = duration.seconds if duration else DEFAULT_LISTEN_SECONDS
                return model.Listen(seconds, self.branches(branches, "listen"), span)
            case ast.Collect(slots=slots, branches=branches, span=span):
                for slot in slots:
                    self._refer("slot", slot)
                names = tuple(slot.text for slot in slots)
                return model.Collect(names, self.branches(branches, "collect"), span)
            case ast.Guard(name=name, branches=branches, span=span):
                return model.Guard(name.text, self.branches(branches, "guard"), span)
            case ast.Do() | ast.Llm() | ast.Transfer() | ast.Run() | ast.Split() | ast.Record():
                self._leave_out(statement)
                return None
            case _:
                assert_never(statement)

    def _say(self, say: ast.Say) -> model.Say:
        if say.line is None:
            return model.Say(None, templates(say.texts), say.span)
        self._refer("line", say.line)
        line = self._lines.get(say.line.text)
        return model.Say(say.line.text, templates(line.texts) if line else (), say.span)

    def _arm(self, arm: ast.Arm) -> model.Arm:
        condition = expression(arm.condition) if arm.condition else None
        return model.Arm(condition, self.block(arm.body.statements), arm.span)

    def _refer(self, kind: Literal["state", "outcome", "slot", "line"], name: ast.Name) -> None:
        self._names.refer(kind, name.text, name.span, self._library)

    # ── branches ──

    def _branch(self, branch: ast.Branch, place: Place) -> model.Branch | None:
        body = self.block(branch.body.statements)
        lowered = (self._trigger(event, place) for event in branch.events)
        triggers = tuple(trigger for trigger in lowered if trigger is not None)
        if not triggers:
            return None
        rung = whole(branch.rung, "a rung", 99, self.problems) if branch.rung else 1
        return model.Branch(triggers, rung, body, branch.span)

    def _trigger(self, event: ast.Event, place: Place) -> model.Trigger | None:
        if place == "guard" and not (event.kind == "name" and event.value in ("", *RESULTS["guard"])):
            message = "a guard does not wait for the caller: it only says 'allowed' or 'refused'"
            self._misplaced(event, message, "put this branch under a 'listen', or in 'anywhere'")
            return None
        match event.kind:
            case "name":
                if event.value in RESULTS.get(place, ()):
                    return model.OnResult(event.value)
                self._names.refer("intent", event.value, event.span, self._library)
                return model.OnIntent(event.value)
            case "silence":
                return model.OnSilence()
            case "otherwise":
                return model.OnOtherwise()
            case "hangup":
                return model.OnHangup()
            case "press":
                return self._press(event)
            case "after":
                return self._after(event, place)
            case "machine" | "heard":
                self.problems.append(not_yet("machine" if event.kind == "machine" else "heard SLOT", event.span))
                self.left_out_lines.add(event.span.line)
                self.left_out_names.add(event.value)
                return None
            case _:
                assert_never(event.kind)

    def _press(self, event: ast.Event) -> model.OnPress | None:
        if _KEYS.fullmatch(event.value):
            return model.OnPress(event.value)
        self._misplaced(event, f"{event.value!r} are no keys of a telephone", "keys are 0 to 9, * and #")
        return None

    def _after(self, event: ast.Event, place: Place) -> model.OnAfter | None:
        if place == "anywhere":
            return model.OnAfter(event.seconds)
        help_ = "move it to 'anywhere'; here, the time to wait for the caller stands after the word: listen 6s"
        self._misplaced(event, f"'after' counts from the connection, so it does not stand in a {place}", help_)
        return None

    def _misplaced(self, event: ast.Event, message: str, help_: str) -> None:
        self.left_out_lines.add(event.span.line)
        self.problems.append(Diagnostic("FL310", "misplaced-event", "error", event.span, message, help_))

    # ── what is not there yet ──

    def _leave_out(self, statement: ast.Do | ast.Llm | ast.Transfer | ast.Run | ast.Split | ast.Record) -> None:
        """Report a statement that cannot be executed yet, and keep checks silent about the hole it leaves."""
        self.left_out_lines.add(statement.span.line)
        bodies: list[ast.Body] = []
        match statement:
            case ast.Record():
                self.problems.append(not_yet("record", statement.span))
            case ast.Do(action=action, branches=branches):
                self.problems.append(not_yet("do", statement.span))
                self.left_out_names.add(action.text)
                bodies += (branch.body for branch in branches)
            case ast.Transfer(branches=branches):
                self.problems.append(not_yet("transfer", statement.span))
                bodies += (branch.body for branch in branches)
            case ast.Run(branches=branches):
                self.problems.append(not_yet("run", statement.span))
                bodies += (branch.body for branch in branches)
            case ast.Split(variants=variants):
                self.problems.append(not_yet("split", statement.span))
                bodies += (variant.body for variant in variants)
            case ast.Llm(exits=exits, limit=limit, fallback=fallback):
                self.problems.append(not_yet("llm", statement.span))
                bodies += (part.body for part in (*exits, limit, fallback) if part is not None)
            case _:
                assert_never(statement)
        for body in bodies:
            self._left_out_body(self.block(body.statements))

    def _left_out_body(self, block: model.Block) -> None:
        """The states and outcomes that a left-out branch leads to are not to be called unused."""
        for statement in block:
            match statement:
                case model.Goto(state=name) | model.End(outcome=name):
                    self.left_out_names.add(name)
                case model.If(arms=arms):
                    for arm in arms:
                        self._left_out_body(arm.body)
                case _:
                    pass


def whole(number: ast.Number, what: str, highest: int, problems: list[Diagnostic]) -> int:
    """A whole number from 1 to `highest`; anything else is reported and read as 1."""
    if number.text.isdecimal() and 1 <= int(number.text) <= highest:
        return int(number.text)
    message = f"{what} is a whole number from 1 to {highest}, not {number.text}"
    problems.append(
        Diagnostic("FL404", "number-out-of-range", "error", number.span, message, "write a number in that range")
    )
    return 1


def template(text: ast.Text) -> model.Template:
    """A string of the tree, to be spoken."""
    return model.Template(text.value, text.span)


def templates(texts: Iterable[ast.Text]) -> tuple[model.Template, ...]:
    return tuple(template(text) for text in texts)


def expression(expr: ast.Expr) -> model.Expression:
    """An expression of the tree, to be evaluated."""
    return model.Expression(expr.text, expr.span)
