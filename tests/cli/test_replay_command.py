"""`flowengine replay`, as somebody types it: a call that was recorded, and the flow that it ran or another."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from flowengine.graph.compile import compile_file
from flowengine.store.store import Store
from tests.store.records import start
from tests.testing.recorded_calls import record

Replay = Callable[..., Result]

FLOW = """\
flow door "Door" inbound
  agent "Amy" of "Us"

outcome opened success
outcome sent_away

intent agree "yes"
  "yes" "yes please"

state hello
  say "Hello, shall I open?"
  listen 3s
    agree -> open
    silence or otherwise: again "Sorry?"

state open
  say "It is open."
  end opened
"""


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replay:
    """With one recorded call of the flow `door`, in the folder `flows`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLOWENGINE_DATABASE_URL", f"sqlite:///{tmp_path / 'record.db'}")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "door.flow").write_text(FLOW, "utf-8")
    flow = compile_file(tmp_path / "flows" / "door.flow").flow
    assert flow is not None
    store = Store.open(f"sqlite:///{tmp_path / 'record.db'}")
    record(store, flow, "call-1", {}, "what was that", "yes please")
    store.write([start("empty", flow="door")])
    store.close()
    return lambda *words: CliRunner().invoke(main, ["replay", *words])


def change(old: str, new: str) -> None:
    path = Path("flows/door.flow")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_the_same_flow_is_the_same_call(replay: Replay) -> None:
    result = replay("call-1")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("The same call: ")
    told = json.loads(replay("call-1", "--json").output)
    assert (told["difference"], told["version"]) == (None, told["recorded_version"])
    assert f" {told['same']} commands" in result.output


def test_another_wording_is_told_where_it_begins(replay: Replay) -> None:
    change("It is open.", "Come in.")
    result = replay("call-1")
    assert result.exit_code == 1
    assert "The flow is another version now" in result.output
    assert "Another call from 10.0 s on" in result.output
    recorded, replayed = (line for line in result.output.splitlines() if line.startswith("  re"))
    assert '"sentences": ["It is open."]' in recorded
    assert '"sentences": ["Come in."]' in replayed
    told = json.loads(replay("call-1", "--json").output)
    assert told["difference"]["replayed"]["sentences"] == ["Come in."]


def test_another_layout_is_the_same_call(replay: Replay) -> None:
    change("state open\n", "state open  # opened by the caller\n")
    assert replay("call-1").exit_code == 0


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nobody",), "no call has the id 'nobody'"),
        (("empty",), "nothing is kept of what happened in this call"),
        (("call-1", "--flow", "flows/other.flow"), "of the flow 'door'"),
    ],
)
def test_what_cannot_be_replayed_says_why(replay: Replay, words: tuple[str, ...], part: str) -> None:
    Path("flows/other.flow").write_text(FLOW.replace("flow door", "flow other"), "utf-8")
    result = replay(*words)
    assert result.exit_code == 1
    assert part in result.output


def test_a_flow_that_is_gone_is_named_with_a_remedy(replay: Replay) -> None:
    Path("flows/door.flow").unlink()
    result = replay("call-1")
    assert result.exit_code == 1
    assert "--flow" in result.output
