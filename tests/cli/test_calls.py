"""`flowengine calls`, as somebody types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from flowengine.conversation.commands import (
    AskGuard,
    Entered,
    Noted,
    RunAction,
    SlotFilled,
    Speak,
    Summarised,
    Transfer,
    Understood,
)
from flowengine.conversation.events import (
    ActionFinished,
    CallerSaid,
    Connected,
    GuardAnswered,
    MachineDetected,
    SpeechCut,
    SpeechHeard,
    TransferEnded,
)
from flowengine.runtime.measured import Interrupted, TurnMeasured
from flowengine.runtime.ports import SummaryFilled
from flowengine.store.rows import Entry
from flowengine.store.store import Store
from tests.store.records import NOW, NUMBER, end, entries, start

Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'record.db'}"


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLOWENGINE_DATABASE_URL", url)
    return lambda *words: CliRunner().invoke(main, ["calls", *words])


TALK = entries(
    (0.0, Connected(0.0)),
    (0.0, Entered("start", None, "start")),
    (0.0, AskGuard("g1", "uk_outbound")),
    (0.1, GuardAnswered(0.1, "g1", allowed=True)),
    (0.1, Entered("greeting", "start", "allowed")),
    (0.1, Speak("u1", ("Hello,", "this is Amy."))),
    (2.0, SpeechHeard(2.0, "u1")),
    (3.5, CallerSaid(3.5, "yes, speaking")),
    (3.5, Understood("yes, speaking", "agree", 0.974, "phrase")),
    (3.5, Entered("booking", "greeting", "agree")),
    (3.5, SlotFilled("visit_day", "2026-12-01")),
    (3.5, Speak("u2", ("Then I will put you down for Tuesday.",))),
    (4.5, SpeechCut(4.5, "u2", "Then I will")),
    (64.25, Noted("visit booked")),
    (64.25, Speak("u3", ("Goodbye.",))),
)


@pytest.fixture
def recorded(url: str) -> None:
    store = Store.open(url)
    store.write([start(), *TALK, replace(end(), ended_at=NOW + timedelta(seconds=65))])
    store.write([start("call-2", started_at=NOW + timedelta(hours=1), flow="reception", direction="inbound")])
    store.close()


def test_without_a_database_the_list_is_friendly_and_creates_none(run: Run, tmp_path: Path) -> None:
    result = run()
    assert result.exit_code == 0
    assert "No calls are recorded yet" in result.output
    assert "flowengine serve" in result.output
    assert list(tmp_path.iterdir()) == []
    assert run("--json").output == "[]\n"
    assert run("last").exit_code == 1


def test_an_empty_database_has_no_calls(run: Run, url: str) -> None:
    Store.open(url).close()
    assert run().output == "No calls are recorded yet.\n"
    assert run("--flow", "reception").output == "No call of the flow 'reception' is recorded.\n"
    assert "no call has the id 'last'" in run("last").output


@pytest.mark.usefixtures("recorded")
def test_calls_are_a_table_newest_first(run: Run) -> None:
    assert run().output.splitlines() == [
        "started           call    flow           to or from  length  outcome",
        "2026-11-24 11:00  call-2  reception      the page         –  in progress",
        "2026-11-24 10:00  call-1  telemarketing  +44…123       1:05  booked",
    ]
    assert "reception" not in run("--flow", "telemarketing").output
    assert "telemarketing" not in run("--limit", "1").output


@pytest.mark.usefixtures("recorded")
def test_a_call_reads_as_a_conversation(run: Run) -> None:
    result = run("call-1")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "telemarketing  outbound, 2026-11-24 10:00, 1:05",
        "call call-1, CallSid CA-call-1, flow version abc",
        "to +44…123",
        "",
        "                  → start",
        "                  guard uk_outbound: allowed",
        "                  → greeting (allowed)",
        "  0:00.1  agent   Hello, this is Amy.",
        "  0:03.5  caller  yes, speaking",
        "                  turn 1: understood as agree, 0.97",
        "                  → booking",
        "  0:03.5  agent   Then I will … (interrupted)",
        "                  note: visit booked",
        "  1:04.2  agent   Goodbye. … (not known to be heard)",
        "",
        "visit_day = 2026-12-01",
        "outcome booked, flow ended",
    ]


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("wanted", "shown"),
    [("CA-call-1", "call call-1,"), ("CA-call-2", "call call-2,"), ("last", "call call-2,"), ("call-1", "call call-1")],
)
def test_a_call_is_found_by_any_of_its_names(run: Run, wanted: str, shown: str) -> None:
    assert shown in run(wanted).output


@pytest.mark.usefixtures("recorded")
def test_an_id_that_fits_none_or_several_is_explained(run: Run) -> None:
    several = run("call-")
    assert several.exit_code == 1
    assert "more than one call begins with 'call-' (call-2, call-1): give more of its id" in several.output
    none = run("nonesuch")
    assert none.exit_code == 1
    assert "list them with: flowengine calls" in none.output


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("words", [(), ("call-1",), ("--json",), ("call-1", "--json")])
def test_numbers_are_masked_unless_asked_for(run: Run, words: tuple[str, ...]) -> None:
    assert NUMBER not in run(*words).output
    if words != ("call-1", "--json"):
        assert NUMBER in run(*words, "--numbers").output


@pytest.mark.usefixtures("recorded")
def test_json_is_json(run: Run) -> None:
    listed = json.loads(run("--json").output)
    assert [call["call_id"] for call in listed] == ["call-2", "call-1"]
    assert "contact" not in listed[0]
    told = json.loads(run("call-1", "--json").output)
    assert (told["outcome"], told["transcript"][1]["intent"]) == ("booked", "agree")


def test_a_database_that_cannot_be_read_is_one_clear_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "record.db").write_bytes(b"rubbish" * 500)
    result = run()
    assert result.exit_code == 1
    assert result.output.startswith("Error: cannot open sqlite:///")
    assert "file is not a database; move that file away" in result.output


def test_the_database_may_be_named_in_dotenv(
    run: Run, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorded: None
) -> None:
    monkeypatch.delenv("FLOWENGINE_DATABASE_URL")
    (tmp_path / ".env").write_text(f"FLOWENGINE_DATABASE_URL={url}\n")
    assert "call-1" in run().output


def test_what_was_done_beside_the_conversation_is_shown(run: Run, url: str) -> None:
    beside = entries(
        (1.0, RunAction("r1", "book_visit", (("pin", "1234"),), 4.0, ("pin",))),
        (2.5, ActionFinished(2.5, "r1", "ok", (("reference", "BC-1"),))),
        (3.0, RunAction("r2", "find_slot", (), 4.0)),
        (3.4, ActionFinished(3.4, "r2", "error", reason="the answer was HTTP 404")),
        (5.0, Transfer("r3", "+441134960999")),
        (17.5, TransferEnded(17.5, "r3", "no_answer")),
        (18.0, MachineDetected(18.0)),
    )
    recording = Entry("call-1", 99, 4.0, "out", "RecordingSet", '{"kind":"RecordingSet","on":true,"problem":"no line"}')
    store = Store.open(url)
    store.write([start(), *beside, recording, end()])
    store.close()
    output = run("call-1").output
    for line in (
        "action book_visit: ok after 1.5 s",
        "action find_slot: error after 0.4 s (the answer was HTTP 404)",
        "put through: no answer after 12.5 s",
        "recording starts: not done, no line",
        "answered by a machine",
    ):
        assert line in output
    assert not any(secret in output for secret in ("1234", "BC-1", "960999"))


def test_the_summary_is_shown_with_what_a_model_filled_in_after_the_call(run: Run, url: str) -> None:
    store = Store.open(url)
    kept = Summarised((("booked", "true"), ("reason", None), ("mood", "bad"), ("other", None)))
    filled = SummaryFilled((("reason", "too dear"), ("mood", "good")))
    payload = msgspec.json.encode({"kind": "SummaryFilled", **msgspec.to_builtins(filled)}).decode()
    store.write([start(), *entries((60.0, kept)), end(), Entry("call-1", 7, 71.0, "out", "SummaryFilled", payload)])
    store.close()
    lines = run("call-1").output.splitlines()
    assert lines[-5:-1] == [
        "summary booked = true",
        "summary reason = too dear",
        "summary mood = good",
        "summary other = null",
    ]
    told = json.loads(run("call-1", "--json").output)["summary"]
    assert told == {"booked": "true", "reason": "too dear", "mood": "good", "other": None}


def test_a_turn_is_shown_as_a_bar_of_its_parts(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    store = Store.open(url)
    measured = (
        (3.5, TurnMeasured(3.5, "voice", 500, 0, 4, 0, 0, 12, 1840, 22, asked=(("meaning", 4),))),
        (7.0, TurnMeasured(3.5, "voice", 480, 200, 0, 0, 316, 36, 300, filler=774, asked=(("action", 316),))),
        (9.0, TurnMeasured(3.5, "voice", 258, 0, 0, 0, None, cut=True)),
        (9.1, Interrupted(in_earnest=False)),
    )
    store.write([start(), *entries((3.5, CallerSaid(3.5, "yes")), *measured), end()])
    store.close()
    lines = run("call-1").output.splitlines()
    shown = lines[lines.index("from the end of the voice to the first audio of the answer, in ms") :]
    assert shown[1:9] == [
        "░ endpointing  ┄ waiting  ▒ understanding  ≈ acting  █ voicing  ♪ a filler began",
        f"turn 1      516  {'░' * 16}",
        "                 500 endpointing + 4 understanding + 12 voicing (asked: meaning 4; first mark 1,840",
        "                 later; late by 22)",
        f"turn 1    1,032  {'░' * 15}{'┄' * 6}≈≈≈♪{'≈' * 6}█",
        "                 480 endpointing + 200 waiting + 316 acting + 36 voicing (filler after 774; asked:",
        "                 action 316; first mark 300 later)",
        f"turn 1        –  {'░' * 8}",
    ]
    assert shown[9:11] == ["                 258 endpointing (cut short)", "interruptions: 1, of them by a noise: 1"]


def test_in_a_narrow_terminal_what_took_how_long_is_wrapped(
    run: Run, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    store = Store.open(url)
    measured = TurnMeasured(3.5, "voice", 500, 0, 4, 0, 0, 12, 1840, 22, asked=(("meaning", 4),))
    store.write([start(), *entries((3.5, CallerSaid(3.5, "yes")), (3.5, measured)), end()])
    store.close()
    lines = run("call-1").output.splitlines()
    bars = lines[lines.index(next(line for line in lines if "endpointing  " in line)) :]
    assert max(map(len, bars)) <= 60


def test_a_call_of_an_earlier_release_has_no_bars(run: Run, recorded: None) -> None:
    assert "endpointing" not in run("call-1").output


PRICED = """
flow telemarketing "Priced" outbound
  agent "Amy" of "Us"

outcome done
outcome hung_up

slot fee: money
  ask "How much is it?"

slot pin: digits(4)
  ask "Which number?"

state start
  collect fee, pin
    done: end done
    failed: end done

anywhere
  hangup: end hung_up
"""


def test_an_amount_reads_as_money_where_the_flow_is_at_hand(run: Run, url: str, tmp_path: Path) -> None:
    store = Store.open(url)
    learnt = ((2.0, SlotFilled("fee", "3.5")), (3.0, SlotFilled("pin", "4172")))
    store.write([start(), *entries(*learnt), end()])
    store.close()
    assert "fee = 3.5" in run("call-1").output.splitlines()
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "other.flow").write_text(PRICED.replace("telemarketing", "telemarketing_too"), "utf-8")
    (tmp_path / "flows" / "priced.flow").write_text(PRICED, "utf-8")
    lines = run("call-1").output.splitlines()
    assert "fee = £3.50" in lines
    assert "pin = 4172" in lines
    (tmp_path / "flows").rename(tmp_path / "elsewhere")
    assert "fee = 3.5" in run("call-1").output.splitlines()
    assert "fee = £3.50" in run("call-1", "--flows", str(tmp_path / "elsewhere")).output.splitlines()
    assert json.loads(run("call-1", "--json").output)["slots"]["fee"] == "3.5"


def test_what_has_a_row_of_its_own_is_not_noted_again(run: Run, url: str) -> None:
    store = Store.open(url)
    happened = (
        (1.0, AskGuard("g1", "uk_outbound")),
        (1.1, GuardAnswered(1.1, "g1", allowed=True)),
        (1.1, Noted("guard uk_outbound allowed")),
        (2.0, RunAction("a1", "book", (), 3.0)),
        (2.5, ActionFinished(2.5, "a1", "error", reason="no such day")),
        (2.5, Noted("action book error: no such day")),
        (3.0, Noted("action book: its result day is missing")),
    )
    store.write([start(), *entries(*happened), end()])
    store.close()
    told = [line.strip() for line in run("call-1").output.splitlines()]
    assert told.count("action book: error after 0.5 s (no such day)") == 1
    assert [line for line in told if line.startswith("note: ")] == ["note: action book: its result day is missing"]
