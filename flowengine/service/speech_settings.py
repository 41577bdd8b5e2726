"""The speech's settings beside the engines' own addresses: where clips are kept, and how much of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flowengine.adapters.local.cache import cache_folder
from flowengine.runtime.clips import DEFAULT_FOLDER_BYTES, ClipFolder
from flowengine.service.values import whole

CLIPS, CLIPS_MB = "FLOWENGINE_CLIPS", "FLOWENGINE_CLIPS_MB"
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """`clips`: the folder where they are kept, None to keep none."""

    clips: Path | None = None
    clips_bytes: int = DEFAULT_FOLDER_BYTES

    @classmethod
    def from_env(cls, values: Mapping[str, str]) -> SpeechSettings:
        """Read and check. Raises SettingsError."""

        def text(name: str) -> str | None:
            return values.get(name, "").strip() or None

        folder, size = text(CLIPS), text(CLIPS_MB)
        return cls(
            clips=None if folder == "off" else Path(folder) if folder else cache_folder() / "clips",
            clips_bytes=DEFAULT_FOLDER_BYTES if size is None else whole(CLIPS_MB, size, 1, 1_000_000) * MB,
        )

    def folder(self) -> ClipFolder | None:
        """Where clips are kept, if they are."""
        return None if self.clips is None else ClipFolder(self.clips, self.clips_bytes)
