"""The results that branches are taken on under `collect`, `guard`, `do` and `transfer`, a sentence each, for hovers."""

from __future__ import annotations

from collections.abc import Mapping

RESULT_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "collect": {
        "done": "Every slot has a value.",
        "failed": "A slot was asked for as often as its tries allow, and has none.",
    },
    "guard": {
        "allowed": "The call may go on.",
        "refused": "The guard does not permit this call.",
    },
    "do": {
        "ok": "The action was carried out, and its results are set.",
        "error": "The action failed.",
        "timeout": "The action did not answer in its time.",
    },
    "transfer": {
        "answered": "The two have spoken, and the caller is still there.",
        "busy": "The line was busy, or the colleague declined.",
        "no_answer": "Nobody answered; with a briefing, or nobody took the call with a key.",
        "failed": "The number could not be reached.",
    },
}
"""By the statement's word. What a model's exits and a subflow's outcomes mean is said where they are written."""
