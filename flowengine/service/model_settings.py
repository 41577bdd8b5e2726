"""The language model's settings: `FLOWENGINE_MODEL…` values to `ModelOptions`, each checked, named and explained."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from flowengine.adapters.openai.options import OPENAI, Endpoint, ModelOptions
from flowengine.errors import SettingsError
from flowengine.service.addresses import LOOPBACK
from flowengine.service.values import shown

MODEL, FALLBACK = "FLOWENGINE_MODEL", "FLOWENGINE_MODEL_FALLBACK"
NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
EFFORTS = ("none", "minimal", "low", "medium", "high")


def model_from(values: Mapping[str, str]) -> ModelOptions | None:
    """The model that these values ask for; None without FLOWENGINE_MODEL. Raises SettingsError."""

    def text(name: str) -> str | None:
        return values.get(name, "").strip() or None

    url = _url(f"{MODEL}_URL", text(f"{MODEL}_URL"))
    name, key = text(MODEL), text(f"{MODEL}_KEY")
    price = _price(f"{MODEL}_PRICE", text(f"{MODEL}_PRICE"))
    spare, spare_url = text(FALLBACK), _url(f"{FALLBACK}_URL", text(f"{FALLBACK}_URL"))
    spare_key, spare_price = text(f"{FALLBACK}_KEY"), _price(f"{FALLBACK}_PRICE", text(f"{FALLBACK}_PRICE"))
    effort, spare_effort = (_effort(f"{each}_EFFORT", text(f"{each}_EFFORT")) for each in (MODEL, FALLBACK))
    defaults = ModelOptions(Endpoint(""))
    patience_s = _number(f"{MODEL}_PATIENCE", text(f"{MODEL}_PATIENCE"), defaults.patience_s, 0.2, 3.5)
    answer = _number(f"{MODEL}_ANSWER_TOKENS", text(f"{MODEL}_ANSWER_TOKENS"), defaults.answer_tokens, 20, 2000)
    tokens = _number(f"{MODEL}_CALL_TOKENS", text(f"{MODEL}_CALL_TOKENS"), defaults.call_tokens, 500, 999_999)
    cost = _number(f"{MODEL}_CALL_COST", text(f"{MODEL}_CALL_COST"), None, 0, 999_999)
    if name is None:
        for other, value in ((f"{MODEL}_URL", url), (FALLBACK, spare)):
            if value is not None:
                raise SettingsError(f"{other} is set, and {MODEL} is not: name the model to ask, like gpt-4.1-mini")
        return None
    if spare is None and spare_url is not None:
        raise SettingsError(f"{FALLBACK}_URL is set, and {FALLBACK} is not: name the model to ask there")
    first = _endpoint(MODEL, name, url or OPENAI, key, price, effort)
    fallback = None
    if spare is not None:
        # The key belongs to its address: it is never sent to another.
        own = key if spare_url in (None, url) else None
        fallback = _endpoint(FALLBACK, spare, spare_url or first.url, spare_key or own, spare_price, spare_effort)
        if (fallback.model, fallback.url) == (first.model, first.url):
            raise SettingsError(f"{FALLBACK} is {shown(spare)}, the same model at the same address as {MODEL}")
    if cost is not None and not any(price):
        raise SettingsError(f"{MODEL}_CALL_COST needs {MODEL}_PRICE: without a price nothing is ever spent")
    if cost is not None and fallback is not None and not any(spare_price):
        raise SettingsError(f"{MODEL}_CALL_COST needs {FALLBACK}_PRICE too: without it the fallback costs nothing")
    speculates = _switch(f"{MODEL}_SPECULATION", text(f"{MODEL}_SPECULATION"))
    understands = _switch(f"{MODEL}_UNDERSTANDING", text(f"{MODEL}_UNDERSTANDING"))
    return ModelOptions(
        first, fallback, float(patience_s or 0), int(answer or 0), int(tokens or 0), cost, speculates, understands
    )


def described(options: ModelOptions | None) -> str:
    """What `serve` prints. No keys."""
    if options is None:
        return f"none: each `llm` takes its fallback (set {MODEL})"
    budget = f"{options.call_tokens:,} tokens a call"
    if options.call_cost is not None:
        budget += f", {options.call_cost:g} a call"
    spare = f", then {options.fallback.place}" if options.fallback is not None else ""
    return f"{options.first.place}{spare}; {budget}"


def _endpoint(
    prefix: str, name: str, url: str, key: str | None, price: tuple[float, float], effort: str | None
) -> Endpoint:
    parts = urlsplit(url)
    if key is None and url == OPENAI:
        raise SettingsError(f"{prefix}_KEY is missing: OpenAI wants one; for another service set {prefix}_URL")
    if key is not None and parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingsError(
            f"{prefix}_KEY would go over the network in the clear: {prefix}_URL must begin with https://"
        )
    return Endpoint(name, url, key, *price, effort)


def _url(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise SettingsError(f"{name} is not an address of a service: expected one like http://127.0.0.1:8080/v1")
    if parts.password:
        raise SettingsError(f"{name} holds a password: put it into {name.removesuffix('_URL')}_KEY")
    return value.rstrip("/")


def _price(name: str, value: str | None) -> tuple[float, float]:
    """`0.40/1.60`: of a million tokens that go in, and that come out."""
    if value is None:
        return 0.0, 0.0
    parts = [part.strip() for part in value.split("/")]
    if len(parts) != 2 or not all(NUMBER.fullmatch(part) for part in parts):
        raise SettingsError(
            f"{name} is {shown(value)}: expected the prices of a million tokens in and out, like 0.40/1.60"
        )
    return float(parts[0]), float(parts[1])


def _effort(name: str, value: str | None) -> str | None:
    if value is not None and value not in EFFORTS:
        raise SettingsError(f"{name} is {shown(value)}: expected one of {', '.join(EFFORTS)}, or leave it out")
    return value


def _switch(name: str, value: str | None) -> bool:
    if value not in (None, "on", "off"):
        raise SettingsError(f"{name} is {shown(value)}: expected on or off")
    return value != "off"


def _number(name: str, value: str | None, default: float | None, low: float, high: float) -> float | None:
    if value is None:
        return default
    if not NUMBER.fullmatch(value) or not low <= float(value) <= high:
        raise SettingsError(f"{name} is {shown(value)}: expected a number from {low:,} to {high:,}")
    return float(value)
