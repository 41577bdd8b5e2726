"""What a call may expect of any engine of meanings. The same tests hold the fake and the embedded one to it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator

import pytest

from flowengine.adapters.local import meaning, packages
from flowengine.adapters.local.meaning import LocalMeaning
from flowengine.adapters.scripted.meaning import ScriptedMeaning
from flowengine.conversation.meaning import Likeness
from flowengine.errors import MeaningError
from flowengine.runtime.ports import Meaning

EXAMPLES = {
    "opt_out": ("Please stop calling me.", "Take me off your list.", "Don't ring this number again.", "No more calls."),
    "price_question": ("How much is it?", "What would I have to pay?"),
    "repeat_please": ("Could you say that again?",),
    "empty": ("", "?!"),
}
ALL = tuple(EXAMPLES)


@pytest.fixture(params=["scripted", "embedded"])
def runner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Meaning, asyncio.Runner]]:
    """An engine, and the loop it lives in."""
    if request.param == "embedded" and not packages.present(*packages.MEANING):
        # There, `dev` is installed: an engine that is missing is a mistake of the installation, not a choice.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not installed: {packages.INSTALL_MEANING}")
    # A machine that runs many tests at once answers late.
    monkeypatch.setattr(meaning, "LIKEN_TIMEOUT_S", 600.0)
    engine: Meaning = ScriptedMeaning() if request.param == "scripted" else LocalMeaning()
    with asyncio.Runner() as loop:
        yield engine, loop
        loop.run(engine.close())


Liken = Callable[..., tuple[Likeness, ...]]


@pytest.fixture
def liken(runner: tuple[Meaning, asyncio.Runner]) -> Liken:
    """What the engine finds for a text, among these intents, after it has learnt the examples."""
    engine, loop = runner
    lesson = loop.run(engine.learn(EXAMPLES))
    return lambda text, intents=ALL: loop.run(lesson.liken(text, intents))


def test_an_example_itself_is_the_nearest(liken: Liken) -> None:
    for intent in ("opt_out", "price_question", "repeat_please"):
        for example in EXAMPLES[intent]:
            first = liken(example)[0]
            assert (first.intent, first.example) == (intent, example)
            assert first.nearest == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("text", ["Can you elaborate?", "um, can you elaborate.", "So can you... can you elaborate!"])
def test_what_writing_and_talking_add_changes_no_likeness(liken: Liken, text: str) -> None:
    assert liken(text) == liken("can you elaborate")
    assert liken("can you elaborate") != liken("can he elaborate")


def test_an_example_is_the_nearest_however_it_is_written(liken: Liken) -> None:
    first = liken("Um, DON\N{RIGHT SINGLE QUOTATION MARK}T ring this number again?")[0]
    assert first.example == "Don't ring this number again."
    assert first.nearest == pytest.approx(1.0, abs=1e-3)


def test_each_intent_is_told_once_the_nearest_first(liken: Liken) -> None:
    found = liken("please stop calling this number", ("price_question", "opt_out", "opt_out", "repeat_please"))
    assert sorted(each.intent for each in found) == ["opt_out", "price_question", "repeat_please"]
    assert [each.nearest for each in found] == sorted((each.nearest for each in found), reverse=True)
    assert found[0].intent == "opt_out"
    for each in found:
        assert -1 <= each.near <= each.nearest + 1e-3 <= 1.002
        assert each.example in EXAMPLES[each.intent]


def test_the_mean_goes_over_three_examples_or_as_many_as_there_are(liken: Liken) -> None:
    found = {each.intent: each for each in liken("please stop calling me")}
    assert found["opt_out"].near < found["opt_out"].nearest
    assert found["repeat_please"].near == pytest.approx(found["repeat_please"].nearest, abs=1e-3)


def test_only_what_is_asked_for_and_was_learnt_is_told(liken: Liken) -> None:
    assert [each.intent for each in liken("stop calling me", ["price_question", "never_learnt"])] == ["price_question"]
    assert liken("stop calling me", ["never_learnt"]) == ()
    assert liken("stop calling me", []) == ()


def test_an_intent_without_a_word_in_its_examples_is_left_out(liken: Liken) -> None:
    assert liken("stop calling me", ["empty"]) == ()


@pytest.mark.parametrize("text", ["", "   \n", "?!…", "\N{GRINNING FACE}" * 3, "\x00\x07"])
def test_a_text_without_a_word_is_like_nothing(liken: Liken, text: str) -> None:
    assert liken(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "stop calling " * 5000,
        "a" * 100_000,
        "stop\ud800 calling",
        "Ελληνικά και Русский",
        "[CLS] [SEP] [MASK]",
        "é" * 900,
    ],
    ids=["many words", "one long word", "half a character", "other scripts", "marks of the model", "accents"],
)
def test_a_strange_text_harms_nobody(liken: Liken, text: str) -> None:
    for each in liken(text):
        assert -1 <= each.nearest <= 1.001
    assert liken("take me off your list")[0].intent == "opt_out"


def test_of_a_very_long_text_the_beginning_and_the_end_count(liken: Liken) -> None:
    filler = "well now " * 600
    for text in (f"take me off your list {filler}", f"{filler} take me off your list"):
        assert liken(text, ["opt_out"])[0].nearest > liken(filler, ["opt_out"])[0].nearest


def test_many_at_once_each_get_their_own_answer(runner: tuple[Meaning, asyncio.Runner]) -> None:
    engine, loop = runner

    async def run() -> list[str]:
        one, other = await asyncio.gather(engine.learn(EXAMPLES), engine.learn({"bye": ("Goodbye now.",)}))
        asked = [one.liken("how much is it", ALL), other.liken("goodbye now", ["bye"]), one.liken("no more calls", ALL)]
        return [found[0].intent for found in await asyncio.gather(*asked)]

    assert loop.run(run()) == ["price_question", "bye", "opt_out"]


def test_a_question_that_is_given_up_leaves_the_engine_working(runner: tuple[Meaning, asyncio.Runner]) -> None:
    engine, loop = runner

    async def run() -> str:
        lesson = await engine.learn(EXAMPLES)
        given_up = asyncio.create_task(lesson.liken("how much is it", ALL))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        return (await lesson.liken("no more calls", ALL))[0].intent

    assert loop.run(run()) == "opt_out"


def test_a_closed_engine_says_so(runner: tuple[Meaning, asyncio.Runner]) -> None:
    engine, loop = runner
    lesson = loop.run(engine.learn(EXAMPLES))
    loop.run(engine.close())
    loop.run(engine.close())
    with pytest.raises(MeaningError, match="closed"):
        loop.run(lesson.liken("how much is it", ALL))
    with pytest.raises(MeaningError, match="closed"):
        loop.run(engine.learn(EXAMPLES))
