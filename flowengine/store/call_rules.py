"""May a number be called? The calling rules over what the record knows; for whoever asks, without writing anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from flowengine.compliance.facts import Facts
from flowengine.compliance.guard import decide
from flowengine.compliance.numbers import read_number
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Decision
from flowengine.store.connection import Database
from flowengine.store.facts import TpsLookup, facts_for


@dataclass(frozen=True, slots=True)
class CallRules:
    """One record under one policy. `caller_id`: shown to the person called where a call names none.

    `is_paused`: whether too many calls were abandoned of late (rule A2), so that nobody is called.
    """

    database: Database
    policy: Policy
    tps: TpsLookup | None = None
    caller_id: str | None = None
    is_paused: Callable[[datetime], bool] | None = None

    def decide(self, number: str, at: datetime) -> Decision:
        """For a number in any spelling. It only advises: a dispatch decides again, in its own transaction.

        Raises StoreError when the record cannot be read: then nobody may be called.
        """
        e164 = read_number(number, self.policy)
        if not isinstance(e164, str):
            return decide(number, at, Facts(caller_id=self.caller_id), self.policy)
        with self.database.reading() as connection:
            facts = self.facts(connection, e164, at)
        return decide(number, at, facts, self.policy)

    def decide_in(self, connection: Connection, number: str, at: datetime, caller_id: str | None = None) -> Decision:
        """For a number in E.164, by what this transaction sees."""
        return decide(number, at, self.facts(connection, number, at, caller_id), self.policy)

    def facts(self, connection: Connection, number: str, at: datetime, caller_id: str | None = None) -> Facts:
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
