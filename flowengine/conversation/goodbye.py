"""Which sentence of a flow is a goodbye and no more, and the engine's own where the flow has none.

"Goodbye to cold radiators, for ten pounds a month!" sells, so the leave-taking has to come last, in a short sentence.
"""

from __future__ import annotations

import re

from flowengine.words.normalise import normalise

GOODBYE = "Goodbye."
LONGEST = 12
"""Words of a sentence that takes leave: it has a thank-you and a name too."""

_LEAVES = re.compile(
    r"\b(?:goodbye|good bye|bye|cheerio|farewell|take care|speak soon"
    r"|(?:good|nice|lovely|great|pleasant) (?:day|morning|afternoon|evening|night|week|weekend))"
    r"(?: (?:then|now|for now|to you|ahead|madam|sir|(?:mr|mrs|miss|ms|dr) \w+))*$"
)


def is_goodbye(sentence: str) -> bool:
    """Whether it takes leave, and says nothing else after that."""
    said = normalise(sentence).words
    return len(said) <= LONGEST and _LEAVES.search(" ".join(said)) is not None
