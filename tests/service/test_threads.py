"""The service's threads are there before a call needs one."""

from __future__ import annotations

import asyncio
import sys
import threading

from flowengine.service.threads import SWITCH_S, Threads


def test_no_thread_is_started_while_calls_are_served() -> None:
    def working() -> set[str]:
        return {thread.name for thread in threading.enumerate() if thread.name.startswith("worker")}

    async def main() -> None:
        threads = Threads(4)
        threads.start()
        before = working()
        assert len(before) == 4
        who = await asyncio.gather(*(asyncio.to_thread(threading.current_thread) for _ in range(40)))
        assert {thread.name for thread in who} <= before
        assert working() == before
        threads.stop()

    asyncio.run(main())
    assert not working()


def test_a_thread_that_computes_gives_way_sooner_while_the_service_runs() -> None:
    async def main() -> float:
        threads = Threads(1)
        threads.start()
        held = sys.getswitchinterval()
        threads.stop()
        threads.stop()
        return held

    before = sys.getswitchinterval()
    assert round(asyncio.run(main()), 6) == SWITCH_S < before
    assert sys.getswitchinterval() == before
