"""The lists that a company keeps of people: who must not be called, who agreed to what, what is known of them."""

from __future__ import annotations

from flowengine.store.connection import Database
from flowengine.store.consents import Consents
from flowengine.store.contacts import Contacts
from flowengine.store.do_not_call import DoNotCall


class Lists:
    """All lists of one database. Changes name who made them, and stand in the audit log."""

    def __init__(self, database: Database) -> None:
        self.do_not_call = DoNotCall(database)
        self.consents = Consents(database)
        self.contacts = Contacts(database)
