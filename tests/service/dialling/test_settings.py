"""How calls are made, from the environment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flowengine.errors import SettingsError
from flowengine.service.dialling.opening import objections
from flowengine.service.dialling.outcomes import Retries
from flowengine.service.dialling.settings import DiallingSettings
from flowengine.service.settings import Settings

LINE = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "SERVER_BASE_URL": "https://calls.example.com",
}


def test_one_call_a_second_unless_told_otherwise() -> None:
    settings = DiallingSettings.from_env({})
    assert settings == DiallingSettings()
    assert (settings.interval, settings.at_once, settings.on) == (timedelta(seconds=1), 10, True)
    assert settings.retries == Retries()


def test_each_setting_is_read() -> None:
    settings = DiallingSettings.from_env(
        {
            "FLOWENGINE_DIALLING": "off",
            "FLOWENGINE_CALLS_PER_SECOND": "0.5",
            "FLOWENGINE_DIAL_AT_ONCE": "3",
            "FLOWENGINE_MACHINE_DETECTION": "message-end",
            "FLOWENGINE_RETRY_BUSY": "5m",
            "FLOWENGINE_RETRY_NO_ANSWER": "2h",
            "FLOWENGINE_RETRY_MACHINE": "2d",
            "FLOWENGINE_RETRY_FAILED": "90s",
            "FLOWENGINE_RETRY_ASKED": " 30d ",
            "FLOWENGINE_MAX_TRIES": "2",
        }
    )
    assert (settings.on, settings.interval, settings.at_once) == (False, timedelta(seconds=2), 3)
    assert settings.machine_detection == "message-end"
    assert settings.retries == Retries(
        busy=timedelta(minutes=5),
        no_answer=timedelta(hours=2),
        machine=timedelta(days=2),
        failed=timedelta(seconds=90),
        asked=timedelta(days=30),
        tries=2,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FLOWENGINE_DIALLING", "yes"),
        ("FLOWENGINE_CALLS_PER_SECOND", "0"),
        ("FLOWENGINE_CALLS_PER_SECOND", "101"),
        ("FLOWENGINE_CALLS_PER_SECOND", "1e1"),
        ("FLOWENGINE_CALLS_PER_SECOND", "١"),
        ("FLOWENGINE_DIAL_AT_ONCE", "0"),
        ("FLOWENGINE_MACHINE_DETECTION", "sync"),
        ("FLOWENGINE_RETRY_BUSY", "30"),
        ("FLOWENGINE_RETRY_BUSY", "30 m"),
        ("FLOWENGINE_RETRY_NO_ANSWER", "59s"),
        ("FLOWENGINE_RETRY_MACHINE", "31d"),
        ("FLOWENGINE_RETRY_FAILED", "-1h"),
        ("FLOWENGINE_MAX_TRIES", "0"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        DiallingSettings.from_env({name: value})
    assert name in str(refused.value)
    assert repr(value) in str(refused.value)
    assert "expected" in str(refused.value)


@pytest.mark.parametrize(
    ("env", "objection"),
    [
        ({}, "TWILIO_DEFAULT_FROM"),
        ({"TWILIO_DEFAULT_FROM": "+449098790123"}, "may not be shown"),
        ({"TWILIO_DEFAULT_FROM": "+447700900001"}, "may not be shown"),
        ({"TWILIO_DEFAULT_FROM": "+447700900001", "FLOWENGINE_DRAMA_NUMBERS": "on"}, None),
        ({"FLOWENGINE_DIALLING": "off"}, None),
    ],
)
def test_a_caller_id_that_may_not_be_shown_is_said_at_the_start(env: dict[str, str], objection: str | None) -> None:
    said = objections(Settings.from_env({**LINE, **env}))
    assert len(said) == (objection is not None)
    assert objection is None or objection in said[0]
