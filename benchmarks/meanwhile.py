"""What may happen in a service while calls are live: each thing goes on and on until it is cancelled.

Requests come over HTTP, commands as processes of their own with an ordinary claim to the processor, as an operator's
would be. What is asked for is counted, and what was refused, so that a row of nothing but errors shows.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from flowengine.testing.load.run import TALK, LoadRun
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import Answers, Busy, Fails, Line, NoAnswer, Voicemail

FLOWS = Path("flows")
EACH_S = 1 / 18
"""Between two requests of a row: an operator's page that is reloaded without rest."""
BIG = b"x" * 1_000_000
LATER = "2099-01-01T10:00:00Z"
NUMBERS = 200_000
"""In a list that is imported: some 3 MB."""
AT_ONCE = 150


@dataclass(slots=True)
class Site:
    """The service under load: where it answers, what it runs, what belongs to it."""

    base: str
    folder: Path
    database: Path
    env: dict[str, str]
    run: LoadRun
    exchange: Exchange
    """The Twilio that the service's calls are placed at."""
    wanted: int
    """So many calls are to be live."""
    done: Counter[str] = field(default_factory=Counter)
    """What came of it: HTTP statuses, exit codes of commands."""

    @property
    def flows(self) -> Path:
        return self.folder / "flows"

    async def ask(self, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
        """A request, by a thread; its status is counted."""

        def ask() -> tuple[str, bytes]:
            request = urllib.request.Request(f"{self.base}{path}", body, {"Content-Type": kind} if body else {})
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return str(answer.status), answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    return str(error.code), error.read()
            except OSError as error:
                return type(error).__name__, b"{}"

        status, answered = await asyncio.to_thread(ask)
        self.done[status] += 1
        return answered


Meanwhile = Callable[[Site], Awaitable[None]]


def flows_into(folder: Path) -> Path:
    """The shipped flows, and the one that is rung."""
    shutil.copytree(FLOWS, folder / "flows")
    shutil.copy(TALK, folder / "flows" / TALK.name)
    return folder / "flows"


async def nothing(site: Site) -> None:
    await asyncio.Event().wait()


async def compile_again(site: Site) -> None:
    """A line of a flow is edited: all are compiled again, and the new line is spoken into a clip and kept."""
    # Only what is not rung: a call keeps its flow, and so do the callers of the load.
    path = site.flows / "reception.flow"
    text = path.read_text("utf-8")
    for edition in range(10**6):
        path.write_text(f"{text}\n# edition {edition}\n", "utf-8")
        site.done["edited"] += 1
        await asyncio.sleep(1.5)


def asking(*paths: str) -> Meanwhile:
    """These pages, in turn, 18 times a second."""

    async def ask(site: Site) -> None:
        while True:
            for path in paths:
                await site.ask(path)
                await asyncio.sleep(EACH_S)

    return ask


async def look_at_calls(site: Site) -> None:
    """An operator looks at all live calls and at one of them, up to its last word."""
    for number in range(10**6):
        listed = json.loads(await site.ask("/api/active-calls"))["calls"]
        await asyncio.sleep(EACH_S)
        if listed:
            await site.ask(f"/api/call/{listed[number % len(listed)]['call_sid']}")
            await asyncio.sleep(EACH_S)


async def post_big(site: Site) -> None:
    """Bodies of 1 MB, which are refused."""
    while True:
        await site.ask("/api/outbound-call", BIG)
        await asyncio.sleep(EACH_S)


async def upload_campaign(site: Site) -> None:
    """Contacts of a campaign, one request each, four at a time and as fast as they are taken; their calls are later."""

    async def upload() -> None:
        for number in NUMBERS_TO_CALL:
            body = {"phone_number": number, "script": "Hello, I'm calling about your inquiry.", "not_before": LATER}
            await site.ask("/api/outbound-call", json.dumps(body).encode())

    await asyncio.gather(*(upload() for _ in range(4)))


async def dial_campaign(site: Site) -> None:
    """Calls that are due at once, four a second, to people of all kinds; those who answer talk, as do machines."""
    before = len(site.exchange.rest.book.placed)
    for number, line in zip(range(1000), cycle(WHO_IS_CALLED), strict=False):
        called = f"+447700900{number:03}"
        site.exchange.script(called, line)
        body = {"phone_number": called, "script": "Hello, I'm calling about your inquiry."}
        await site.ask("/api/outbound-call", json.dumps(body).encode())
        placed = list(site.exchange.rest.book.placed.values())[before:]
        site.done["placed"] = len(placed)
        site.done["answered"] = sum(call.answered_at is not None for call in placed)
        await asyncio.sleep(1 / DUE_A_SECOND)


async def import_list(site: Site) -> None:
    """A list of numbers that are not to be called, sent as a file."""
    text = "".join(f"+4420{70000000 + number}\n" for number in range(NUMBERS)).encode()
    while True:
        await site.ask("/api/uk-regulations/do-not-call/import", text, kind="text/csv")
        await asyncio.sleep(0.2)


def commanding(*commands: Sequence[str]) -> Meanwhile:
    """`flowengine …`, one after the other, as processes of their own; `FLOWS` stands for the folder of flows."""

    async def command(site: Site) -> None:
        while True:
            for arguments in commands:
                given = [str(site.flows) if each == "FLOWS" else each for each in arguments]
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "flowengine", *given),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                    env={**os.environ, **site.env},
                    preexec_fn=_ordinary,
                )
                try:
                    site.done[f"exit {await process.wait()}"] += 1
                finally:
                    if process.returncode is None:
                        process.kill()
                        await process.wait()

    return command


async def lock_database(site: Site) -> None:
    """Somebody holds the database's lock for 1.5 s, again and again."""
    while True:
        connection = sqlite3.connect(site.database, isolation_level=None, check_same_thread=False, timeout=30)
        try:
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
            site.done["locked"] += 1
            await asyncio.sleep(1.5)
            connection.execute("ROLLBACK")
        finally:
            connection.close()
        await asyncio.sleep(0.5)


async def end_at_once(site: Site) -> None:
    """So many more calls begin, and then all of them end in the same moment."""
    calls = site.run.calls
    while True:
        await site.run.raise_to(calls + AT_ONCE, a_second=50)
        await site.run.lower_to(calls)
        site.done[f"{AT_ONCE} ended"] += 1


def _ordinary() -> None:
    """Whatever claim the benchmark has been given, an operator's command does without."""
    if hasattr(os, "sched_setscheduler"):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


DUE_A_SECOND = 4
DIALLING = {
    "FLOWENGINE_CALLS_PER_SECOND": "10",
    "FLOWENGINE_DIAL_AT_ONCE": "100",
    # At any hour, since benchmarks are run at any hour, and to numbers that nobody has.
    "FLOWENGINE_WEEKDAY_HOURS": "00:00-24:00",
    "FLOWENGINE_WEEKEND_HOURS": "00:00-24:00",
    "FLOWENGINE_BANK_HOLIDAYS": "on",
    "FLOWENGINE_DRAMA_NUMBERS": "on",
}
"""What a campaign needs of the service's settings."""
WHO_IS_CALLED: tuple[Line, ...] = (
    Answers(rings_s=0.5, says=("yes please", "no thanks")),
    Busy(rings_s=0.5),
    Answers(rings_s=0.5, says=("no thanks", "(hangs up)")),
    Voicemail(rings_s=0.5, records_s=5.0),
    Answers(rings_s=0.5, talks_s=0, says=("stop calling me",)),
    NoAnswer(rings_s=2.0),
    Fails(rings_s=0.5),
)
NUMBERS_TO_CALL = (f"+4420{79000000 + number}" for number in range(900_000))
"""Of London; nobody is rung here."""
ROWS: dict[str, Meanwhile] = {
    "nothing": nothing,
    "150 more calls begin, and end at once": end_at_once,
    "a flow is edited every 1.5 s": compile_again,
    "/metrics 18 times a second": asking("/metrics"),
    "flows and drawings, 18 times a second": asking("/api/flows", "/api/flows/telemarketing/graph.svg"),
    "an operator looks at live calls, 18 times a second": look_at_calls,
    "the page, 18 times a second": asking("/"),
    "the queue, the audit log and labels, 18 times a second": asking(
        "/api/call-queue", "/api/audit", "/api/labels", "/api/openapi.json"
    ),
    "bodies of 1 MB (refused), 18 times a second": post_big,
    "a campaign is uploaded, four requests at a time": upload_campaign,
    f"lists of {NUMBERS:,} numbers are imported": import_list,
    "the database is locked for 1.5 s, again and again": lock_database,
    "flowengine calls, audit, record check": commanding(
        ("calls", "--json", "--limit", "1000"), ("audit", "verify"), ("record", "check")
    ),
    "flowengine record rotate-keys, purge": commanding(("record", "rotate-keys"), ("record", "purge")),
    "flowengine render --again": commanding(("render", "FLOWS", "--again")),
    f"a campaign dials, {DUE_A_SECOND} calls a second": dial_campaign,
}
"""By what the table calls them."""
