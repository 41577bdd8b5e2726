"""The pytest fixture's call: one flow, driven turn by turn from Python.

call = flow_call("flows/reception.flow")
call.caller("I'd like an appointment")
assert "your name" in call.agent
assert call.state == "appointment"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flowengine.errors import FlowEngineError, FlowNotValid
from flowengine.graph.compile import Compilation
from flowengine.language.render import render
from flowengine.testing.player import Player, Turn
from flowengine.testing.script import Script, Scripted
from flowengine.testing.transcript import laid_out, rows


class FlowCall:
    """One call. What the caller does waits until the agent has finished; what is read does, too.

    Raises FlowNotValid for a flow with errors, ContactNotValid for contact data that do not fit.
    """

    def __init__(
        self,
        compilation: Compilation,
        contact: Mapping[str, object] | None = None,
        *,
        now: datetime | None = None,
        guard: Mapping[str, bool] | None = None,
        answers: Iterable[Scripted] = (),
        variants: Mapping[str, str] | None = None,
    ) -> None:
        if compilation.flow is None:
            raise FlowNotValid(render(compilation.errors, compilation.sources, colour=False))
        world = Script(answers)
        self.player = Player(compilation.flow, contact, now=now, guard=guard, world=world, variants=variants)

    def caller(self, words: str) -> None:
        """The caller says these words."""
        self.player.say(words)

    def press(self, keys: str) -> None:
        """The caller presses keys."""
        self.player.press(keys)

    def silence(self, seconds: float | None = None) -> None:
        """The caller says nothing: for so many seconds, or until the flow stirs."""
        self.player.silence(seconds)

    def voicemail(self) -> None:
        """What answers turns out to be a machine."""
        self.player.voicemail()

    def hang_up(self) -> None:
        """The caller hangs up."""
        self.player.hang_up()

    def interrupt(self, after: str, words: str) -> None:
        """The caller breaks in once these words of the agent's were heard. Raises FlowEngineError if they never come.

        Call it before `agent` is read: reading lets the agent finish.
        """
        if not self.player.interrupt(after, words):
            raise FlowEngineError(f"the agent does not say {after!r} here")

    @property
    def turn(self) -> Turn:
        """What came of the caller's last move, once the agent has finished."""
        return self.player.listen()

    @property
    def agent(self) -> str:
        """What the agent said since the caller's last move."""
        return self.turn.agent

    @property
    def state(self) -> str | None:
        """The state the call is in, once the agent has finished."""
        return self.turn.state

    @property
    def outcome(self) -> str | None:
        """How the call ended; None while it goes on."""
        return self.turn.outcome

    @property
    def variables(self) -> Mapping[str, object]:
        """What slots and `set` hold, once the agent has finished."""
        self.player.listen()
        return self.player.variables

    @property
    def summary(self) -> Mapping[str, str | None]:
        """The flow's summary, as the record writes it, once the call is over; empty before."""
        self.player.listen(to_the_end=True)
        return self.player.summary

    @property
    def notes(self) -> tuple[str, ...]:
        """What the flow has noted so far."""
        self.player.listen()
        return tuple(note for turn in self.player.turns for note in turn.notes)

    def __repr__(self) -> str:
        """The conversation so far, for a failing assertion."""
        lines = [
            line for turn in self.player.turns for row in rows(turn) for line in laid_out(row, self.player.started, 100)
        ]
        return "\n".join([f"<call of {self.player.flow.name}", *lines, ">"])
