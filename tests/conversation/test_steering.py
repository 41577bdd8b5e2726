"""What somebody outside asks of a call: said, gone to, given, noted; and refused where the flow does not allow it."""

from __future__ import annotations

import pytest

from flowengine.conversation.events import MoveRequested, NoteRequested, SayRequested, SlotGiven
from flowengine.conversation.steering import Request
from tests.conversation.talk import Talk

FLOW = """
line notice
  "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."

slot day: date
  ask "Which day suits you?"
  confirm "{{ day | spoken }}, is that right?"
  valid day > today else "I'm afraid that day has gone."

slot card: digits(4) secret
  ask "Please key in the last four digits."

policy honest
  require heard(notice) before pitch

state start
  say notice
  say "Is now a good time?"
  listen
    agree -> offer
    refuse -> goodbye
    price
      say "It depends."
      if turns > 3
        -> goodbye
      again
    silence: again

state offer is pitch
  say "We service boilers."
  listen
    agree -> diary
    refuse -> goodbye
    silence: again

state diary
  collect day
    done -> goodbye
    failed -> goodbye

state checked
  guard uk_outbound
    allowed -> goodbye
    refused -> goodbye

state goodbye
  say "Goodbye."
  end good
"""


def test_a_line_is_said_and_the_flow_goes_on_where_it_was() -> None:
    talk = Talk(FLOW)
    talk.send(SayRequested(3.0, " A colleague is looking into it. "))
    assert talk.said == ["A colleague is looking into it."]
    assert talk.state == "start"
    assert talk.says("no thanks") == ["Goodbye."]


def test_a_state_is_gone_to_by_a_live_branch() -> None:
    talk = Talk(FLOW)
    talk.hear()
    talk.send(MoveRequested(3.0, "offer"))
    assert talk.state == "offer"
    assert talk.entered[-1] == "offer"


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (MoveRequested(3.0, "diary"), "no branch that is live in state 'start' leads to 'diary'"),
        (MoveRequested(3.0, "cellar"), "the flow has no state 'cellar'"),
        (SlotGiven(3.0, "night", "tomorrow"), "the flow has no slot 'night'"),
        (SlotGiven(3.0, "card", "1234"), "the slot 'card' is secret: only the caller's own keys fill it"),
        (SlotGiven(3.0, "day", "soonish"), "the value is no date that the slot 'day' could take"),
        (SlotGiven(3.0, "day", "2020-01-01"), "the slot 'day' does not take this value"),
        (SayRequested(3.0, "  "), "there is nothing to say"),
    ],
)
def test_what_the_flow_does_not_allow_changes_nothing(request_: Request, why: str) -> None:
    talk = Talk(FLOW)
    assert talk.conversation.refusal(request_) == why
    before = dict(talk.conversation.variables)
    talk.send(request_)
    assert talk.notes[-1] == f"asked from outside, and not done: {why}"
    assert (talk.state, dict(talk.conversation.variables)) == ("start", before)


def test_nobody_chooses_what_the_guard_answers() -> None:
    flow = FLOW.replace("agree -> offer", "agree -> checked")
    talk = Talk(flow, allowed=None)
    talk.says("yes")
    assert talk.state == "checked"
    refusal = talk.conversation.refusal(MoveRequested(9.0, "goodbye"))
    assert refusal == "state 'checked' waits for an answer that is not the caller's; try again in a moment"


def test_a_given_value_answers_the_question_and_is_not_read_back() -> None:
    talk = Talk(FLOW)
    talk.says("yes")
    talk.says("yes")
    assert talk.state == "diary"
    talk.send(SlotGiven(talk.at, "day", "tomorrow"))
    assert talk.outcome == "good"
    assert str(talk.conversation.variables["day"]) == "2026-11-25"


def test_a_note_is_kept_and_nothing_asked_after_the_end() -> None:
    talk = Talk(FLOW)
    talk.send(NoteRequested(3.0, "supervisor listened in"))
    assert talk.notes[-1] == "supervisor listened in"
    talk.says("no thanks")
    assert talk.conversation.refusal(SayRequested(9.0, "Wait!")) == "the call is over"


def test_a_move_that_breaks_a_promise_is_refused() -> None:
    talk = Talk(FLOW.replace("require heard(notice) before pitch", "require agree before pitch"))
    refusal = talk.conversation.refusal(MoveRequested(3.0, "offer"))
    assert refusal == "it would break a promise of the flow (policy: 'pitch' before meant(agree))"
    talk.says("yes")
    assert talk.state == "offer"
