"""What a call answers where nothing outside it does: no action, model or transfer is configured, and it says so."""

from __future__ import annotations

from typing import assert_never

from flowengine.conversation.commands import AskModel, RunAction, Transfer
from flowengine.conversation.events import ActionFinished, Event, ModelFailed, TransferEnded


def unprovided(order: RunAction | AskModel | Transfer, at: float) -> Event:
    """The order cannot be carried out; the flow takes its branch for that."""
    match order:
        case RunAction(request_id=request_id):
            return ActionFinished(at, request_id, "error", reason="no actions are configured")
        case AskModel(request_id=request_id):
            return ModelFailed(at, request_id, "no model is configured")
        case Transfer(request_id=request_id):
            return TransferEnded(at, request_id, "failed")
        case _:
            assert_never(order)
