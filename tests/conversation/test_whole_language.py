"""A call through every construct of the language: tests/cases/whole_language.flow."""

from __future__ import annotations

from pathlib import Path

from flowengine.conversation.commands import Chose, Record, RunAction, Transfer
from flowengine.conversation.contact import check_contact
from flowengine.conversation.events import MachineDetected
from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from tests.conversation.talk import Talk

CASE = Path(__file__).parents[1] / "cases" / "whole_language.flow"


def whole() -> Flow:
    flow = compile_file(CASE).flow
    assert flow is not None
    return flow


def called(opening: str = "warm") -> Talk:
    flow = whole()
    return Talk(flow, check_contact(flow, {"name": "Sam"}), variants={"opening_line": opening})


def introduced(opening: str = "warm") -> Talk:
    talk = called(opening)
    talk.says("yes")
    return talk


def test_a_call_from_the_guard_to_the_booking() -> None:
    talk = introduced()
    assert Record(True) in talk.commands
    assert Chose("opening_line", "warm") in talk.latest
    assert talk.said == [
        "I hope your boiler has kept you warm.",
        "You have basic cover.",
        "Shall I book your annual service?",
    ]
    assert talk.says("yes please, next Tuesday") == [
        "Tuesday the first of December, I see.",
        "Please type the four digits of your PIN.",
    ]
    talk.presses("4711")
    assert dict(talk.order(RunAction).arguments) == {"pin": "4711", "name": "Sam"}
    assert talk.acts({"account": "123456"}) == ["What's your postcode?"]
    talk.says("SW1A 1AA", "yes", "a flat")
    assert talk.says("seven") == [
        "It's fourteen pounds fifty a month.",
        "Tuesday the first of December, is that right?",
    ]
    talk.says("yes")
    assert [value for _, value in talk.order(RunAction).arguments][1:] == ["Sam", "123456"]
    assert talk.waits(0.7) == ["One moment while I book that for you."]
    assert talk.action_fails() == ["Let me try that once more."]
    talk.acts({"reference": "AB12", "price": 90})
    assert talk.outcome == "booked"
    assert talk.said[0].endswith("at ninety pounds; your reference is A B, one two.")


def test_the_model_answers_a_worry_and_leaves_by_an_exit() -> None:
    talk = introduced("direct")
    talk.says("my boiler is from the seventies")
    assert talk.model("We look after old ones too. Shall we?") == ["We look after old ones too. Shall we?"]
    talk.says("are you a robot")
    assert talk.said == [
        "I'm an automated assistant calling for Hearth & Home.",
        "We look after old ones too. Shall we?",
    ]
    talk.says("all right then")
    assert talk.model("Lovely.", "convinced") == ["Lovely.", "Please type the four digits of your PIN."]


def test_a_caller_is_put_through_from_anywhere() -> None:
    talk = introduced()
    talk.says("can I speak to somebody")
    assert talk.order(Transfer).target == "+441134960000"
    assert Record(False) in talk.latest
    talk.transfers("answered")
    assert talk.outcome == "helped"


def test_a_machine_is_left_a_message() -> None:
    talk = called()
    talk.send(MachineDetected(1.5))
    assert talk.outcome == "message_left"


def test_a_subflow_that_gives_up_is_a_branch() -> None:
    talk = introduced()
    talk.says("yes")
    talk.presses("4711")
    talk.acts({"account": "123456"})
    talk.says("I don't know my postcode")
    assert talk.outcome == "callback"
