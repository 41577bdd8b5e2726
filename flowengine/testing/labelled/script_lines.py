"""What a recorded call was answered from outside, as lines of a test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowengine.store.rows import Entry


class Unplayable(Exception):
    """A recorded call holds what no test can do again; the message says what."""


def answers(entries: Sequence[Entry]) -> Iterator[str]:
    """The lines, in the order in which the call asked. What was never answered timed out."""
    facts = [(entry.kind, json.loads(entry.payload)) for entry in entries]
    ends = {each["request_id"]: (kind, each) for kind, each in facts if kind in _ENDS}
    said: dict[str, list[str]] = {}
    for kind, each in facts:
        if kind == "ModelSaid":
            said.setdefault(each["request_id"], []).append(each["text"])
    guards: dict[str, bool] = {}
    for kind, each in facts:
        match kind:
            case "AskGuard":
                answered = ends.get(each["request_id"])
                if answered is not None:
                    guards.setdefault(each["guard"], bool(answered[1]["allowed"]))
            case "Chose":
                yield f"variant {each['split']} = {each['variant']}"
            case "RunAction":
                yield f"action {each['action']} {_action(ends.get(each['request_id']))}"
            case "Transfer":
                end = ends.get(each["request_id"])
                yield f"transfer {end[1]['result'] if end is not None else 'no_answer'}"
            case "AskModel":
                yield f"llm {_model(ends.get(each['request_id']), said.get(each['request_id'], []))}"
            case _:
                pass
    for guard, allowed in guards.items():
        yield f"guard {guard} {'allowed' if allowed else 'refused'}"


_ENDS = frozenset({"GuardAnswered", "ActionFinished", "ModelAnswered", "ModelFailed", "TransferEnded"})


def _action(end: tuple[str, Mapping[str, Any]] | None) -> str:
    if end is None:
        return "times out"
    if end[1]["result"] != "ok":
        return "fails"
    values = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in end[1]["values"]]
    return f"gives {', '.join(values)}" if values else "succeeds"


def _model(end: tuple[str, Mapping[str, Any]] | None, said: Sequence[str]) -> str:
    if end is None:
        return "times out"
    kind, facts = end
    if kind == "ModelFailed":
        return "fails"
    text = " ".join([*said, facts["text"]]).strip()
    shown = json.dumps(" ".join(text.split()), ensure_ascii=False)
    return f"says {shown}" + (f" then {facts['exit']}" if facts.get("exit") else "")
