"""The language model's settings: read, refused with a reason, shown without keys."""

from __future__ import annotations

import pytest

from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.errors import SettingsError
from flowengine.service.model_settings import described, model_from
from flowengine.service.settings import Settings

LOCAL = {"FLOWENGINE_MODEL": "small", "FLOWENGINE_MODEL_URL": "http://127.0.0.1:8080/v1/"}
OPENAI = {"FLOWENGINE_MODEL": "gpt-4.1-mini", "FLOWENGINE_MODEL_KEY": "sk-secret"}


def test_without_a_model_there_is_none() -> None:
    assert model_from({}) is None
    assert described(None) == "none: each `llm` takes its fallback (set FLOWENGINE_MODEL)"


def test_a_model_on_this_machine_needs_an_address_and_no_key() -> None:
    assert model_from(LOCAL) == ModelOptions(Endpoint("small", "http://127.0.0.1:8080/v1"))


def test_a_model_of_openai_needs_a_key_and_no_address() -> None:
    options = model_from(OPENAI)
    assert options == ModelOptions(Endpoint("gpt-4.1-mini", key="sk-secret"))
    assert "sk-secret" not in repr(options)


def test_all_that_can_be_set() -> None:
    options = model_from(
        {
            **OPENAI,
            "FLOWENGINE_MODEL_PRICE": "0.40/1.60",
            "FLOWENGINE_MODEL_EFFORT": "minimal",
            "FLOWENGINE_MODEL_FALLBACK": "gpt-4.1-nano",
            "FLOWENGINE_MODEL_FALLBACK_EFFORT": "none",
            "FLOWENGINE_MODEL_FALLBACK_PRICE": "0.1/0.4",
            "FLOWENGINE_MODEL_PATIENCE": "1.5",
            "FLOWENGINE_MODEL_ANSWER_TOKENS": "120",
            "FLOWENGINE_MODEL_CALL_TOKENS": "9000",
            "FLOWENGINE_MODEL_CALL_COST": "0.05",
            "FLOWENGINE_MODEL_SPECULATION": "off",
            "FLOWENGINE_MODEL_UNDERSTANDING": "off",
        }
    )
    assert options is not None
    first = Endpoint("gpt-4.1-mini", key="sk-secret", price_in=0.4, price_out=1.6, effort="minimal")
    spare = Endpoint("gpt-4.1-nano", key="sk-secret", price_in=0.1, price_out=0.4, effort="none")
    assert (options.first, options.fallback) == (first, spare)
    assert (first.reasons, spare.reasons, Endpoint("m").reasons) == (True, False, False)
    assert not options.speculates
    assert not options.understands
    assert (options.patience_s, options.answer_tokens, options.call_tokens, options.call_cost) == (1.5, 120, 9000, 0.05)


def test_a_key_is_never_sent_to_another_address() -> None:
    options = model_from({**OPENAI, "FLOWENGINE_MODEL_FALLBACK": "small", **_spare_at("http://127.0.0.1:8080/v1")})
    assert options is not None
    assert options.fallback == Endpoint("small", "http://127.0.0.1:8080/v1", None)


def _spare_at(url: str) -> dict[str, str]:
    return {"FLOWENGINE_MODEL_FALLBACK_URL": url}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"FLOWENGINE_MODEL_URL": "http://127.0.0.1:8080/v1"}, "FLOWENGINE_MODEL is not: name the model"),
        ({"FLOWENGINE_MODEL": "gpt-4.1-mini"}, "FLOWENGINE_MODEL_KEY is missing"),
        ({**LOCAL, "FLOWENGINE_MODEL_URL": "127.0.0.1:8080"}, "FLOWENGINE_MODEL_URL is not an address"),
        ({**LOCAL, "FLOWENGINE_MODEL_URL": "http://[oops/v1"}, "FLOWENGINE_MODEL_URL is not an address"),
        ({**LOCAL, "FLOWENGINE_MODEL_URL": "https://me:pw@example.com/v1"}, "put it into FLOWENGINE_MODEL_KEY"),
        ({**OPENAI, "FLOWENGINE_MODEL_URL": "http://models.example.com/v1"}, "in the clear"),
        ({**LOCAL, "FLOWENGINE_MODEL_FALLBACK": "small"}, "the same model at the same address"),
        ({**LOCAL, **_spare_at("http://127.0.0.1:9/v1")}, "FLOWENGINE_MODEL_FALLBACK is not"),
        ({"FLOWENGINE_MODEL_FALLBACK": "small"}, "FLOWENGINE_MODEL is not"),
        ({**LOCAL, "FLOWENGINE_MODEL_PRICE": "cheap"}, "like 0.40/1.60"),
        ({**LOCAL, "FLOWENGINE_MODEL_CALL_COST": "0.05"}, "needs FLOWENGINE_MODEL_PRICE"),
        ({**LOCAL, "FLOWENGINE_MODEL_PATIENCE": "30"}, "from 0.2 to 3.5"),
        ({**LOCAL, "FLOWENGINE_MODEL_SPECULATION": "maybe"}, "expected on or off"),
        ({**LOCAL, "FLOWENGINE_MODEL_EFFORT": "much"}, "expected one of none, minimal, low, medium, high"),
        ({**LOCAL, "FLOWENGINE_MODEL_FALLBACK_EFFORT": "5"}, "FLOWENGINE_MODEL_FALLBACK_EFFORT is '5'"),
        ({**LOCAL, "FLOWENGINE_MODEL_CALL_TOKENS": "many"}, "from 500 to 999,999"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_would_do(values: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        model_from(values)
    assert message in str(raised.value)
    assert "sk-secret" not in str(raised.value)
    assert "me:pw" not in str(raised.value)


def test_the_start_shows_models_places_and_budgets_and_no_keys() -> None:
    settings = Settings.from_env({**OPENAI, "FLOWENGINE_MODEL_FALLBACK": "gpt-4.1-nano"})
    (shown,) = [value for name, value in settings.described() if name == "language model"]
    assert shown == "gpt-4.1-mini at api.openai.com, then gpt-4.1-nano at api.openai.com; 20,000 tokens a call"
    assert settings.unknown == ()
