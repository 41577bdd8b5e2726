"""The line is lost in mid call: the stream breaks, or the server is killed (SIGKILL). The call comes back to its place.

A server of its own for each call that loses one, on real sockets, with a record that outlives it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.cli.main import main
from flowengine.conversation.coming_back import CUT_OFF
from flowengine.service.webhooks import LOST
from flowengine.store.store import Store
from flowengine.testing.twilio.account import Dial, Instructions
from flowengine.testing.twilio.call import CallReport, Telephone
from flowengine.testing.twilio.colleague import Colleague
from flowengine.testing.twilio.lines import Answers, Line
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import free_port, kept, running_server
from flowengine.testing.twilio.trouble import Trouble
from tests.end_to_end.live_flows import FLOWS
from tests.end_to_end.running import GREETS, PATIENT, SPEECH, Service
from tests.patience import PATIENCE_S, until

COLLEAGUE = "+441134960888"
VISIT = """flow visit "A visit" inbound
  agent "Amy" of "Us"

outcome booked success
outcome removed suppress
outcome sent_away
outcome hung_up

intent agree "yes"
  "yes" "yes please"

intent opt_out protective "no more calls"
  "stop calling me"

slot pin: digits(4) secret
  ask "Please type your four digit code."
  tries 5

action book_visit(day: date, name: text) -> reference: text
  python "acme_visits:book_visit"
  timeout 60s

state hello
  say "Hello." "Shall I book you a visit?"
  listen 60s
    agree -> sure
    press 7 -> code
    silence or otherwise: again "Sorry?"

state sure
  say "Are you sure about that?"
  listen 60s
    agree -> book
    silence or otherwise: again "Sorry?"

state code
  collect pin
    done -> coded
    failed: end sent_away

state coded
  say "Thank you. Is that all?"
  listen 60s
    agree: end booked
    silence or otherwise: again "Sorry?"

state book
  do book_visit(today, "Sam")
    ok -> bye
    error or timeout -> sorry

state bye
  say "It is booked as {{ reference }}. Goodbye."
  end booked

state sorry
  say "Sorry, that did not work. Goodbye."
  end sent_away

anywhere
  opt_out: end removed
  hangup: end hung_up
"""
VISITS = """
import os
import time


def book_visit(day, name: str, idempotency_key: str) -> str:
    with open(os.environ["VISITS"], "a") as visits:
        print(idempotency_key, file=visits)
    time.sleep(float(os.environ["BOOKING_TAKES_S"]))
    return name + "7"
"""


@dataclass
class Lives:
    """One service at one address, which is killed and started again."""

    folder: Path
    telephone: Telephone
    port: int = field(default_factory=free_port)
    pids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "flows").mkdir()
        (self.folder / "flows" / "visit.flow").write_text(VISIT, "utf-8")
        (self.folder / "flows" / "desk.flow").write_text(FLOWS["desk"], "utf-8")
        (self.folder / "flows" / "warm.flow").write_text(FLOWS["warm"], "utf-8")
        (self.folder / "acme_visits.py").write_text(VISITS, "utf-8")

    def start(self, takes_s: float = 0.0) -> Any:
        env = {
            **SPEECH,
            "PYTHONPATH": f"{Path.cwd()}{os.pathsep}{self.folder}",
            "FLOWENGINE_ACTION_MODULES": "acme_visits",
            "VISITS": str(self.folder / "visits"),
            "BOOKING_TAKES_S": str(takes_s),
            "FLOWENGINE_DATABASE_URL": self.url,
        }
        flows = self.folder / "flows"
        return running_server(flows, self.telephone, env=env, started=self.pids.append, port=self.port)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/record.db"

    @property
    def visits(self) -> list[str]:
        path = self.folder / "visits"
        return path.read_text().split() if path.exists() else []

    async def until(self, kind: str, part: str) -> None:
        """Until the record of the call has such an entry."""
        store = Store.open(self.url, patience_s=PATIENCE_S)
        try:

            async def is_there() -> bool:
                entries = [each for call in store.calls() for each in store.entries(call.call_id)]
                return any(each.kind == kind and part in each.payload for each in entries)

            await until(is_there, f"{kind} with {part!r}", every_s=0.02)
        finally:
            store.close()

    def kill(self) -> None:
        os.kill(self.pids[-1], signal.SIGKILL)


class Switchboard(Telephone):
    """Asks on while the server is down, and hears nothing of a colleague before it may."""

    def __init__(self) -> None:
        super().__init__(asks_again_s=PATIENCE_S)
        self.dialled = asyncio.Event()
        self.may_connect = asyncio.Event()

    async def _dial(
        self, dial: Dial, colleague: Colleague, form: dict[str, str], report: CallReport
    ) -> Instructions | None:
        if dial.room is None:
            self.dialled.set()
            await self.may_connect.wait()
        return await super()._dial(dial, colleague, form, report)


def killed(
    folder: Path,
    *says: str,
    at: tuple[str, str],
    also: tuple[str, str] | None = None,
    takes_s: float = 0.0,
    between: Callable[[Lives], None] = lambda _: None,
    flow: str = "visit",
    until_dialled: bool = False,
    record_within_s: float = PATIENCE_S,
    colleague: Colleague | None = None,
    lines: tuple[Line, ...] = (),
) -> tuple[CallReport, dict[str, Any], Lives]:
    """A call whose server is killed once the record has `at` (a kind, and a part of its payload), and `also` where that
    is wanted; with `until_dialled`, once Twilio rings the colleague, too.
    The record is waited for `record_within_s`."""

    async def call() -> tuple[CallReport, dict[str, Any], Lives]:
        switchboard = Switchboard()
        async with switchboard as telephone:
            telephone.exchange.calls_a_second = None
            telephone.exchange.script(COLLEAGUE, *lines)
            lives = Lives(folder, telephone)
            async with lives.start(takes_s) as base:
                ringing = asyncio.create_task(
                    telephone.ring(
                        f"{base}/twilio/voice?flow={flow}",
                        parse(says),
                        ScriptedSynthesiser(),
                        colleague=colleague,
                        **PATIENT,
                    )
                )
                for entry in (at, also):
                    if entry is not None:
                        await lives.until(*entry)
                if until_dialled:
                    async with asyncio.timeout(PATIENCE_S):
                        await switchboard.dialled.wait()
                lives.kill()
                switchboard.may_connect.set()
            between(lives)
            async with lives.start() as base:
                report = await ringing
                return report, await kept(base, report.call_sid, within_s=record_within_s) or {}, lives

    return asyncio.run(call())


def said(record: dict[str, Any], speaker: str = "agent") -> list[str]:
    return [each["text"] for each in record["transcript"] if each["speaker"] == speaker]


def test_a_killed_server_is_followed_by_another_and_the_caller_goes_on_to_the_booking(tmp_path: Path) -> None:
    report, record, lives = killed(tmp_path, "yes please", "yes", at=("Speak", "Are you sure"))
    assert (record["outcome"], record["abnormal"]) == ("booked", False)
    assert said(record) == [
        "Hello. Shall I book you a visit?",
        CUT_OFF,
        "Are you sure about that?",
        "It is booked as Sam7. Goodbye.",
    ]
    assert said(record, "caller") == ["yes please", "yes"]
    assert lives.visits == [f"{record['call_id']}/action-1"]
    assert report.said_by_twilio == ()
    assert report.ended_by == "agent"
    assert [(one.left, one.at) for one in report.later_streams] == report.dead
    assert not report.is_lost
    assert len(lives.pids) == 2
    # Two processes, and still one call that can be lived through again.
    flow = str(tmp_path / "flows" / "visit.flow")
    again = CliRunner().invoke(main, ["replay", record["call_id"], "--db", lives.url, "--flow", flow])
    assert (again.exit_code, again.output[:14]) == (0, "The same call:")


def test_an_action_that_was_under_way_is_done_again_under_the_same_key(tmp_path: Path) -> None:
    _, record, lives = killed(tmp_path, "yes please", "yes", at=("RunAction", "book_visit"), takes_s=60)
    assert record["outcome"] == "booked"
    assert set(lives.visits) == {f"{record['call_id']}/action-1"}
    assert said(record)[-2:] == [CUT_OFF, "It is booked as Sam7. Goodbye."]


def test_a_call_in_a_secret_asks_for_it_again(tmp_path: Path) -> None:
    _, record, _ = killed(tmp_path, "(press 7)", "(press 47)", "(press 4711)", "yes", at=("CallerPressed", "•"))
    assert record["outcome"] == "booked"
    question = "Please type your four digit code."
    lines = [text for text in said(record) if text in (CUT_OFF, question)]
    # Keys that were cut off are pressed again: they are too few, and then it is asked for once more.
    cut_off = lines.index(CUT_OFF)
    assert lines[cut_off - 1] == lines[cut_off + 1] == question


def test_a_call_past_its_secret_is_apologised_for(tmp_path: Path) -> None:
    report, record, _ = killed(tmp_path, "(press 7)", "(press 4711)", "yes", at=("Speak", "Is that all"))
    assert (record["outcome"], record["abnormal"]) == ("failed", True)
    assert record["reason"] == "a secret was typed, which the record does not hold"
    assert report.said_by_twilio == (LOST,)


def test_a_flow_that_has_changed_is_apologised_for(tmp_path: Path) -> None:
    def change(lives: Lives) -> None:
        path = lives.folder / "flows" / "visit.flow"
        path.write_text(VISIT.replace("Are you sure about that?", "Really?"), "utf-8")

    report, record, lives = killed(tmp_path, "yes please", "yes", at=("Speak", "Are you sure"), between=change)
    assert (record["outcome"], record["abnormal"]) == ("failed", True)
    assert record["reason"] == "the flow has changed since the call began"
    assert report.said_by_twilio == (LOST,)
    assert lives.visits == []


def test_a_record_that_cannot_be_read_is_apologised_for(tmp_path: Path) -> None:
    def damage(lives: Lives) -> None:
        store = Store.open(lives.url)
        with store.database.writing() as connection:
            connection.exec_driver_sql("update events set payload = 'nonsense' where seq = 1")
        store.close()

    report, record, _ = killed(
        tmp_path, "yes please", "yes", at=("Speak", "Are you sure"), between=damage, record_within_s=0
    )
    assert report.said_by_twilio == (LOST,)
    assert record == {} or record["outcome"] == "failed"


def test_a_caller_who_was_being_put_through_comes_back_with_what_became_of_it(tmp_path: Path) -> None:
    report, record, _ = killed(
        tmp_path,
        "no thank you",
        at=("Transfer", "+441134960999"),
        also=("SpeechHeard", ""),
        # The words before it are heard, then Twilio is told, and rings for longer than the server lives.
        until_dialled=True,
        flow="desk",
        colleague=Colleague("busy"),
    )
    assert [number for number, _ in report.dialled] == ["+441134960999"]
    assert (record["outcome"], record["abnormal"]) == ("done", False)
    assert said(record)[1:] == ["They speak. Shall I try another?", "Goodbye."]
    assert [each["result"] for each in record["transfers"]] == ["busy"]


def test_a_colleague_who_was_being_rung_is_let_go_and_rung_anew(tmp_path: Path) -> None:
    takes_it = Answers(rings_s=0.5, presses=("1", ""), talks_s=3.5)
    # The colleague rings while the words before it are still being heard: those are not to be cut off.
    report, record, lives = killed(
        tmp_path, at=("SpeechHeard", ""), also=("ColleagueRung", ""), flow="warm", lines=(Answers(rings_s=60), takes_it)
    )
    assert (record["outcome"], [each["result"] for each in record["transfers"]]) == ("done", ["answered"])
    exchange = lives.telephone.exchange
    assert [exchange.rest.calls[each.sid] for each in exchange.calls_to(COLLEAGUE)] == ["completed", "completed"]
    assert (report.rooms, said(record)[1:]) == ([True], [CUT_OFF, "Was that all? Goodbye."])


def test_an_opt_out_before_the_kill_is_kept_once(tmp_path: Path) -> None:
    _, record, lives = killed(tmp_path, "stop calling me", at=("Suppress", ""))
    assert record["outcome"] == "removed"
    store = Store.open(lives.url)
    assert store.is_suppressed("+441134960123")
    store.close()


def test_a_stream_that_breaks_comes_back_to_the_same_session(service: Service) -> None:
    report, record = service.ring("yes", trouble=Trouble(breaks_after_s=0.6), query="flow=greeter")
    assert (record["outcome"], record["abnormal"]) == ("opened", False)
    assert said(record)[1:] == [CUT_OFF, GREETS, "It is open. Goodbye."]
    assert not record["transcript"][0]["complete"]
    assert report.is_clean
    assert report.said_by_twilio == ()


def test_an_opt_out_is_kept_though_the_line_breaks_right_after_it(tmp_path: Path) -> None:
    async def call() -> tuple[dict[str, Any], bool]:
        async with Telephone() as telephone:
            lives = Lives(tmp_path, telephone)
            async with lives.start() as base:
                says = parse(("(interrupts after 0.5s) stop calling me", "(drops)"))
                url = f"{base}/twilio/voice?flow=visit"
                report = await telephone.ring(url, says, ScriptedSynthesiser(), **PATIENT)
                record = await kept(base, report.call_sid) or {}
            store = Store.open(lives.url)
            is_kept = store.is_suppressed("+441134960123")
            store.close()
            return record, is_kept

    record, is_kept = asyncio.run(call())
    # Whether the call is up is asked meanwhile: what ended it is told by whichever comes first.
    assert (record["outcome"], record["reason"]) in (("removed", "flow ended"), ("hung_up", "connection lost"))
    assert said(record, "caller") == ["stop calling me"]
    assert is_kept
