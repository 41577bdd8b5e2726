"""The speech's settings beside the engines' own addresses: what stands in for them, and where clips are kept."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flowengine.adapters.local.cache import cache_folder
from flowengine.adapters.nova2.messages import place
from flowengine.errors import SettingsError
from flowengine.runtime.clips import DEFAULT_FOLDER_BYTES, ClipFolder
from flowengine.service.addresses import address
from flowengine.service.values import shown, whole

STT_BACKUP, TTS_BACKUP = "FLOWENGINE_STT_BACKUP", "FLOWENGINE_TTS_BACKUP"
CLIPS, CLIPS_MB = "FLOWENGINE_CLIPS", "FLOWENGINE_CLIPS_MB"
CLIPS_FOLDER = "clips"
FULL = (errno.ENOSPC, errno.EDQUOT)
EMBEDDED = "embedded"
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """A backup is an address, "" for the embedded engine, None for none. `clips`: the folder, None to keep none."""

    stt_backup: str | None = None
    tts_backup: str | None = None
    clips: Path | None = None
    clips_bytes: int = DEFAULT_FOLDER_BYTES

    @classmethod
    def from_env(cls, values: Mapping[str, str]) -> SpeechSettings:
        """Read and check. Raises SettingsError."""

        def text(name: str) -> str | None:
            return values.get(name, "").strip() or None

        def backup(name: str, first: str) -> str | None:
            value = text(name)
            found = "" if value == EMBEDDED else address(name, value, "ws", "wss", "scripted", instead=EMBEDDED)
            if found is not None and found == (text(first) or ""):
                raise SettingsError(
                    f"{name} is {shown(value or EMBEDDED)}, "
                    f"the same engine as the first ({first}): name another, or unset it"
                )
            return found

        folder, size = text(CLIPS), text(CLIPS_MB)
        return cls(
            stt_backup=backup(STT_BACKUP, "NOVA_STT_WS_URL"),
            tts_backup=backup(TTS_BACKUP, "NOVA_TTS_WS_URL"),
            clips=None if folder == "off" else Path(folder) if folder else cache_folder() / CLIPS_FOLDER,
            clips_bytes=DEFAULT_FOLDER_BYTES if size is None else whole(CLIPS_MB, size, 1, 1_000_000) * MB,
        )

    def try_folder(self) -> None:
        """Whether clips can be kept in the folder that was named; a full disk may have room again.

        Nobody has asked for the usual one: without it clips are made anew at each start, which is said.
        Raises SettingsError.
        """
        if self.clips is None or self.clips == cache_folder() / CLIPS_FOLDER:
            return
        try:
            self.clips.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.clips).close()
        except OSError as error:
            if error.errno in FULL:
                return
            why = "it is no folder" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
            raise SettingsError(
                f"{CLIPS} names {shown(str(self.clips))}, where no clip can be kept ({why}): "
                "name a folder that this user may write to, or off"
            ) from error

    def folder(self) -> ClipFolder | None:
        """Where clips are kept, if they are."""
        return None if self.clips is None else ClipFolder(self.clips, self.clips_bytes)


def engine_described(address: str | None, backup: str | None) -> str:
    """What `serve` prints of an engine: where it is, and what stands in for it."""
    first = place(address) if address else EMBEDDED
    return first if backup is None else f"{first}; backup: {place(backup) if backup else EMBEDDED}"
