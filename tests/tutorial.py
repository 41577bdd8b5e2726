"""The tutorials that are typed, followed to the letter: their files are written and their commands are run.

A block marked `flow step` holds definitions: each replaces the one of the same name, or is added after the last of its
kind (`before=NAME`: above that one). `without=intent:agree,state:goodbye` takes definitions out. `save=PATH` writes a
block to a file. A block marked `text` that begins with `$` holds commands and what they print; `…` on a line of its own
stands for lines left out. `slip=RIGHT:WRONG` misspells a word of the file saved last while the block's commands run.

`python -m tests.tutorial` runs the commands and writes what they print into the pages; a test compares.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tutorial" / "boiler-cover.md"
PAGES = (PAGE, ROOT / "docs" / "tutorial" / "first-flow.md")
FLOW = "boiler_cover.flow"
KINDS = ("flow", "contact", "outcome", "line", "intent", "slot", "action", "policy", "summary", "state", "anywhere")
BLOCK = re.compile(r"^```(?P<mark>[^\n]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = re.compile(r"\b(?<=in )\d+\.\d+ s\b")
"""How long a command took, which is never the same."""

Key = tuple[str, str]


@dataclass
class Draft:
    """The flow as far as the reader has written it: definitions by kind and name, in the order of the file."""

    definitions: dict[Key, str] = field(default_factory=dict)

    def step(self, mark: str, text: str) -> None:
        """Do what a block of the page says."""
        options = dict(each.split("=") for each in mark.split()[2:])
        for each in filter(None, options.get("without", "").split(",")):
            kind, _, name = each.partition(":")
            del self.definitions[kind, name]
        for key, definition in definitions(text):
            place = (key[0], options.get("before", ""))
            if key in self.definitions or place not in self.definitions:
                self.definitions[key] = definition
            else:
                pairs = list(self.definitions.items())
                at = list(self.definitions).index(place)
                self.definitions = dict([*pairs[:at], (key, definition), *pairs[at:]])

    def text(self) -> str:
        """The file, whole."""
        ordered = sorted(self.definitions, key=lambda key: KINDS.index(key[0]))
        parts: list[str] = []
        for before, key in zip([None, *ordered], ordered, strict=False):
            together = before is not None and before[0] == key[0] == "outcome"
            parts.append(("" if together or before is None else "\n") + self.definitions[key])
        return "".join(parts)


def definitions(text: str) -> Iterator[tuple[Key, str]]:
    """The definitions of a text, each with the comment right above it, without the empty lines around."""
    parts: list[list[str]] = []
    begun = False
    for line in text.splitlines():
        at_margin = bool(line) and not line[0].isspace()
        if at_margin and (not parts or begun):
            parts.append([])
            begun = False
        begun = begun or (at_margin and not line.startswith("#"))
        parts[-1].append(line)
    for lines in parts:
        head = next(line for line in lines if not line.startswith("#")).split()
        yield (head[0], re.sub(r"\W.*", "", head[1]) if len(head) > 1 else ""), "\n".join(lines).strip("\n") + "\n"


class Desk:
    """A folder in which the reader works: `./run`, the shipped libraries, and what the page has said so far."""

    def __init__(self, folder: Path) -> None:
        self.draft = Draft()
        self._folder = folder
        self._cover = folder / "cover"
        self._saved = self._cover / FLOW
        for each in (self._cover, folder / "flows"):
            shutil.copytree(ROOT / "flows" / "lib", each / "lib")
        run = folder / "run"
        run.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flowengine "$@"\n', "utf-8")
        run.chmod(0o755)

    def take(self, mark: str, text: str) -> str | None:
        """Follow one block. For commands: what the block should hold."""
        options = dict(each.split("=", 1) for each in mark.split() if "=" in each)
        if mark.startswith("flow step"):
            self.draft.step(mark, text)
            self._saved.write_text(self.draft.text(), "utf-8")
        elif "save" in options:
            place = self._folder / options["save"]
            place.write_text(text, "utf-8")
            self._saved = place if place.suffix == ".flow" else self._saved
        elif text.startswith("$ "):
            return self._slipped(options["slip"], text) if "slip" in options else self._all(text)
        return None

    def _slipped(self, slip: str, text: str) -> str:
        right, wrong = slip.split(":")
        before = self._saved.read_text("utf-8")
        self._saved.write_text(before.replace(right, wrong, 1), "utf-8")
        printed = self._all(text)
        self._saved.write_text(before, "utf-8")
        return printed

    def _all(self, text: str) -> str:
        return "".join(self._ran(command) for command in commands(text))

    def _ran(self, command: str) -> str:
        env = {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            ["sh", "-c", command.replace("\\\n", " ")], cwd=self._folder, env=env, capture_output=True, text=True
        )
        return f"$ {command}\n{done.stdout}{done.stderr}"


def commands(text: str) -> list[str]:
    """The commands of a block, without the `$`; one may go on in the next line after a backslash."""
    return re.findall(r"^\$ ((?:.*\\\n)*.*)$", text, re.MULTILINE)


def same(shown: str, printed: str) -> bool:
    """Whether a block shows what was printed: times apart, and but for what `…` leaves out."""
    parts = [re.escape(SECONDS.sub("0.0 s", part)) for part in re.split(r"^ *…\n", shown, flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*?".join(parts), SECONDS.sub("0.0 s", printed)) is not None


def written(page: str, desk: Desk) -> str:
    """The page with what its commands print; blocks that are right stay as they are."""

    def block(match: re.Match[str]) -> str:
        printed = desk.take(match["mark"], match["text"])
        if printed is None or same(match["text"], printed):
            return match[0]
        return f"```{match['mark']}\n{printed}```"

    return BLOCK.sub(block, page)


if __name__ == "__main__":
    for path in PAGES:
        with tempfile.TemporaryDirectory() as made:
            path.write_text(written(path.read_text("utf-8"), Desk(Path(made))), "utf-8")
