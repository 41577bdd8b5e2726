"""`do`: an action is run outside, and its results, its failures and its time-out are branches."""

from __future__ import annotations

from datetime import date

from flowengine.conversation.commands import CancelTimer, Hold, RunAction, SlotFilled, Speak, StartTimer
from tests.conversation.talk import Talk

BOOKING = """
action book_visit(day: date, name: text) -> reference: text, price: money
  python "acme.bookings:book_visit"
  timeout 4s
  filler "One moment while I book that for you."

state start
  say "Shall I book?"
  listen
    agree -> book
    silence or otherwise: again

state book
  do book_visit("2026-12-01", name="Sam")
    ok -> booked
    error -> apologise
    timeout -> late

state booked
  say "Your reference is {{ reference | spelled }}, that's {{ price | money }}."
  end good

state apologise
  say "That didn't work."
  end bad

state late
  say "That takes too long."
  end bad

state robot
  say "I'm a machine."
  resume

state goodbye
  say "Goodbye."
  end bad

anywhere
  robot_question -> robot
  price -> goodbye
"""

RESULTS = {"reference": "AB12", "price": 14.5}


def booking(flow: str = BOOKING) -> Talk:
    talk = Talk(flow)
    talk.says("yes")
    return talk


def test_an_action_gets_its_arguments_by_name_and_as_their_types() -> None:
    order = booking().order(RunAction)
    assert order.action == "book_visit"
    assert dict(order.arguments) == {"day": date(2026, 12, 1), "name": "Sam"}
    assert order.timeout == 4.0


def test_results_become_variables_that_can_be_spoken() -> None:
    talk = booking()
    assert talk.acts(RESULTS) == ["Your reference is A B, one two, that's fourteen pounds fifty."]
    assert talk.outcome == "good"
    assert SlotFilled("reference", "AB12") in talk.latest


def test_an_action_that_fails_takes_its_branch() -> None:
    talk = booking()
    assert talk.action_fails() == ["That didn't work."]
    assert "action book_visit error: no such day" in talk.notes


def test_a_missing_result_is_an_error() -> None:
    talk = booking()
    assert talk.acts({"reference": "AB12"}) == ["That didn't work."]
    assert "action book_visit: its result price is missing" in talk.notes
    assert "reference" not in talk.conversation.variables


def test_a_result_of_another_type_is_an_error() -> None:
    talk = booking()
    assert talk.acts({"reference": "AB12", "price": "a lot"}) == ["That didn't work."]
    assert "action book_visit: its result price does not fit its type" in talk.notes


def test_an_argument_that_does_not_fit_is_an_error_and_nothing_is_run() -> None:
    talk = booking(BOOKING.replace('"2026-12-01"', '"some day"'))
    assert talk.outcome == "bad"
    assert not any(isinstance(command, RunAction) for command in talk.commands)
    assert "action book_visit was not run: day does not fit its type" in talk.notes


def test_an_answer_that_does_not_come_is_a_timeout() -> None:
    talk = booking()
    assert talk.waits(4.0) == ["One moment while I book that for you.", "That takes too long."]


def test_a_timeout_without_a_branch_is_an_error() -> None:
    talk = booking(BOOKING.replace("    timeout -> late\n", "").replace("state late", "state unused"))
    assert talk.waits(4.0)[-1] == "That didn't work."


def test_a_quick_action_needs_no_filler() -> None:
    talk = booking()
    talk.at += 0.5
    talk.acts(RESULTS)
    assert not talk.timers
    assert "One moment while I book that for you." not in talk.turns("agent")


def test_a_filler_waits_until_the_agent_is_quiet() -> None:
    flow = BOOKING.replace("  do book_visit", '  say "Lovely, let me see to that."\n  do book_visit')
    talk = Talk(flow, hears=False)
    talk.hear()
    talk.says("yes")
    assert talk.waits(0.7) == []
    talk.hear()
    assert talk.waits(0.7) == ["One moment while I book that for you."]


def test_a_late_answer_is_noted_and_changes_nothing() -> None:
    talk = booking()
    order = talk.order(RunAction)
    talk.says("how much is it")
    assert (talk.state, talk.outcome) == ("goodbye", "bad")
    other = booking(BOOKING.replace("  end bad\n\nanywhere", "  listen\n    silence: end bad\n\nanywhere"))
    other.says("how much is it")
    other.acts(RESULTS, order=order)
    assert other.state == "goodbye"
    assert other.notes[-1] == f"{order.request_id} ok, when nobody waited for it any more"
    assert "reference" not in other.conversation.variables


def test_what_is_left_for_good_gives_up_its_timers() -> None:
    talk = booking(BOOKING.replace("  end bad\n\nanywhere", "  listen\n    silence: end bad\n\nanywhere"))
    talk.says("how much is it")
    assert sum(isinstance(command, CancelTimer) for command in talk.latest) == 2
    assert all(timer.startswith("silence") for timer in talk.timers)


def test_while_an_action_runs_words_that_mean_nothing_here_wait_for_nothing() -> None:
    talk = booking()
    assert talk.says("hello?", "yes") == []
    assert talk.state == "book"
    assert not talk.did(StartTimer)


def test_a_digression_keeps_the_answer_that_comes_meanwhile() -> None:
    flow = BOOKING.replace(
        """  say "I'm a machine."
  resume
""",
        """  if last_heard == "yes": resume
  say "I'm a machine. Shall I go on?"
  listen
    agree -> robot
    silence or otherwise -> robot
""",
    )
    talk = booking(flow)
    talk.says("are you a robot")
    assert talk.acts(RESULTS) == []
    assert talk.state == "robot"
    assert talk.says("yes") == ["Your reference is A B, one two, that's fourteen pounds fifty."]
    assert talk.entered == ["start", "book", "robot", "robot", "book", "booked"]


def test_a_digression_that_resumes_before_the_answer_repeats_no_old_question() -> None:
    talk = booking()
    assert talk.says("are you a robot") == ["I'm a machine."]
    assert talk.state == "book"
    assert talk.acts(RESULTS)[0].startswith("Your reference")


def test_again_runs_the_action_anew() -> None:
    talk = booking(
        BOOKING.replace("    error -> apologise", '    error: again "Let me try once more."\n    error 2 -> apologise')
    )
    first = talk.order(RunAction)
    assert talk.action_fails() == ["Let me try once more."]
    second = talk.order(RunAction)
    assert first.request_id != second.request_id
    assert talk.acts(RESULTS)[0].startswith("Your reference")


def test_a_hang_up_leaves_the_action_to_itself() -> None:
    talk = booking()
    talk.hangs_up()
    assert talk.outcome == "hung_up"
    talk.acts(RESULTS)
    assert not talk.did(Speak)


LONG = BOOKING.replace("timeout 4s", "timeout 60s").replace("  end good\n", "  listen\n    agree: end good\n")


def happens(talk: Talk, seconds: float) -> list[tuple[float, str]]:
    """What is said, and when the music begins and stops, for so long a wait: in whole seconds from now."""
    began, found = talk.at, list[tuple[float, str]]()
    while talk.timers and min(talk.timers.values()) <= began + seconds:
        talk.waits()
        found += [
            (round(talk.at - began, 1), each.text if isinstance(each, Speak) else "music" if each.on else "quiet")
            for each in talk.latest
            if isinstance(each, Speak | Hold)
        ]
    talk.at = began + seconds
    return found


def test_a_caller_who_waits_long_hears_music_and_the_filler_again() -> None:
    talk = booking(LONG)
    filler = "One moment while I book that for you."
    assert happens(talk, 35) == [(0.7, filler), (6.7, "music"), (15.7, filler), (30.7, filler)]
    talk.acts(RESULTS)
    assert [each.on for each in talk.latest if isinstance(each, Hold)] == [False]
    assert talk.said[0].startswith("Your reference is")


def test_an_action_of_four_seconds_has_no_music() -> None:
    talk = booking()
    assert happens(talk, 3.9) == [(0.7, "One moment while I book that for you.")]
    talk.acts(RESULTS)
    assert not talk.did(Hold)


def test_without_a_filler_nothing_is_said_and_nothing_played() -> None:
    talk = booking(LONG.replace('  filler "One moment while I book that for you."\n', ""))
    assert happens(talk, 35) == []


def test_the_wait_goes_on_as_it_was_after_a_digression() -> None:
    talk = booking(LONG)
    happens(talk, 8)
    talk.says("are you a robot")
    assert not talk.did(Hold)
    assert [text for _, text in happens(talk, 20)] == ["One moment while I book that for you."]
    assert talk.conversation.state == "book"
