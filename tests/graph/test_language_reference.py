"""The examples of docs/reference/language.md compile, and every statement of the language is shown there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import flowengine
from flowengine.graph.compile import compile_text

PAGE = (Path(flowengine.__file__).parent.parent / "docs" / "reference" / "language.md").read_text("utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"```flow( prelude| subflow)?\n(.*?)```", PAGE, re.DOTALL)
PRELUDE = next(text for mark, text in BLOCKS if mark == " prelude")
SUBFLOWS = {text.split()[1]: text for mark, text in BLOCKS if mark == " subflow"}
EXAMPLES = [text for mark, text in BLOCKS if not mark]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n", 1)[0])
def test_an_example_of_the_reference_compiles(example: str) -> None:
    compiled = compile_text(merged(example), libraries=SUBFLOWS)
    assert compiled.flow is not None, compiled.errors
    harmless = {"FL211", "FL301", "FL802", "FL612"}  # the beginning is not a whole call
    assert [problem for problem in compiled.diagnostics if problem.code not in harmless] == []


def merged(example: str) -> str:
    """The page's beginning and an example; fields of a `contact` in the example are added to those of the beginning."""
    if not example.startswith("contact\n"):
        return PRELUDE + "\n" + example
    fields = example.removeprefix("contact\n")
    return PRELUDE.replace("contact\n", f"contact\n{fields}")


def test_there_is_an_example_for_every_statement_and_event() -> None:
    shown = "\n".join(EXAMPLES) + PRELUDE
    waiting = ["listen", "collect", "guard", "do", "llm", "transfer", "run"]
    moving = ["again", "resume", "end", "->"]
    events = ["silence", "otherwise", "press", "heard", "machine", "hangup", "after"]
    for word in ["say", "set", "note", "wait", "if", "elif", "else", "split", "record", *waiting, *moving, *events]:
        assert re.search(rf"(^|\s){re.escape(word)}\b|{re.escape(word)}\s", shown), word
