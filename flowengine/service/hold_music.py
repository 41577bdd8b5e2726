"""The operator's music for callers who wait, read and checked before the first call."""

from __future__ import annotations

import stat
from pathlib import Path

from flowengine.errors import ProtocolError, SettingsError
from flowengine.runtime.hold_tune import from_wav
from flowengine.service.values import shown

SETTING = "FLOWENGINE_HOLD_MUSIC"
MOST_BYTES = 512 * 1024 * 1024
"""More than ten minutes of any recording; it is read whole."""


def hold_music(path: Path | None) -> bytes | None:
    """The recording as a loop, mu-law 8 kHz; None: the engine's own tune. Raises SettingsError."""
    if path is None:
        return None
    try:
        if not stat.S_ISREG(found := path.stat().st_mode):
            what = "is a folder" if stat.S_ISDIR(found) else "is no file that has an end"
            raise SettingsError(f"{SETTING} names {shown(str(path))}, which {what}: name a WAV file")
        if path.stat().st_size > MOST_BYTES:
            raise SettingsError(f"{SETTING} names {shown(str(path))}, which is too large: {MOST_BYTES >> 20} MiB do")
        return from_wav(path)
    except FileNotFoundError as error:
        raise SettingsError(f"{SETTING} names {shown(str(path))}, which is not there: name a WAV file") from error
    except OSError as error:
        raise SettingsError(
            f"{SETTING} names {shown(str(path))}, which cannot be read ({type(error).__name__})"
        ) from error
    except ProtocolError as error:
        raise SettingsError(f"{SETTING} names {shown(str(path))}, which cannot be played: {error}") from error
