"""The third tier: what a model is asked, and what becomes of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from flowengine.adapters.openai.model import OpenAiModel
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.runtime.choosing import CHOICE_WITHIN_S, choice_form, chosen
from flowengine.runtime.ports import FormValue
from flowengine.testing.model.server import ModelServer
from tests.virtual_time import run_patiently

CHOICES = (
    ("move_it", "they want to move the appointment to another day"),
    ("cancel_it", "they want to cancel it\n  and stop  altogether"),
    ("price", "they ask about the cost"),
)
QUESTION = "Your engineer comes on Tuesday. Is that still good?"


def test_the_model_is_asked_for_one_of_the_live_intents_or_none() -> None:
    form = choice_form("I am away then", QUESTION, CHOICES, language="en-GB", call_id="call-1")
    (field,) = form.fields
    assert (field.kind, field.choices) == ("choice", ("move_it", "cancel_it", "price", "none of these"))
    assert field.description.splitlines()[1:] == [
        '  "move_it": they want to move the appointment to another day',
        '  "cancel_it": they want to cancel it and stop altogether',
        '  "price": they ask about the cost',
        '  "none of these": something else, or it is not clear',
    ]
    assert form.heard == (("agent", QUESTION), ("caller", "I am away then"))
    assert (form.within_s, form.call_id) == (CHOICE_WITHIN_S, "call-1")


def test_nothing_that_was_said_stands_in_the_instructions_and_long_numbers_nowhere() -> None:
    form = choice_form("it is oh seven seven double nine one two three", "Is 07700 900123 right, Sam?", CHOICES)
    assert form.heard == (("agent", "Is ••• right, Sam?"), ("caller", "it is •••"))
    assert "Sam" not in form.task + form.fields[0].description


def test_before_the_agents_first_word_there_is_no_question() -> None:
    assert choice_form("hello", " ", CHOICES).heard == (("caller", "hello"),)


@pytest.mark.parametrize(
    ("wrote", "meant"),
    [
        ({"intent": "move_it"}, "move_it"),
        ({"intent": "none of these"}, None),
        ({"intent": None}, None),
        ({"intent": "opt_out"}, None),
        ({"intent": "move_it or price"}, None),
        ({"intent": ["move_it"]}, None),
        ({}, None),
    ],
)
def test_the_answer_is_a_live_intent_or_nothing(wrote: Mapping[str, object], meant: str | None) -> None:
    async def main() -> Mapping[str, FormValue]:
        return await ScriptedModel(forms=[wrote]).fill(choice_form("I am away then", QUESTION, CHOICES))

    assert chosen(asyncio.run(main())) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("could we move to another day", "move_it"),
        ("what would that cost me", "price"),
        ("the moon is made of cheese", None),
    ],
)
def test_the_simulated_model_chooses_by_shared_words(said: str, meant: str | None) -> None:
    async def main(url: str) -> str | None:
        model = OpenAiModel(ModelOptions(Endpoint("simulated", url)))
        try:
            return chosen(await model.fill(choice_form(said, QUESTION, CHOICES)))
        finally:
            await model.close()

    with ModelServer() as server:
        assert run_patiently(main(server.url)) == meant
