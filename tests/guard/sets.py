"""The fixed sets. Each row is marked `tuned` or `held_out`; the rules were never mended with what is held out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flowengine.compliance.saying.amounts import of_all
from flowengine.compliance.saying.places import of_texts
from flowengine.compliance.saying.saying import Saying, Verdict

HERE = Path(__file__).parent

Part = Literal["tuned", "held_out"]
PARTS: tuple[Part, ...] = ("tuned", "held_out")
FACTS = (
    "It's forty-nine pounds a month.",
    "It's £49.",
    "There's a set-up fee of a hundred and twenty pounds.",
    "VAT is twenty percent.",
    "You can ring us on 0800 123 4567.",
    "We're at hearthandhome.co.uk.",
)
"""What the flow of the sets approves."""
SAYING = Saying(of_all(FACTS), "Hearth & Home", of_texts(FACTS))


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence. `before`: the sentence before it, where one phrase stands in both. `rule`: what it breaks."""

    text: str
    part: Part
    before: str = ""
    rule: str = ""


def rows(name: str, part: Part | None = None) -> tuple[Row, ...]:
    """The rows of `NAME.jsonl`, of one part or of both."""
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(row for row in (Row(**json.loads(line)) for line in lines) if part in (None, row.part))


def judged(row: Row) -> Verdict | None:
    """What the guard finds in a row: in its first sentence, or in the second."""
    refused = row.rule == "argument"
    first = SAYING.check(row.before, refused=refused, model=True) if row.before else None
    return first or SAYING.check(row.text, row.before, refused=refused, model=True)
