"""docs/howto/actions.md: its Python runs, and its check of a signature agrees with what is sent."""

from __future__ import annotations

import asyncio
import re
import sys
import types
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flowengine import actions as offered
from flowengine.adapters.actions.http import HttpActions
from flowengine.adapters.actions.python import PythonActions
from tests.adapters.actions.local_server import ok, receiving
from tests.adapters.actions.made_actions import made

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "actions.md"
SECRET = "sixteen characters and more"


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the page's Python defines, all of it."""
    monkeypatch.setattr(offered, "_offered", {})
    module = types.ModuleType("howto_actions")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for text in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        exec(compile(text, PAGE.name, "exec"), module.__dict__)
    return vars(module)


def test_the_function_books(blocks: dict[str, Any]) -> None:
    python = PythonActions(workers=1)
    action = made('python "acme.bookings:book_visit"', "(day: date, number: text) -> reference: text")
    given = {"day": date(2026, 12, 1), "number": "14 Mill Lane"}
    assert asyncio.run(python.run(action, given, key="k")) == {"reference": "V-0112"}
    python.close()


def test_the_receiver_knows_who_sent_it(blocks: dict[str, Any]) -> None:
    async def main() -> None:
        async with receiving(ok('{"reference": "V-0112"}')) as receiver:
            actions = HttpActions(SECRET)
            action = made(f'http "{receiver.url}"', "(day: date) -> reference: text")
            await actions.run(action, {"day": date(2026, 12, 1)}, key="call/r1")
            await actions.close()
            (posted,) = receiver.posted
            check = blocks["is_from_flowengine"]
            assert check(SECRET, posted.headers, posted.body)
            assert not check(SECRET, posted.headers, posted.body + b" ")
            assert not check("another secret of some length", posted.headers, posted.body)

    asyncio.run(main())
