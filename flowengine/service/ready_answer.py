"""How whoever asks `/health/ready` of an address tells that a flowengine answers there, and not something else."""

from __future__ import annotations

import json


def is_ours(body: bytes) -> bool:
    """Whether this is the answer of a flowengine, ready or not."""
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and "waiting_for" in answer
