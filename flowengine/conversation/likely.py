"""What likenesses come to in a state: taken, asked about, or nothing. One decision for a call and whoever looks on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from flowengine.compliance.honoured import NAMED, Honoured
from flowengine.conversation.commands import Candidate
from flowengine.conversation.deciding import OPT_OUT, fitting, rivals
from flowengine.conversation.doubts import MEANT, did_you_mean
from flowengine.conversation.honouring import goes_on
from flowengine.conversation.meaning import ASKED, ASKED_PROTECTIVE, TAKEN
from flowengine.conversation.place import Doubt, Fit, Live, intents_of
from flowengine.conversation.prepared import prepare
from flowengine.graph.model import Again, Branch, Flow, Goto, Resume

KINDS: tuple[Honoured, ...] = tuple(each for each in get_args(Honoured) if each != "card_number")
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


@dataclass(frozen=True, slots=True)
class Leading:
    """What is meant most likely. `own`: the branch that answers it; `second`: what fits as well.

    `is_sure`: likeness alone is enough.
    """

    top: Candidate
    own: Fit | None
    second: Fit | None
    is_sure: bool

    @property
    def doubt(self) -> Doubt:
        """The question about it."""
        return Doubt(self.own, self.second, None if self.own else kind_of(self.top.intent))


def lead(flow: Flow, live: Live, counts: dict[str, int], candidates: Sequence[Candidate]) -> Leading | None:
    """What leads, of `weighed` likenesses, the best first. What protects the caller is first where it is likeliest."""
    probable = [each for each in candidates if each.score >= least(flow, each)]
    fits = fitting(probable, live, counts, {}) if probable else []
    handled = {fit.intent for fit in fits} | set(KINDS)
    others: list[Fit] = []
    if probable and protects(flow, probable[0].intent) and probable[0].intent in handled:
        top = probable[0]
    elif fits:
        top = next(each for each in probable if each.intent == fits[0].intent)
        others = rivals(fits)
    else:
        kinds = [each for each in probable if each.intent in KINDS]
        if not kinds:
            return None
        top = kinds[0]
    own = next(iter(fitting((top,), live, counts, {})), None)
    sure = top.score >= TAKEN and not others and _is_safe(flow, top, own)
    return Leading(top, own, others[0] if others else None, sure)


def likely(flow: Flow, live: Live, candidates: Sequence[Candidate]) -> Likely:
    """What becomes of `weighed` likenesses, the best first, in a state that has just been entered."""
    leading = lead(flow, live, {}, candidates)
    if leading is None:
        return Likely("nothing")
    if leading.is_sure:
        return Likely("taken", leading.top.intent)
    return Likely("asked", leading.top.intent, did_you_mean(flow, leading.doubt))


def _is_safe(flow: Flow, top: Candidate, own: Fit | None) -> bool:
    """By likeness alone, what protects is answered only where the call goes on."""
    if not protects(flow, top.intent):
        return True
    if own is None:
        return goes_on(flow, kind_of(top.intent))
    return top.intent != OPT_OUT and _comes_back(own.branch, prepare(flow).asides)


def choices(flow: Flow, live: Live) -> dict[str, str]:
    """What may be meant here, each with a description: the live intents, and what every caller may say."""
    named = intents_of(live)
    kinds: dict[str, str] = {
        kind: MEANT[kind] for kind in KINDS if not any(name in named for name in NAMED.get(kind, (kind,)))
    }
    return {**{name: flow.intents[name].description or name.replace("_", " ") for name in named}, **kinds}


def _comes_back(branch: Branch, asides: frozenset[str]) -> bool:
    """Whether the call is where it was when the branch has been taken: nothing in it ends or moves the call."""
    last = branch.body[-1] if branch.body else None
    return isinstance(last, Resume | Again) or (isinstance(last, Goto) and last.state in asides)


_BY_NAME: Mapping[str, Honoured] = {kind: kind for kind in KINDS}


def kind_of(name: str) -> Honoured:
    """A choice that no intent of the flow answers."""
    return _BY_NAME[name]
