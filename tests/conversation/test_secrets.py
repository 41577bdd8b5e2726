"""A secret slot: typed, used, and shown nowhere."""

from __future__ import annotations

import msgspec

from flowengine.conversation.commands import Listen, Record, RunAction, SlotFilled
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
    assert talk.listening.private
    talk.waits(1.5)
    # An action listens for what protects the caller, so the line is open again once no more keys come.
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


RECORDED = PIN.replace("  collect pin\n", '  say "This call is recorded."\n  record start\n  collect pin\n')

ASKED_FIRST = RECORDED.replace(
    "  collect pin\n",
    "  listen\n    agree -> type_it\n    silence or otherwise: end bad\n\nstate type_it\n  collect pin\n",
)


def test_a_recording_that_would_begin_while_a_secret_is_typed_waits() -> None:
    talk = Talk(RECORDED)
    # Its notice is heard while the secret is asked for already: it begins when that is over.
    assert not [each for each in talk.commands if isinstance(each, Record)]
    talk.presses("4711")
    assert not [each for each in talk.latest if isinstance(each, Record)]
    talk.waits(1.5)
    assert [each for each in talk.latest if isinstance(each, Record)] == [Record(True)]


def test_a_recording_that_was_on_is_stopped_before_the_secret_is_asked_for() -> None:
    talk = Talk(ASKED_FIRST)
    assert [each for each in talk.commands if isinstance(each, Record)] == [Record(True)]
    talk.says("yes")
    orders = [each for each in talk.latest if isinstance(each, Record | Listen)]
    assert [type(each) for each in orders] == [Record, Listen]
    assert orders[0] == Record(False)
    talk.presses("4711")
    assert not [each for each in talk.latest if isinstance(each, Record)]
    talk.waits(1.5)
    assert [each for each in talk.latest if isinstance(each, Record)] == [Record(True)]


def test_who_does_not_want_to_be_recorded_is_not_recorded_again_after_a_secret() -> None:
    talk = Talk(ASKED_FIRST)
    talk.says("please don't record me", "yes")
    talk.presses("4711")
    assert [each for each in talk.commands if isinstance(each, Record)][-1] == Record(False)


def test_a_call_that_is_not_recorded_is_not_recorded_after_a_secret_either() -> None:
    talk = typed()
    assert not [each for each in talk.commands if isinstance(each, Record)]
