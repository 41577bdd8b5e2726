"""What every model keeps: sentences in order, then the exit; errors of one kind; it stops when it is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from flowengine.adapters.openai.model import OpenAiModel
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.errors import ModelError
from flowengine.runtime.ports import Model, ModelReply, ModelRequest
from flowengine.testing.model.server import ModelServer
from flowengine.testing.model.turns import Turn

REQUEST = ModelRequest("Chat.", ("We sell boilers.",), (), (("bought", "the caller agrees"),))
Made = Callable[..., Model]


@pytest.fixture(params=["scripted", "openai over a socket"])
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """Makes a model that says a text and takes an exit, or fails; `slow`: with a pause before each word or sentence."""
    if request.param == "scripted":

        def scripted(text: str | None, left: str | None = None, *, slow: float = 0.0) -> Model:
            reply = "it fails" if text is None else ModelReply(text, left)
            return ScriptedModel([reply], delay_s=slow, streams=True)

        yield scripted
        return
    with ModelServer() as server:

        def real(text: str | None, left: str | None = None, *, slow: float = 0.0) -> Model:
            server.script(Turn(status=400) if text is None else Turn(text, exit=left, first_s=slow, token_s=slow))
            return OpenAiModel(ModelOptions(Endpoint("small", server.url)))

        yield real


def answered(model: Model) -> tuple[list[str], ModelReply]:
    async def main() -> tuple[list[str], ModelReply]:
        said: list[str] = []
        try:
            return said, await model.answer(REQUEST, said.append)
        finally:
            await model.close()
            await model.close()

    return asyncio.run(main())


def test_sentences_come_one_by_one_and_the_exit_with_the_end(made: Made) -> None:
    said, reply = answered(made("We sell boilers. Would you like one?", "bought"))
    assert said == ["We sell boilers.", "Would you like one?"]
    assert (reply.text, reply.exit) == ("", "bought")


def test_an_exit_needs_no_words(made: Made) -> None:
    said, reply = answered(made("", "bought"))
    assert (said, reply.exit) == ([], "bought")


def test_a_failure_is_a_model_error(made: Made) -> None:
    with pytest.raises(ModelError):
        answered(made(None))


def test_one_that_is_given_up_says_no_more(made: Made) -> None:
    async def main() -> list[str]:
        model, said, heard = made("One. Two. Three. Four.", slow=0.05), [], asyncio.Event()

        def say(sentence: str) -> None:
            said.append(sentence)
            heard.set()

        asking = asyncio.create_task(model.answer(REQUEST, say))
        await heard.wait()
        asking.cancel()
        assert isinstance((await asyncio.gather(asking, return_exceptions=True))[0], asyncio.CancelledError)
        await asyncio.sleep(0.2)
        await model.close()
        return said

    assert asyncio.run(main()) == ["One."]
