"""The simulated caller: carries out a script, each step when its moment has come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import assert_never

from flowengine.testing.twilio.measures import voiced
from flowengine.testing.twilio.report import PRESSED, CallReport, Spoken
from flowengine.testing.twilio.script import (
    HangUp,
    PlayableStep,
    PlayClip,
    PressKeys,
    RecordMessage,
    StaySilent,
    described,
)
from flowengine.testing.twilio.stream import StreamPeer

QUIET_S = 0.7
"""An agent that has been quiet for so long has finished."""
STALLED_S = 10.0
"""So long one is waited for who fell silent in the midst of a sentence: a busy machine sends the rest late."""
AGENT_SILENT_S = 20.0
"""A caller whose agent says nothing for so long hangs up."""
LOOK_S = 0.02
KEY_GAP_S = 0.1


class AgentSilent(Exception):
    """The agent said nothing, and the caller's patience is over."""


class Caller:
    """One caller. `drops` tells, once `act` is done, whether the line is to break instead of being hung up."""

    def __init__(
        self,
        steps: Sequence[PlayableStep],
        report: CallReport,
        *,
        quiet_s: float = QUIET_S,
        patience_s: float = AGENT_SILENT_S,
    ) -> None:
        self._steps = deque(steps)
        self._report = report
        self._quiet_s = quiet_s
        self._patience_s = patience_s
        self._turn_began = 0.0
        self.drops = False
        self.before = 0.0
        """Seconds from the call's first stream to this one."""
        self._doing: PlayableStep | None = None

    @property
    def unsaid(self) -> list[str]:
        """What is left of the script."""
        return [described(step) for step in self._steps]

    def cut_off(self) -> None:
        """The line was lost: whatever was being said is said again when the call comes back."""
        if self._doing is not None:
            self._steps.appendleft(self._doing)

    async def act(self, peer: StreamPeer) -> None:
        """All steps that are left; then wait for the agent to end the call, and give up when it goes quiet."""
        self._turn_began, self._doing = 0.0, None
        try:
            while self._steps:
                step = self._steps[0]
                await self._moment_of(peer, step)
                self._steps.popleft()
                if isinstance(step, HangUp):
                    self.drops = step.abruptly
                    return
                if isinstance(step, RecordMessage):
                    self._report.records_from = self.before + peer.now()
                    await asyncio.sleep(step.seconds)
                    self._report.records_until = self.before + peer.now()
                    return
                self._doing = step
                await self._do(peer, step)
                self._doing = None
            while True:
                await self._agent_finished(peer)
                self._turn_began = peer.now()
        except AgentSilent:
            self._report.problems.append(f"the agent said nothing for {self._patience_s:g} s")

    async def _moment_of(self, peer: StreamPeer, step: PlayableStep) -> None:
        match step:
            case (
                PlayClip(interrupts_after=float(seconds))
                | PressKeys(interrupts_after=float(seconds))
                | HangUp(after=float(seconds))
            ):
                began = await self._agent_began(peer)
                await asyncio.sleep(max(0.0, began + seconds - peer.now()))
            case HangUp() | RecordMessage() | PlayClip(at_once=True):
                return
            case PlayClip() | StaySilent() | PressKeys():
                await self._agent_finished(peer)
            case _:
                assert_never(step)

    async def _do(self, peer: StreamPeer, step: PlayClip | StaySilent | PressKeys) -> None:
        start = self.before + peer.now()
        match step:
            case PlayClip(text=text, mulaw=mulaw):
                first, last = voiced(mulaw)
                self._report.caller.append(Spoken(text, round(start + first, 2), round(start + last, 2)))
                await peer.say(mulaw)
            case StaySilent(seconds=seconds):
                await asyncio.sleep(seconds)
            case PressKeys(keys=keys):
                end = start
                for key in keys:
                    end = self.before + peer.now()
                    await peer.press(key)
                    await asyncio.sleep(KEY_GAP_S)
                self._report.caller.append(Spoken(f"{PRESSED}{keys})", round(start, 2), round(end, 2)))
            case _:
                assert_never(step)
        self._turn_began = peer.now()

    async def _agent_began(self, peer: StreamPeer) -> float:
        """When the agent began to speak in this turn; waits for it. Raises AgentSilent."""
        while peer.heard_until <= self._turn_began + 0.05:
            if peer.now() - self._turn_began > self._patience_s:
                raise AgentSilent
            await asyncio.sleep(LOOK_S)
        return peer.now()

    async def _agent_finished(self, peer: StreamPeer) -> None:
        """The agent has said something in this turn, and has been quiet for a moment since. Raises AgentSilent."""
        await self._agent_began(peer)
        while (wait := self._finishes_at(peer) - peer.now()) > 0:  # noqa: ASYNC110 - every message moves it
            await asyncio.sleep(max(min(wait, self._quiet_s), LOOK_S))

    def _finishes_at(self, peer: StreamPeer) -> float:
        """As far as can be told now."""
        return peer.heard_until + self._quiet_s + (STALLED_S if peer.playout.is_in_sentence else 0.0)
