"""`keys "…"`: telephone keys that a flow sends."""

from __future__ import annotations

from flowengine.conversation.commands import SendKeys, Speak
from flowengine.conversation.events import SpeechHeard
from flowengine.conversation.record import command_from_json, command_to_json
from tests.conversation.talk import Talk

FLOW = """
slot pin: digits(4) secret
  ask "Please type in your four digits."

slot reference: text
  ask "What is your reference?"

state start
  say "One moment."
  keys "1ww23#"
  say "There."
  listen
    agree -> typed
    refuse -> told
    price: keys "9"
    silence or otherwise: again

state typed
  collect pin
    done
      set twice = pin ~ pin
      keys "{{ twice }}#"
      end good
    failed: end bad

state told
  collect reference
    done
      keys "{{ reference }}"
      end good
    failed: end bad
"""


def sent(talk: Talk) -> list[SendKeys]:
    return [each for each in talk.latest if isinstance(each, SendKeys)]


def test_keys_are_sent_in_order_with_what_is_said() -> None:
    talk = Talk(FLOW)
    orders = [each for each in talk.commands if isinstance(each, Speak | SendKeys)]
    assert [each.text if isinstance(each, Speak) else each.keys for each in orders] == [
        "One moment.",
        "1ww23#",
        "There.",
    ]


def test_nothing_interrupts_keys() -> None:
    talk = Talk(FLOW, hears=False)
    talk.send(SpeechHeard(0.5, "u1"))
    talk.says("yes")
    assert talk.state == "start"
    talk.send(SpeechHeard(2.0, "u2"))
    assert talk.state == "typed"


def test_a_secret_may_be_sent_and_no_record_shows_it() -> None:
    talk = Talk(FLOW)
    talk.says("yes")
    talk.presses("4711")
    assert sent(talk) == [SendKeys(sent(talk)[0].speech_id, "47114711#", secret=True)]
    kept = command_to_json(sent(talk)[0])
    assert "4711" not in str(kept)
    assert "4711" not in repr(sent(talk)[0])
    assert command_from_json(kept) == SendKeys(sent(talk)[0].speech_id, "•••", secret=True)


def test_a_value_that_is_no_row_of_keys_is_noted_and_not_sent() -> None:
    talk = Talk(FLOW)
    talk.says("no", "AB12")
    assert sent(talk) == []
    assert "keys were not sent: the text holds something else, or too much" in talk.notes
    assert "AB12" not in str(talk.notes)
    assert talk.conversation.outcome == "good"


def test_a_value_of_keys_is_sent() -> None:
    talk = Talk(FLOW)
    talk.says("no", "4711")
    assert [each.keys for each in sent(talk)] == ["4711"]
    assert not sent(talk)[0].secret
