"""The operator's music for callers who wait, read and checked before the first call."""

from __future__ import annotations

from pathlib import Path

from flowengine.errors import ProtocolError, SettingsError
from flowengine.runtime.hold_tune import from_wav

SETTING = "FLOWENGINE_HOLD_MUSIC"


def hold_music(path: Path | None) -> bytes | None:
    """The recording as a loop, mu-law 8 kHz; None: the engine's own tune. Raises SettingsError."""
    if path is None:
        return None
    try:
        return from_wav(path)
    except FileNotFoundError as error:
        raise SettingsError(f"{SETTING} names {str(path)!r}, which is not there: name a WAV file") from error
    except OSError as error:
        raise SettingsError(f"{SETTING} names {str(path)!r}, which cannot be read ({type(error).__name__})") from error
    except ProtocolError as error:
        raise SettingsError(f"{SETTING} names {str(path)!r}, which cannot be played: {error}") from error
