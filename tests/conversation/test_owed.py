"""What the caller has talked into is owed to them: after a digression it comes before the question, before an action's
result it is said on."""

from __future__ import annotations

import random
from itertools import count

import pytest

from flowengine.conversation.commands import Command, Hangup, Pause, Record, RunAction, SendKeys, Speak, Transfer
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    ActionFinished,
    CallerPressed,
    CallerSaid,
    ColleagueReady,
    Event,
    Reached,
    SpeechCut,
    SpeechHeard,
)
from flowengine.conversation.record import event_from_json, event_to_json
from tests.conversation.talk import TUESDAY, Talk

FLOW = """
intent who_calls protective "the caller asks who is calling"
  "who is this" "who is calling"

line terms "It runs for two years." "It costs ninety pounds a month."
line notice "This call is recorded."
line fee barge-in never "Leaving early costs ten pounds."

policy careful
  require heard(terms) before good
  require agree before good

state start
  say "I can offer you our plan."
  say notice
  record start
  -> offer

state offer
  say terms
  keys "12"
  say fee
  say "It is the best we have. Do you agree?"
  listen
    agree: end good
    refuse: end bad
    silence or otherwise: again
    silence or otherwise 9: end bad

state who
  say "I'm Amy, of Hearth and Home."
  resume

anywhere
  robot_question
    say "Yes, I am an automated assistant."
    resume
  who_calls -> who
  press 5
    say "You have pressed five."
    resume
  opt_out: end removed
"""
OWED = [
    "I can offer you our plan.",
    "This call is recorded.",
    "It runs for two years. It costs ninety pounds a month.",
    "Leaving early costs ten pounds.",
    "It is the best we have. Do you agree?",
]


class Line:
    """Plays what the agent says a word at a time; the caller may break in after any of them."""

    def __init__(self, flow: str) -> None:
        self.talk = Talk(flow, hears=False)
        self.done = 0
        self.playing: list[Speak | Pause | SendKeys] = []
        self.played = 0
        self._take()

    def _take(self) -> None:
        new = self.talk.commands[self.done :]
        self.done = len(self.talk.commands)
        self.playing += [each for each in new if isinstance(each, Speak | Pause | SendKeys)]
        self.playing = [each for each in self.playing if each.speech_id in self.talk.pending]

    def plays(self, words: int | None = None) -> None:
        """So many words more, or all."""
        for _ in count() if words is None else range(words):
            if not self.playing:
                return
            first = self.playing[0]
            self.played += 1
            if not isinstance(first, Speak) or self.played >= len(first.text.split()):
                self.played = 0
                self.talk.pending.remove(first.speech_id)
                self.talk.send(SpeechHeard(self.talk.at, first.speech_id))
                self._take()

    def plays_to(self, words: str) -> None:
        """Until these words are the next."""
        while not (isinstance(self.playing[0], Speak) and self.playing[0].text.split()[self.played :][0] == words):
            self.plays(1)

    def breaks_in(self, text: str, *, cut_first: bool = True) -> list[str]:
        """The caller says this over the line; what the agent says then. `cut_first`: it was cut before the words."""
        talk, first = self.talk, self.playing[0] if self.playing else None
        talk.at += 1
        reached = Reached(first.speech_id, self.played + isinstance(first, Speak)) if first is not None else None
        if cut_first and first is not None and all(isinstance(e, Speak) and e.interruptible for e in self.playing):
            self.cut()
        talk.send(CallerSaid(talk.at, text, 0.9, reached))
        if first is None or first.speech_id not in talk.pending:
            self.played = 0
        said = talk.said
        self._take()
        return said

    def cut(self) -> None:
        talk, pending = self.talk, self.talk.pending
        talk.pending = []
        texts = {each.speech_id: each.text.split() for each in self.playing if isinstance(each, Speak)}
        for number, speech_id in enumerate(pending):
            heard = "" if number else " ".join(texts.get(speech_id, [])[: self.played])
            talk.send(SpeechCut(talk.at, speech_id, heard))


@pytest.mark.parametrize("cut_first", [True, False])
@pytest.mark.parametrize(
    ("words", "answer"),
    [("are you a robot", "Yes, I am an automated assistant."), ("who is this", "I'm Amy, of Hearth and Home.")],
)
def test_after_a_digression_all_that_was_not_heard_comes_before_the_question(
    words: str, answer: str, *, cut_first: bool
) -> None:
    line = Line(FLOW)
    line.plays(2)
    commands = len(line.talk.commands)
    said = line.breaks_in(words, cut_first=cut_first)
    assert said == [answer, *OWED]
    assert [each.keys for each in line.talk.commands[commands:] if isinstance(each, SendKeys)] == ["12"]
    line.plays()
    assert sum(isinstance(each, Record) and each.start for each in line.talk.commands) == 1
    assert "terms" in line.talk.conversation.heard_lines
    line.talk.says("yes")
    assert (line.talk.said, line.talk.outcome) == ([], "good")


def test_what_was_heard_is_not_said_again() -> None:
    line = Line(FLOW)
    line.plays()
    assert line.breaks_in("are you a robot") == ["Yes, I am an automated assistant.", OWED[-1]]


def test_a_second_digression_over_the_first_ones_answer_owes_the_same() -> None:
    line = Line(FLOW)
    line.plays(2)
    line.breaks_in("who is this")
    line.plays(2)
    assert line.breaks_in("are you a robot") == ["Yes, I am an automated assistant.", *OWED]


def test_a_key_owes_what_was_on_its_way() -> None:
    line = Line(FLOW)
    line.plays(9)
    line.talk.send(CallerPressed(1.0, "5"))
    line.talk.waits(5)
    line._take()
    line.plays()
    assert "terms" in line.talk.conversation.heard_lines
    line.talk.says("yes")
    assert line.talk.outcome == "good"


def test_the_flows_own_words_in_a_state_without_a_question_yet_are_owed_too() -> None:
    line = Line(FLOW)
    line.plays(2)
    line.breaks_in("purple elephants")
    line.plays(3)
    assert line.breaks_in("are you a robot")[1:] == OWED


@pytest.mark.parametrize("seed", range(60))
def test_wherever_digressions_break_in_nobody_agrees_before_the_terms_were_heard(seed: int) -> None:
    chosen = random.Random(seed)
    line = Line(FLOW)
    for _ in range(chosen.randint(1, 5)):
        line.plays(chosen.randint(0, 25))
        words = chosen.choice(("are you a robot", "who is this", "purple elephants", "is this a robot", "um"))
        line.breaks_in(words, cut_first=chosen.random() < 0.5)
        if chosen.random() < 0.3:
            line.breaks_in("yes", cut_first=chosen.random() < 0.5)
        if line.talk.outcome is not None:
            break
    line.plays()
    if line.talk.outcome is None:
        assert {"terms", "notice", "fee"} <= line.talk.conversation.heard_lines
        assert any(isinstance(each, Record) and each.start for each in line.talk.commands)
        assert any(isinstance(each, SendKeys) for each in line.talk.commands)
        line.talk.says("yes")
    agreed = next(n for n, each in enumerate(line.talk.commands) if isinstance(each, Hangup))
    assert line.talk.outcome == "good"
    assert not [each for each in line.talk.commands[agreed:] if isinstance(each, Speak)]
    assert "terms" in line.talk.conversation.heard_lines


@pytest.mark.parametrize("seed", range(5))
def test_a_replay_of_the_record_owes_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    send, events = Conversation.send, list[Event]()

    def recorded(self: Conversation, event: Event) -> tuple[Command, ...]:
        events.append(event)
        return send(self, event)

    monkeypatch.setattr(Conversation, "send", recorded)
    chosen, line = random.Random(seed), Line(FLOW)
    for words in ("are you a robot", "purple elephants", "who is this", "yes"):
        line.plays(chosen.randint(0, 12))
        line.breaks_in(words, cut_first=chosen.random() < 0.5)
    line.plays()
    monkeypatch.undo()
    again = Conversation(line.talk.flow, {}, started=TUESDAY)
    replayed = [each for event in events for each in again.send(event_from_json(event_to_json(event)))]
    assert replayed == line.talk.commands


WORK = """
action look() -> day: text
  python "x:look"
  timeout 20s
  filler "One moment while I look that up in our large book."

state start
  say "Shall I look?"
  listen
    agree -> tell
    refuse -> through
    silence or otherwise: again
    silence or otherwise 9: end bad

state tell
  say "A visit costs ten pounds on weekdays." "It costs twenty pounds at weekends."
  do look()
    ok -> good
    error -> bad

state through
  say "I am going to put you through." "The call is recorded."
  transfer "+441134960000"
    briefing "A caller."
    answered or busy or no_answer or failed -> bad

state good
  say "Thank you. Goodbye."
  end good

state bad
  say "Goodbye."
  end bad

anywhere
  opt_out: end removed
  robot_question
    say "Yes, I am."
    resume
"""
BOTH = "A visit costs ten pounds on weekdays. It costs twenty pounds at weekends."


def working(words: str = "yes") -> Line:
    line = Line(WORK)
    line.plays()
    line.talk.says(words)
    line._take()
    return line


@pytest.mark.parametrize("cut_first", [True, False])
@pytest.mark.parametrize("heard", [0, 3, 8, 11])
def test_words_that_fit_nothing_over_the_lines_before_an_action_leave_the_rest_to_be_said(
    heard: int, *, cut_first: bool
) -> None:
    line = working()
    line.plays(heard)
    left = [BOTH] if heard < 7 else ["It costs twenty pounds at weekends."]
    assert line.breaks_in("purple elephants", cut_first=cut_first) == left
    assert sum(isinstance(each, RunAction) for each in line.talk.commands) == 1
    line.plays()
    assert line.talk.acts({"day": "Friday"}) == ["Thank you. Goodbye."]


def test_after_a_digression_too() -> None:
    line = working()
    line.plays(8)
    assert line.breaks_in("are you a robot") == ["Yes, I am.", "It costs twenty pounds at weekends."]


def test_what_was_cut_goes_before_what_follows_from_the_result() -> None:
    line = working()
    line.plays(8)
    line.cut()
    order = line.talk.order(RunAction)
    line.talk.send(ActionFinished(line.talk.at, order.request_id, "ok", (("day", "Friday"),)))
    assert line.talk.said == ["It costs twenty pounds at weekends.", "Thank you. Goodbye."]


def test_a_filler_that_was_cut_is_taken_up_again() -> None:
    line = working()
    line.plays()
    filler = "One moment while I look that up in our large book."
    line.talk.waits(2)
    line._take()
    line.plays(3)
    assert line.breaks_in("purple elephants") == [filler]


def test_a_filler_that_was_cut_gives_way_to_an_answer() -> None:
    line = working()
    line.plays()
    line.talk.waits(2)
    line._take()
    line.plays(3)
    assert line.breaks_in("are you a robot") == ["Yes, I am."]


def test_the_lines_before_a_warm_transfer_are_said_on_before_the_two_are_put_together() -> None:
    line = working("no")
    line.plays(8)
    assert line.breaks_in("purple elephants") == ["The call is recorded."]
    line.plays(1)
    line.cut()
    line.talk.send(ColleagueReady(line.talk.at, line.talk.order(Transfer).request_id))
    assert line.talk.said == ["The call is recorded."]


MOMENT = """
intent hold_on "the caller asks for a moment"
  "hang on a second"

state start
  say "It runs for a year."
  say "Shall I book it?"
  listen
    agree: end good
    hold_on: again "Take your time."
    otherwise: again "Could you say that another way?"
    otherwise 3: end bad
"""


@pytest.mark.parametrize(
    ("text", "answer"), [("hang on a second", "Take your time."), ("blue hats", "Could you say that another way?")]
)
def test_another_text_takes_the_place_of_a_question_only_once_that_was_heard(text: str, answer: str) -> None:
    talk = Talk(MOMENT, hears=False)
    first = talk.order_of("It runs")
    talk.pending = []
    for event in (SpeechCut(1.0, first, "It runs"), CallerSaid(1.1, text, 0.9, Reached(first, 2))):
        talk.send(event)
    assert talk.said == [answer, "It runs for a year.", "Shall I book it?"]
    talk.send(CallerSaid(2.0, "okay yes", 0.9, Reached(talk.order_of("It runs"), 3)))
    assert talk.outcome is None
    talk.hear()
    talk.says(text)
    assert talk.said == [answer]


HELD = """
line notice barge-in never "This call is recorded."

policy careful
  require heard(notice) before offer

state start
  say "Good morning."
  say notice
  say "We have something new."
  -> offer

state offer
  say "Would you like it?"
  listen
    agree: end good
    otherwise 3: end bad

anywhere
  robot_question
    say "Yes, I am."
    resume
"""


def test_a_move_that_waits_for_a_line_comes_after_all_that_was_talked_into() -> None:
    talk = Talk(HELD, hears=False)
    said = CallerSaid(1.1, "are you a robot", 0.9, Reached("u2", 2))
    talk.pending.remove("u1")
    talk.send(SpeechHeard(0.5, "u1"))
    talk.send(said)
    assert (talk.state, talk.said) == ("start", ["Yes, I am.", "This call is recorded.", "We have something new."])
    talk.hear()
    assert talk.state == "offer"
