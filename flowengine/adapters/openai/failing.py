"""How one try of a service fails, in our words: models and numbers, never a service's own text."""

from __future__ import annotations

import openai

from flowengine.errors import ModelError

LONGEST_RETRY_AFTER_S = 1.0
"""What a caller may be kept waiting for a second try; a service that asks for longer is left alone for so long."""
NOT_UNDERSTOOD = frozenset({400, 422})
"""What services answer to a request with something in it that they do not know."""


class Failed(ModelError):
    """One try failed. `again`: another may help; `rest_s`: for how long the service wants to be left alone.

    `is_misunderstood`: the service does not know something that the request has; `about`: which of its fields, where
    it says so.
    """

    def __init__(
        self,
        message: str,
        *,
        again: bool = False,
        rest_s: float | None = None,
        is_misunderstood: bool = False,
        about: str = "",
    ) -> None:
        super().__init__(message)
        self.again = again
        self.rest_s = rest_s
        self.is_misunderstood = is_misunderstood
        self.about = about


def refused(error: openai.APIStatusError) -> Failed:
    """The service has answered with another status than 200."""
    status = error.status_code
    rest_s: float | None = None
    if status == 429:
        try:
            rest_s = max(0.0, float(error.response.headers.get("retry-after", "")))
        except ValueError:
            rest_s = None
    again = status >= 500 or (status == 429 and (rest_s is None or rest_s <= LONGEST_RETRY_AFTER_S))
    about = error.param if isinstance(error.param, str) else ""
    return Failed(
        f"the service answered HTTP {status}",
        again=again,
        rest_s=rest_s,
        is_misunderstood=status in NOT_UNDERSTOOD,
        about=about,
    )
