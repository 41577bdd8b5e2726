"""Keys to the API, ready at hand: read from the database every few seconds, not for each request.

A revoked key opens nothing after `FRESH_S`; a new one opens at once, since one that is not known is looked for. While
the database is away, what is known goes on: the keys, or that there are none. Before they were first read nothing is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flowengine.errors import StoreError
from flowengine.store.keys import ROLES, ApiKeys, Role, hash_of

log = logging.getLogger(__name__)

FRESH_S = 4.0
PATIENCE_S = 0.5
"""How long a request waits for keys to be read again, where it could go on with those that are known."""
TOUCH_S = 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `actor` is their name in the audit log: `key:ab12cd34`, `settings-key`, `this-machine`."""

    actor: str
    name: str
    role: Role

    def may(self, least: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(least)


THIS_MACHINE = Caller("this-machine", "this machine", "admin")
SETTINGS_KEY = Caller("settings-key", "FLOWENGINE_API_KEY", "admin")


class KeyRing:
    """The keys of the database, and the one of the settings (`own`), which is an admin's."""

    def __init__(self, keys: ApiKeys, own: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._own = None if own is None else hash_of(own)
        self._clock = clock
        self._known: dict[str, Caller] = {}
        self._ids: dict[str, str] = {}
        self._used: dict[str, datetime] = {}
        self._tried_at = float("-inf")
        self._is_away = True
        self._was_read = False
        self._reading: asyncio.Task[None] | None = None

    async def find(self, hash: str, *, is_wary: bool = False) -> Caller | None:
        """Who holds the key with this hash. Raises StoreError when it is not known and the database is away.

        `is_wary`: whoever asks has failed often, so neither the settings' key counts nor is the database asked.
        """
        if hash == self._own and not is_wary:
            return SETTINGS_KEY
        if self._is_stale():
            await self._read(PATIENCE_S)
        if hash not in self._known and not is_wary:
            await self._read(None)
            if hash not in self._known and self._is_away:
                raise StoreError("the keys cannot be read now")
        caller = self._known.get(hash)
        if caller is not None:
            self._used[self._ids[hash]] = datetime.now(UTC)
        return caller

    async def has_any(self) -> bool:
        """Whether there is a key to ask for. Raises StoreError when that has never been read, nor can be now."""
        if self._own is not None:
            return True
        # The first answer is worth waiting for, whoever has asked for it: until it is here, nothing is known.
        if self._is_stale() or (self._is_reading() and not self._was_read):
            await self._read(PATIENCE_S if self._was_read else None)
        if not self._was_read:
            raise StoreError("the keys cannot be read now")
        return bool(self._known)

    async def keep(self) -> None:
        """Write down now and then when keys were used. Runs until cancelled."""
        while True:
            await asyncio.sleep(TOUCH_S)
            await self.write_used()

    async def write_used(self) -> None:
        used, self._used = self._used, {}
        if used:
            try:
                await asyncio.to_thread(self._keys.touch, used)
            except StoreError:
                log.warning("when keys were used could not be written down")

    async def close(self) -> None:
        """Let a reading that is under way end, and write down what is left to write."""
        if self._reading is not None:
            await asyncio.wait({self._reading})
        await self.write_used()

    def _is_stale(self) -> bool:
        return self._clock() - self._tried_at > FRESH_S

    def _is_reading(self) -> bool:
        return self._reading is not None and not self._reading.done()

    async def _read(self, patience: float | None) -> None:
        """Read the keys, with whoever does so already; go on without after `patience` seconds."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_now(), name="keys")
        await asyncio.wait({self._reading}, timeout=patience)

    async def _read_now(self) -> None:
        self._tried_at = self._clock()
        try:
            active = await asyncio.to_thread(self._keys.active)
        except StoreError:
            if not self._is_away:
                log.warning("the keys cannot be read; those that are known go on")
            self._is_away = True
            return
        self._known = {hash: Caller(f"key:{key.key_id}", key.name, key.role) for hash, key in active.items()}
        self._ids = {hash: key.key_id for hash, key in active.items()}
        self._is_away = False
        self._was_read = True
