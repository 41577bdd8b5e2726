"""`flowengine can-call`: may this number be called? The record's answer, or what it would be if."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flowengine.cli.database import db_option, opened
from flowengine.cli.moments import LONDON, Moment
from flowengine.service.settings import Settings

if TYPE_CHECKING:
    from flowengine.compliance.facts import Facts
    from flowengine.compliance.verdict import Decision, Reason
    from flowengine.store.tps import TpsList

NATIONS = {"ENG": "England", "WLS": "Wales", "SCT": "Scotland", "NIR": "Northern Ireland"}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is taken to be so, whatever the record says."""

    attempts: tuple[datetime, ...]
    abandoned: tuple[datetime, ...]
    tps: bool | None
    consent: bool
    do_not_call: bool
    caller_id: str | None
    postcode: str | None

    def over(self, facts: Facts, at: datetime) -> Facts:
        from flowengine.compliance.facts import PastAttempt

        attempts = (
            *facts.attempts,
            *(PastAttempt(moment) for moment in self.attempts),
            *(PastAttempt(moment, abandoned=True) for moment in self.abandoned),
        )
        facts = replace(
            facts,
            attempts=attempts,
            do_not_call=facts.do_not_call or self.do_not_call,
            automated_consent=facts.automated_consent or self.consent,
            tps_override=facts.tps_override or self.consent,
            caller_id=self.caller_id or facts.caller_id,
            postcode=self.postcode or facts.postcode,
        )
        if self.tps is None:
            return facts
        return replace(facts, tps=self.tps, tps_snapshot=facts.tps_snapshot or at)


@click.command()
@click.argument("number")
@click.option("--at", type=Moment(), help="When. [default: now]")
@click.option("--attempt", "attempts", type=Moment(), multiple=True, help="What if we had rung then? Repeatable.")
@click.option("--abandoned", type=Moment(), multiple=True, help="What if we had rung then, and nobody spoke?")
@click.option("--tps/--no-tps", default=None, help="What if the number were, or were not, on the TPS?")
@click.option(
    "--consent", is_flag=True, help="What if they had agreed to automated calls, and to calls although on TPS?"
)
@click.option("--do-not-call", is_flag=True, help="What if they were on our do-not-call list?")
@click.option("--caller-id", help="What if we showed this number? [default: TWILIO_DEFAULT_FROM]")
@click.option("--postcode", help="What if they lived there?")
@click.option("--explain", is_flag=True, help="Print it for people: each reason, its rule and source, when it is gone.")
@db_option
def command(
    number: str,
    at: datetime | None,
    attempts: tuple[datetime, ...],
    abandoned: tuple[datetime, ...],
    tps: bool | None,
    consent: bool,
    do_not_call: bool,
    caller_id: str | None,
    postcode: str | None,
    explain: bool,
    db: str | None,
) -> None:
    """Say whether NUMBER, in any spelling, may be called, as GET /api/uk-regulations/can-call does.

    What the record knows counts, where there is one, and the what-if options on top of it. The rules are those of the
    settings. The exit status is 0 when it may be called, 1 when it may not, 2 when the question was wrong. A moment
    without a time zone is London's.
    """
    import msgspec

    from flowengine.compliance.guard import decide
    from flowengine.store.decision_body import decision_body

    settings = Settings.from_env()
    at = at or datetime.now(UTC)
    what_if = WhatIf(attempts, abandoned, tps, consent, do_not_call, caller_id, postcode)
    if tps and not settings.policy.tps:
        click.echo("The TPS does not count: FLOWENGINE_TPS is off.", err=True)
    facts = what_if.over(_known(number, at, settings, db), at)
    decision = decide(number, at, facts, settings.policy)
    if explain:
        for line in _explained(decision):
            click.echo(line)
    else:
        click.echo(msgspec.json.format(msgspec.json.encode(decision_body(decision)), indent=2))
    raise SystemExit(0 if decision.can_call else 1)


def _known(number: str, at: datetime, settings: Settings, db: str | None) -> Facts:
    """What the record and the TPS list have on the number. Raises StoreError when they cannot be read."""
    from flowengine.compliance.facts import Facts
    from flowengine.compliance.numbers import read_number
    from flowengine.store.call_rules import CallRules
    from flowengine.store.connection import Database

    caller_id = settings.twilio_default_from
    e164 = read_number(number, settings.policy)
    if not isinstance(e164, str):
        return Facts(caller_id=caller_id)
    tps = _tps(settings)
    if db is None and not Database.is_there(settings.database_url):
        click.echo("There is no record yet, so nothing is known of the number.", err=True)
        snapshot = None if tps is None else tps.snapshot
        listed = tps.contains(e164) if tps is not None and snapshot is not None else None
        return Facts(caller_id=caller_id, tps=listed, tps_snapshot=snapshot)
    with opened(db, must_be_there=True) as database:
        return CallRules(database, settings.policy, tps, caller_id).known(e164, at)


def _tps(settings: Settings) -> TpsList | None:
    """The list, where the rules ask for it."""
    from flowengine.store.tps import TpsList

    return TpsList.open(settings.tps_file) if settings.policy.tps else None


# For people.


def _explained(decision: Decision) -> Iterator[str]:
    where = f" in {NATIONS[decision.nation]}" if decision.nation else ""
    number = decision.number or repr(decision.asked_for)
    verdict = "may be called" if decision.can_call else "may not be called"
    yield f"{number} {verdict} on {_clock(decision.local_time)}{where}."
    for reason in decision.reasons:
        yield from _reason(reason)
    for warning in decision.warnings:
        yield from _reason(warning, "warning ")
    if decision.counts.d7:
        yield f"Attempts: {decision.counts.h24} in 24 hours, {decision.counts.d7} in 7 days."
    if decision.reasons:
        after = decision.next_allowed_at
        yield "Waiting alone does not help." if after is None else f"It may be called from {_clock(after)}."
    yield f"By the rules {decision.policy_version}."


def _reason(reason: Reason, kind: str = "") -> Iterator[str]:
    from flowengine.compliance.rule_table import RULES

    rule = RULES[reason.rule]
    yield f"- {kind}{reason.code}: {reason.detail}"
    yield f"    rule {reason.rule}: {rule.asks} ({rule.source})"
    match reason.ends:
        case "by_time" if reason.until is not None:
            yield f"    gone from {_clock(reason.until.astimezone(LONDON))}"
        case "by_time":
            yield "    gone as the clock goes on"
        case "by_event":
            yield "    gone when something is done about it"
        case "never":
            yield "    gone never"


def _clock(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M:%S}".removesuffix(":00")
