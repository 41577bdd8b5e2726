"""Python actions: only what was registered, with values as Python has them, and never on the event loop."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flowengine import actions as offered
from flowengine.adapters.actions.http import HttpActions
from flowengine.adapters.actions.python import PythonActions
from flowengine.adapters.actions.runner import ActionRunner
from flowengine.errors import ActionError, SettingsError
from flowengine.graph.compile import compile_text
from tests.adapters.actions.made_actions import made

ONE = "(day: date, name: text) -> reference: text"
GIVEN: Mapping[str, object] = {"day": date(2026, 12, 1), "name": "Sam Smith"}
LONG_S = 60.0


@pytest.fixture(autouse=True)
def _empty_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "_offered", {})


@pytest.fixture
def python() -> Iterator[PythonActions]:
    actions = PythonActions(workers=2)
    yield actions
    actions.close()


def run(
    python: PythonActions, function: Any, signature: str = ONE, given: Mapping[str, object] = GIVEN
) -> dict[str, Any]:
    offered.register("acme:act", function)
    return dict(asyncio.run(python.run(made('python "acme:act"', signature), given, key="call-1/r1")))


def test_a_function_gets_its_arguments_by_name(python: PythonActions) -> None:
    def book(*, name: str, day: date) -> str:
        return f"{name} on {day:%d %B}"

    assert run(python, book) == {"reference": "Sam Smith on 01 December"}


def test_an_async_function_is_awaited(python: PythonActions) -> None:
    async def book(day: date, name: str) -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    assert run(python, book) == {"reference": threading.current_thread().name}


def test_a_function_that_waits_does_not_hold_up_the_loop(python: PythonActions) -> None:
    began, go_on = threading.Event(), threading.Event()

    def book(day: date, name: str) -> str:
        began.set()
        assert go_on.wait(LONG_S), "the loop, which says so, is held up"
        return threading.current_thread().name

    offered.register("acme:act", book)

    async def main() -> Mapping[str, object]:
        running = asyncio.create_task(python.run(made('python "acme:act"', ONE), GIVEN, key="k"))
        while not began.is_set():  # noqa: ASYNC110 - until its thread is at it
            await asyncio.sleep(0.01)
        go_on.set()
        return await running

    assert str(asyncio.run(main())["reference"]).startswith("action")


def test_values_are_of_the_types_that_python_has_for_them(python: PythonActions) -> None:
    seen: dict[str, object] = {}

    def take(**given: object) -> None:
        seen.update(given)

    signature = "(price: money, count: number, at: time, moment: datetime, long: duration, sure: boolean)"
    given = {
        "price": 14.5,
        "count": 3,
        "at": clock_time(15, 30),
        "moment": datetime.fromisoformat("2026-12-01T15:30:00+00:00"),
        "long": timedelta(hours=2),
        "sure": True,
    }
    assert run(python, take, signature, given) == {}
    assert seen == {**given, "price": Decimal("14.50")}
    assert isinstance(seen["price"], Decimal)


@dataclass
class Booked:
    reference: str
    price: Decimal
    on: date


@pytest.mark.parametrize(
    "answer",
    [
        Booked("BC-1", Decimal("14.50"), date(2026, 12, 1)),
        {"reference": "BC-1", "price": 14.5, "on": "2026-12-01", "more": object()},
    ],
)
def test_results_come_as_a_dataclass_or_a_dict(python: PythonActions, answer: object) -> None:
    signature = "(day: date, name: text) -> reference: text, price: money, on: date"
    results = run(python, lambda day, name: answer, signature)
    assert results == {"reference": "BC-1", "price": 14.5, "on": "2026-12-01"}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "'reference' is missing"),
        ({}, "'reference' is missing"),
        (["a"], "'reference' is not of the type text"),
        ("Dear {{ name }}", "'reference' is not of the type text"),
    ],
)
def test_a_result_that_does_not_fit_is_an_error(python: PythonActions, answer: object, why: str) -> None:
    with pytest.raises(ActionError, match=why):
        run(python, lambda day, name: answer)


def test_one_value_for_two_results_is_an_error(python: PythonActions) -> None:
    with pytest.raises(ActionError, match="2 results are declared"):
        run(python, lambda day, name: "x", "(day: date, name: text) -> reference: text, price: money")


def test_a_function_that_wants_the_key_gets_it(python: PythonActions) -> None:
    def book(day: date, name: str, idempotency_key: str) -> str:
        return idempotency_key

    assert run(python, book) == {"reference": "call-1/r1"}


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyError])
def test_what_a_function_raises_is_known_by_its_type_alone(
    python: PythonActions, caplog: pytest.LogCaptureFixture, kind: type[BaseException]
) -> None:
    caplog.set_level(logging.DEBUG)

    def book(day: date, name: str) -> str:
        raise kind(f"no room for {name}")

    with pytest.raises(ActionError) as caught:
        run(python, book)
    assert str(caught.value) == f"the function raised {kind.__name__}"
    (line,) = [each for each in caplog.records if each.getMessage() == "action raised"]
    assert vars(line)["where"].startswith("test_python_actions.py:")
    assert "Smith" not in f"{caplog.text} {[vars(each) for each in caplog.records]} {caught.value.__cause__!r}"


def test_a_function_with_other_parameters_is_an_error(python: PythonActions) -> None:
    with pytest.raises(ActionError, match="raised TypeError"):
        run(python, lambda day: "x")


def test_what_waits_for_a_thread_when_its_call_ends_never_runs(python: PythonActions) -> None:
    ran: list[str] = []
    busy = threading.Event()

    def book(day: date, name: str) -> str:
        ran.append(name)
        busy.wait(LONG_S)
        return "x"

    offered.register("acme:act", book)

    async def main() -> None:
        action = made('python "acme:act"', ONE)
        first = [asyncio.create_task(python.run(action, GIVEN, key="k")) for _ in range(2)]
        while len(ran) < 2:  # noqa: ASYNC110 - until both threads are taken
            await asyncio.sleep(0.01)
        late = asyncio.create_task(python.run(action, {**GIVEN, "name": "late"}, key="k"))
        await asyncio.sleep(0.05)
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        busy.set()
        await asyncio.gather(*first)

    asyncio.run(main())
    assert "late" not in ran


# What a flow can name.


@pytest.mark.parametrize("name", ["os:system", "builtins:exec", "acme:act", "subprocess:run"])
def test_what_was_not_registered_cannot_be_run(python: PythonActions, name: str) -> None:
    action = made(f'python "{name}"')
    with pytest.raises(ActionError, match="not registered"):
        asyncio.run(python.run(action, GIVEN, key="k"))
    assert "FLOWENGINE_ACTION_MODULES=" + name.partition(":")[0] in (python.refuses(action) or "")


def test_the_decorator_registers_by_the_functions_own_name_or_by_another(folder: Path) -> None:
    taken = "from flowengine.actions import action\n\n"
    source = taken + "@action\ndef _own(): ...\n\n@action('acme.diary:book')\ndef _b(): ...\n"
    (folder / "acme_one.py").write_text(source)
    module = importlib.import_module("acme_one")
    assert offered.find("acme_one:_own") is module._own
    assert offered.find("acme.diary:book") is module._b


def test_a_function_inside_another_has_no_name_that_a_flow_could_write() -> None:
    with pytest.raises(ActionError, match="module:function"):

        @offered.action
        def inner() -> None: ...


@pytest.mark.parametrize("name", ["book", "acme.bookings", "acme:", ":book", "acme bookings:book", "a:b:c"])
def test_a_name_without_module_or_function_is_refused(name: str) -> None:
    with pytest.raises(ActionError, match="module:function"):
        offered.register(name, print)


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(ActionError, match="cannot be called"):
        offered.register("acme:act", "text")  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in ("acme_one", "acme_two", "acme_broken"):
        sys.modules.pop(name, None)


def test_a_module_of_the_settings_offers_its_own_public_functions(folder: Path) -> None:
    taken = "from os import system\nfrom shutil import rmtree\n\n"
    (folder / "acme_one.py").write_text(taken + "def book(): ...\nasync def find(): ...\ndef _inner(): ...\n")
    assert offered.offer_module("acme_one") == 2
    names = ("book", "find", "_inner", "rmtree", "system")
    assert [name for name in names if offered.find(f"acme_one:{name}")] == ["book", "find"]


def test_a_module_that_lists_its_names_offers_those(folder: Path) -> None:
    (folder / "acme_two.py").write_text('__all__ = ["book"]\n\ndef book(): ...\ndef other(): ...\n')
    assert offered.offer_module("acme_two") == 1
    assert offered.find("acme_two:other") is None


@pytest.mark.parametrize(("name", "why"), [("acme_nowhere", "ModuleNotFoundError"), ("acme_broken", "ZeroDivision")])
def test_a_module_that_cannot_be_imported_is_a_setting_that_cannot_be_used(folder: Path, name: str, why: str) -> None:
    (folder / "acme_broken.py").write_text("1 / 0\n")
    with pytest.raises(SettingsError, match=f"FLOWENGINE_ACTION_MODULES names '{name}'.*{why}"):
        offered.offer_module(name)


def test_the_start_names_every_action_that_would_fail(python: PythonActions) -> None:
    text = """
flow small "Small" inbound
  agent "Amy" of "Us"

outcome done success
outcome hung_up

action book(day: date) -> reference: text
  python "acme:book"

action post(day: date) -> reference: text
  http "https://example.com/visits"

action find(day: date) -> reference: text
  python "acme:find"

state hello
  say "Goodbye."
  end done

anywhere
  hangup: end hung_up
"""
    flow = compile_text(text).flow
    assert flow is not None
    offered.register("acme:find", print)
    runner = ActionRunner(python, HttpActions(None))
    book, post = runner.refused([flow])
    assert book.startswith("flow small: the action book is refused")
    assert "FLOWENGINE_ACTION_MODULES=acme" in book
    assert post.startswith("flow small: the action post is refused")
    assert "FLOWENGINE_ACTION_SECRET" in post
