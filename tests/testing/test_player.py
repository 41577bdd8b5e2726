from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowengine.errors import ContactNotValid, FlowEngineError
from flowengine.testing.player import LONDON, Player
from flowengine.testing.private_line import UNHEARD
from tests.testing.made_flows import BOOKING, GUARDED, SECRET, compiled

SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 0, tzinfo=LONDON)


def booking() -> Player:
    return Player(compiled(BOOKING), {"name": "Sam"})


def test_a_call_is_played_turn_by_turn() -> None:
    player = booking()
    assert player.listen().agent == "Hello, Sam, this is Amy. Would you like a visit for your boiler?"
    player.say("yes please")
    turn = player.listen()
    assert (turn.agent, turn.state) == ("Which day would suit you?", "choose")
    assert [each.intent for each in turn.understood] == ["agree"]
    player.say("next Tuesday")
    turn = player.listen()
    assert turn.outcome == "booked"
    assert turn.notes == ("visit on 2026-12-01",)
    assert player.over


def test_silence_counts_from_the_end_of_the_agents_words() -> None:
    player = booking()
    player.silence(5.9)
    assert player.listen().agent == ""
    player.silence(0.2)
    assert player.listen().agent == "Are you still there?"


def test_silence_without_a_time_lasts_until_the_flow_stirs() -> None:
    player = booking()
    player.silence()
    assert player.listen().agent == "Are you still there?"


def test_keys_are_pressed() -> None:
    player = booking()
    player.press("1")
    assert player.listen().state == "choose"


def test_a_caller_can_break_in_after_some_words() -> None:
    player = booking()
    assert player.interrupt("would you like", "no thanks")
    opening = player.turns[0]
    assert opening.agent == "Hello, Sam, this is Amy. Would you like"
    assert not opening.said[-1].complete
    assert player.listen().outcome == "declined"


def test_words_that_are_not_coming_cannot_be_interrupted() -> None:
    player = booking()
    assert not player.interrupt("goodbye", "no thanks")
    assert len(player.turns) == 1


def test_a_caller_can_hang_up_in_the_middle_of_a_word() -> None:
    player = booking()
    assert player.hang_up_after("Hello")
    assert (player.over, player.outcome) == (True, "hung_up")
    assert player.turns[0].agent == "Hello,"


def test_nobody_acts_after_the_end() -> None:
    player = booking()
    player.hang_up()
    with pytest.raises(FlowEngineError, match="hung_up"):
        player.say("hello?")


def test_a_missing_contact_field_is_named() -> None:
    with pytest.raises(ContactNotValid, match="name"):
        Player(compiled(BOOKING))


def test_the_guard_goes_by_the_hours() -> None:
    assert Player(compiled(GUARDED)).listen().outcome == "done"
    refused = Player(compiled(GUARDED), now=SUNDAY_NIGHT).listen()
    assert refused.outcome == "not_permitted"
    assert [reason.code for reason in refused.verdicts[0].reasons] == ["OUTSIDE_HOURS"]
    assert refused.verdicts[0].next_allowed_at is not None


def test_the_guard_can_be_told_what_to_answer() -> None:
    allowed = Player(compiled(GUARDED), now=SUNDAY_NIGHT, guard={"uk_outbound": True})
    assert allowed.listen().outcome == "done"
    assert Player(compiled(GUARDED), guard={"uk_outbound": False}).listen().outcome == "not_permitted"


def test_somebody_who_rings_us_may_ring_at_any_hour() -> None:
    inbound = compiled(GUARDED.replace("outbound\n", "inbound\n", 1))
    assert Player(inbound, now=SUNDAY_NIGHT).listen().outcome == "done"


def test_the_clock_of_a_call_is_that_of_the_uk() -> None:
    summer = Player(compiled(GUARDED), now=datetime(2026, 7, 1, 11, 30, tzinfo=UTC))
    assert summer.listen().agent == "Good afternoon."
    naive = Player(compiled(GUARDED), now=datetime(2026, 7, 1, 11, 30))  # noqa: DTZ001 - what a test author writes
    assert naive.listen().agent == "Good morning."


def at_a_secret() -> Player:
    player = Player(compiled(SECRET))
    assert player.listen().agent == "Good day. Please type your PIN now."
    return player


def test_while_a_secret_is_asked_for_no_voice_is_heard_and_nothing_of_it_stands_in_clear() -> None:
    player = at_a_secret()
    player.say("stop calling me")
    assert player.listen().understood == ()
    player.say("my PIN is one two three four", 3.0)
    player.press("12")
    player.press("34#")
    turn = player.listen()
    assert (turn.outcome, player.variables["pin"]) == ("typed", "1234")
    assert [each.caller for each in player.turns] == [None, "•••", "(takes 3s) •••", "(press ••)", "(press ••#)"]
    assert [each.notes for each in player.turns] == [(), (UNHEARD,), (UNHEARD,), (), ()]
    assert not any(each.suppressed for each in player.turns)


def test_while_a_secret_is_asked_for_a_voice_cuts_nothing_short_and_no_timer_waits_for_it() -> None:
    player = Player(compiled(SECRET))
    assert player.interrupt("Please", "please never call me again")
    assert [said.complete for said in player.listen().said] == [True]
    assert player.turn.caller == '(interrupts after "Please") •••'
    player.say("well", 5.9)
    assert player.listen().agent == "Please type your PIN now."


def test_after_a_secret_an_opt_out_is_heard_again() -> None:
    player = Player(compiled(SECRET.replace("done: end typed", "done -> further")))
    player.press("1234")
    player.silence(2)
    player.say("stop calling me")
    assert (player.listen().suppressed, player.outcome) == ("opt_out", "removed")


FIRM = """
flow notice "A line that is heard" inbound
  agent "Amy" of "Hearth & Home"

outcome done success

line notice barge-in never "This call is recorded."

state start
  say notice
  say "Gas or water?"
  listen
    press 1 -> gas

state gas
  say "Let me see about gas."
  end done
"""


def test_who_is_put_off_by_a_line_that_may_not_be_cut_can_break_into_the_answer() -> None:
    player = Player(compiled(FIRM))
    assert player.press_after("This call", "1")
    assert player.press_after("Let me see", "1")
    assert player.turns[1].said[0].heard == "This call is recorded."
    assert player.listen().agent == "Let me see about gas."
    assert not player.speak_up_to("never said")
