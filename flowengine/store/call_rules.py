"""May a number be called? The calling rules over what the record knows; for whoever asks.

What the record knows is read here alone, and only when nothing of it waits in the spool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from flowengine.compliance.facts import Facts
from flowengine.compliance.guard import decide
from flowengine.compliance.numbers import read_number
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Decision
from flowengine.store.connection import Database
from flowengine.store.facts import TpsLookup, facts_for
from flowengine.store.homecoming import NoRoom, NotHome, bring_home, is_home, not_home

T = TypeVar("T")
TRIES = 3


@dataclass(frozen=True, slots=True)
class CallRules:
    """One record under one policy. `caller_id`: shown to the person called where a call names none.

    `is_paused`: whether too many calls were abandoned of late (rule A2), so that nobody is called.
    `keeps_opt_outs`: whether what the person called may say would be kept; without that nobody is called either.
    """

    database: Database
    policy: Policy
    tps: TpsLookup | None = None
    caller_id: str | None = None
    is_paused: Callable[[datetime], bool] | None = None
    keeps_opt_outs: Callable[[], bool] | None = None

    def decide(self, number: str, at: datetime) -> Decision:
        """For a number in any spelling. It only advises: a dispatch decides again, in its own transaction.

        Raises StoreError when the record cannot be read: then nobody may be called.
        """
        e164 = read_number(number, self.policy)
        if not isinstance(e164, str):
            return decide(number, at, Facts(caller_id=self.caller_id), self.policy)
        return decide(number, at, self.known(e164, at), self.policy)

    def known(self, number: str, at: datetime) -> Facts:
        """Of a number in E.164, read in a transaction of its own. Raises StoreError."""

        def read() -> Facts:
            with self.database.reading() as connection:
                return self.facts(connection, number, at)

        return self.by_whole_record(read)

    def by_whole_record(self, work: Callable[[], T]) -> T:
        """Do `work`, which decides in a transaction that it opens: the spool is brought home before.

        An opt-out that comes in while `work` waits for its lock has it begin again. Raises StoreError when the spool
        cannot be brought home: then nobody may be called.
        """
        for _ in range(TRIES - 1):
            bring_home(self.database)
            try:
                return work()
            except NotHome:
                continue
        bring_home(self.database)
        return work()

    def decide_in(self, connection: Connection, number: str, at: datetime, caller_id: str | None = None) -> Decision:
        """For a number in E.164, by what this transaction sees."""
        return decide(number, at, self.facts(connection, number, at, caller_id), self.policy)

    def facts(self, connection: Connection, number: str, at: datetime, caller_id: str | None = None) -> Facts:
        """As this transaction sees it. Raises NotHome while something waits in the spool, and NoRoom."""
        if self.keeps_opt_outs is not None and not self.keeps_opt_outs():
            raise NoRoom
        # After the transaction has its lock, for which it may have waited while a process died.
        if not is_home(self.database):
            raise not_home(self.database, "they came in just now")
        facts = facts_for(
            connection,
            self.database,
            number,
            at,
            policy=self.policy,
            tps=self.tps,
            caller_id=caller_id or self.caller_id,
        )
        return facts if self.is_paused is None else replace(facts, campaign_paused=self.is_paused(at))
