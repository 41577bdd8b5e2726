"""What an engine of meanings is taught of a flow: for each intent, sentences that mean it."""

from __future__ import annotations

from collections.abc import Mapping

from flowengine.compliance.honoured import NAMED
from flowengine.compliance.protective_examples import EXAMPLES
from flowengine.graph.model import Intent


def examples(intents: Mapping[str, Intent]) -> dict[str, tuple[str, ...]]:
    """The phrases of each intent, and of all that is always honoured its own sentences, each of them once.

    What is always honoured stands under its own name, and under that of the intents which answer it in its place
    ("driving" is taught to `busy` too), since only one of them is ever a choice. Patterns teach nothing: they are no
    sentences. An intent with nothing to teach is left out.
    """
    taught = {name: intent.phrases for name, intent in intents.items()}
    for kind, sentences in EXAMPLES.items():
        for name in dict.fromkeys((kind, *(each for each in NAMED.get(kind, ()) if each in intents))):
            taught[name] = (*taught.get(name, ()), *sentences)
    return {name: tuple(dict.fromkeys(said)) for name, said in taught.items() if said}
