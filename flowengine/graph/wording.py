"""What an agent must not say, looked for in a text that no flow holds: what somebody has it say while a call runs.

The same rules as the checks FL520 and FL709, so that a line which no flow could hold cannot be spoken by another way.
"""

from __future__ import annotations

from flowengine.graph.checks.claims_to_be_human import claimed
from flowengine.graph.checks.never_say import KINDS, said_in
from flowengine.graph.heard import sentences


def forbidden(text: str, company: str) -> str | None:
    """What is wrong with saying this on behalf of `company`, as the end of a sentence ("this …"); None: nothing."""
    for sentence in sentences(text.replace("’", "'")):
        if claimed(sentence) is not None:
            return "says or implies that the agent is a person"
        for kind in KINDS:
            if said_in(kind, sentence, company.casefold()) is not None:
                return kind.called
    return None
