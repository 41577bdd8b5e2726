"""What every model keeps: sentences in order, then the exit; forms as they were asked for; errors of one kind; it
stops when it is given up.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping

import pytest

from flowengine.adapters.openai.model import OpenAiModel
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.errors import ModelError
from flowengine.runtime.ports import FormField, FormRequest, FormValue, Model, ModelReply, ModelRequest
from flowengine.testing.model.server import ModelServer
from flowengine.testing.model.turns import Ending, Turn
from tests.virtual_time import run_patiently

REQUEST = ModelRequest("Chat.", ("We sell boilers.",), (), (("bought", "the caller agrees"),))
FORM = FormRequest(
    "Read what the caller said.",
    (
        FormField("intent", "what the caller wants", "choice", ("book", "cancel", "none")),
        FormField("name", "whose name they gave"),
        FormField("people", "how many", "number"),
        FormField("is_upset", "whether they are upset", "boolean"),
        FormField("day", "for which day", "date"),
        FormField("hour", "for which hour", "time"),
        FormField("moment", "when they called before", "datetime"),
    ),
    heard=(("agent", "What can I do for you?"), ("caller", "a table for four please")),
)
RIGHT: Mapping[str, FormValue] = {
    "intent": "book",
    "name": "Sam Ellis",
    "people": 4.0,
    "is_upset": False,
    "day": "2026-01-31",
    "hour": "19:30",
    "moment": "2026-01-30T09:05",
}
NOTHING = dict.fromkeys(RIGHT)
Made = Callable[..., Model]
Filler = Callable[..., Model]


@pytest.fixture(params=["scripted", "openai over a socket"])
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """Makes a model that says a text and takes an exit, or fails.

    `slow`: with a pause before each word or sentence, and where it can, without coming to its end.
    """
    if request.param == "scripted":

        def scripted(text: str | None, left: str | None = None, *, slow: float = 0.0) -> Model:
            reply = "it fails" if text is None else ModelReply(text, left)
            return ScriptedModel([reply], delay_s=slow, streams=True)

        yield scripted
        return
    with ModelServer() as server:

        def real(text: str | None, left: str | None = None, *, slow: float = 0.0) -> Model:
            ends: Ending = "hangs" if slow else "stop"
            said = None if text is None else Turn(text, exit=left, first_s=slow, token_s=slow, ends=ends)
            server.script(said or Turn(status=400))
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

    return run_patiently(main())


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
        # On a slow machine more than one may have come together.
        before = list(said)
        await asyncio.sleep(0.2)
        await model.close()
        assert said == before
        return said

    assert run_patiently(main())[0] == "One."


@pytest.fixture(params=["scripted", "openai over a socket"])
def filler(request: pytest.FixtureRequest) -> Iterator[Filler]:
    """Makes a model that fills in a form with this, or fails; `slow`: after so long."""
    if request.param == "scripted":

        def scripted(form: Mapping[str, object] | None, *, slow: float = 0.0) -> Model:
            return ScriptedModel(forms=["it fails" if form is None else form], delay_s=slow)

        yield scripted
        return
    with ModelServer() as server:

        def real(form: Mapping[str, object] | None, *, slow: float = 0.0) -> Model:
            server.script(Turn(form="", status=401) if form is None else Turn(form=json.dumps(form), first_s=slow))
            return OpenAiModel(ModelOptions(Endpoint("small", server.url)))

        yield real


def filled_by(model: Model) -> Mapping[str, FormValue]:
    async def main() -> Mapping[str, FormValue]:
        try:
            return await model.fill(FORM)
        finally:
            await model.close()

    return run_patiently(main())


def test_a_form_comes_back_field_by_field(filler: Filler) -> None:
    assert filled_by(filler(RIGHT)) == RIGHT


def test_every_field_is_there_and_no_other(filler: Filler) -> None:
    assert filled_by(filler({"intent": "cancel", "opt_out": True})) == {**NOTHING, "intent": "cancel"}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("intent", "opt_out"),
        ("intent", "Book"),
        ("intent", ["book"]),
        ("intent", True),
        ("name", ""),
        ("name", "unknown"),
        ("name", 7),
        ("name", "x" * 1200),
        ("people", "four"),
        ("people", True),
        ("people", 10**400),
        ("people", float("nan")),
        ("is_upset", "false"),
        ("is_upset", 0),
        ("day", "tomorrow"),
        ("day", "2026-02-30"),
        ("day", "20260131"),
        ("hour", "25:00"),
        ("hour", "19:30:15"),
        ("hour", "19:30Z"),
        ("hour", "half past seven"),
        ("moment", "2026-01-30"),
        ("moment", {"day": "2026-01-30"}),
    ],
)
def test_what_a_field_cannot_hold_is_not_known(filler: Filler, name: str, wrong: object) -> None:
    assert filled_by(filler({**RIGHT, name: wrong})) == {**RIGHT, name: None}


@pytest.mark.parametrize(
    ("name", "wrote", "read"), [("hour", "19:30:00", "19:30"), ("moment", "2026-01-30T09:05:00", "2026-01-30T09:05")]
)
def test_a_time_has_no_seconds(filler: Filler, name: str, wrote: str, read: str) -> None:
    assert filled_by(filler({name: wrote})) == {**NOTHING, name: read}


def test_a_form_that_fails_is_a_model_error(filler: Filler) -> None:
    with pytest.raises(ModelError):
        filled_by(filler(None))


def test_whoever_asks_for_a_form_may_give_it_up(filler: Filler) -> None:
    async def main() -> None:
        model = filler(RIGHT, slow=60)
        try:
            async with asyncio.timeout(0.2):
                await model.fill(FORM)
        finally:
            await model.close()

    with pytest.raises(TimeoutError):
        run_patiently(main())
