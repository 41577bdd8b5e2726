"""A real PostgreSQL for the tests: one server a session, on a socket in a folder of its own, and a database a test."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from flowengine.store.connection import KEY_FILE, Database

ROOT = Path(__file__).parent.parent
UNPRIVILEGED = ("postgres", "nobody")
"""Who runs the server when the tests run as root, which PostgreSQL refuses."""
QUICK = {
    # Nothing here outlives the machine, so nothing has to reach the disk; a server that is killed loses nothing.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "listen_addresses": "",
    "log_min_messages": "fatal",
}
LOCALE = ("--locale=C.UTF-8",)
START_S = 300
PREFIX = "flowengine-pg-"
STALE_S = 600
ROOM_BYTES = 2 << 30

SQLITE_FILE = "record.db"

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what only SQLite has: pragmas, file modes."""
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
new_on_sqlite = pytest.mark.parametrize("new_database_url", ["sqlite"], indirect=True)


def programs() -> Path | None:
    """Where `initdb` and `postgres` are: the newest of Debian's, else on the PATH."""
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").exists()]
    if debian:
        return max(debian, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
    found = shutil.which("postgres")
    return None if found is None else Path(found).resolve().parent


class PostgresServer:
    """A server in `folder` that listens on a socket there and trusts whoever can reach it."""

    def __init__(self, bin_folder: Path, folder: Path) -> None:
        self._bin = bin_folder
        self._folder = folder
        self._data = folder / "data"
        self._user = _server_user()
        self._numbers = itertools.count(1)
        if self._user is not None:
            shutil.chown(folder, self._user)
        self._server: subprocess.Popen[bytes] | None = None
        made = [str(self._bin / "initdb"), "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run([*made, *LOCALE], **self._as_user(), check=True, capture_output=True)

    def start(self) -> None:
        settings = [part for name, value in QUICK.items() for part in ("-c", f"{name}={value}")]
        program = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._folder), *settings]
        with (self._folder / "log").open("ab") as log:
            server: subprocess.Popen[bytes] = subprocess.Popen(
                program, **self._as_user(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_dies_with_us
            )
        self._server = server
        waited_until = time.monotonic() + START_S
        while not self._answers():
            if server.poll() is not None or time.monotonic() > waited_until:
                raise RuntimeError(f"PostgreSQL did not start: {self._log()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """At once, as if it had been killed: whoever is connected is cut off."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait()
            self._server = None

    @property
    def is_running(self) -> bool:
        return self._server is not None

    def new_database(self, template: str = "template1") -> str:
        """The address of a new database: an empty one, or a copy of that database."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}&connect_timeout={START_S}"

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {database_name(url)} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {"cwd": self._folder}
        return {"cwd": self._folder, "user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}

    def _log(self) -> str:
        return (self._folder / "log").read_text("utf-8", "replace")[-2000:]


def _dies_with_us() -> None:
    """Tests that are killed should leave no server behind: Linux tells it (PR_SET_PDEATHSIG is 1)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _memory() -> Path | None:
    """A file system in memory, where there is one with room: a new database takes a tenth of the time there."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES
    return memory if has_room else None


def _sweep(parent: Path) -> None:
    """Remove what tests that were killed have left: their servers died with them."""
    for data in parent.glob(f"{PREFIX}*/data"):
        with contextlib.suppress(OSError):
            # Starting and stopping touch the folder: one without a server for so long has nobody left.
            if time.time() - data.stat().st_mtime > STALE_S and not (data / "postmaster.pid").exists():
                shutil.rmtree(data.parent, ignore_errors=True)


def _server_user() -> str | None:
    """None: this very user."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running server. Without PostgreSQL the test is skipped, except in CI, where it fails."""
    found = programs()
    if found is None:
        missing = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    # Not pytest's folder: only root may enter that, and the path of a socket may have 107 characters at most.
    _sweep(_memory() or Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_memory()))
    server = PostgresServer(found, folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a database without tables, first of SQLite, then of PostgreSQL.

    The working folder is the test's own: a server's keys and spool go there.
    """
    _work_in(tmp_path, monkeypatch)
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / SQLITE_FILE}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """As `new_database_url`, with today's tables, empty, and its key file: copied, which is quicker than migrating."""
    _work_in(tmp_path, monkeypatch)
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_template"), tmp_path, dirs_exist_ok=True)
        yield f"sqlite:///{tmp_path / SQLITE_FILE}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    template, keys = request.getfixturevalue("postgres_template")
    shutil.copy(keys, tmp_path / KEY_FILE)
    url = server.new_database(template)
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database and its key file."""
    folder = tmp_path_factory.mktemp("template")
    Database.open(f"sqlite:///{folder / SQLITE_FILE}").close()
    return folder


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The name of a database to copy, and its key file."""
    keys = tmp_path_factory.mktemp("template") / KEY_FILE
    url = postgres.new_database()
    Database.open(url, key_file=keys).close()
    return database_name(url), keys


def database_name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def _work_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    # A program that a test starts is to import this checkout, from whatever folder.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
