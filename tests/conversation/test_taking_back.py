"""A turn that was taken too soon is taken back when the caller goes on; what has left the call is not."""

from __future__ import annotations

import pytest

from flowengine.conversation.afterthoughts import goes_on
from flowengine.conversation.commands import Entered, Noted, RunAction, SlotFilled, Suppress, TakenBack, Understood
from flowengine.conversation.events import ActionFinished, CallerPressed, CallerSaid, SpeechCut, SpeechHeard, TimerFired
from tests.conversation.talk import Talk

INTENTS = """
intent later "not now"
  "yes but not today" "not today" "another day"
"""

BODY = (
    INTENTS
    + """
action book() -> reference: text
  python "acme:book"

slot day: date
  ask "Which day suits you?"
slot hour: time
  ask "And at what time?"

state start
  say "Shall I book the visit?"
  listen 6s
    agree -> which
    later -> another
    refuse -> parting
    opt_out: end removed
    silence: again "Are you there?"
    otherwise: again "Sorry?"
    otherwise 2: end bad

state which
  say "Lovely. Would you like it in the morning?"
  listen 6s
    agree: end good
    refuse: end bad
    otherwise: again "In the morning, or later?"

state another
  say "Of course, another day."
  collect day, hour
    done: end good
    failed: end bad

state parting
  say "That's fine."
  end bad
"""
)


def talk(body: str = BODY) -> Talk:
    """A call whose first question was heard, and whose next lines are heard when a test says so."""
    talk = Talk(body)
    talk.hears = False
    return talk


def cut(talk: Talk, heard: str = "", after: float = 0.5) -> None:
    """The caller's next words have cut what is being said."""
    talk.at += after
    pending, talk.pending = talk.pending, []
    for number, speech_id in enumerate(pending):
        talk.send(SpeechCut(talk.at, speech_id, heard if number == 0 else ""))


def goes_on_with(talk: Talk, words: str, heard: str = "", after: float = 0.5) -> None:
    cut(talk, heard, after)
    talk.says(words)


def caller(talk: Talk) -> list[str]:
    """The caller's side of the transcript."""
    return [each.text for each in talk.conversation.transcript if each.speaker == "caller"]


def taken_back(talk: Talk) -> bool:
    return talk.did(TakenBack)


def test_both_parts_are_one_turn_where_the_first_was_said() -> None:
    call = talk()
    call.says("yes")
    assert call.state == "which"
    goes_on_with(call, "but not today")
    assert call.state == "another"
    assert call.latest[call.latest.index(TakenBack(1.0, "start")) + 1] == Entered("start", "which", "taken_back")
    assert call.understood.text == "yes but not today"
    assert call.understood.intent == "later"
    assert caller(call) == ["yes but not today"]
    assert call.conversation.turns == 1


def test_the_one_turn_stands_where_its_first_part_stood() -> None:
    call = talk()
    call.says("yes")
    goes_on_with(call, "but not today", heard="Lovely.")
    spoken = [(each.speaker, each.text) for each in call.conversation.transcript]
    assert spoken[1:3] == [("caller", "yes but not today"), ("agent", "Lovely.")]
    assert call.conversation.transcript[1].at == 1.0


def test_a_third_part_belongs_to_them_too() -> None:
    call = talk()
    call.says("yes")
    goes_on_with(call, "but not")
    goes_on_with(call, "not today")
    assert call.understood.text == "yes but not not today"
    assert caller(call) == ["yes but not not today"]


def test_a_call_that_has_gone_back_can_go_on_to_its_end() -> None:
    call = talk()
    call.says("yes")
    goes_on_with(call, "but not today")
    call.hear()
    call.says("Friday", "at three")
    call.hear()
    assert call.outcome == "good"


def test_the_machine_goes_back_as_well() -> None:
    call = talk()
    call.says("yes")
    goes_on_with(call, "no wait")
    assert call.entered[-2:] == ["start", "parting"] or call.state == "start"
    assert call.outcome in (None, "bad")
    assert not call.notes


@pytest.mark.parametrize(
    "words", ["but not today", "not today", "no", "only at noon", "except Friday", "wait", "hang on", "and one more"]
)
def test_words_that_go_on(words: str) -> None:
    assert goes_on(words)


@pytest.mark.parametrize(
    "words", ["yes", "in the morning", "well how much is it", "hello", "just book it", "", "butter"]
)
def test_words_that_begin_something(words: str) -> None:
    assert not goes_on(words)


@pytest.mark.parametrize(
    ("words", "heard", "after"),
    [
        ("in the morning", "", 0.5),
        ("but not today", "Lovely. Would you", 0.5),
        ("but not today", "Lovely?", 0.5),
        ("but not today", "", 2.1),
    ],
    ids=["no-joining-word", "too-much-heard", "a-question-heard", "too-late"],
)
def test_a_turn_stands_once_its_answer_was_heard(words: str, heard: str, after: float) -> None:
    call = talk()
    call.says("yes")
    goes_on_with(call, words, heard, after)
    assert not taken_back(call)
    assert call.conversation.turns == 2
    assert caller(call) == ["yes", words]


def test_words_over_a_line_that_goes_on_are_taken_where_the_call_is() -> None:
    call = talk()
    call.says("yes", "but not today")
    assert not taken_back(call)


def test_a_line_that_was_heard_to_its_end_has_been_answered() -> None:
    call = talk()
    call.says("yes")
    call.hear()
    call.says("but not today")
    assert not taken_back(call)


@pytest.mark.parametrize("event", [CallerPressed(1.2, "1"), TimerFired(1.2, "nobody's")])
def test_anything_else_between_lets_the_turn_stand(event: CallerPressed | TimerFired) -> None:
    call = talk()
    call.says("yes")
    call.send(event)
    goes_on_with(call, "but not today")
    assert not taken_back(call)


def test_a_cough_between_does_not() -> None:
    call = talk()
    call.says("yes")
    call.send(CallerSaid(1.2, "…"))
    goes_on_with(call, "but not today")
    assert taken_back(call)
    assert caller(call) == ["yes but not today"]


def test_rungs_are_reached_by_what_was_said_in_the_end() -> None:
    call = talk()
    call.says("the green one")
    goes_on_with(call, "and the blue one")
    assert taken_back(call)
    assert call.outcome is None
    assert call.said == ["Sorry?"]


# What is not taken back.


def _with(statement: str) -> str:
    return BODY.replace('  say "Lovely. Would', f'  {statement}\n  say "Lovely. Would')


def test_a_note_stands() -> None:
    call = talk(_with('note "wants a visit"'))
    call.says("yes")
    goes_on_with(call, "but not today")
    assert not taken_back(call)
    assert call.conversation.turns == 2
    assert call.notes == ["wants a visit"]


ACTING = BODY.replace(
    '  say "Lovely. Would you like it in the morning?"\n  listen 6s\n    agree: end good\n    refuse: end bad\n'
    '    otherwise: again "In the morning, or later?"',
    '  say "Lovely."\n  do book()\n    ok: end good\n    error: end bad',
)


def test_an_action_is_never_taken_back() -> None:
    call = talk(ACTING)
    call.says("yes")
    assert call.order(RunAction)
    goes_on_with(call, "but not today")
    assert not taken_back(call)
    assert call.state == "which"
    call.send(ActionFinished(call.at, call.order(RunAction).request_id, "ok", (("reference", "A1"),)))
    assert call.outcome == "good"
    assert sum(isinstance(each, RunAction) for each in call.commands) == 1


def test_an_opt_out_is_never_taken_back() -> None:
    call = talk()
    call.says("take me off your list")
    assert call.suppressed
    assert call.outcome == "removed"
    goes_on_with(call, "but not today")
    assert not taken_back(call)
    assert call.outcome == "removed"


def test_an_opt_out_that_follows_is_taken_by_itself() -> None:
    call = talk()
    call.says("yes")
    goes_on_with(call, "but take me off your list")
    assert not taken_back(call)
    assert call.did(Suppress)


def test_an_answer_in_free_words_has_no_end_that_is_too_soon() -> None:
    call = talk(
        """
slot what: text
  ask "What is wrong?"

state start
  collect what
    done -> more
    failed: end bad

state more
  say "I see. Is it urgent?"
  listen
    agree: end good
    otherwise: end bad
"""
    )
    call.hear()
    call.says("the boiler")
    goes_on_with(call, "and the tap")
    assert not taken_back(call)


# What was known.


def test_values_are_as_they_were_before() -> None:
    call = talk(
        """
slot day: date
  ask "Which day?"

state start
  set visits = 1
  say "Shall we come?"
  listen
    agree -> when
    refuse: end bad
    otherwise: again "Sorry?"

state when
  set visits = 2
  set extra = "yes"
  say "On that day, then. Is that all right?"
  listen
    agree: end good
    otherwise: end bad
"""
    )
    call.says("yes on Friday")
    assert call.conversation.variables["visits"] == 2
    cut(call)
    call.at += 0.5
    call.send(CallerSaid(call.at, "or not the visit"))
    back = next(each for each in call.latest if isinstance(each, TakenBack))
    assert set(back.forgotten) == {"day", "extra"}
    assert SlotFilled("visits", "1") in call.latest


POLICY = """
line terms "It runs for a year." "You may leave."
policy rules
  require heard(terms) before sold
  require agree before sold
  never sold after refuse

outcome sold success

state start
  say "Shall I tell you more?"
  listen
    agree -> tell
    refuse -> sure
    otherwise: again "Sorry?"

state tell
  say "Good."
  say terms
  say "Do you want it?"
  listen
    agree: end sold
    refuse: end bad
    otherwise: again "Sorry?"

state sure
  say "Not at all?"
  listen
    agree: end bad
    refuse: end bad
    otherwise: end bad
"""


def test_a_refusal_that_a_policy_forbids_something_after_stands() -> None:
    call = talk(POLICY)
    call.says("no")
    assert call.state == "sure"
    goes_on_with(call, "wait yes")
    assert not taken_back(call)
    assert call.state != "tell"


def test_what_was_meant_in_it_allows_nothing_any_more() -> None:
    call = talk()
    call.says("yes")
    promises = call.conversation._interpreter.promises
    assert ("meant", "agree") in promises.happened_so_far
    goes_on_with(call, "but not today")
    assert promises.happened_so_far == {("meant", "later")}


def test_a_line_that_must_be_heard_lets_nobody_in() -> None:
    call = talk(POLICY)
    call.says("yes")
    call.at += 0.5
    call.send(CallerSaid(call.at, "but not today"))
    assert not taken_back(call)
    call.hear()
    assert "terms" in call.conversation.heard_lines


def test_what_was_heard_stays_heard() -> None:
    call = talk()
    before = call.conversation.heard_lines
    call.says("yes")
    speech = call.pending[0]
    call.send(SpeechHeard(call.at, speech))
    call.pending.clear()
    assert before <= call.conversation.heard_lines


def test_notes_of_the_engine_tell_of_nothing_wrong() -> None:
    call = talk()
    call.says("yes")
    goes_on_with(call, "but not today")
    assert not any(isinstance(each, Noted) for each in call.commands)
    assert [each.text for each in call.commands if isinstance(each, Understood)] == ["yes", "yes but not today"]
