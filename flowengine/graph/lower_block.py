"""Statements and branches of the tree, as statements and branches of the graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from flowengine.graph import model
from flowengine.graph.names import RESULTS, NameKind, Names
from flowengine.graph.nearest import nearest
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Span
from flowengine.language.words import MACHINES, TRANSFER_RESULTS

DEFAULT_LISTEN_SECONDS = 6.0
"""How long a `listen` without a time waits: what callers take to answer a question they did not expect."""

MOST_TURNS = 999
_KEYWORD = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")

Place = Literal["listen", "collect", "guard", "do", "transfer", "warm transfer", "run", "anywhere"]

_ASIDE: dict[Place, str] = {
    "guard": "a guard does not wait for the caller: it only says 'allowed' or 'refused'",
    "do": "an action does not wait for the caller: it only says 'ok', 'error' or 'timeout'",
    "transfer": "a transfer only says 'answered', 'busy', 'no_answer' or 'failed'",
    "warm transfer": "a warm transfer only says 'answered', 'busy', 'no_answer', 'failed', and hears intents and keys",
    "run": "under 'run' stand the subflow's outcomes",
}
"""Where the caller is not waited for, and what is said when an event of theirs stands there."""

KEYS = re.compile(r"[0-9*#]+")


@dataclass(frozen=True, slots=True)
class RunSite:
    """One `run`, whose subflow has to be copied to its scope."""

    flow: str
    scope: str
    span: Span


@dataclass(frozen=True, slots=True)
class Home:
    """Whose blocks are lowered. A subflow's own states are renamed, and its endings return (`scope` not "")."""

    library: str | None
    scope: str = ""
    states: frozenset[str] = frozenset()

    def named(self, state: str) -> str:
        """The name under which a state named here stands in the flow."""
        return f"{self.scope}/{state}" if self.scope and state in self.states else state


class BlockLowering:
    """Lowers the blocks of one file; collects references, problems, and the subflows to be copied."""

    def __init__(
        self,
        home: Home,
        names: Names,
        lines: Mapping[str, ast.Line],
        actions: Mapping[str, ast.Action],
        subflows: Mapping[str, str],
    ) -> None:
        self._home = home
        self._names = names
        self._lines = lines
        self._actions = actions
        self._subflows = subflows
        self._state = ""
        self.problems: list[Diagnostic] = []
        self.left_out_lines: set[int] = set()
        self.variables: set[str] = set()
        self.sites: list[RunSite] = []

    def state(self, state: ast.State) -> model.Block:
        """The body of a state."""
        self._state = self._home.named(state.name.text)
        return self.block(state.body)

    def barge_in(self, written: ast.BargeIn | None) -> model.BargeIn | None:
        """What is written in a header, a line or a state."""
        if written is None:
            return None
        if written.line is not None:
            self._refer("line", written.line)
        return model.BargeIn(written.mode, written.line.text if written.line is not None else None, written.span)

    def block(self, statements: Iterable[ast.Statement]) -> model.Block:
        return tuple(self._statement(statement) for statement in statements)

    def branches(self, branches: Iterable[ast.Branch], place: Place) -> tuple[model.Branch, ...]:
        lowered = (self._branch(branch, place) for branch in branches)
        return tuple(branch for branch in lowered if branch is not None)

    # ── statements ──

    def _statement(self, statement: ast.Statement) -> model.Statement:
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
            case ast.Keys(text=text, span=span):
                return model.Keys(template(text), span)
            case ast.Goto(state=state):
                if state.text not in self._home.states or not self._home.scope:
                    self._refer("state", state)
                return model.Goto(self._home.named(state.text), state.span)
            case ast.Again(text=text, span=span):
                return model.Again(template(text) if text else None, span)
            case ast.Resume(span=span):
                return model.Resume(span)
            case ast.Record(start=start, span=span):
                return model.Record(start, span)
            case ast.End():
                return self._end(statement)
            case ast.If(arms=arms, span=span):
                return model.If(tuple(self._arm(arm) for arm in arms), span)
            case ast.Split(name=name, variants=variants, span=span):
                return model.Split(name.text, tuple(self._variant(variant) for variant in variants), span)
            case ast.Listen() | ast.Collect() | ast.Guard() | ast.Do() | ast.Llm() | ast.Transfer() | ast.Run():
                return self._waiting(statement)
            case _:
                assert_never(statement)

    def _waiting(
        self, statement: ast.Listen | ast.Collect | ast.Guard | ast.Do | ast.Llm | ast.Transfer | ast.Run
    ) -> model.Waiting:
        match statement:
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
            case ast.Do():
                return self._do(statement)
            case ast.Llm():
                return self._llm(statement)
            case ast.Transfer():
                return self._transfer(statement)
            case ast.Run():
                return self._run(statement)
            case _:
                assert_never(statement)

    def _end(self, end: ast.End) -> model.End | model.Return:
        name = end.outcome.text if end.outcome else ""
        span = end.outcome.span if end.outcome else end.span
        if end.outcome is not None:
            self._refer("outcome", end.outcome)
        return model.Return(name, span) if self._home.scope else model.End(name, span)

    def _do(self, do: ast.Do) -> model.Do:
        self._refer("action", do.action)
        action = self._actions.get(do.action.text)
        parameters = [parameter.name.text for parameter in action.parameters] if action else []
        if action is not None:
            self.variables.update(result.name.text for result in action.results)
        given = tuple(arguments(do.arguments, parameters))
        return model.Do(do.action.text, given, self.branches(do.branches, "do"), do.span)

    def _transfer(self, transfer: ast.Transfer) -> model.Transfer:
        briefing, filler = transfer.briefing, transfer.filler
        return model.Transfer(
            expression(transfer.target),
            template(briefing) if briefing else None,
            template(filler) if filler else None,
            self.branches(transfer.branches, "warm transfer" if briefing else "transfer"),
            transfer.span,
        )

    def _llm(self, llm: ast.Llm) -> model.Llm:
        branches = [
            model.Branch((model.OnResult(each.name.text),), 1, self.block(each.body.statements), each.span)
            for each in llm.exits
        ]
        for word, part in (("limit", llm.limit), ("fallback", llm.fallback)):
            if part is not None:
                body = self.block(part.body.statements)
                branches.append(model.Branch((model.OnResult(word),), 1, body, part.span))
        limit = llm.limit
        return model.Llm(
            task=template(llm.task),
            facts=templates(llm.facts),
            never=tuple(text.value for text in llm.never),
            exits=tuple(model.Exit(each.name.text, each.description.value) for each in llm.exits),
            turns=whole(limit.turns, "the number of turns", 99, self.problems) if limit and limit.turns else None,
            seconds=limit.duration.seconds if limit and limit.duration else None,
            filler=template(llm.filler) if llm.filler else None,
            fallback=template(llm.fallback.text) if llm.fallback else None,
            branches=tuple(branches),
            span=llm.span,
        )

    def _run(self, run: ast.Run) -> model.Run:
        flow = run.flow.text
        self._refer("subflow", run.flow)
        scope = f"{self._state}/{flow}"
        taken = sum(site.scope.rstrip("0123456789") == scope for site in self.sites)
        if taken:
            scope = f"{scope}{taken + 1}"
        known = flow in self._subflows
        if known:
            self.sites.append(RunSite(flow, scope, run.flow.span))
        entry = f"{scope}/{self._subflows[flow]}" if known else ""
        return model.Run(flow, scope, entry, self.branches(run.branches, "run"), run.span)

    def _say(self, say: ast.Say) -> model.Say:
        if say.line is None:
            return model.Say(None, templates(say.texts), say.span)
        self._refer("line", say.line)
        line = self._lines.get(say.line.text)
        return model.Say(say.line.text, templates(line.texts) if line else (), say.span)

    def _arm(self, arm: ast.Arm) -> model.Arm:
        condition = expression(arm.condition) if arm.condition else None
        return model.Arm(condition, self.block(arm.body.statements), arm.span)

    def _variant(self, variant: ast.Variant) -> model.Variant:
        body = self.block(variant.body.statements)
        return model.Variant(variant.name.text, variant.percent, body, variant.span)

    def _refer(self, kind: NameKind, name: ast.Name) -> None:
        self._names.refer(kind, name.text, name.span, self._home.library)

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
        if place == "warm transfer":
            return self._while_waiting(event)
        if place in _ASIDE:
            return self._result(event, place)
        match event.kind:
            case "name":
                if event.value in RESULTS.get(place, ()):
                    return model.OnResult(event.value)
                self._names.refer("intent", event.value, event.span, self._home.library)
                return model.OnIntent(event.value)
            case "silence":
                return model.OnSilence()
            case "otherwise":
                return model.OnOtherwise()
            case "hangup":
                return model.OnHangup()
            case "machine":
                return model.OnMachine()
            case "heard":
                self._names.refer("slot", event.value, event.span, self._home.library)
                return model.OnHeardSlot(event.value)
            case "press":
                return self._press(event)
            case "after" | "turns":
                return self._after(event, place)
            case _:
                assert_never(event.kind)

    def _while_waiting(self, event: ast.Event) -> model.Trigger | None:
        """The caller waits for a colleague with us: beside its results, what they mean and press can stand there."""
        results = RESULTS["transfer"]
        another = self._result_meant(event.value, "transfer") or event.value in MACHINES
        misspelt = another and event.value not in self._names.written_intents
        if event.kind == "name" and event.value not in results and not misspelt:
            self._names.refer("intent", event.value, event.span, self._home.library)
            return model.OnIntent(event.value)
        if event.kind == "press":
            return self._press(event)
        return self._result(event, "transfer", _ASIDE["warm transfer"])

    def _result(self, event: ast.Event, place: Place, stands: str | None = None) -> model.OnResult | None:
        """Under what waits for something else than the caller, only its results stand, or what `stands` says."""
        known = RESULTS.get(place)
        if event.kind == "name" and (known is None or event.value in ("", *known)):
            return model.OnResult(event.value)
        help_ = "put this branch under a 'listen', or in 'anywhere'"
        if event.kind == "name" and known is not None:
            meant = self._result_meant(event.value, place)
            declined = " (a colleague who declines counts as busy)" if meant == "busy" else ""
            help_ = f"did you mean {meant!r}?{declined}" if meant else f"write one of these, or {help_}"
        self._misplaced(event, stands or _ASIDE[place], help_)
        return None

    def _result_meant(self, name: str, place: Place) -> str | None:
        """The result that a name is near to, or that is called so elsewhere."""
        elsewhere = TRANSFER_RESULTS.get(name) if place == "transfer" else None
        if elsewhere is not None and name not in self._names.written_intents:
            return elsewhere
        return nearest(name, RESULTS[place])

    def _press(self, event: ast.Event) -> model.OnPress | None:
        if KEYS.fullmatch(event.value):
            return model.OnPress(event.value)
        self._misplaced(event, f"{event.value!r} are no keys of a telephone", "keys are 0 to 9, * and #")
        return None

    def _after(self, event: ast.Event, place: Place) -> model.OnAfter | model.OnTurns | None:
        if place == "anywhere":
            if event.kind == "after":
                return model.OnAfter(event.seconds)
            if event.value.isdecimal() and 1 <= int(event.value) <= MOST_TURNS:
                return model.OnTurns(int(event.value))
            message = f"a number of turns is a whole number from 1 to {MOST_TURNS}, not {event.value}"
            self._misplaced(event, message, "for example: after 20 turns -> STATE")
            return None
        help_ = "move it to 'anywhere'; here, the time to wait for the caller stands after the word: listen 6s"
        self._misplaced(event, f"'after' counts from the connection, so it does not stand in a {place}", help_)
        return None

    def _misplaced(self, event: ast.Event, message: str, help_: str) -> None:
        self.left_out_lines.add(event.span.line)
        self.problems.append(Diagnostic("FL310", "misplaced-event", "error", event.span, message, help_))


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


def arguments(written: ast.Expr, parameters: Sequence[str]) -> Iterator[model.Argument]:
    """What stands between the brackets, by parameter: `visit_day, name=contact.name`. Too many get the name ""."""
    for index, (start, text) in enumerate(_parted(written.text)):
        keyword = _KEYWORD.match(text)
        name = keyword[1] if keyword else parameters[index] if index < len(parameters) else ""
        value = text[keyword.end() :] if keyword else text
        inner = start + (keyword.end() if keyword else 0) + len(value) - len(value.lstrip())
        above, _, here = written.text[:inner].rpartition("\n")
        line = written.span.line + (above.count("\n") + 1 if "\n" in written.text[:inner] else 0)
        column = len(here) + 1 if line != written.span.line else written.span.column + inner
        value = value.strip()
        span = Span(written.span.path, line, column, line, column + max(1, len(value)))
        yield model.Argument(name, model.Expression(value, span))


def _parted(text: str) -> Iterator[tuple[int, str]]:
    """The stretches between the outermost commas, with their offsets; none of a blank text."""
    if not text.strip():
        return
    depth, start, quote = 0, 0, ""
    for index, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and text[index - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and not depth:
            yield start, text[start:index]
            start = index + 1
    yield start, text[start:]
