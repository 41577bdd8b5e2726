"""Likeness in a live call: asked when no phrase fits, never waited for long, and gone on without when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping

import pytest

from flowengine.adapters.scripted.meaning import ScriptedMeaning
from flowengine.conversation.commands import Speak, Understood, WeighMeaning
from flowengine.conversation.doubts import QUESTIONS
from flowengine.conversation.events import MeaningWeighed, WeighingFailed
from flowengine.conversation.meaning import Likeness
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import Lesson
from tests.runtime.live_call import Live, call

ODD = "pencil me in for that"
HAD_IT = "I have had it up to here"


def asked(meaning: ScriptedMeaning | None, *says: str) -> tuple[CallResult, Live]:
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        for text in says:
            live.recogniser.stream.say(text)
            await asyncio.sleep(4)
        await asyncio.sleep(3600)

    return call(act, meaning=meaning, further=frozenset({"meaning"}))


def said(live: Live) -> list[str]:
    return [speech.text for speech in live.record.of(Speak)]


def test_words_that_fit_no_phrase_are_weighed() -> None:
    result, live = asked(ScriptedMeaning({ODD: {"agree": 0.95}}), ODD)
    assert result.outcome == "booked"
    (order,) = live.record.of(WeighMeaning)
    (weighed,) = live.record.of(MeaningWeighed)
    assert weighed.request_id == order.request_id
    assert live.record.of(Understood)[-1].tier == "meaning"


def test_an_opt_out_by_likeness_is_asked_and_written_once_confirmed() -> None:
    _, live = asked(ScriptedMeaning({HAD_IT: {"opt_out": 0.95}}), HAD_IT, "yes")
    assert QUESTIONS["opt_out"] in said(live)
    assert live.record.suppressed == ["opt_out"]


def test_a_hang_up_on_that_question_writes_it_too() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.say(HAD_IT)
        await asyncio.sleep(2)
        live.session.on_gone("hung up")

    _, live = call(act, meaning=ScriptedMeaning({HAD_IT: {"opt_out": 0.95}}), further=frozenset({"meaning"}))
    assert live.record.suppressed == ["opt_out"]


@pytest.mark.parametrize(
    ("meaning", "reason"),
    [
        (None, "no engine that compares meanings is configured"),
        (ScriptedMeaning(fails=[ODD]), "the scripted engine of meanings was told to fail"),
    ],
)
def test_without_an_answer_the_call_goes_on(meaning: ScriptedMeaning | None, reason: str) -> None:
    _, live = asked(meaning, ODD)
    assert [failed.reason for failed in live.record.of(WeighingFailed)] == [reason]
    assert "Sorry?" in said(live)


class Slow(ScriptedMeaning):
    """Learns at once and then takes its time."""

    async def learn(self, examples: Mapping[str, tuple[str, ...]]) -> Lesson:  # type: ignore[override]
        lesson = await super().learn(examples)
        self.delay_s = 30.0
        return lesson


def test_a_slow_engine_is_not_waited_for() -> None:
    _, live = asked(Slow(), ODD)
    assert "Sorry?" in said(live)
    assert not live.record.of(MeaningWeighed)


class Broken:
    async def liken(self, text: str, intents: Collection[str]) -> tuple[Likeness, ...]:
        raise ZeroDivisionError(f"with {text}")


class BrokenMeaning(ScriptedMeaning):
    async def learn(self, examples: Mapping[str, tuple[str, ...]]) -> Lesson:  # type: ignore[override]
        return Broken()


def test_an_engine_that_breaks_tells_nothing_of_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        _, live = asked(BrokenMeaning(), ODD)
    assert [failed.reason for failed in live.record.of(WeighingFailed)] == ["ZeroDivisionError was raised"]
    assert "pencil" not in caplog.text
