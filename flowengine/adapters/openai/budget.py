"""What each call has had of the model, in tokens and in money, and whether it may have more."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.errors import ModelError

CALLS_KEPT = 10_000
CHARACTERS_A_TOKEN = 4
"""English, roughly: for services that do not count, and for what is given up before they have."""


@dataclass(slots=True)
class Spent:
    """Of one call."""

    tokens: int = 0
    cost: float = 0.0


class Budget:
    """The ledger of all calls; the oldest are forgotten."""

    def __init__(self, options: ModelOptions) -> None:
        self._options = options
        self._calls: OrderedDict[str, Spent] = OrderedDict()

    def spent(self, call_id: str) -> Spent:
        return self._calls.get(call_id) or Spent()

    def check(self, call_id: str, endpoint: Endpoint, characters: int, answer: int) -> None:
        """Whether a prompt of so many characters and an answer of so many tokens fit. Raises ModelError if not."""
        prompt, spent = tokens_in(characters), self.spent(call_id)
        if spent.tokens + prompt + answer > self._options.call_tokens:
            raise ModelError(f"the call's budget of {self._options.call_tokens:,} tokens is spent")
        limit = self._options.call_cost
        if limit is not None and spent.cost + endpoint.cost(prompt, answer) > limit:
            raise ModelError(f"the call's budget of {limit:g} is spent")

    def add(self, call_id: str, endpoint: Endpoint, prompt: int, answer: int) -> float:
        """So many tokens were used; what they cost."""
        spent, cost = self._calls.setdefault(call_id, Spent()), endpoint.cost(prompt, answer)
        spent.tokens += prompt + answer
        spent.cost += cost
        self._calls.move_to_end(call_id)
        while len(self._calls) > CALLS_KEPT:
            self._calls.popitem(last=False)
        return cost


def tokens_in(characters: int) -> int:
    return -(-characters // CHARACTERS_A_TOKEN)
