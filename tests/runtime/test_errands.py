"""What a session asks of the world beside speech: actions, the model, recordings, and none of it outlives the call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.conversation.commands import RunAction, Speak
from flowengine.conversation.events import ActionFinished, ModelAnswered, ModelFailed
from flowengine.errors import ActionError
from flowengine.graph.model import Action
from flowengine.runtime.ports import ModelReply, RecordingSet, VoiceStarted
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import Live, call
from tests.runtime.made_flows import BOOKING, MODEL, RECORDED


@dataclass
class ScriptedActions:
    """Answers after a while, or fails; keeps keys, arguments, and what was given up."""

    answer: Mapping[str, object] | Exception
    delay_s: float = 0.0
    keys: list[str] = field(default_factory=list)
    given: list[Mapping[str, object]] = field(default_factory=list)
    given_up: int = 0

    async def run(self, action: Action, arguments: Mapping[str, object], *, key: str) -> Mapping[str, object]:
        self.keys.append(key)
        self.given.append(arguments)
        try:
            await asyncio.sleep(self.delay_s)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def listen_only(live: Live) -> None:
    await asyncio.sleep(3600)


def spoken(live: Live) -> list[str]:
    return [speech.text for speech in live.record.of(Speak)]


def test_an_action_is_run_and_its_results_are_spoken() -> None:
    actions = ScriptedActions({"reference": "BC-1"})
    result, live = call(listen_only, text=BOOKING, actions=actions)
    assert (result.outcome, result.abnormal) == ("done", False)
    assert spoken(live) == ["Hello.", "Booked, BC-1. Goodbye."]
    (order,) = live.record.of(RunAction)
    assert actions.keys == [f"call-1/{order.request_id}"]
    assert actions.given == [dict(order.arguments)]


def test_a_caller_who_waits_hears_that_it_goes_on() -> None:
    result, live = call(listen_only, text=BOOKING, actions=ScriptedActions({"reference": "BC-1"}, delay_s=2.5))
    assert result.outcome == "done"
    assert "One moment." in spoken(live)


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (ActionError("the answer was HTTP 404"), "the answer was HTTP 404"),
        (ZeroDivisionError("with Sam's words"), "ZeroDivisionError was raised"),
    ],
)
def test_an_action_that_fails_takes_its_branch(
    failure: Exception, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    result, live = call(listen_only, text=BOOKING, actions=ScriptedActions(failure))
    assert (result.outcome, result.abnormal) == ("sent_away", False)
    assert [finished.reason for finished in live.record.of(ActionFinished)] == [reason]
    assert "Sam" not in caplog.text


def test_a_late_action_takes_the_branch_for_that_and_is_given_up() -> None:
    actions = ScriptedActions({"reference": "BC-1"}, delay_s=60)
    result, live = call(listen_only, text=BOOKING, actions=actions)
    assert result.outcome == "apart"
    assert "That takes too long. Goodbye." in spoken(live)
    assert actions.given_up == 1


def test_an_action_is_late_though_the_caller_speaks() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        live.session._hear(VoiceStarted(1000))

    result, _ = call(act, text=BOOKING, actions=ScriptedActions({"reference": "BC-1"}, delay_s=60))
    assert result.outcome == "apart"


def test_without_actions_the_flow_takes_its_error_branch() -> None:
    result, live = call(listen_only, text=BOOKING)
    assert result.outcome == "sent_away"
    assert [finished.reason for finished in live.record.of(ActionFinished)] == ["no actions are configured"]


def test_an_action_is_given_up_when_the_caller_leaves() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1.5)
        live.session.on_gone("hung up")

    actions = ScriptedActions({"reference": "BC-1"}, delay_s=60)
    result, _ = call(act, text=BOOKING, actions=actions)
    assert (result.outcome, result.abnormal) == ("hung_up", False)
    assert actions.given_up == 1
    assert result.duration < 3


# The model.


def test_the_model_speaks_and_leaves_by_an_exit() -> None:
    model = ScriptedModel([ModelReply("It covers the boiler. Shall we go on?"), ModelReply("Very good.", "convinced")])

    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.say("well I suppose so")

    result, live = call(act, text=MODEL, model=model)
    assert result.outcome == "done"
    assert spoken(live)[-2:] == ["Very good.", "Goodbye."]
    first, second = model.asked
    assert (first.facts, first.never) == (("Cover includes the boiler.",), ("discounts",))
    assert first.exits == (("convinced", "the caller agrees"),)
    assert second.heard[-1] == ("caller", "well I suppose so")
    assert ("agent", "It covers the boiler. Shall we go on?") in second.heard


@pytest.mark.parametrize(
    ("model", "reason", "filler"),
    [
        (None, "no model is configured", []),
        (ScriptedModel(["the service is away"]), "the service is away", []),
        (ScriptedModel([ModelReply("Late.")], delay_s=60), "no answer within 4 s", ["One moment, please."]),
    ],
)
def test_a_model_that_is_away_or_slow_is_fallen_back_from(
    model: ScriptedModel | None, reason: str, filler: list[str]
) -> None:
    result, live = call(listen_only, text=MODEL, model=model)
    assert (result.outcome, result.abnormal) == ("sent_away", False)
    assert spoken(live) == ["Hello.", *filler, "I understand.", "We will write to you."]
    assert live.record.of(ModelAnswered) == []
    assert reason in [failed.reason for failed in live.record.of(ModelFailed)] or reason.startswith("no answer")


# Recordings.


def test_a_recording_starts_and_stops() -> None:
    result, live = call(listen_only, text=RECORDED)
    assert result.outcome == "done"
    assert live.line.recordings == [True, False]
    assert live.record.of(RecordingSet) == [RecordingSet(True), RecordingSet(False)]


def test_a_recording_that_cannot_be_had_is_noted_and_the_call_goes_on() -> None:
    result, live = call(listen_only, text=RECORDED, line=FakeLine(refuses="no line to record"))
    assert (result.outcome, result.abnormal) == ("done", False)
    assert live.record.of(RecordingSet) == [
        RecordingSet(True, "no line to record"),
        RecordingSet(False, "no line to record"),
    ]
