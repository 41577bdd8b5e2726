"""Who has signed in on the page: random tokens of limited life, each standing for the key it was made with.

Kept in this process alone: a restart signs everybody out. A session ends with its key.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowengine.store.keys import hash_of

LIFE = timedelta(hours=12)
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """`key_hash`: the key that it was begun with."""

    key_hash: str
    expires_at: datetime


class Sessions:
    """The sessions of this process. Of more than `MOST`, the oldest ends."""

    def __init__(self) -> None:
        self._by_hash: OrderedDict[str, Session] = OrderedDict()

    def begin(self, key_hash: str, now: datetime) -> tuple[str, Session]:
        """A new session and its token."""
        token = secrets.token_urlsafe(32)
        session = Session(key_hash, now + LIFE)
        self._by_hash[hash_of(token)] = session
        if len(self._by_hash) > MOST:
            self._by_hash.popitem(last=False)
        return token, session

    def find(self, token: str, now: datetime) -> Session | None:
        session = self._by_hash.get(hash_of(token))
        if session is not None and session.expires_at <= now:
            del self._by_hash[hash_of(token)]
            return None
        return session

    def end(self, token: str) -> None:
        self._by_hash.pop(hash_of(token), None)
