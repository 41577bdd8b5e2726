"""What happens in the call of a seed, and which flow it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from flowengine.graph.compile import compile_file, compile_text
from flowengine.graph.model import Flow
from tests.conversation.random_flows import DEEPER, Maker
from tests.runtime import live_call, made_flows

FLOWS = Path(__file__).parents[2] / "flows"
CONTACTS: Mapping[str, Mapping[str, object]] = {
    "boiler_cover": {"name": "Sam", "renewal_date": "2026-12-01"},
    "telemarketing": {"name": "Sam"},
}
MADE = {
    "small": live_call.FLOW,
    "transfer": made_flows.TRANSFER,
    "keys": made_flows.KEYS,
    "warm": made_flows.WARM,
    "booking": made_flows.BOOKING,
    "model": made_flows.MODEL,
    "recorded": made_flows.RECORDED,
    "secret": made_flows.SECRET,
}
LASTS_S = 60.0
"""Of a call's acts; then nobody does anything any more, and the call has to end by itself."""
OPT_OUTS = ("stop calling me", "please take me off your list", "don't call me again")
SAYINGS = (
    *OPT_OUTS,
    *("yes", "yes please", "no", "no thanks", "maybe", "stop", "who is this", "are you a robot", "how much is it"),
    *("hello", "mm", "hmm", "okay", "um", "", "", "next Tuesday", "twelve", "I want to speak to a person"),
    *("not interested", "what does it cost and can you come on Friday", "4111 1111 1111 1111", "goodbye"),
    "I'm not here right now, please leave a message after the tone",
)


@dataclass(frozen=True, slots=True)
class Act:
    """What happens, and when: seconds since the beginning."""

    at: float
    kind: str
    text: str = ""
    number: int = 0


KINDS = (
    *("says",) * 14,
    *("cough", "voice", "voice_ends", "partial", "final", "stale", "twice") * 2,
    *("key",) * 5,
    *(
        "typed",
        "verdict",
        "verdict",
        "foreign_mark",
        "silence",
        "say",
        "move",
        "note",
        "told",
        "told",
        "returns",
        "returns",
    ),
)
ENDS = ("gone", "gone", "gone", "lost", "lost", "end", "onward", "deaf", "nothing", "nothing", "cancel", "let_go")


def plan(seed: int) -> tuple[Act, ...]:
    """What happens in the call of a seed."""
    random = Random(f"{seed}/plan")
    hurry = random.choice((0.1, 1.0, 1.0, 3.0))
    count = random.choice((3, 12, 30))
    lasts = min(LASTS_S, 2 + count * hurry)
    moments = sorted(random.uniform(0, lasts) for _ in range(count))
    acts = [Act(round(at, 3), random.choice(KINDS), random.choice(SAYINGS), random.randrange(12)) for at in moments]
    for _ in range(random.choice((0, 1, 1, 2))):
        end = Act(round(random.uniform(0, lasts + 4), 3), random.choice(ENDS), "", random.randrange(12))
        acts.append(end)
        if end.kind == "lost":
            acts.append(Act(end.at + random.choice((0.1, 3.0, 14.0, 20.0)), "returns"))
    return tuple(sorted(acts, key=lambda act: act.at))


@cache
def flow_of(seed: int) -> tuple[Flow, Mapping[str, object]]:
    """A shipped flow, one of the small ones, or one that is made of the seed."""
    random = Random(f"{seed}/flow")
    kind = random.choice(("shipped", "small", "small", "made"))
    if kind == "made":
        for number in range(1000):
            maker = Maker(Random(f"{seed}/{number}"))
            text, libraries = maker.flow(), {"ask": maker.subflow(), "deeper": DEEPER}
            flow = compile_text(text, "made.flow", libraries).flow
            if flow is not None:
                return flow, {"known": random.choice((True, False))}
    if kind == "shipped":
        path = random.choice(sorted(FLOWS.glob("*.flow")))
        flow = compile_file(path).flow
        assert flow is not None
        return flow, CONTACTS.get(path.stem, {})
    flow = compile_text(MADE[random.choice(sorted(MADE))]).flow
    assert flow is not None
    return flow, {}
