"""Settings by name, which remember what was asked of them: a name that nobody asks for is a slip of the pen."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

OURS = "FLOWENGINE_"


class Asked(Mapping[str, str]):
    """The environment's names and values. `asked` are the names that somebody looked up."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names that look like ours and that nobody has asked for; to be read when all settings have been."""
        return tuple(sorted(name for name in self._values if name.startswith(OURS) and name not in self.asked))


def meant(name: str, known: Collection[str]) -> str:
    """What to do about a name that is no setting: the one that was probably meant, or where they all are."""
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else "docs/reference/settings.md lists them all"
