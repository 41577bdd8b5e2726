"""A secret slot: typed, used, and shown nowhere."""

from __future__ import annotations

import msgspec

from flowengine.conversation.commands import Listen, RunAction, SlotFilled
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerPressed, CallerSaid, Connected
from flowengine.conversation.record import command_to_json, hidden
from tests.conversation.talk import TUESDAY, Talk, compiled

PIN = """
slot pin: digits(4) secret
  ask "Please type your PIN."
  again "On the keys of your telephone, please."
  confirm "Is that right?"
  tries 2

action check_pin(pin: digits(4), name: text) -> valid: boolean
  python "acme.pins:check"

state start
  collect pin
    done -> check
    failed: end bad

state check
  set doubled = pin ~ pin
  note "typed {{ pin }} and {{ doubled }}"
  do check_pin(pin, "Sam")
    ok -> welcome
    error: end bad

state welcome
  if pin == "4711": say "Welcome."
  listen
    agree: end good
    silence or otherwise: end bad

anywhere
  robot_question: again
"""


def typed() -> Talk:
    talk = Talk(PIN)
    talk.presses("4711")
    return talk


def test_a_secret_is_used_and_written_nowhere() -> None:
    talk = typed()
    assert dict(talk.order(RunAction).arguments)["pin"] == "4711"
    assert talk.acts({"valid": True}) == ["Welcome."]
    written = msgspec.json.encode([command_to_json(command) for command in talk.commands]).decode()
    assert "4711" not in written
    assert "4711" not in str(talk.conversation.transcript)
    assert "typed ••• and •••" in talk.notes


def test_what_is_made_of_a_secret_is_one() -> None:
    talk = typed()
    filled = {command.name: command.value for command in talk.commands if isinstance(command, SlotFilled)}
    assert filled == {"pin": "•••", "doubled": "•••"}
    assert talk.conversation.variables["doubled"] == "47114711"


def test_an_argument_made_of_a_secret_is_named_as_one() -> None:
    assert typed().order(RunAction).secret == ("pin",)


def test_nobody_listens_while_a_secret_is_typed() -> None:
    talk = Talk(PIN)
    assert talk.listening.private
    talk.presses("4711")
    # An action listens for what protects the caller, so the line is open again.
    assert talk.listening == Listen("open", ("robot_question",))


def test_a_secret_is_not_read_back() -> None:
    talk = typed()
    assert talk.state == "check"


def test_words_are_no_answer() -> None:
    talk = Talk(PIN)
    assert talk.says("four seven one one") == ["On the keys of your telephone, please."]
    assert talk.turns("caller") == ["•••"]


def test_words_that_protect_the_caller_are_shown() -> None:
    talk = Talk(PIN)
    talk.says("my PIN is four seven one one, are you a robot")
    assert talk.understood.intent == "robot_question"
    assert talk.turns("caller") == ["my PIN is four seven one one, are you a robot"]


def test_a_call_replays_from_what_was_hidden() -> None:
    talk = Talk(PIN)
    talk.says("four seven one one")
    talk.presses("4711")
    replayed = Conversation(compiled(PIN), {}, started=TUESDAY)
    replayed.send(Connected(0.0))
    replayed.send(hidden(CallerSaid(0.1, "four seven one one")))
    for number in range(4):
        event = hidden(CallerPressed(number * 0.3 + 0.3, "4711"[number]))
        assert event == CallerPressed(number * 0.3 + 0.3, "•")
        replayed.send(event)
    assert replayed.state == talk.state == "check"
    assert [each.text for each in replayed.transcript] == [each.text for each in talk.conversation.transcript]
