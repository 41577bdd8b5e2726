"""A call whose process died, as far as its record brought it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import TransferResult
from flowengine.conversation.replaying import Replay


@dataclass(frozen=True, slots=True)
class Revived:
    """`conversation` stands where the record ends. `entries`: how many that has; `owner`: the process that died.

    `opt_outs`: what the caller was promised, which may not have reached the list. `transferred`: how the transfer ended
    that the caller comes back from. `colleague`: the telephone's id of the call to one who was rung, and may still be.
    """

    conversation: Conversation
    replay: Replay = field(repr=False)
    started: datetime
    entries: int
    owner: str
    opt_outs: tuple[str, ...] = ()
    transferred: TransferResult | None = None
    colleague: str | None = None
