"""What a call answers where nothing outside it does: no action, model or transfer is configured, and it says so."""

from __future__ import annotations

from typing import assert_never

from flowengine.conversation.commands import (
    AskModel,
    ChooseIntent,
    ReadValue,
    RunAction,
    Transfer,
    Weigh,
    WeighMeaning,
)
from flowengine.conversation.events import ActionFinished, Event, ModelFailed, TransferEnded, WeighingFailed


def unprovided(order: RunAction | AskModel | Weigh | Transfer, at: float) -> Event:
    """The order cannot be carried out; the flow takes its branch for that."""
    match order:
        case RunAction(request_id=request_id):
            return ActionFinished(at, request_id, "error", reason="no actions are configured")
        case AskModel(request_id=request_id):
            return ModelFailed(at, request_id, "no model is configured")
        case WeighMeaning(request_id=request_id):
            return WeighingFailed(at, request_id, "no engine that compares meanings is configured")
        case ChooseIntent(request_id=request_id) | ReadValue(request_id=request_id):
            return WeighingFailed(at, request_id, "no model is configured")
        case Transfer(request_id=request_id):
            return TransferEnded(at, request_id, "failed")
        case _:
            assert_never(order)
