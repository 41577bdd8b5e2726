"""What a call would make of likenesses in a state, for whoever looks on from outside; `tiers` does it in a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flowengine.conversation.commands import Candidate
from flowengine.conversation.deciding import OPT_OUT, fitting, rivals
from flowengine.conversation.doubts import did_you_mean
from flowengine.conversation.honouring import goes_on
from flowengine.conversation.meaning import ASKED, ASKED_PROTECTIVE, TAKEN
from flowengine.conversation.place import Doubt, Fit, Live
from flowengine.conversation.prepared import prepare
from flowengine.conversation.tiers import KINDS, comes_back, kind_of
from flowengine.graph.model import Flow

Outcome = Literal["taken", "asked", "nothing"]


@dataclass(frozen=True, slots=True)
class Likely:
    """`intent` is taken, or asked about in `question`; with `nothing` the next tier is asked, or `otherwise` taken."""

    outcome: Outcome
    intent: str | None = None
    question: str | None = None


def protects(flow: Flow, name: str) -> bool:
    """Whether an intent of the flow, or what is always honoured, protects the caller."""
    return name in KINDS or (name in flow.intents and flow.intents[name].protective)


def least(flow: Flow, candidate: Candidate) -> float:
    """From which probability on a caller is asked about it."""
    return ASKED_PROTECTIVE if protects(flow, candidate.intent) else ASKED


def likely(flow: Flow, live: Live, candidates: Sequence[Candidate]) -> Likely:
    """What becomes of `weighed` likenesses, the best first, in a state that has just been entered."""
    probable = [each for each in candidates if each.score >= least(flow, each)]
    fits = fitting(probable, live, {}, {}) if probable else []
    handled = {fit.intent for fit in fits} | set(KINDS)
    if probable and protects(flow, probable[0].intent) and probable[0].intent in handled:
        top, others = probable[0], []
    elif fits:
        top = next(each for each in probable if each.intent == fits[0].intent)
        others = rivals(fits)
    else:
        kinds = [each for each in probable if each.intent in KINDS]
        if not kinds:
            return Likely("nothing")
        top, others = kinds[0], []
    own = next((fit for fit in fits if fit.intent == top.intent), None)
    if top.score >= TAKEN and not others and _is_safe(flow, top, own):
        return Likely("taken", top.intent)
    doubt = Doubt(own, others[0] if others else None, None if own else kind_of(top.intent))
    return Likely("asked", top.intent, did_you_mean(flow, doubt))


def _is_safe(flow: Flow, top: Candidate, own: Fit | None) -> bool:
    """By likeness alone, what protects is answered only where the call goes on."""
    if not protects(flow, top.intent):
        return True
    if own is None:
        return goes_on(flow, kind_of(top.intent))
    return top.intent != OPT_OUT and comes_back(own.branch, prepare(flow).asides)
