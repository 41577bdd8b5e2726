"""Which branch the weighed intents take: the language's order, what is overshadowed, and who else fits as well."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flowengine.conversation.commands import Candidate
from flowengine.conversation.place import Fit, Live, best, fits
from flowengine.conversation.understanding import EQUAL, OVERSHADOWED
from flowengine.graph.model import OnHeardSlot, OnIntent
from flowengine.graph.rivals import same_effect

OPT_OUT = "opt_out"


def overshadowed(candidate: Candidate, candidates: Collection[Candidate]) -> bool:
    """Whether a match is so much weaker than the best that it is chance; what protects the caller never is."""
    top = max(each.score for each in candidates)
    return candidate.tier != "protective" and candidate.score <= top - OVERSHADOWED


def fitting(
    candidates: Collection[Candidate], live: Live, counts: dict[str, int], slots: Mapping[Candidate, OnHeardSlot]
) -> list[Fit]:
    """The branches that fit, the one to take first. `slots`: the candidates that are values and not intents."""
    found = [
        Fit(fit.branch, fit.layer, fit.label, each.score, each.tier, each.intent)
        for each in candidates
        if not overshadowed(each, candidates)
        for fit in fits(live, slots.get(each, OnIntent(each.intent)), counts)
    ]
    ordered = best(found)
    if any(fit.intent == OPT_OUT for fit in ordered):
        ordered.sort(key=lambda fit: fit.intent != OPT_OUT)
    return ordered


def rivals(ordered: list[Fit]) -> list[Fit]:
    """Those that fit as well as the first and lead elsewhere: the caller is asked."""
    first = ordered[0]
    return [
        fit
        for fit in ordered[1:]
        if not first.protective
        and "slot" not in (first.tier, fit.tier)
        and fit.branch is not first.branch
        and not same_effect(fit.branch, first.branch)
        and (fit.branch.rung, fit.layer) == (first.branch.rung, first.layer)
        and first.score - fit.score < EQUAL
    ]
