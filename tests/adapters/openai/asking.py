"""Asks the real adapter over a real socket."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flowengine.adapters.openai.model import OpenAiModel
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.runtime.ports import ModelReply, ModelRequest
from flowengine.testing.model.server import ModelServer
from tests.virtual_time import run_patiently

REQUEST = ModelRequest(
    task="Answer the caller's worry.",
    facts=("The cover includes old boilers.", "It costs fourteen pounds fifty a month."),
    never=("discounts",),
    exits=(("convinced", "the caller agrees to go ahead"), ("refused", "the caller says no")),
    heard=(("agent", "Shall I carry it on?"), ("caller", "my boiler is old")),
    agent="Amy",
    company="Hearth & Home",
    call_id="call-1",
)


@dataclass
class Outcome:
    """What came of one question: the sentences, then the reply or the error."""

    said: list[str] = field(default_factory=list)
    reply: ModelReply | None = None
    error: Exception | None = None

    @property
    def reason(self) -> str:
        return str(self.error)


def options(server: ModelServer, **more: object) -> ModelOptions:
    plain = ModelOptions(Endpoint("small", server.url, "a-key"))
    return replace(plain, **more)  # type: ignore[arg-type]  # a test names what it means


def ask(chosen: ModelOptions, *requests: ModelRequest) -> list[Outcome]:
    """One question after the other, to one model."""

    async def main() -> list[Outcome]:
        model = OpenAiModel(chosen)
        try:
            return [await asked(model, request) for request in requests or (REQUEST,)]
        finally:
            await model.close()

    return run_patiently(main())


async def asked(model: OpenAiModel, request: ModelRequest = REQUEST) -> Outcome:
    outcome = Outcome()
    try:
        outcome.reply = await model.answer(request, outcome.said.append)
    except Exception as error:
        outcome.error = error
    return outcome
