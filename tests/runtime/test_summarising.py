"""What a model is asked when a call is over, and what becomes of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from flowengine.conversation.conversation import Conversation
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.transcript import Utterance
from flowengine.errors import ModelError
from flowengine.runtime import feelings, summarising
from flowengine.runtime.ports import (
    FormField,
    FormRequest,
    FormValue,
    ModelReply,
    ModelRequest,
    Remarked,
    SummaryFilled,
    TurnsFelt,
)
from flowengine.runtime.summarising import AfterCall, fill_in, wants_model
from tests.conversation.talk import TUESDAY, Talk

ASKED = """
summary
  price: money "the price they were told"
  reason: text "why the caller said no"
  back: duration "in how long to call again"
  mood: one of (good, bad) "how they felt" = "bad"
  turns_taken: number = turns

state start
  say "Shall I?"
  listen
    refuse: end bad
    silence or otherwise: end bad
"""


class Filling:
    """A model that gives these answers, or fails."""

    name = "scripted"

    def __init__(self, answers: Mapping[str, FormValue] | Exception) -> None:
        self.answers = answers
        self.asked: list[FormRequest] = []

    async def answer(self, request: ModelRequest, say: Callable[[str], None]) -> ModelReply:
        raise AssertionError("nobody speaks after the call")

    async def fill(self, request: FormRequest) -> Mapping[str, FormValue]:
        self.asked.append(request)
        if isinstance(self.answers, Exception):
            raise self.answers
        return self.answers

    async def close(self) -> None:
        pass


class Slow(Filling):
    async def fill(self, request: FormRequest) -> Mapping[str, FormValue]:
        await asyncio.sleep(60)
        return {}


def over(*words: str) -> Conversation:
    talk = Talk(ASKED)
    talk.says(*words)
    return talk.conversation


def told(model: Filling, conversation: Conversation) -> tuple[AfterCall, ...]:
    return asyncio.run(fill_in(conversation, model, "c1", began=TUESDAY))


def test_the_form_holds_the_described_fields_and_what_was_heard_masked() -> None:
    model = Filling({})
    told(model, over("no, my number is 07700 900123"))
    (request,) = model.asked
    assert request.task == "A telephone call is over and is put on file. It was held on Tuesday, 2026-11-24."
    assert request.fields == (
        FormField("price", "the price they were told (in pounds)", "number"),
        FormField("reason", "why the caller said no", "text"),
        FormField("back", "in how long to call again (a length of time, written like 90s, 15m or 2h)", "text"),
        FormField("mood", "how they felt", "choice", ("good", "bad")),
        *feelings.fields(over("no").transcript),
    )
    assert request.heard == (("agent", "Shall I?"), ("caller", "no, my number is •••"))
    assert (request.language, request.call_id, request.within_s) == ("en-GB", "c1", summarising.PATIENCE_S)


def test_answers_are_kept_as_the_record_writes_them() -> None:
    model = Filling({"price": 14.5, "reason": "too dear", "back": "2h", "mood": None})
    assert told(model, over("no")) == (SummaryFilled((("price", "14.5"), ("reason", "too dear"), ("back", "7200s"))),)


def test_an_answer_that_does_not_fit_is_a_remark_and_is_not_quoted() -> None:
    model = Filling({"price": "fourteen", "back": "soon"})
    remarks = [each.text for each in told(model, over("no")) if isinstance(each, Remarked)]
    assert remarks == [
        "summary: what was given for 'price' is not an amount in pounds",
        "summary: what was given for 'back' is not a length of time such as 90s or 2h",
    ]


@pytest.mark.parametrize(
    ("said", "given", "kept"),
    [
        ("no", "call 07700 900123 about it", "call ••• about it"),
        ("no", "call oh double seven double oh nine nine about it", "call ••• about it"),
        ("no", "too dear, call on 2026-12-01", "too dear, call on 2026-12-01"),
        ("no", "call 077 on the 4th", "call 077 on the 4th"),
        ("no, 07700 900123", "call 07700 900123 about it", "call 07700 900123 about it"),
        ("no, oh seven seven oh oh, nine oh oh one two three", "call +44 7700 900123", "call +44 7700 900123"),
        ("no, 07700 900123", "call 07700 900124 about it", "call ••• about it"),
    ],
)
def test_a_long_number_that_nobody_said_is_not_kept(said: str, given: str, kept: str) -> None:
    assert told(Filling({"reason": given}), over(said)) == (SummaryFilled((("reason", kept),)),)


def test_a_telephone_number_that_nobody_said_is_none() -> None:
    body = ASKED.replace("turns_taken: number = turns", 'number: phone "where to call them"')
    for said, fields in (("no", ()), ("no, 07700 900123", (("number", "+447700900123"),))):
        talk = Talk(body)
        talk.says(said)
        found = told(Filling({"number": "07700 900123"}), talk.conversation)
        remarks = [each.text for each in found if isinstance(each, Remarked)]
        assert remarks == ([] if fields else ["summary: what was given for 'number' has a number that nobody said"])
        assert found[-1] == SummaryFilled(fields)


def test_a_model_that_fails_is_a_remark() -> None:
    assert told(Filling(ModelError("the budget is spent")), over("no")) == (Remarked("summary: the budget is spent"),)
    assert told(Filling(RuntimeError("she said her name is Sam")), over("no")) == (
        Remarked("summary: RuntimeError was raised"),
    )


def test_a_model_that_is_too_slow_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summarising, "PATIENCE_S", 0.01)
    assert told(Slow({}), over("no")) == (Remarked("summary: no answer of the model within 0.01 s"),)


def test_nothing_is_asked_where_nothing_was_said_or_no_field_wants_it() -> None:
    silent = Talk(ASKED)
    silent.hangs_up()
    assert not wants_model(silent.conversation)
    assert wants_model(over("no"))
    plain = Talk("summary\n  length: number = turns\n\nstate start\n  listen\n    silence or otherwise: end good\n")
    plain.says("hello")
    assert not wants_model(plain.conversation)


# How each turn felt.


def test_each_turn_of_the_callers_is_asked_about() -> None:
    model = Filling({"turn 1": "negative", "turn 2": "positive"})
    conversation = over("well I never", "no")
    found = told(model, conversation)
    asked = [field for field in model.asked[0].fields if field.name.startswith("turn ")]
    assert [field.name for field in asked] == ["turn 1", "turn 2"]
    assert asked[1].description == "how the caller felt when they spoke for the 2nd time"
    assert all(field.choices == ("positive", "neutral", "negative") for field in asked)
    (felt,) = (each for each in found if isinstance(each, TurnsFelt))
    times = [each.at for each in conversation.transcript if each.speaker == "caller"]
    assert felt.turns == ((times[0], "negative"), (times[1], "positive"))


@pytest.mark.parametrize("answer", [None, "furious", 3.0, True])
def test_what_is_no_feeling_is_left_out(answer: FormValue) -> None:
    found = told(Filling({"turn 1": answer}), over("well I never"))
    assert not [each for each in found if isinstance(each, TurnsFelt)]


def test_hidden_turns_are_not_asked_about_and_no_more_than_thirty() -> None:
    spoken = [Utterance(float(at), "caller", f"word {at}", True) for at in range(40)]
    assert len(feelings.fields(spoken)) == feelings.MOST_TURNS
    assert not feelings.fields([Utterance(1.0, "caller", HIDDEN, True), Utterance(2.0, "agent", "Hello.", True)])


def test_ordinals_are_english() -> None:
    spoken = [Utterance(float(at), "caller", "word", True) for at in range(1, 24)]
    told_of = [field.description.rsplit(" ", 2)[-2] for field in feelings.fields(spoken)]
    assert [told_of[at - 1] for at in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23)] == (
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd"]
    )
