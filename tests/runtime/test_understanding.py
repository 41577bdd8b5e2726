"""The model's part in understanding, in a live call: asked when no phrase fits, and gone on without when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.conversation.commands import Speak, Understood
from flowengine.conversation.events import IntentChosen, ValueRead, WeighingFailed
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import FormRequest, FormValue
from tests.runtime.live_call import FLOW, Act, Live, call
from tests.runtime.made_flows import made

ODD = "put me in the diary then"


def collecting(kind: str) -> str:
    return made(
        f"""
slot wanted: {kind}
  ask "Which?"
  tries 2

state start
  collect wanted
    done: end done
    failed: end apart
"""
    )


def says(text: str) -> Act:
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.say(text)
        await asyncio.sleep(3600)

    return act


def asked(text: str, model: ScriptedModel | None, *, flow: str = FLOW) -> tuple[CallResult, Live]:
    return call(says(text), text=flow, model=model, further=frozenset({"model"}))


def failures(live: Live) -> list[str]:
    return [failed.reason for failed in live.record.of(WeighingFailed)]


def test_words_that_fit_no_phrase_are_the_models_to_understand() -> None:
    model = ScriptedModel(forms=[{"intent": "agree"}])
    result, live = asked(ODD, model)
    assert result.outcome == "booked"
    assert [chosen.intent for chosen in live.record.of(IntentChosen)] == ["agree"]
    assert live.record.of(Understood)[-1].tier == "model"
    (form,) = model.asked_forms
    assert {"agree", "opt_out", "none of these"} <= set(form.fields[0].choices)
    assert form.heard[-1] == ("caller", ODD)
    assert form.heard[0][0] == "agent"
    assert (form.call_id, form.language) == ("call-1", "en-GB")


def test_what_the_model_takes_for_none_is_not_understood() -> None:
    _, live = asked(ODD, ScriptedModel(forms=[{"intent": "none of these"}]))
    assert [chosen.intent for chosen in live.record.of(IntentChosen)] == [None]
    assert "Sorry?" in [speech.text for speech in live.record.of(Speak)]


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (None, "no model is configured"),
        (ScriptedModel(forms=["the service is away"]), "the service is away"),
        (ScriptedModel(forms=[{"intent": "agree"}], delay_s=60), "no answer within 1.5 s"),
    ],
)
def test_without_an_answer_the_call_goes_on_as_if_there_were_no_model(model: ScriptedModel | None, reason: str) -> None:
    result, live = asked(ODD, model)
    assert failures(live) == [reason]
    assert "Sorry?" in [speech.text for speech in live.record.of(Speak)]
    assert not result.abnormal


class Broken(ScriptedModel):
    async def fill(self, request: FormRequest) -> Mapping[str, FormValue]:
        raise ZeroDivisionError(f"with {request.heard}")


def test_a_model_that_breaks_tells_nothing_of_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    _, live = asked(ODD, Broken())
    assert failures(live) == ["ZeroDivisionError was raised"]
    assert "diary" not in caplog.text


def test_a_caller_who_leaves_is_waited_for_no_longer() -> None:
    model = ScriptedModel(forms=[{"intent": "agree"}], delay_s=1.4)

    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.say(ODD)
        while not model.asked_forms:  # noqa: ASYNC110 - looked at by the call's own clock
            await asyncio.sleep(0.05)
        live.session.on_gone("hung up")

    result, live = call(act, model=model, further=frozenset({"model"}))
    assert result.outcome == "hung_up"
    assert model.given_up == 1
    assert not live.record.of(IntentChosen)


def test_a_value_that_no_reader_finds_is_the_models_to_read() -> None:
    model = ScriptedModel(forms=[{"value": "2026-11-27"}])
    result, live = asked("three sleeps from now", model, flow=collecting("date"))
    assert [read.value for read in live.record.of(ValueRead)] == ["2026-11-27"]
    assert result.outcome == "done"
    (form,) = model.asked_forms
    assert form.fields[0].description.endswith("now it is Tuesday, 2026-11-24T10:00")
    assert form.heard == (("agent", "Which?"), ("caller", "three sleeps from now"))


def test_a_value_that_was_not_said_is_none() -> None:
    model = ScriptedModel(forms=[{"value": "2026-11-27"}])
    _, live = asked("whenever the bins go out", model, flow=collecting("date"))
    assert [read.value for read in live.record.of(ValueRead)] == [None]
    assert model.asked_forms


def test_for_a_telephone_number_no_model_is_asked() -> None:
    model = ScriptedModel(forms=[{"value": "07700 900123"}])
    _, live = asked("the usual one", model, flow=collecting("phone"))
    assert [read.value for read in live.record.of(ValueRead)] == [None]
    assert not model.asked_forms
