"""What is in a hurry is written at once, also when it comes just as the writer thread takes a batch."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import closing
from itertools import count
from queue import SimpleQueue

import pytest

from flowengine.store import writer as module
from flowengine.store.store import Store
from flowengine.store.writer import RecordWriter
from tests.patience import PATIENCE_S
from tests.store.records import noted, start


@pytest.mark.parametrize("batch_items", [1, 2000])
def test_a_flush_that_comes_while_a_batch_is_taken_waits_for_no_company(
    store: Store, monkeypatch: pytest.MonkeyPatch, batch_items: int
) -> None:
    monkeypatch.setattr(module, "BATCH_S", 10 * PATIENCE_S)
    monkeypatch.setattr(module, "BATCH_ITEMS", batch_items)
    with closing(RecordWriter(store)) as writer:
        flushes, clear, times = SimpleQueue[Future[None]](), writer._hurry.clear, count()

        def clear_meanwhile() -> None:
            if next(times) == 0:
                for seq in range(3):
                    writer.put(noted(seq))
                flushes.put(writer.flush())
            clear()

        monkeypatch.setattr(writer._hurry, "clear", clear_meanwhile)
        writer.put(start())
        flushes.get(timeout=PATIENCE_S).result(PATIENCE_S)
        assert [entry.seq for entry in store.entries("call-1")] == [0, 1, 2]
