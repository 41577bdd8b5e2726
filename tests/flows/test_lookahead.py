"""How much of what the shipped flows say next was foreseen, in every turn of all their tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flowengine.conversation.commands import Command, SlotFilled, Speak
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerPressed, CallerSaid, Event
from flowengine.conversation.house_lines import house_lines
from flowengine.graph.walk import fixed_lines
from flowengine.testing import player
from flowengine.testing.suite import find_tests, run


@dataclass
class Seen:
    """Sentences said first after the caller's turn: from a clip, foreseen, or neither."""

    fixed: int = 0
    foreseen: int = 0
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    offered: list[int] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    """Missed, though the turn gave no slot a value."""

    @property
    def filled(self) -> int:
        return self.foreseen + sum(self.missed.values())


SEEN: dict[str, Seen] = {}


class Watching(Conversation):
    """Looks ahead before each of the caller's turns, and compares with what is said."""

    def send(self, event: Event) -> tuple[Command, ...]:
        turn = isinstance(event, CallerSaid | CallerPressed) and not self.finished
        state = repr(self._call.variables), len(self._call.out), self._call.turns
        foreseen = self.upcoming() if turn else ()
        assert (repr(self._call.variables), len(self._call.out), self._call.turns) == state
        commands = super().send(event)
        if turn:
            self._compare(foreseen, commands)
        return commands

    def _compare(self, foreseen: tuple[str, ...], commands: tuple[Command, ...]) -> None:
        seen = SEEN.setdefault(self.flow.name, Seen())
        fixed = fixed_lines(self.flow) | house_lines(self.flow)
        seen.offered.append(len([each for each in foreseen if each not in fixed]))
        is_given = any(isinstance(command, SlotFilled) for command in commands)
        for speech in commands:
            if not isinstance(speech, Speak):
                continue
            for sentence in speech.sentences:
                if sentence in fixed:
                    seen.fixed += 1
                elif sentence in foreseen:
                    seen.foreseen += 1
                else:
                    seen.missed[self.state or "", sentence] += 1
                    seen.unexplained += [] if is_given else [sentence]


@pytest.fixture(scope="module")
def seen() -> dict[str, Seen]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(player, "Conversation", Watching)
        report = run(find_tests([Path("flows")]))
    assert report.sound
    return SEEN


def test_what_is_said_next_is_there_already(seen: dict[str, Seen]) -> None:
    """A fixed line is in its clip; one that is filled in was foreseen, unless the turn itself brought its value."""
    for name, one in seen.items():
        said = one.fixed + one.filled
        share = (said - sum(one.missed.values())) / said
        print(
            f"\n{name}: {share:.1%} of {said} sentences; of {one.filled} filled in, {one.foreseen} foreseen;", end=" "
        )
        print(f"prepared a turn: {sum(one.offered) / len(one.offered):.1f}, at most {max(one.offered)}", end="")
        assert share >= 0.9
        assert max(one.offered) <= 8, "what is prepared for nothing costs a caller's engine its time"
        assert one.unexplained == []
    assert set(seen) == {"boiler_cover", "reception", "telemarketing"}
    assert sum(one.foreseen for one in seen.values()) > 30
