"""What an agent must not say, looked for in a text that no flow holds: what somebody has it say while a call runs.

The rules of the in-call guard that need no call: not its amounts, which it compares with the flow's own.
"""

from __future__ import annotations

from flowengine.compliance.saying.saying import Saying


def forbidden(text: str, company: str) -> str | None:
    """What is wrong with saying this on behalf of `company`, as the end of a sentence ("this …"); None: nothing."""
    verdict = Saying(None, company).check(text)
    return verdict.what if verdict is not None else None
