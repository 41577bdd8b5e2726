"""Tests out of labels: the recorded call up to the labelled turn, and what that turn should have been taken for.

Each is played before it is written: a call that goes another way by now, before its labelled turn, makes no test.
What the caller broke into is said in turn, since the record does not hold where in a sentence it was; and of a "yes"
that a "no" has taken back at once, only the "no".
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flowengine.conversation.afterthoughts import as_one
from flowengine.conversation.hiding import HIDDEN, HIDDEN_KEY
from flowengine.graph.model import Flow, ValueType
from flowengine.language.reading import text_source
from flowengine.store.rows import Entry
from flowengine.store.store import Store
from flowengine.testing.flowtest.bind import NOTHING, bind
from flowengine.testing.flowtest.parser import parse
from flowengine.testing.labelled.personal import may_be_personal
from flowengine.testing.labelled.reviewing import Reviewed
from flowengine.testing.labelled.script_lines import Unplayable, answers
from flowengine.testing.player import LONDON
from flowengine.testing.runner import Result, play

PLACEHOLDERS = {
    "text": "Sam",
    "uk_name": "Sam Smith",
    "phone": "01134960123",
    "email": "sam@example.com",
    "uk_postcode": "SW1A 1AA",
    "date": "2026-12-01",
    "time": "15:00",
    "datetime": "2026-12-01 15:00",
}
"""What stands for a value that could say who was called. Numbers, choices and the like stay."""


@dataclass(slots=True)
class Made:
    """A file of tests. `personal`: what was kept back; `left_out`: what cannot be played, and why."""

    text: str = ""
    tests: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Steps:
    """What the caller did, as lines of a test, up to one turn; and the words in them."""

    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def recorded_tests(
    store: Store, flow: Flow, path: Path, file: Path, found: Sequence[Reviewed], *, personal: bool
) -> Made:
    """The text of a .flowtest for `file`. `personal`: with the contact's real values, and whatever callers said.

    Raises StoreError.
    """
    made = Made()
    at = os.path.relpath(path.resolve(), file.resolve().parent)
    head = f"# Recorded calls of {flow.name}, as reviewers understood them: flowengine labels.\n"
    texts = []
    for each in found:
        label = each.labelled.label
        name = f"{label.call_id[:8]} turn {label.turn} means {label.shown if personal else label.name or label.meaning}"
        if each.status in ("unknown", "unseen") or (label.meaning == "slot" and label.value is None):
            made.left_out.append(f"{name}: nothing can be expected of it")
            continue
        if each.now != each.meant and each.status == "right" and each.meant is not None:
            made.left_out.append(f"{name}: it was understood by likeness or by the model, which no test asks")
            continue
        try:
            text, kept_back = _test(flow, at, name, each, store.entries(label.call_id), personal=personal)
        except Unplayable as error:
            made.left_out.append(f"{name}: {error}")
            continue
        if kept_back:
            made.personal.append(f"{name}: {kept_back}")
            continue
        why = _does_not_play(flow, text)
        if why is not None:
            made.left_out.append(f"{name}: {why}")
            continue
        made.tests.append(name)
        texts.append(text)
    made.text = "\n".join([head, *texts])
    return made


def _test(
    flow: Flow, at: str, name: str, each: Reviewed, entries: Sequence[Entry], *, personal: bool
) -> tuple[str, str]:
    """The test, and what of it may be personal ("" where nothing is)."""
    call, label, line = each.labelled.call, each.labelled.label, each.labelled.line
    steps = _steps(entries, label.turn)
    script = list(answers(entries))
    values = (*each.contact.values(), *call.slots.values())
    kept_back = ""
    if not personal:
        said = [words for words in steps.words if may_be_personal(words, values)]
        if said or label.meaning == "slot":
            kept_back = "the caller says " + "; ".join(said or [label.shown])
        elif any('"' in each_line for each_line in script if each_line.startswith("action")):
            kept_back = "an action answered with texts"
    lines = [f"test {_quoted(name)}", f"  flow {_quoted(at)}"]
    contact = list(_contact(flow, each.contact, personal=personal))
    lines += ["  contact", *(f"    {given}" for given in contact)] if contact else []
    lines += [f"  now {call.started_at.astimezone(LONDON):%Y-%m-%d %H:%M}", *(f"  {answer}" for answer in script), ""]
    lines += [f"  {step}" for step in steps.lines[:-1]]
    if line.state is not None:
        lines.append(f"  expect state = {line.state}")
    lines.append(f"  {steps.lines[-1]}")
    if label.meaning == "slot":
        lines.append(f"  expect {label.name} = {_quoted(label.value or '')}")
    else:
        lines.append(f"  expect understood {each.meant or NOTHING}")
    return "\n".join(lines) + "\n", kept_back


def _steps(entries: Sequence[Entry], turn: int) -> _Steps:
    """The caller's steps. Raises Unplayable."""
    steps, turns, pressing = _Steps(), 0, False
    gone_on = _gone_on(entries)
    for entry in entries:
        facts = json.loads(entry.payload)
        match entry.kind:
            case "CallerSaid" if entry.seq in gone_on:
                together = as_one(steps.words[-1], facts["text"])
                steps.lines[-1] = f"caller: {_as_cue(together)}"
                steps.words[-1] = together
            case "CallerSaid" if facts["text"].strip():
                if turns == turn:
                    return steps
                turns, pressing = turns + 1, False
                steps.lines.append(f"caller: {_as_cue(facts['text'])}")
                steps.words.append(facts["text"])
            case "CallerPressed":
                if facts["key"] == HIDDEN_KEY:
                    raise Unplayable("a secret was typed, which the record does not hold")
                if pressing:
                    steps.lines[-1] = f"{steps.lines[-1][:-1]}{facts['key']})"
                    continue
                if turns == turn:
                    return steps
                turns, pressing = turns + 1, True
                steps.lines.append(f"caller: (press {facts['key']})")
            case "TimerFired" if facts["timer_id"].startswith("silence-"):
                if turns == turn:
                    return steps
                pressing = False
                steps.lines.append("caller: (silence)")
            case "Screened" if facts["by_machine"] and "words" not in facts["evidence"]:
                # Words that tell a machine are played as they were said.
                steps.lines.append("caller: (voicemail)")
            case "MachineDetected":
                steps.lines.append("caller: (voicemail)")
            case "MoveRequested" | "SlotGiven" | "SayRequested" | "EndRequested":
                raise Unplayable("somebody steered the call from outside")
            case "CameBack":
                raise Unplayable("the line was lost in between")
            case _:
                pass
    if turns < turn:
        raise Unplayable("the record ends before it")
    return steps


def _gone_on(entries: Sequence[Entry]) -> frozenset[int]:
    """The entries whose words are one turn with those before them: the turn was taken back for them."""
    said, found = -1, set()
    for entry in entries:
        if entry.kind == "CallerSaid":
            said = entry.seq
        elif entry.kind == "TakenBack":
            found.add(said)
    return frozenset(found)


def _as_cue(text: str) -> str:
    words = " ".join(text.split()).lstrip('("#').replace(" #", " ")
    if HIDDEN in words or not words:
        raise Unplayable("the caller said something that the record does not hold")
    return words


def _contact(flow: Flow, contact: dict[str, object], *, personal: bool) -> Iterator[str]:
    for name, declared in flow.contact.items():
        value = contact.get(name)
        if value is None:
            continue
        if not personal:
            value = _placeholder(declared.type, value)
        yield f"{name} = {_value(value)}"


def _placeholder(type_: ValueType, value: object) -> object:
    if type_.kind == "digits":
        return "1234567890"[: type_.digits or 4]
    return PLACEHOLDERS.get(type_.kind, value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else _quoted(str(value))


def _quoted(text: str) -> str:
    flat = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{flat}"'


def _does_not_play(flow: Flow, text: str) -> str | None:
    """Why the call does not come to its labelled turn any more; None when it does, whatever becomes of that."""
    parsed, problems = parse(text_source(text, "labels"))
    if problems or not parsed.tests:
        return problems[0].message if problems else "it is no test"
    test = parsed.tests[0]
    bound, unfit = bind(test, flow)
    if bound is None:
        return unfit[0].message
    result: Result = play(bound)
    failure = result.failure
    if failure is None or failure.span.line == test.steps[-1].span.line:
        return None
    got = f" ({failure.got})" if failure.got else ""
    return f"the call goes another way today: {failure.message}{got}"
