"""`flowengine twilio`, as somebody types it, against a simulated account."""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner, Result

from flowengine.adapters.twilio.placing import CallOrder
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.cli.main import main
from flowengine.errors import AnswerLost
from flowengine.testing.twilio.control import ControlRefused
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import LOST_AFTER, Answers, Line
from flowengine.testing.twilio.remote import RemoteExchange, SimulatorNotReady, simulator

FIRST, SECOND, PERSON = "+441134960124", "+441134960125", "+441134960777"
VOICE, STATUS = "https://calls.example.com/twilio/voice", "https://calls.example.com/twilio/status-callback"
Run = Callable[..., Result]


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(speed=math.inf) as exchange:
        yield exchange


@pytest.fixture
def run(exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "TWILIO_ACCOUNT_SID": exchange.account.sid,
        "TWILIO_AUTH_TOKEN": exchange.account.auth_token,
        "TWILIO_DEFAULT_FROM": "",
        "SERVER_BASE_URL": "https://calls.example.com",
        "FLOWENGINE_TWILIO_API_URL": exchange.rest.url,
        "FLOWENGINE_NUMBERS": f"{FIRST}=reception",
    }.items():
        monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(main, ["twilio", *words])


def urls(exchange: Exchange, number: str) -> tuple[object, object]:
    (shown,) = [each for each in exchange.rest.belongings.numbers.values() if each["phone_number"] == number]
    return shown["voice_url"], shown["status_callback"]


def test_a_number_is_set_and_what_was_is_shown(run: Run, exchange: Exchange) -> None:
    result = run("sync")
    assert result.exit_code == 0
    assert urls(exchange, FIRST) == (VOICE, STATUS)
    assert urls(exchange, SECOND) != (VOICE, STATUS)
    assert result.output.splitlines() == [
        f"{FIRST}  set",
        "  voice   was  https://demo.twilio.com/welcome/voice/ (POST)",
        f"          now  {VOICE} (POST)",
        "  status  was  none",
        f"          now  {STATUS} (POST)",
    ]


def test_done_twice_it_changes_nothing(run: Run, exchange: Exchange) -> None:
    run("sync")
    before = len([each for each in exchange.rest.requests if each.startswith("POST")])
    result = run("sync")
    assert result.output.splitlines()[0] == f"{FIRST}  right already"
    assert len([each for each in exchange.rest.requests if each.startswith("POST")]) == before == 1


def test_a_dry_run_sets_nothing(run: Run, exchange: Exchange) -> None:
    before = urls(exchange, FIRST)
    result = run("sync", "--dry-run")
    assert f"{FIRST}  would be set" in result.output
    assert urls(exchange, FIRST) == before


def test_the_number_that_calls_are_made_from_is_set_too(
    run: Run, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_DEFAULT_FROM", SECOND)
    run("sync")
    assert urls(exchange, SECOND) == (VOICE, STATUS)


@pytest.mark.parametrize(("number", "after"), [(FIRST, VOICE), (SECOND, f"{VOICE}?flow=door")])
def test_an_address_that_chooses_a_flow_stays_where_no_flow_is_set(
    run: Run, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, number: str, after: str
) -> None:
    monkeypatch.setenv("TWILIO_DEFAULT_FROM", SECOND)
    for each in exchange.rest.belongings.numbers.values():
        each["voice_url"] = f"{VOICE}?flow=door"
    assert run("sync").exit_code == 0
    assert urls(exchange, number)[0] == after


def test_an_application_that_goes_before_the_address_is_taken_off(run: Run, exchange: Exchange) -> None:
    for each in exchange.rest.belongings.numbers.values():
        each |= {"voice_url": VOICE, "status_callback": STATUS, "voice_application_sid": "AP1"}
    result = run("sync")
    assert "was  the application or trunk AP1" in result.output
    assert run("sync").output.startswith(f"{FIRST}  right already")


def test_a_number_of_somebody_else_is_named(run: Run, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWENGINE_NUMBERS", f"+441134960199=reception,{FIRST}=reception")
    result = run("sync")
    assert result.exit_code == 1
    assert "+441134960199  not in this account" in result.output
    assert urls(exchange, FIRST) == (VOICE, STATUS)


def test_a_caller_id_needs_no_webhook(run: Run, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.rest.belongings.verified.append("+441134960150")
    monkeypatch.setenv("TWILIO_DEFAULT_FROM", "+441134960150")
    result = run("sync")
    assert result.exit_code == 0
    assert "+441134960150  a caller id only" in result.output


def test_a_number_without_voice_is_an_error(run: Run, exchange: Exchange) -> None:
    for each in exchange.rest.belongings.numbers.values():
        each["capabilities"] = {"voice": False, "sms": True}
    result = run("sync")
    assert result.exit_code == 1
    assert "has no voice" in result.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": ""}, "put TWILIO_ACCOUNT_SID"),
        ({"TWILIO_AUTH_TOKEN": "guessed-token-of-an-account"}, "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
        ({"FLOWENGINE_NUMBERS": ""}, "no number is set"),
        ({"SERVER_BASE_URL": "http://127.0.0.1:8080", "FLOWENGINE_TWILIO_API_URL": ""}, "set the public address"),
    ],
)
def test_what_is_missing_is_said(run: Run, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], said: str) -> None:
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    result = run("sync")
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_numbers_are_listed(run: Run, exchange: Exchange) -> None:
    exchange.rest.belongings.verified.append("+441134960150")
    run("sync")
    output = run("numbers").output
    assert "account  active, Full" in output
    assert f"{FIRST}  flow: reception\n  voice   {VOICE}\n  status  {STATUS}" in output
    assert f"{SECOND}  flow: none" in output
    assert "+441134960150  a caller id only" in output


def test_numbers_are_listed_as_json(run: Run) -> None:
    listed = json.loads(run("numbers", "--json").output)
    assert (listed["status"], listed["type"]) == ("active", "Full")
    assert [(each["number"], each["flow"]) for each in listed["numbers"]] == [(FIRST, "reception"), (SECOND, None)]


def test_an_account_without_numbers_says_so(run: Run, exchange: Exchange) -> None:
    exchange.rest.belongings.numbers.clear()
    assert "rent one with voice" in run("numbers").output


@pytest.fixture(scope="module")
def standing_in() -> Iterator[RemoteExchange]:
    with simulator(speed=math.inf) as remote:
        yield remote


def test_a_simulator_of_its_own_counts_calls(standing_in: RemoteExchange) -> None:
    standing_in.script(PERSON, Answers(talks_s=0))
    standing_in.trouble(LOST_AFTER)
    account = standing_in.account
    twilio = TwilioRest(account.sid, account.auth_token, api_url=standing_in.url)
    with pytest.raises(AnswerLost):
        twilio.place(CallOrder(PERSON, FIRST, "http://127.0.0.1:9/voice", "http://127.0.0.1:9/status"))
    state = standing_in.state()
    assert (state["orders"], [call["to"] for call in state["calls"]]) == (1, [PERSON])
    deadline = time.monotonic() + 120
    while not standing_in.rung(PERSON):
        assert time.monotonic() < deadline
    assert standing_in.rung(PERSON) == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda remote: remote.hang_up("CA" + "9" * 32),
        lambda remote: remote._ask("/lines", {"number": PERSON, "lines": [{"kind": "asleep"}]}),
        lambda remote: remote._ask("/nowhere", {}),
    ],
)
def test_a_simulator_says_what_it_cannot_do(standing_in: RemoteExchange, ask: Callable[[RemoteExchange], None]) -> None:
    with pytest.raises(ControlRefused):
        ask(standing_in)


def test_a_simulator_that_is_gone_says_so() -> None:
    with simulator() as remote:
        assert remote.rung(PERSON) == 0
    with pytest.raises(SimulatorNotReady):
        remote.rung(PERSON)


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(main, ["twilio", "simulate", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert "take another --port" in result.output


def test_lines_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_text('{"+441134960777": [{"kind": "asleep"}]}', "utf-8")
    result = CliRunner().invoke(main, ["twilio", "simulate", "--port", "0", "--lines", str(path)])
    assert result.exit_code == 1
    assert f"{path}: this cannot be read" in result.output
    assert "asleep" in result.output
    assert "the kinds are answers, voicemail, busy, noanswer, fails, rejected" in result.output


def test_a_file_of_lines_that_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_bytes(b"\xff\xfe{}")
    result = CliRunner().invoke(main, ["twilio", "simulate", "--port", "0", "--lines", str(path)])
    assert (result.exit_code, f"{path}: this cannot be read: it is not UTF-8 text" in result.output) == (1, True)


def test_every_kind_of_line_is_in_the_howto_with_its_fields() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/simulate-a-call.md").read_text("utf-8")
    table = page.partition("The lines in JSON")[2]
    for line in get_args(Line):
        (row,) = [row for row in table.splitlines() if row.startswith(f"| `{line.__struct_config__.tag}` |")]
        own = set(line.__struct_fields__) - {"rings_s", "callbacks"}
        assert all(f"`{name}`" in row for name in own)


@pytest.mark.parametrize("words", [["--speed", "0"], ["--calls-a-second", "-1"]])
def test_a_speed_that_goes_nowhere_is_refused(words: list[str]) -> None:
    assert CliRunner().invoke(main, ["twilio", "simulate", *words]).exit_code == 2


def test_people_talk_in_real_time() -> None:
    result = CliRunner().invoke(main, ["twilio", "simulate", "--say", "yes", "--speed", "10"])
    assert result.exit_code == 2
    assert "leave out --speed" in result.output


def test_a_cue_that_cannot_be_read_is_said_before_anything_rings() -> None:
    result = CliRunner().invoke(
        main, ["twilio", "simulate", "--port", "0", "--say", "(dances)", "--speech", "scripted"]
    )
    assert result.exit_code != 0
    assert "(dances)" in result.output
