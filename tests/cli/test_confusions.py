"""`flowengine confusions`, as somebody types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.adapters.local import packages
from flowengine.cli.main import main
from flowengine.graph.compile import compile_file
from flowengine.store.labels import Label, Labels
from flowengine.store.store import Store
from tests.store.records import NOW
from tests.testing.confusions.flows import TEXT, asked, missed, record, taken

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLOWENGINE_DATABASE_URL", url)
    monkeypatch.setattr(packages, "MEANING", ("no_such_package",))
    (tmp_path / "shop.flow").write_text(TEXT, encoding="utf-8")
    store = Store.open(url)
    record(store, "call-1", taken("I want to buy", "buy"), missed("the hours you are open"), missed("Siobhan sent us"))
    record(store, "call-2", asked("purchase", "buy", "sell"), missed("what are the hours of you"))
    Labels(store.database).put(Label("call-1", 2, "intent", "hours", "reviewer", NOW))
    store.close()
    return lambda *words: CliRunner().invoke(main, ["confusions", "shop.flow", *words])


def test_phrases_are_looked_at_without_a_record(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWENGINE_DATABASE_URL", "sqlite:///nowhere.db")
    output = run().output
    assert "sell is taken for buy: 1 phrase, in choose\n    “I want to buy nothing”" in output
    assert "“purchase”: buy and sell, in choose" in output
    assert "recorded" not in output
    assert not Path("nowhere.db").exists()


def test_calls_are_counted_and_phrases_proposed(run: Run) -> None:
    output = run("--calls").output
    assert "From 2 recorded calls" in output
    assert "5 turns: 1 understood, 1 asked about, 3 understood by nothing" in output
    assert 'intent hours\n  # a reviewer says so\n  "the hours you are open"' in output
    assert "by phrases alone: " in output


def test_names_are_hidden_unless_they_are_asked_for(run: Run) -> None:
    assert "Siobhan" not in run("--calls").output
    assert "Siobhan" not in run("--calls", "--json").output
    assert "Siobhan sent us" in run("--calls", "--with-words").output


def test_with_an_engine_they_are_grouped_by_what_they_come_near_to(run: Run) -> None:
    output = run("--calls", "--engine", "scripted:").output
    assert "understood by nothing, and nearest to hours" in output
    assert "by phrases alone" not in output


def test_the_change_can_be_applied(run: Run, tmp_path: Path) -> None:
    change = run("--diff", "--engine", "scripted:").stdout
    subprocess.run(["patch", "-p1"], input=change, text=True, check=True, cwd=tmp_path, capture_output=True)
    flow = compile_file(tmp_path / "shop.flow").flow
    assert flow is not None
    assert "the hours you are open" in flow.intents["hours"].phrases
    assert "No phrase is proposed." in run("--diff").output


def test_json_has_all_of_it(run: Run) -> None:
    body = json.loads(run("--calls", "--json").stdout)
    assert body["flow"] == "shop"
    assert body["phrases"]["mixed_up"][0]["taken_for"] == "buy"
    assert body["calls"]["asked"] == 1
    assert [each["phrase"] for each in body["proposed"]] == ["the hours you are open"]


@pytest.mark.parametrize(("since", "calls"), [("2026-11-20", 2), ("2189-01-01", 0)])
def test_since_leaves_out_what_is_older(run: Run, since: str, calls: int) -> None:
    assert json.loads(run("--since", since, "--json").stdout)["calls"]["calls"] == calls


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "soon"), "'soon' is no moment; expected one like 2026-11-01"),
        (("--diff", "--json"), "--diff and --json exclude each other"),
        (("--calls", "--db", "sqlite:///nowhere.db"), "there is no sqlite:///nowhere.db"),
        (("--calls", "--engine", "guess"), "'guess' is no engine of meanings"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code != 0
    assert said in result.output


def test_a_flow_with_mistakes_is_shown_with_them(run: Run) -> None:
    Path("shop.flow").write_text(TEXT.replace("-> selling", "-> nowhere"), encoding="utf-8")
    result = run()
    assert result.exit_code == 1
    assert "FL201" in result.output
