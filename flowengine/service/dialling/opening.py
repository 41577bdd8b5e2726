"""The queue and the dialler of a process, made from its settings."""

from __future__ import annotations

from collections.abc import Callable

from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.compliance.facts import Facts
from flowengine.compliance.rules import caller_id
from flowengine.service.calls import Calls
from flowengine.service.dialling.dialling import Carrier, Dialling
from flowengine.service.dialling.orders import Orders
from flowengine.service.settings import Settings
from flowengine.service.tokens import PreparedCall
from flowengine.store.attempts import AbandonedShare, Attempts
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Pace
from flowengine.store.tps import TpsList

Progress = Callable[[str], None]


def open_queue(settings: Settings, database: Database, keeps_opt_outs: Callable[[], bool] | None = None) -> CallQueue:
    """The queue of this record, by the rules of these settings. Raises StoreError when their TPS list is broken.

    `keeps_opt_outs`: whether an opt-out said now would be kept.
    """
    # A list that no call is held to must not keep anybody from calling when it is damaged.
    tps = TpsList.open(settings.tps_file) if settings.policy.tps else None
    share = AbandonedShare(Attempts(database))
    rules = CallRules(
        database,
        settings.policy,
        tps,
        caller_id=settings.twilio_default_from,
        is_paused=share.is_too_high,
        keeps_opt_outs=keeps_opt_outs,
    )
    dialling = settings.dialling
    return CallQueue(rules, Pace(at_once=dialling.at_once, interval=dialling.interval), by_server_clock=True)


def open_dialling(
    settings: Settings, calls: Calls, queue: CallQueue, twilio: TwilioRest, is_ready: Callable[[], bool]
) -> Dialling:
    """`is_ready`: speech is loaded. Start it when all that it calls back is there."""

    def has_room(ringing: int) -> bool:
        is_well = is_ready() and not calls.is_stopping and not calls.lag.is_too_late
        return is_well and len(calls.live) + ringing < settings.max_calls

    def is_live(attempt_id: str) -> bool:
        return calls.carried(attempt_id) is not None

    orders = Orders(
        base_url=settings.server_base_url or "",
        caller_id=settings.twilio_default_from,
        ring_s=settings.policy.ring_s,
        longest_call_s=settings.longest_call_s,
        machine_detection=settings.dialling.machine_detection,
    )
    dialling = Dialling(
        calls.recording.store,
        queue,
        calls.library,
        twilio,
        orders,
        settings.dialling,
        Carrier(has_room, is_live),
        owner=calls.recording.processes.owner,
    )

    def at_end(prepared: PreparedCall) -> None:
        if prepared.direction == "outbound":
            dialling.over(prepared.call_id)

    calls.at_end = at_end
    calls.ringing = dialling.ringing
    return dialling


def objections(settings: Settings) -> list[str]:
    """What keeps this process from calling anybody, said at its start."""
    if not settings.dialling.on:
        return []
    if settings.twilio_default_from is None:
        return ["no number to call from: only calls that name a caller_id are made; set TWILIO_DEFAULT_FROM"]
    reason = caller_id.check(Facts(caller_id=settings.twilio_default_from), settings.policy)
    return [] if reason is None else [f"TWILIO_DEFAULT_FROM may not be shown, so nobody is called: {reason.detail}"]
