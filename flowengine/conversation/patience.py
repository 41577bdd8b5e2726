"""How long a caller may be silent before that is their answer: only where the turn is theirs, and nothing is spoken."""

from __future__ import annotations

from typing import assert_never

from flowengine.conversation.call import Call
from flowengine.graph.model import Collect, Do, Guard, Listen, Llm, Run, Transfer

COLLECT_SILENCE_S = 6.0
MODEL_SILENCE_S = 6.0
ENDING_SILENCE_S = 2.0
"""What has cut the last lines of a call becomes words by then, or never."""


def patience(call: Call) -> float | None:
    """Seconds from now, the end of the audio as it was heard; None where silence says nothing."""
    stay = call.stay
    if stay is None or not call.transcript.quiet or stay.keys or call.is_weighing:
        return None
    if stay.is_ending:
        # The caller was asked what they meant; or the line was cut and nobody has said a word.
        return COLLECT_SILENCE_S if stay.doubt is not None else ENDING_SILENCE_S
    match stay.waiting:
        case Listen(seconds=seconds):
            return seconds
        case Collect():
            return COLLECT_SILENCE_S
        case Llm():
            return MODEL_SILENCE_S if stay.request is None else None
        case Transfer() if stay.question is not None or (stay.doubt is not None and stay.consultation is None):
            # The caller was asked what they meant, and is put through when they say nothing; or whether they want to.
            return COLLECT_SILENCE_S
        case Guard() | Do() | Transfer() | Run() | None:
            return None
        case _:
            assert_never(stay.waiting)
