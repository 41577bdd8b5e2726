"""Text is as wide as the terminal that it goes to, and whole where there is none."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from io import StringIO

import pytest

from flowengine.cli.terminal import columns


def test_the_width_is_that_of_the_streams_own_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 67, 0, 0))
    monkeypatch.setattr("sys.__stdout__", None)  # the caller of the tests may have a terminal, too
    with os.fdopen(theirs, "w") as stream:
        assert columns(stream) == 67
        monkeypatch.setenv("COLUMNS", "90")
        assert columns(stream) == 90
    os.close(ours)


def test_without_a_terminal_sentences_stay_whole() -> None:
    assert columns(StringIO()) is None
