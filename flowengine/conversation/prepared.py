"""What is made once a flow and shared by its calls: machine class, templates, phrase tables."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from flowengine.compliance.honoured import make_ready
from flowengine.conversation.approved import Approved, approved
from flowengine.conversation.evaluate import Evaluator
from flowengine.conversation.machine import MachinePlan, plan_machine
from flowengine.conversation.understanding import Matcher
from flowengine.graph.edges import digressions
from flowengine.graph.model import Flow
from flowengine.graph.proof.policies import promised_lines

KEPT = 64


@dataclass(frozen=True, slots=True)
class Prepared:
    """One version of one flow, ready for calls."""

    flow: Flow
    plan: MachinePlan
    evaluator: Evaluator
    matcher: Matcher
    asides: frozenset[str]
    promised: frozenset[str]
    """Lines that a policy requires to be heard: they may not be interrupted."""
    approved: Approved


_kept: OrderedDict[tuple[str, str], Prepared] = OrderedDict()


def prepare(flow: Flow) -> Prepared:
    """The prepared flow, from the cache when this version was seen before. Raises EvaluationError on a bad template."""
    key = (flow.name, flow.version)
    known = _kept.get(key)
    # A version is a hash of the sources; the graph is compared as well, since one made by hand may lie.
    if known is not None and (known.flow is flow or known.flow == flow):
        return known
    make_ready()
    made = Prepared(
        flow,
        plan_machine(flow),
        Evaluator(flow),
        Matcher(flow.intents),
        digressions(flow),
        promised_lines(flow),
        approved(flow),
    )
    _kept[key] = made
    _kept.move_to_end(key)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return made
