"""`do` and `transfer`: what is asked of the world outside, and what its answers come to.

An argument or a result that does not fit its type is an error of the action, as if it had said so itself: the flow has
a branch for that, and no half-known value is ever spoken.
"""

from __future__ import annotations

import re

from flowengine.conversation.call import Call
from flowengine.conversation.commands import RunAction
from flowengine.conversation.commands import Transfer as PutThrough
from flowengine.conversation.consulting import FILLER_EVERY_S, Consulting
from flowengine.conversation.contact import typed_value
from flowengine.conversation.events import ActionFinished
from flowengine.conversation.leaving import Leaving
from flowengine.conversation.phones import uk_number
from flowengine.conversation.place import Stay
from flowengine.conversation.prompt import Prompt
from flowengine.graph.model import Action, Do, OnResult, Transfer, ValueType

FILLER_AFTER_S = 0.7
"""An answer that takes no longer than a thoughtful pause needs no "one moment"."""
HOLDS_AFTER_S = 6.0
"""From the first filler to the music: some three seconds of quiet after its last word, as long as most actions take."""
HOLD = "hold-"

_E164 = re.compile(r"\+[1-9]\d{6,14}")


class Doing:
    """Begins actions and transfers, and reads what they came to."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.consulting = Consulting(call)
        self.leaving = Leaving(call)

    def begin(self, stay: Stay, do: Do) -> str | None:
        """Run the action; the result at once where it cannot be run."""
        call, action = self._call, self._call.flow.actions[do.action]
        written = {argument.name: argument.value for argument in do.arguments}
        given: list[tuple[str, object]] = []
        secret: list[str] = []
        for parameter in action.parameters:
            expression = written.get(parameter.name)
            value = fitted(parameter.type, call.value(expression)) if expression is not None else None
            if value is None:
                call.note(f"action {action.name} was not run: {parameter.name} does not fit its type")
                return "error"
            given.append((parameter.name, value))
            if expression is not None and call.is_secret(expression):
                secret.append(parameter.name)
        stay.request = call.next_request("action")
        call.emit(RunAction(stay.request, action.name, tuple(given), action.timeout, tuple(secret)))
        call.start_timer(stay, stay.request, "timeout", action.timeout)
        if action.filler is not None:
            call.start_timer(stay, f"filler-{stay.request}", "filler", FILLER_AFTER_S)
        return None

    def finished(self, stay: Stay, do: Do, event: ActionFinished) -> str:
        """What an action came to: `ok` once all its results are known. They are variables once `ok` is taken."""
        call, action = self._call, self._call.flow.actions[do.action]
        call.note(f"action {action.name} {event.result}" + (f": {event.reason}" if event.reason else ""))
        if event.result == "error":
            return "error"
        results = self._results(action, dict(event.values))
        if results is None:
            return "error"
        stay.results = results
        return "ok"

    def take_results(self, stay: Stay) -> None:
        """`ok` is taken: the results are variables from here."""
        for name, value in stay.results.items():
            self._call.fill(name, value)
        stay.results = {}

    def timed_out(self, do: Do) -> str:
        """No answer in time: a result of its own where the flow has a branch for it."""
        self._call.note(f"action {do.action} timeout")
        own = any(OnResult("timeout") in branch.triggers for branch in do.branches)
        return "timeout" if own else "error"

    def fill_in(self, stay: Stay, do: Do, timer_id: str) -> None:
        """The action takes long enough to be heard: say so, once nothing else is being said; then music, and the same
        words again now and then, so that a caller who waits is never left with a silent line."""
        call, filler = self._call, self._call.flow.actions[do.action].filler
        if not call.transcript.quiet or call.is_weighing:
            return call.start_timer(stay, timer_id, "filler", FILLER_AFTER_S)
        if timer_id.startswith(HOLD):
            stay.holds = True
        elif filler is not None:
            call.may_repeat()
            call.say(Prompt((call.spoken(filler),)))
            call.transcript.asking.latest_is_aside()
            call.start_timer(stay, timer_id, "filler", FILLER_EVERY_S)
            if not stay.holds:
                call.start_timer(stay, f"{HOLD}{stay.request}", "filler", HOLDS_AFTER_S)
        return None

    def transfer(self, stay: Stay, transfer: Transfer) -> str | None:
        """Put the caller through; the result at once where there is no such number."""
        call = self._call
        target = number(call.value(transfer.target))
        if target is None:
            call.note("the number to transfer to is none")
            return "failed"
        if transfer.briefing is not None:
            self.consulting.begin(stay, transfer, transfer.briefing, target)
            return None
        stay.request = call.next_request("transfer")
        self.leaving.begin(stay, PutThrough(stay.request, target))
        return None

    def _results(self, action: Action, values: dict[str, object]) -> dict[str, object] | None:
        found: dict[str, object] = {}
        for result in action.results:
            value = fitted(result.type, values.get(result.name))
            if value is None:
                how = "does not fit its type" if result.name in values else "is missing"
                self._call.note(f"action {action.name}: its result {result.name} {how}")
                return None
            found[result.name] = value
        return found


def fitted(kind: ValueType, value: object) -> object | None:
    """A value as its type wants it, None when it is none; an empty text is a text."""
    if value is None or (value == "" and kind.kind in ("text", "uk_name")):
        return value
    return typed_value(kind, value)


def number(value: object) -> str | None:
    """A telephone number as E.164; one of the UK may be written as it is there."""
    text = re.sub(r"[\s()-]", "", str(value))
    return text if _E164.fullmatch(text) else uk_number(text)
