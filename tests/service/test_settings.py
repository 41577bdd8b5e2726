"""Settings: each read, checked, and explained when it cannot be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flowengine.errors import SettingsError
from flowengine.service.settings import Settings

SID = "AC" + "0" * 32
NOWHERE = Path("no such file")
SETTINGS_PAGE = Path(__file__).parents[2] / "docs/reference/settings.md"


def _settings(**env: str) -> Settings:
    return Settings.from_env(env, dotenv=NOWHERE)


def test_nothing_set_means_embedded_speech_and_no_telephone() -> None:
    settings = _settings()
    assert not settings.has_telephone
    assert settings.database_url.startswith("sqlite:")
    assert ("speech to text", "embedded") in settings.described()


def test_a_whole_telephone_line() -> None:
    settings = _settings(
        TWILIO_ACCOUNT_SID=SID, TWILIO_AUTH_TOKEN="secret-token", SERVER_BASE_URL="https://calls.example.com/"
    )
    assert settings.has_telephone
    assert settings.is_public
    assert settings.server_base_url == "https://calls.example.com"


def test_secrets_are_not_printed() -> None:
    settings = _settings(
        TWILIO_ACCOUNT_SID=SID,
        TWILIO_AUTH_TOKEN="secret-token",
        SERVER_BASE_URL="https://calls.example.com",
        FLOWENGINE_API_KEY="a-key-that-is-long-enough",
        FLOWENGINE_ACTION_SECRET="another-that-is-long-enough",
        FLOWENGINE_RECORD_KEYS="2026:c2VjcmV0LWtleQ==,index:aW5kZXgta2V5",
        FLOWENGINE_DATABASE_URL="postgresql://flow:pa55word@db/flow",
    )
    printed = repr(settings.described()) + repr(settings).replace(repr(settings.database_url), "")
    for secret in ("secret-token", "a-key-that-is-long-enough", "pa55word", SID):
        assert secret not in repr(settings.described())
    assert "secret-token" not in printed
    assert "a-key-that-is-long-enough" not in printed
    assert "another-that-is-long-enough" not in printed
    assert "c2VjcmV0LWtleQ" not in printed


def test_where_the_keys_are_is_printed() -> None:
    assert ("record's keys", "beside it") in _settings().described()
    assert ("record's keys", "of FLOWENGINE_RECORD_KEYS") in _settings(FLOWENGINE_RECORD_KEYS="a:b").described()
    assert ("record's keys", "flowengine.key") in _settings(FLOWENGINE_DATABASE_URL="postgresql://db/flow").described()
    assert ("record's keys", "/etc/fe.key") in _settings(FLOWENGINE_RECORD_KEY_FILE="/etc/fe.key").described()


def test_the_record_is_found_though_other_settings_are_wrong() -> None:
    env = {"FLOWENGINE_MAX_CALLS": "many", "FLOWENGINE_DATABASE_URL": "sqlite:///a.db", "FLOWENGINE_RECORD_KEYS": "k:"}
    settings = Settings.of_record(env=env, dotenv=NOWHERE)
    assert (settings.database_url, settings.record_keys) == ("sqlite:///a.db", "k:")
    assert Settings.of_record("sqlite:///b.db", env, dotenv=NOWHERE).database_url == "sqlite:///b.db"


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("SERVER_BASE_URL", "http://calls.example.com", "https://"),
        ("SERVER_BASE_URL", "calls.example.com", "public address"),
        ("TWILIO_AUTH_TOKEN", "secret-token", "TWILIO_ACCOUNT_SID, SERVER_BASE_URL"),
        ("TWILIO_ACCOUNT_SID", "SK123", "begins with AC"),
        ("NOVA_STT_WS_URL", "http://speech", "ws://"),
        ("FLOWENGINE_NUMBERS", "0113=reception", "+441134960124=reception"),
        ("FLOWENGINE_NUMBERS", "+441134960124", "expected a number and its flow"),
        ("FLOWENGINE_KEEP_CALLS", "7", "whole number from 8 to 36,500"),
        ("FLOWENGINE_MAX_CALLS", "many", "whole number from 1 to 10,000"),
        ("FLOWENGINE_MAX_CALLS", "0", "whole number from 1 to 10,000"),
        ("FLOWENGINE_MAX_CALLS", "²", "whole number from 1 to 10,000"),
        ("FLOWENGINE_MAX_CALLS", "1" * 5000, "whole number from 1 to 10,000"),
        ("FLOWENGINE_API_RATE", "0", "whole number from 1 to 1,000,000"),
        ("FLOWENGINE_API_KEY", "short", "16 characters"),
        ("FLOWENGINE_API_KEY", "it has; what a cookie cannot hold", "16 characters"),
        ("FLOWENGINE_API_KEY", "βητα-βητα-βητα-βητα", "16 characters"),
        ("FLOWENGINE_ACTION_SECRET", "short", "16 characters"),
        ("FLOWENGINE_ACTION_MODULES", "acme/bookings.py", "acme.bookings,acme.diary"),
        ("FLOWENGINE_ACTION_MODULES", "acme.", "acme.bookings,acme.diary"),
        ("NOVA_STT_WS_URL", "ws://", "ws://"),
        ("FLOWENGINE_MEANING", "on", "embedded or off"),
        ("FLOWENGINE_WEBSOCKETS", "fast", "lean or websockets"),
        ("NOVA_TTS_WS_URL", "ws://[", "ws://"),
        ("NOVA_TTS_WS_URL", "ws://speech:many", "ws://"),
        ("SERVER_BASE_URL", "https://[", "public address"),
        ("SERVER_BASE_URL", "https://calls.example.com:many", "public address"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_explained(name: str, value: str, part: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _settings(**{name: value})
    assert part in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "meaning", "shown"),
    [("", None, "embedded, where it is installed"), (" off ", "off", "off"), ("embedded", "embedded", "embedded")],
)
def test_the_engine_of_meanings_is_chosen_and_shown(value: str, meaning: str | None, shown: str) -> None:
    settings = _settings(FLOWENGINE_MEANING=value)
    assert settings.meaning == meaning
    assert dict(settings.described())["meaning"] == shown


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "\ufeff# ours\nexport FLOWENGINE_MAX_CALLS=7\n\nFLOWENGINE_NUMBERS = '+441134960124=reception'\r\n", "utf-8"
    )
    assert Settings.from_env({}, dotenv=file).max_calls == 7
    assert Settings.from_env({"FLOWENGINE_MAX_CALLS": "8"}, dotenv=file).max_calls == 8
    assert Settings.from_env({}, dotenv=file).numbers == {"+441134960124": "reception"}


def test_a_bad_line_in_a_dotenv_file_is_pointed_at(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\nthis is no setting\n", "utf-8")
    with pytest.raises(SettingsError, match="line 2"):
        Settings.from_env({}, dotenv=file)


def test_a_dotenv_file_of_rubbish_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe\x00A=1")
    with pytest.raises(SettingsError, match="UTF-8"):
        Settings.from_env({}, dotenv=file)


def test_what_flows_may_have_done_is_read_and_shown() -> None:
    settings = _settings(FLOWENGINE_ACTION_MODULES=" acme.bookings, acme.diary,", FLOWENGINE_ACTION_SECRET="x" * 16)
    assert settings.action_modules == ("acme.bookings", "acme.diary")
    assert ("actions", "acme.bookings, acme.diary, signed HTTP") in settings.described()
    assert ("actions", "flowengine.examples.bookings") in _settings().described()


@pytest.mark.parametrize(
    ("env", "path"),
    [
        ({}, "flowengine.tps"),
        ({"FLOWENGINE_DATABASE_URL": "sqlite:////var/calls/record.db"}, "/var/calls/flowengine.tps"),
        ({"FLOWENGINE_DATABASE_URL": "postgresql://host/calls"}, "flowengine.tps"),
        ({"FLOWENGINE_TPS_FILE": "/srv/list.tps"}, "/srv/list.tps"),
    ],
)
def test_the_tps_list_lies_beside_the_database_unless_told_otherwise(env: dict[str, str], path: str) -> None:
    assert _settings(**env).tps_file == Path(path)


PASSWORD = "pa55word"
PASTED = (
    f"ws://u:{PASSWORD}@h:99999",
    f"http://u:{PASSWORD}@h/",
    f"https://h/?token={PASSWORD}",
    f"postgresql://u:{PASSWORD[:3]}/{PASSWORD[3:]}@h/x",
)


@pytest.mark.parametrize("value", PASTED)
@pytest.mark.parametrize("name", re.findall(r"^\| `([A-Z0-9_]+)` \|", SETTINGS_PAGE.read_text("utf-8"), re.MULTILINE))
def test_an_address_in_any_setting_is_shown_without_its_password(name: str, value: str) -> None:
    line = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": "t" * 32, "SERVER_BASE_URL": "https://calls.example.com"}
    model = {"FLOWENGINE_MODEL": "m", "FLOWENGINE_MODEL_URL": "http://127.0.0.1/v1", "FLOWENGINE_MODEL_FALLBACK": "n"}
    try:
        said = repr(_settings(**{**line, **model, name: value}).described())
    except SettingsError as error:
        said = str(error)
        assert name in said
    assert PASSWORD not in said
    assert PASSWORD[3:] not in said


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"NOVA_TTS_WS_URL": "ws://u:p@x:99999"}, "'ws://…@x:99999': its port is no number from 1 to 65535"),
        ({"NOVA_TTS_WS_URL": "ws://x:0"}, "its port is no number from 1 to 65535"),
        ({"NOVA_STT_WS_URL": "ws://x:port"}, "its port is no number"),
        ({"NOVA_STT_WS_URL": "ws://[x"}, "its brackets do not match"),
        ({"NOVA_STT_WS_URL": "ws://a b"}, "an address has no spaces in it"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://h/?a"}, "it can have no ? and no #"),
        ({"FLOWENGINE_NUMBERS": "+441134960124=a,+441134960124=b"}, "twice, for 'a' and 'b'"),
        ({"FLOWENGINE_NUMBERS": "+0=a"}, "expected a number and its flow"),
        ({"FLOWENGINE_CAP_7D": "x" * 5000}, f"'{'x' * 100}…': expected a whole number"),
    ],
)
def test_what_is_wrong_with_a_value_is_said(env: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as raised:
        _settings(**env)
    assert says in str(raised.value)


def test_a_character_that_no_setting_can_hold_is_found_in_its_line(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"A=1\nFLOWENGINE_FLOWS=a\0b\n")
    with pytest.raises(SettingsError, match="line 2: holds a NUL"):
        Settings.from_env({}, dotenv=dotenv)
