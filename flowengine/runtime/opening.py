"""How a session begins: with a call that has just been connected, or in the middle of one that another process held."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.conversation.commands import Order
from flowengine.conversation.events import CameBack, Connected, Event
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


def resumed(replay: Replay, at: float) -> Opening:
    """A call goes on, so many seconds after its connection, where its record ends."""
    return Opening(at, replay.orders(at), (*replay.events(at), CameBack(at)))
