"""`after N turns`, `machine` and `record`."""

from __future__ import annotations

from flowengine.conversation.commands import Listen, Record
from flowengine.conversation.events import MachineDetected
from tests.conversation.talk import Talk

CHAT = """
state start
  say "Tell me."
  listen
    agree: again "And?"
    refuse: end good
    silence or otherwise: again "Go on."

state enough
  say "We have to stop here."
  listen
    agree: again "Bye."
    silence or otherwise: end bad

anywhere
  after 3 turns -> enough
"""


def test_the_turn_after_the_last_is_not_opened() -> None:
    talk = Talk(CHAT)
    talk.says("one", "two")
    assert talk.state == "start"
    assert talk.says("yes") == ["And?", "We have to stop here."]
    assert talk.state == "enough"


def test_the_limit_is_taken_once() -> None:
    talk = Talk(CHAT)
    talk.says("one", "two", "three")
    assert talk.says("yes") == ["Bye."]
    assert talk.did(Listen)


def test_a_limit_that_only_speaks_lets_the_call_go_on() -> None:
    talk = Talk(CHAT.replace("after 3 turns -> enough", 'after 3 turns\n    say "Not much longer."'))
    assert talk.says("one", "two", "three") == ["Go on.", "Not much longer."]
    assert talk.says("four") == ["Go on."]


PHONE = """
state start
  say "Hello?"
  listen
    agree: end good
    machine -> message
    silence or otherwise: again

state message
  record stop
  say "Please call us back."
  end bad

state offer
  say "An offer. This call is recorded."
  record start
  listen
    agree: end good
    silence or otherwise: again

anywhere
  price -> offer
  robot_question: again
"""


def test_a_machine_takes_its_branch() -> None:
    talk = Talk(PHONE)
    talk.send(MachineDetected(2.0))
    assert talk.said == ["Please call us back."]
    assert talk.entered == ["start", "message"]


def test_a_machine_that_no_branch_waits_for_is_noted() -> None:
    talk = Talk(PHONE)
    talk.says("how much is it")
    talk.send(MachineDetected(2.0))
    assert (talk.state, talk.outcome) == ("offer", None)
    assert "answered by a machine" in talk.notes


def test_a_machine_is_heard_after_a_line_that_may_not_be_interrupted() -> None:
    flow = PHONE.replace('say "Hello?"', "say hello") + '\nline hello "Hello, this call is recorded."\n'
    talk = Talk(flow, hears=False, firm=frozenset({"hello"}))
    talk.send(MachineDetected(1.0))
    assert talk.state == "start"
    talk.hear()
    assert talk.state == "message"


def test_a_recording_starts_when_its_notice_was_heard_and_stops_where_it_says() -> None:
    talk = Talk(PHONE, hears=False)
    talk.hear()
    talk.says("how much is it")
    assert Record(True) not in talk.latest
    talk.hear()
    assert Record(True) in talk.latest
    talk.says("yes")
    other = Talk(PHONE)
    other.send(MachineDetected(2.0))
    assert Record(False) in other.latest


def test_a_notice_that_was_cut_short_starts_no_recording() -> None:
    talk = Talk(PHONE, hears=False)
    talk.hear()
    talk.says("how much is it", "yes")
    assert talk.outcome == "good"
    assert Record(True) not in talk.commands
    assert any("not recorded" in note for note in talk.notes)
