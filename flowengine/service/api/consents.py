"""What people agreed to, with its evidence; and what is known of them: postcode, vulnerability, a note."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from flowengine.compliance.postcodes import POSTCODE
from flowengine.service.api.auditing import is_written
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_body, read_query
from flowengine.service.api.regulations import listed_number, number_to_list
from flowengine.service.api.texts import Remark, TelephoneNumber
from flowengine.service.auth import caller_of
from flowengine.service.outbound import Outbound
from flowengine.service.problems import ProblemError, not_found, sentence
from flowengine.store.consents import Consent, NewConsent
from flowengine.store.contacts import Contact
from flowengine.store.lists import Lists

ConsentKind = Literal["automated", "tps", "sector:claims", "sector:pensions"]


class ConsentGiven(msgspec.Struct, forbid_unknown_fields=True):
    """A consent that names this company as the caller. `source`: the evidence, like a form or a recording.

    `kind`: automated (calls by this agent), tps (calls although the number is on the TPS), or a sector's.
    """

    phone_number: TelephoneNumber
    kind: ConsentKind
    source: Remark
    given_at: Annotated[datetime, Meta(tz=True)]


class ConsentKept(msgspec.Struct):
    """The consent is in the record."""

    consent_id: str
    phone_number: str
    kind: ConsentKind


class ConsentBody(msgspec.Struct):
    """One consent; `withdrawn_at` null: it holds."""

    consent_id: str
    kind: str
    source: str
    given_at: datetime
    withdrawn_at: datetime | None
    written_at: datetime


class ConsentList(msgspec.Struct):
    """All consents of a number, the newest first; withdrawn ones too."""

    phone_number: str
    consents: list[ConsentBody]


class Withdrawal(msgspec.Struct, forbid_unknown_fields=True):
    """Which kind of consent is withdrawn."""

    kind: ConsentKind


class ConsentWithdrawn(msgspec.Struct):
    """So many consents of this kind hold no more; 0: there was none."""

    phone_number: str
    kind: ConsentKind
    withdrawn: int


class ContactKnown(msgspec.Struct, forbid_unknown_fields=True):
    """What is known of a person, in place of what was known before.

    `postcode` says in which nation they are, for its bank holidays. `vulnerable`: nobody calls before somebody has
    looked at it.
    """

    postcode: Annotated[str, Meta(min_length=2, max_length=10, description="a UK postcode, like LS1 4AP")] | None = None
    vulnerable: bool = False
    note: Remark | None = None


class ContactBody(msgspec.Struct):
    """What is known of a person."""

    phone_number: str
    postcode: str | None
    vulnerable: bool
    note: str | None


async def give(request: Request) -> Response:
    asked = await read_body(request, ConsentGiven)
    lists: Lists = request.app.state.lists
    outbound: Outbound = request.app.state.outbound
    number, now = number_to_list(asked.phone_number), outbound.now()
    if asked.given_at > now:
        raise ProblemError(422, "Does not fit", "given_at is still to come.", "given_at")
    try:
        consent = NewConsent(number, asked.kind, asked.source, asked.given_at)
    except ValueError as error:
        raise ProblemError(422, "Does not fit", sentence(str(error)), "source") from error
    consent_id = await asyncio.to_thread(lists.consents.give, consent, now, actor=caller_of(request).actor)
    is_written(request)
    return answer(ConsentKept(consent_id, number, asked.kind), 201)


async def consents_of(request: Request) -> Response:
    lists: Lists = request.app.state.lists
    number = listed_number(request)
    found = await asyncio.to_thread(lists.consents.of, number)
    return answer(ConsentList(number, [_body(each) for each in found]))


async def withdraw(request: Request) -> Response:
    asked = read_query(request, Withdrawal)
    lists: Lists = request.app.state.lists
    outbound: Outbound = request.app.state.outbound
    number, actor = listed_number(request), caller_of(request).actor
    count = await asyncio.to_thread(lists.consents.withdraw, number, asked.kind, outbound.now(), actor=actor)
    is_written(request)
    return answer(ConsentWithdrawn(number, asked.kind, count))


async def put_contact(request: Request) -> Response:
    asked = await read_body(request, ContactKnown)
    lists: Lists = request.app.state.lists
    outbound: Outbound = request.app.state.outbound
    number = listed_number(request)
    if asked.postcode is not None and not POSTCODE.fullmatch(asked.postcode.upper().replace(" ", "")):
        raise ProblemError(422, "Does not fit", "postcode is no UK postcode; expected one like LS1 4AP.", "postcode")
    contact = Contact(number, asked.postcode, asked.vulnerable, asked.note)
    await asyncio.to_thread(lists.contacts.put, contact, outbound.now(), actor=caller_of(request).actor)
    is_written(request)
    return answer(_contact(contact))


async def contact(request: Request) -> Response:
    lists: Lists = request.app.state.lists
    found = await asyncio.to_thread(lists.contacts.find, listed_number(request))
    if found is None:
        raise not_found("Nothing is known of this number.")
    return answer(_contact(found))


def _body(consent: Consent) -> ConsentBody:
    return msgspec.convert(consent, ConsentBody, from_attributes=True)


def _contact(contact: Contact) -> ContactBody:
    return ContactBody(contact.number, contact.postcode, contact.vulnerable, contact.note)
