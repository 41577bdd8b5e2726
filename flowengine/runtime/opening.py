"""How a session begins: with a call that has just been connected, or in the middle of one that another process held."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.conversation.commands import Order, Transfer
from flowengine.conversation.events import CameBack, Connected, Event, TransferEnded, TransferResult
from flowengine.conversation.replaying import Replay


@dataclass(frozen=True, slots=True)
class Opening:
    """`at`: seconds since the call was connected. `orders` are carried out first; the record has them already.

    `events` happen then, in order.
    """

    at: float = 0.0
    orders: tuple[Order, ...] = ()
    events: tuple[Event, ...] = (Connected(0.0),)


CONNECTED = Opening()


def resumed(replay: Replay, at: float, transferred: TransferResult | None = None) -> Opening:
    """A call goes on, so many seconds after its connection, where its record ends.

    `transferred`: the caller comes from a transfer that ended so.
    """
    if not replay.is_begun:
        return Opening(at, events=(Connected(at),))
    orders, events = replay.orders(at), replay.events(at)
    transfer = next((asked for asked in replay.requests.values() if isinstance(asked, Transfer)), None)
    if transferred is None or transfer is None:
        return Opening(at, orders, (*events, CameBack(at)))
    rest = tuple(order for order in orders if order is not transfer)
    told = tuple(event for event in events if not isinstance(event, TransferEnded))
    return Opening(at, rest, (*told, TransferEnded(at, transfer.request_id, transferred)))
