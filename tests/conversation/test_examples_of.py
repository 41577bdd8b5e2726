"""What an engine of meanings learns of a flow."""

from __future__ import annotations

from collections.abc import Mapping

from flowengine.compliance.protective_examples import EXAMPLES
from flowengine.conversation.meaning import examples_of
from flowengine.graph.compile import compile_text

FLOW = """flow callers "Callers" inbound

outcome done success

intent price_question "asks what it costs"
  "how much is it" "what does it cost"
  "how much is it"

intent opt_out
  "lose this number"

intent digits
  /[0-9]+/

state hello
  say "Hello."
  end done
"""


def learnt() -> Mapping[str, tuple[str, ...]]:
    flow = compile_text(FLOW).flow
    assert flow is not None
    return examples_of(flow)


def test_an_intent_is_learnt_by_its_phrases_and_its_description() -> None:
    found = learnt()
    assert found["price_question"] == ("how much is it", "what does it cost", "asks what it costs")
    assert "digits" not in found


def test_what_is_always_honoured_is_learnt_with_the_flows_own_words_for_it() -> None:
    found = learnt()
    assert found["opt_out"] == ("lose this number", *EXAMPLES["opt_out"])
    assert found["emergency"] == EXAMPLES["emergency"]
