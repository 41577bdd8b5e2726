"""The model is asked while the caller may still be speaking; what it says counts only if the guess was right."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.conversation.commands import AskModel
from flowengine.conversation.events import CallerSaid, ModelFailed, ModelSaid
from flowengine.runtime.ports import (
    FinalTranscript,
    ModelReply,
    PartialTranscript,
    RecogniserEvent,
    VoiceEnded,
    VoiceStarted,
)
from tests.runtime.live_call import Act, Live, call
from tests.runtime.made_flows import MODEL
from tests.runtime.model_call import finished, spoken

FIRST, NEXT, OTHER = ModelReply("How can I help?"), ModelReply("It covers that."), ModelReply("Or that.")
LIMITLESS = MODEL.replace("limit 2 turns", "limit 9 turns")


def hears(live: Live, *events: RecogniserEvent | str) -> None:
    """The recogniser reports these; a text is a partial one."""
    for event in events:
        live.session._hear(PartialTranscript("u1", event) if isinstance(event, str) else event)


def final(text: str) -> FinalTranscript:
    return FinalTranscript("u1", text, 0.9, 0, 1000)


STARTS, ENDS = VoiceStarted(0), VoiceEnded(900)


def talk(*steps: float | RecogniserEvent | str, leave: bool = True) -> Act:
    """After the model's first words: what is heard, and for how many seconds nothing is."""

    async def act(live: Live) -> None:
        await finished(live)
        for step in steps:
            if isinstance(step, float):
                await asyncio.sleep(step)
            else:
                hears(live, step)
        if leave:
            await finished(live)
        live.session.on_gone("hung up")

    return act


def run(model: ScriptedModel, *steps: float | RecogniserEvent | str, leave: bool = True, on: bool = True) -> Live:
    result, live = call(talk(*steps, leave=leave), text=LIMITLESS, model=model, speculates=on)
    assert not result.abnormal
    return live


def test_a_right_guess_has_its_answer_at_once() -> None:
    model = ScriptedModel([FIRST, NEXT], delay_s=1.0, streams=True)
    live = run(model, STARTS, "my boiler is old", ENDS, 0.9, final("My boiler is old."))
    assert len(model.asked) == 2
    assert spoken(live)[-1] == "It covers that."
    (turn,) = live.record.of(CallerSaid)
    said = live.record.of(ModelSaid)[-1]
    assert said.at - turn.at < 0.2, "the model takes a second"
    assert model.asked[1].heard[-1] == ("caller", "my boiler is old")


def test_nothing_of_a_guess_is_spoken_before_the_turn_is_taken() -> None:
    model = ScriptedModel([FIRST, NEXT], streams=True)

    async def act(live: Live) -> None:
        await finished(live)
        hears(live, STARTS, "my boiler is old", ENDS)
        await asyncio.sleep(2)
        assert len(model.asked) == 2
        assert len(live.record.of(AskModel)) == 1
        assert "It covers that." not in spoken(live)
        hears(live, final("my boiler is old"))
        await finished(live)
        assert spoken(live)[-1] == "It covers that."
        live.session.on_gone("hung up")

    call(act, text=LIMITLESS, model=model, speculates=True)


@pytest.mark.parametrize("really", ["my boiler is old and it leaks", "my boiler is gold", "no"])
def test_a_wrong_guess_is_dropped_and_asked_anew(really: str) -> None:
    model = ScriptedModel([FIRST, NEXT, OTHER], streams=True)
    live = run(model, STARTS, "my boiler is old", ENDS, 0.3, final(really))
    assert [request.heard[-1][1] for request in model.asked[1:]] == ["my boiler is old", really]
    assert spoken(live)[-1] == "Or that."
    assert "It covers that." not in spoken(live)


def test_the_same_words_with_other_facts_are_another_question() -> None:
    """What the model was told is compared, not only what the caller said."""
    text = LIMITLESS.replace('"Cover includes the boiler."', '"This is turn {{ turns }}."')
    model = ScriptedModel([FIRST, NEXT, OTHER], streams=True)
    result, live = call(
        talk(STARTS, "my boiler is old", ENDS, 0.3, final("my boiler is old")), text=text, model=model, speculates=True
    )
    assert [request.facts for request in model.asked] == [
        ("This is turn 0.",),
        ("This is turn 0.",),
        ("This is turn 1.",),
    ]
    assert spoken(live)[-1] == "Or that."
    assert not result.abnormal


def test_a_guess_that_still_runs_when_it_was_wrong_is_given_up() -> None:
    model = ScriptedModel([FIRST, NEXT, OTHER], delay_s=1.0, streams=True)
    run(model, STARTS, "my boiler is old", ENDS, 0.3, final("and the pump"))
    assert model.given_up == 1


def test_words_that_go_on_are_guessed_anew_but_not_for_ever() -> None:
    model = ScriptedModel([FIRST, NEXT, NEXT, NEXT], delay_s=0.5, streams=True)
    pauses = [("my", 0.3), ("my boiler", 0.3), ("my boiler is", 0.3), ("my boiler is old", 0.3)]
    steps = [step for words, seconds in pauses for step in (STARTS, words, ENDS, seconds)]
    run(model, *steps, final("my boiler is old"))
    assert [request.heard[-1][1] for request in model.asked[1:]] == ["my", "my boiler", "my boiler is old"]


def test_a_recogniser_that_is_behind_the_voice_is_waited_for() -> None:
    model = ScriptedModel([FIRST, NEXT], streams=True)
    run(model, STARTS, ENDS, "my boiler is old", 0.2, final("my boiler is old"))
    assert len(model.asked) == 2


def test_the_same_words_are_not_guessed_twice() -> None:
    model = ScriptedModel([FIRST, NEXT], streams=True)
    run(model, STARTS, "my boiler", ENDS, "my boiler", "My boiler.", 0.2, final("my boiler"))
    assert len(model.asked) == 2


def test_a_guess_that_failed_fails_only_when_it_is_needed() -> None:
    model = ScriptedModel([FIRST, "the service is away"], streams=True)
    live = run(model, STARTS, "my boiler is old", ENDS, 0.3, final("my boiler is old"))
    assert [failed.reason for failed in live.record.of(ModelFailed)] == ["the service is away"]
    assert "I understand." in spoken(live)


def test_a_guess_ends_with_the_call() -> None:
    model = ScriptedModel([FIRST, NEXT], delay_s=1.0, streams=True)
    run(model, STARTS, "my boiler is old", ENDS, 0.2, leave=False)
    assert model.given_up == 1


def test_where_it_is_switched_off_or_the_model_does_not_listen_nothing_is_guessed() -> None:
    model = ScriptedModel([FIRST, NEXT], streams=True)
    run(model, STARTS, "my boiler is old", ENDS, 0.3, leave=False, on=False)
    assert len(model.asked) == 1
    result, _ = call(talk(STARTS, "yes", ENDS, 0.3, final("yes"), leave=False), speculates=True, model=ScriptedModel())
    assert not result.abnormal


def test_a_long_number_does_not_reach_the_model_by_a_guess() -> None:
    model = ScriptedModel([FIRST, NEXT], streams=True)
    run(model, STARTS, "it is 4929 1234 5678 9012", ENDS, 0.3, final("it is 4929 1234 5678 9012"))
    assert [request.heard[-1][1] for request in model.asked[1:]] == ["it is •••"]
