"""The doctor asks the language model for a word."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.service.doctor import model
from flowengine.service.doctor.finding import Case, Finding
from flowengine.service.settings import Settings
from flowengine.testing.model.server import ModelServer
from flowengine.testing.model.turns import Turn

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def found(options: ModelOptions | None, *, reaches: bool = True) -> list[Finding]:
    return list(model.check(Case(Settings(model=options), {}, NOW, reaches=reaches)))


def test_without_a_model_there_is_nothing_to_ask() -> None:
    assert found(None) == []


def test_a_model_that_says_its_word_is_well() -> None:
    with ModelServer([Turn("Ready.")]) as server:
        (finding,) = found(ModelOptions(Endpoint("small", server.url)))
        assert server.asked[0].tools == []
    assert finding.verdict == "ok"
    assert finding.says.startswith("small at 127.0.0.1:")


def test_each_model_is_asked_by_itself_and_one_that_fails_is_a_problem() -> None:
    with ModelServer([Turn(status=401)]) as first, ModelServer([Turn("Ready.")]) as second:
        options = ModelOptions(Endpoint("small", first.url), Endpoint("spare", second.url))
        broken, sound = found(options)
    assert (broken.verdict, sound.verdict) == ("problem", "ok")
    assert "the service answered HTTP 401" in broken.says
    assert "FLOWENGINE_MODEL_KEY" in broken.remedy


def test_a_slow_model_is_warned_of() -> None:
    with ModelServer([Turn("Ready.", first_s=1.6)]) as server:
        (finding,) = found(ModelOptions(Endpoint("small", server.url)))
    assert finding.verdict == "warning"
    assert "one moment" in finding.says


def test_offline_nobody_is_asked() -> None:
    with ModelServer() as server:
        (finding,) = found(ModelOptions(Endpoint("small", server.url)), reaches=False)
        assert not server.asked
    assert "not asked" in finding.says


def test_a_missing_package_is_said_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    for module in ("model", "services", "failing", "filling"):
        monkeypatch.delitem(sys.modules, f"flowengine.adapters.openai.{module}", raising=False)
    options = ModelOptions(Endpoint("small", "http://127.0.0.1:9/v1"))
    (finding,) = found(replace(options, fallback=Endpoint("spare", "http://127.0.0.1:9/v1")))
    assert (finding.verdict, finding.remedy) == ("warning", 'pip install "flowengine[model]"')
