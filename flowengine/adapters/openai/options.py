"""Which model is asked, where, at what price, and how much of it a call may have."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one address. Prices are for a million tokens, in whatever currency the budget is in."""

    model: str
    url: str = OPENAI
    key: str | None = field(default=None, repr=False)
    price_in: float = 0.0
    price_out: float = 0.0
    effort: str | None = None
    """How much a model that reasons may do so; None: what its service thinks best, or it is no such model."""

    @property
    def place(self) -> str:
        """Model and host, fit to be shown: an address may carry a password."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{self.model} at {parts.hostname}{port}"

    @property
    def is_openai(self) -> bool:
        return urlsplit(self.url).hostname == urlsplit(OPENAI).hostname

    @property
    def reasons(self) -> bool:
        """Whether it may think, in tokens of its own, before it answers."""
        return self.effort not in (None, "none")

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """`patience_s`: how long the first model has for its first sentence where there is a second one.

    `answer_tokens` bound one turn, `call_tokens` and `call_cost` all turns of a call.
    """

    first: Endpoint
    fallback: Endpoint | None = None
    patience_s: float = 2.0
    answer_tokens: int = 200
    call_tokens: int = 20_000
    call_cost: float | None = None
    speculates: bool = True
    """It may be asked while the caller may still be speaking; a wrong guess costs its tokens."""
    understands: bool = True
    """It is asked what the caller meant where nothing else knows."""

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return (self.first,) if self.fallback is None else (self.first, self.fallback)
