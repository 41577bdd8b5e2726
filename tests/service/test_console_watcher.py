"""What a page is told of its call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowengine.conversation.commands import (
    Hangup,
    Noted,
    RunAction,
    SlotFilled,
    StopSpeaking,
    Summarised,
    Suppress,
    Understood,
)
from flowengine.conversation.events import ActionFinished, TransferEnded
from flowengine.graph.compile import compile_text
from flowengine.runtime.measured import ReplyStarted, TurnMeasured
from flowengine.runtime.observed import Observed
from flowengine.service.console_watcher import OPTED_OUT, Watcher
from tests.runtime.made_flows import made

FLOW = made(
    """
slot fee: money
  ask "How much is it?"

action quote() -> cost: money, day: date
  python "acme:quote"
  timeout 1s

summary
  paid: money = fee
  done: boolean = call.outcome == "done"

state start
  say "Hello."
  do quote()
    ok -> bye
    error -> bye

state bye
  collect fee
    done: end done
    failed: end apart
"""
)
RUN = RunAction("action-1", "quote", (), 1.0)


def told(*observed: Observed) -> list[dict[str, Any]]:
    """The facts of a call of that flow in which this happens, a second apart."""
    flow = compile_text(FLOW).flow
    assert flow is not None
    messages: list[str] = []
    watcher = Watcher(messages.append, flow)
    for at, each in enumerate(observed):
        watcher(float(at), each)
    return [json.loads(message) for message in messages]


@pytest.mark.parametrize(
    ("finished", "noted"),
    [
        (ActionFinished(1.0, "action-1", "ok"), "action quote ok"),
        (ActionFinished(1.0, "action-1", "error", reason="no such day"), "action quote error: no such day"),
    ],
)
def test_an_action_is_told_when_it_begins_and_when_it_has_come_to_something(
    finished: ActionFinished, noted: str
) -> None:
    begun, ended = told(RUN, finished, Noted(noted))
    assert begun == {
        "event": "action",
        "at": 0.0,
        "request": "action-1",
        "action": "quote",
        "result": None,
        "reason": "",
    }
    assert ended == begun | {"at": 1.0, "result": finished.result, "reason": finished.reason}


def test_a_result_that_does_not_fit_is_told_beside() -> None:
    finished = ActionFinished(1.0, "action-1", "ok")
    facts = told(RUN, finished, Noted("action quote ok"), Noted("action quote: its result day is missing"))
    assert [fact.get("text") for fact in facts] == [None, None, "action quote: its result day is missing"]


def test_an_action_that_is_late_has_come_to_that_and_what_comes_of_it_is_a_note() -> None:
    late = Noted("action-1 ok, when nobody waited for it any more")
    facts = told(RUN, Noted("action quote timeout"), ActionFinished(2.0, "action-1", "ok"), late)
    assert [(fact["event"], fact.get("result")) for fact in facts] == [
        ("action", None),
        ("action", "timeout"),
        ("note", None),
    ]


def test_a_transfer_is_one_note() -> None:
    facts = told(
        TransferEnded(0.0, "transfer-1", "no_answer"), Noted("transfer no_answer"), Noted("transfer no_answer")
    )
    assert [fact["text"] for fact in facts] == ["transfer: no answer", "transfer no_answer"]


def test_amounts_are_told_as_the_record_has_them_and_as_a_person_reads_them() -> None:
    cost, day, summary = told(
        SlotFilled("cost", "3.5"), SlotFilled("day", "2026-12-01"), Summarised((("paid", "1250.0"), ("other", None)))
    )
    assert (cost["value"], cost["shown"]) == ("3.5", "£3.50")
    assert (day["value"], day["shown"]) == ("2026-12-01", "2026-12-01")
    assert summary["fields"] == {"paid": "1250.0", "other": None}
    assert summary["shown"] == {"paid": "£1,250", "other": None}


def test_a_boolean_is_told_as_yes_or_no() -> None:
    (summary,) = told(Summarised((("done", "false"), ("paid", None))))
    assert summary["fields"]["done"] == "false"
    assert summary["shown"] == {"done": "no", "paid": None}


def test_a_turn_is_told_with_all_its_parts() -> None:
    filler, answer, turn = told(
        ReplyStarted(1210, filler=True),
        ReplyStarted(3500),
        TurnMeasured(2.0, "voice", 480, 700, 3, 1, 2304, 12, 900, filler=1210),
    )
    assert (filler["ms"], filler["filler"], answer["ms"], answer["filler"]) == (1210, True, 3500, False)
    assert (turn["waiting"], turn["acting"], turn["reply"], turn["filler"]) == (700, 2304, 3500, 1210)


WORDS = Understood("Stop calling me.", "opt-out", 1.0, "protective")


@pytest.mark.parametrize(
    "observed",
    [
        # Written down before the words are made anything of, and at the end of a flow.
        (Suppress("opt_out"), StopSpeaking(), WORDS, Hangup("removed")),
        (WORDS, Suppress("removed"), Hangup("removed")),
    ],
)
def test_an_opt_out_is_told_once_after_the_words_and_puts_no_number_on_the_list(observed: tuple[Observed, ...]) -> None:
    facts = [(fact["event"], fact["text"]) for fact in told(*observed)]
    assert facts == [("caller", "Stop calling me."), ("note", OPTED_OUT)]
