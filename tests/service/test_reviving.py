"""When a call's process counts as dead: at once, a moment later, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import pytest

from flowengine.errors import FlowEngineError
from flowengine.service.library import FlowLibrary
from flowengine.service.recording import Recording
from flowengine.service.reviving import AGAIN_S, LOOKED_FOR_S, Reviving
from flowengine.store.rows import CallRow
from tests.virtual_time import run_virtually


@dataclass
class Row:
    owner: str | None = "theirs"
    ended_at: datetime | None = None
    call_id: str = "call"


@dataclass
class Record:
    """A record with one call; its process is seen dead from the look `dies_at` on."""

    row: Row | None
    dies_at: int
    looks: int = 0
    owner: str = "ours"
    taken: list[str] = field(default_factory=list)

    @property
    def store(self) -> Record:
        return self

    @property
    def processes(self) -> Record:
        return self

    def call(self, call_sid: str) -> CallRow | None:
        return cast("CallRow | None", self.row)

    def is_dead(self, owner: str, now: datetime) -> bool:
        self.looks += 1
        return self.looks > self.dies_at

    def entries(self, call_id: str) -> list[object]:
        raise FlowEngineError("no more than this is wanted of it")

    def take_over(self, call_id: str, owner: str) -> bool:
        self.taken.append(owner)
        return False


def _revived(record: Record) -> float:
    """How long it looked, in seconds."""

    async def main() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        of_record = Reviving(cast("Recording", record), cast("FlowLibrary", None), lambda flow: frozenset())
        assert await of_record.revive("CA1") is None
        return loop.time() - began

    return run_virtually(main())


def test_a_process_that_dies_as_its_line_breaks_is_waited_for() -> None:
    record = Record(Row(), dies_at=3)
    assert _revived(record) == pytest.approx(3 * AGAIN_S)
    assert record.taken == ["theirs"]


def test_a_process_that_lives_on_keeps_its_call() -> None:
    record = Record(Row(), dies_at=1000)
    assert _revived(record) == pytest.approx(LOOKED_FOR_S, abs=AGAIN_S)
    assert record.taken == []


@pytest.mark.parametrize(
    "row", [None, Row(owner=None), Row(owner="ours"), Row(ended_at=datetime(2026, 1, 1, tzinfo=UTC))]
)
def test_a_call_that_no_other_process_left_open_keeps_nobody_waiting(row: Row | None) -> None:
    assert _revived(Record(row, dies_at=1000)) == 0
