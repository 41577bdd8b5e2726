"""What stands in for the engines, and where clips are kept: settings, and the engines made of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from flowengine.errors import SettingsError
from flowengine.runtime.spare_ears import SpareEars
from flowengine.service.engines import open_engines, warm_up
from flowengine.service.settings import Settings

NOWHERE = Path("no such file")


def settings(**env: str) -> Settings:
    return Settings.from_env(env, dotenv=NOWHERE)


def test_backups_are_read_and_shown() -> None:
    shown = dict(
        settings(
            NOVA_TTS_WS_URL="ws://a.test/tts", FLOWENGINE_TTS_BACKUP="embedded", FLOWENGINE_STT_BACKUP="ws://b.test/x"
        ).described()
    )
    assert shown["text to speech"] == "ws://a.test; backup: embedded"
    assert shown["speech to text"] == "embedded; backup: ws://b.test"


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"FLOWENGINE_STT_BACKUP": "embedded"}, "the same engine as the first"),
        ({"FLOWENGINE_TTS_BACKUP": "ws://a.test", "NOVA_TTS_WS_URL": "ws://a.test"}, "the same engine as the first"),
        ({"FLOWENGINE_TTS_BACKUP": "local"}, "expected 'embedded', or an address that begins with ws:// or wss://"),
        ({"FLOWENGINE_CLIPS_MB": "none"}, "expected a whole number from 1 to 1,000,000"),
    ],
)
def test_what_cannot_be_used_is_said(env: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says) as raised:
        settings(**env)
    assert next(iter(env)) in str(raised.value)


def test_clips_are_kept_in_the_cache_folder_unless_told_otherwise(tmp_path: Path) -> None:
    assert settings().speech.clips is not None
    assert settings(FLOWENGINE_CLIPS=str(tmp_path)).speech.clips == tmp_path
    assert settings(FLOWENGINE_CLIPS="off").speech.folder() is None


def test_engines_are_made_with_what_stands_in_for_them() -> None:
    async def main() -> tuple[float | None, str]:
        engines = open_engines(
            settings(
                NOVA_STT_WS_URL="scripted:first",
                NOVA_TTS_WS_URL="scripted:first",
                FLOWENGINE_STT_BACKUP="scripted:second",
                FLOWENGINE_TTS_BACKUP="scripted:second",
            ),
            lambda text: None,
        )
        assert isinstance(engines.recogniser, SpareEars)
        seconds = await warm_up(engines, lambda text: None)
        audio = b"".join([chunk async for chunk in engines.speaks.speak("Hello.")])
        await engines.close()
        return seconds, "spoken" if audio else "silent"

    seconds, spoken = asyncio.run(main())
    assert seconds is not None
    assert spoken == "spoken"
