"""How whoever asks `/health/ready` of an address tells that a flowengine answers there, and not something else."""

from __future__ import annotations

import json

from flowengine.errors import UNREADABLE_JSON


def is_ours(body: bytes) -> bool:
    """Whether this is the answer of a flowengine, ready or not."""
    try:
        answer = json.loads(body)
    except UNREADABLE_JSON:
        return False
    return isinstance(answer, dict) and "waiting_for" in answer
