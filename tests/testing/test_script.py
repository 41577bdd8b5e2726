"""Actions, the model and transfers, scripted by a test: read, held against the flow, and answered in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.conversation.commands import AskModel, Command, Hangup, Listen, RunAction, Speak, StartTimer, Transfer
from flowengine.conversation.events import (
    ActionFinished,
    Connected,
    Event,
    MachineDetected,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    Reached,
    SpeechHeard,
    TimerFired,
    TransferEnded,
)
from flowengine.errors import NotScripted
from flowengine.graph.compile import compile_text
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Source
from flowengine.runtime.ports import GuardAnswer
from flowengine.testing.coverage.reach import Reach
from flowengine.testing.coverage.sums import gaps, taken
from flowengine.testing.coverage.ways import Tally
from flowengine.testing.flow_call import FlowCall
from flowengine.testing.flowtest.bind import Bound, bind
from flowengine.testing.flowtest.parser import parse
from flowengine.testing.player import Player
from flowengine.testing.report_text import report_text
from flowengine.testing.runner import play
from flowengine.testing.script import ActionAnswer, ModelAnswer, Script, Scripted, TransferAnswer
from flowengine.testing.suite import find_tests, run
from flowengine.testing.virtual_call import VirtualCall
from tests.testing.made_flows import GUARDED, compiled
from tests.testing.test_coverage import RUNNER, SUBFLOW

OUTSIDE = """\
flow outside "What is outside" inbound
  agent "Amy" of "Hearth & Home"

outcome booked success
outcome machine
outcome hung_up

intent agree "the caller says yes"
  "yes"

action book(day: date) -> reference: text, floor: number
  python "acme.bookings:book"
  timeout 4s
  filler "One moment."

action remind()
  python "acme.bookings:remind"

state start
  split opening
    warm 50%
      say "How lovely to hear from you."
      -> talk
    direct 50% -> talk

state talk
  llm "Answer in one short sentence."
    facts
      "Cover includes the boiler."
    convinced "the caller agrees" -> book
    refused "the caller says no" -> pass_on
    limit 3 turns -> pass_on
    fallback "I see." -> pass_on

state book
  do book(today)
    ok -> remind
    error -> pass_on
    timeout -> pass_on

state remind
  do remind()
    ok -> goodbye
    error -> goodbye

state pass_on
  transfer "+441632960123"
    answered -> goodbye
    busy or no_answer or failed -> goodbye

state goodbye
  say "Goodbye."
  end booked

anywhere
  machine: end machine
  hangup: end hung_up
"""


def read(*lines: str) -> tuple[Bound | None, tuple[Diagnostic, ...]]:
    file, problems = parse(
        Source("a.flowtest", 'test "x"\n  flow outside\n' + "".join(f"  {each}\n" for each in lines))
    )
    assert problems == (), problems
    return bind(file.tests[0], compiled(OUTSIDE))


def test_every_line_of_a_script_is_read() -> None:
    bound, problems = read(
        'action book gives reference = "AB12, of course", floor = 2   # a remark',
        "action book after 3s gives reference = AB 12, floor = 2",
        "action book fails",
        "action book after 1.5s fails",
        "action book times out",
        "action remind succeeds",
        'llm says "It covers the boiler." then convinced',
        'llm after 2s says "Well \\"now\\"."',
        "llm fails",
        "llm times out",
        "transfer after 20s no_answer",
        "transfer answered",
        "variant opening = warm",
        "agent: *",
    )
    assert problems == ()
    assert bound is not None
    assert bound.script == (
        ActionAnswer("book", "gives", (("reference", "AB12, of course"), ("floor", "2"))),
        ActionAnswer("book", "gives", (("reference", "AB 12"), ("floor", "2")), 3.0),
        ActionAnswer("book", "fails"),
        ActionAnswer("book", "fails", (), 1.5),
        ActionAnswer("book", "times out"),
        ActionAnswer("remind", "gives"),
        ModelAnswer("says", "It covers the boiler.", "convinced"),
        ModelAnswer("says", 'Well "now".', None, 2.0),
        ModelAnswer("fails"),
        ModelAnswer("times out"),
        TransferAnswer("no_answer", 20.0),
        TransferAnswer("answered"),
    )
    assert bound.variants == {"opening": "warm"}


@pytest.mark.parametrize(
    ("line", "code", "column", "help_"),
    [
        ("action bok fails", "FL863", 10, "did you mean 'book'?"),
        ("action book gives refrence = AB12, floor = 2", "FL864", 21, "did you mean 'reference'?"),
        ("action book gives reference = AB12", "FL864", 3, "add floor = …"),
        ("action book gives reference = AB12, floor = high", "FL864", 47, "let it fail: action book fails"),
        ("action book gives reference = A, floor = 2, floor = 3", "FL857", 47, "keep one"),
        ('llm says "Yes." then convincd', "FL865", 24, "did you mean 'convinced'?"),
        ("variant openning = warm", "FL866", 11, "did you mean 'opening'?"),
        ("variant opening = worm", "FL866", 21, "did you mean 'warm'?"),
    ],
)
def test_what_the_flow_does_not_have_is_told(line: str, code: str, column: int, help_: str) -> None:
    bound, found = read(line, "agent: *")
    assert bound is None
    assert [(problem.code, problem.span.line, problem.span.column) for problem in found] == [(code, 3, column)]
    assert help_ in (found[0].help or "")


@pytest.mark.parametrize("line", ["llm fails", "transfer answered"])
def test_an_answer_to_what_is_never_asked_is_told(line: str) -> None:
    file, _ = parse(Source("a.flowtest", f'test "x"\n  flow guarded\n  {line}\n  agent: *\n'))
    _, found = bind(file.tests[0], compiled(GUARDED))
    assert [(problem.code, problem.span.line) for problem in found] == [("FL867", 3)]


@pytest.mark.parametrize(
    ("line", "column", "help_"),
    [
        ("action book giv reference = A", 15, "did you mean 'gives'?"),
        ("action book", 14, "action book_visit gives"),
        ("action book gives reference", 30, "action book_visit gives"),
        ("llm sings", 7, 'llm says "It covers'),
        ("transfer lost", 12, "transfer answered, or busy"),
        ("variant opening warm", 19, "variant opening = warm"),
    ],
)
def test_a_line_of_a_script_that_goes_wrong_is_told_where(line: str, column: int, help_: str) -> None:
    _, found = parse(Source("a.flowtest", f'test "x"\n  flow outside\n  {line}\n  agent: *\n'))
    assert [(problem.code, problem.span.line, problem.span.column) for problem in found] == [("FL853", 3, column)]
    assert help_ in (found[0].help or "")


# In virtual time.

ORDERS: dict[str, Command] = {
    "action": RunAction("a1", "book", (), 4.0),
    "model": AskModel("m1", "task", (), (), ()),
    "transfer": Transfer("t1", "+441632960123"),
}


class Mind:
    """Orders something on connection, and remembers what it is sent."""

    finished = False
    awaits_more = False

    def __init__(self, *orders: Command, then: Callable[[Event], tuple[Command, ...]] = lambda event: ()) -> None:
        self._orders = orders
        self._then = then
        self.events: list[Event] = []

    def send(self, event: Event) -> tuple[Command, ...]:
        self.events.append(event)
        return self._orders if isinstance(event, Connected) else self._then(event)

    def is_early(self, text: str, reached: Reached) -> bool:
        return False


def call_of(mind: Mind, *answers: Scripted) -> VirtualCall:
    call = VirtualCall(
        mind,
        lambda name, at: GuardAnswer(True),
        world=Script(answers),
        on_said=lambda said: None,
        on_fact=lambda fact: None,
    )
    call.connect()
    return call


@pytest.mark.parametrize(
    ("order", "answer", "event"),
    [
        (
            "action",
            ActionAnswer("book", "gives", (("reference", "A"),), 3.0),
            ActionFinished(3.0, "a1", "ok", (("reference", "A"),)),
        ),
        (
            "action",
            ActionAnswer("book", "fails", (), 1.0),
            ActionFinished(1.0, "a1", "error", reason="the test lets it fail"),
        ),
        ("model", ModelAnswer("fails"), ModelFailed(0.0, "m1", "the test lets it fail")),
        ("transfer", TransferAnswer("busy", 20.0), TransferEnded(20.0, "t1", "busy")),
    ],
)
def test_an_answer_comes_at_its_time(order: str, answer: Scripted, event: Event) -> None:
    mind = Mind(ORDERS[order])
    call_of(mind, answer).let_speak()
    assert mind.events[1:] == [event]


def test_a_model_says_its_sentences_one_by_one_as_in_a_live_call() -> None:
    mind = Mind(ORDERS["model"])
    call_of(mind, ModelAnswer("says", "Yes. It does.", "convinced", 2.0)).let_speak()
    said = [ModelSaid(2.0, "m1", "Yes."), ModelSaid(2.0, "m1", "It does.")]
    assert mind.events[1:] == [*said, ModelAnswered(2.0, "m1", "", "convinced")]


def test_what_times_out_is_left_to_the_timer() -> None:
    mind = Mind(ORDERS["action"], StartTimer("a1", 4.0), then=lambda event: (Listen("open", ()),))
    call = call_of(mind, ActionAnswer("book", "times out"))
    call.let_speak()
    assert mind.events[1:] == [TimerFired(4.0, "a1")]
    assert not call.speaking


def test_a_transfer_begins_when_all_was_heard() -> None:
    mind = Mind(Speak("s1", ("I'll put you through.",)), ORDERS["transfer"])
    call = call_of(mind, TransferAnswer("answered"))
    call.let_speak()
    assert [type(event) for event in mind.events[1:]] == [SpeechHeard, TransferEnded]
    assert mind.events[1].at == mind.events[2].at > 1.0


def test_nothing_is_answered_any_more_when_the_call_ends() -> None:
    mind = Mind(ORDERS["action"], Hangup("done"))
    call = call_of(mind, ActionAnswer("book", "gives", (), 3.0))
    call.let_speak()
    call.wait(5.0)
    assert [type(event) for event in mind.events] == [Connected]


def test_a_machine_is_told_at_once() -> None:
    mind = Mind()
    call_of(mind).machine()
    assert mind.events[1:] == [MachineDetected(0.0)]


def test_answers_come_in_their_order_and_the_last_again_and_again() -> None:
    script = Script([ActionAnswer("book", "fails"), ActionAnswer("book", "gives"), TransferAnswer("busy")])
    order = RunAction("a1", "book", (), 4.0)
    made = [script(order).event for _ in range(3)]
    results = [event(0.0) for event in made if event is not None]
    assert [each.result for each in results if isinstance(each, ActionFinished)] == ["error", "ok", "ok"]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("action", "runs the action 'book', and the test does not say what it gives: add 'action book fails'"),
        ("model", "asks the model for a turn, and the test does not say what it says: add 'llm says"),
        ("transfer", "transfers the call, and the test does not say how that ends: add 'transfer answered'"),
    ],
)
def test_what_a_test_does_not_script_is_told_with_the_line_to_add(order: str, message: str) -> None:
    with pytest.raises(NotScripted, match=message):
        call_of(Mind(ORDERS[order]))


def test_the_model_says_each_turn_once() -> None:
    script = Script([ModelAnswer("says", "Yes.")])
    order = AskModel("m1", "task", (), (), ())
    script(order)
    with pytest.raises(NotScripted, match="for turn 2"):
        script(order)


# Whole calls.

SUITE = """\
test "the model convinces, and the visit is booked"
  flow outside
  variant opening = warm
  llm says "It covers the boiler."
  action book after 2s gives reference = "AB12", floor = 2
  action remind succeeds

  agent: "How lovely to hear from you. It covers the boiler."
  expect state = talk
  caller: I see
  llm says "Lovely." then convinced
  agent: "Lovely. One moment. Goodbye."
  expect reference = AB12
  expect floor = 2
  ends booked

test "nobody can help"
  flow outside
  variant opening = direct
  llm after 1s says "Well." then refused
  transfer after 20s no_answer

  agent: "Well. Goodbye."
  ends booked

test "the model fails, and so does the transfer"
  flow outside
  variant opening = direct
  llm fails
  transfer failed
  agent: "I see. Goodbye."
  ends booked

test "the model never answers"
  flow outside
  variant opening = direct
  llm times out
  transfer busy
  agent: "One moment, please. I see. Goodbye."
  ends booked

test "the model has had its turns"
  flow outside
  variant opening = direct
  llm says "One."
  llm says "Two."
  llm says "Three."
  llm says "Four."
  transfer answered
  caller: um well
  agent: "Two."
  caller: what else
  agent: "Three."
  caller: and now
  agent: "Four."
  caller: more
  agent: "Goodbye."
  ends booked

test "the booking fails"
  flow outside
  variant opening = direct
  llm says "Lovely." then convinced
  action book fails
  transfer answered
  agent: "Lovely. Goodbye."
  ends booked

test "the booking is never heard of, and the reminder fails the second time"
  flow outside
  variant opening = direct
  llm says "Lovely." then convinced
  action book times out
  transfer answered
  agent: "Lovely. One moment. Goodbye."
  ends booked

test "the reminder fails"
  flow outside
  variant opening = direct
  llm says "Lovely." then convinced
  action book gives reference = "AB12", floor = 2
  action remind fails
  agent: "Lovely. Goodbye."
  ends booked

test "the caller hangs up while the visit is booked"
  flow outside
  variant opening = direct
  llm says "Lovely." then convinced
  action book after 3s gives reference = "AB12", floor = 2
  caller: (interrupts after "One moment") (hangs up)
  ends hung_up

test "a machine"
  flow outside
  variant opening = direct
  llm says "Well?"
  caller: (voicemail)
  agent: ""
  ends machine
"""


def test_calls_with_actions_a_model_and_transfers_are_played_and_covered_in_full(tmp_path: Path) -> None:
    (tmp_path / "outside.flow").write_text(OUTSIDE)
    (tmp_path / "outside.flowtest").write_text(SUITE)
    report = run(find_tests([tmp_path]), covering=[tmp_path])
    assert report.passed == 10, report_text(report, colour=False, verbose=False)
    assert report.coverage is not None
    assert [gap for file in report.coverage.files for gap in gaps(file)] == []
    (file,) = report.coverage.files
    assert taken([file], "condition") == (2, 2)


def test_a_call_that_asks_for_what_is_not_scripted_fails_with_the_line_to_add(tmp_path: Path) -> None:
    (tmp_path / "outside.flow").write_text(OUTSIDE)
    (tmp_path / "outside.flowtest").write_text('test "x"\n  flow outside\n  agent: *\n')
    (result,) = run(find_tests([tmp_path])).results
    assert result.failure is not None
    assert "add 'llm says" in result.failure.message


def test_the_fixtures_call_takes_answers_too() -> None:
    compilation = compile_text(OUTSIDE, "outside.flow", {})
    answers: list[Scripted] = [ModelAnswer("says", "Well.", "refused"), TransferAnswer("busy")]
    call = FlowCall(compilation, answers=answers, variants={"opening": "warm"})
    assert call.agent == "How lovely to hear from you. Well. Goodbye."
    assert call.outcome == "booked"


MOVES = ("yes", "no", "what does it cover", "stop calling", "hello", "", "(press 1)", "(voicemail)", "(hangs up)")
ANSWERS: tuple[Scripted, ...] = (
    ModelAnswer("says", "Well."),
    ModelAnswer("says", "Lovely.", "convinced", 1.0),
    ModelAnswer("says", "", "refused"),
    ModelAnswer("fails"),
    ModelAnswer("times out"),
    ActionAnswer("book", "gives", (("reference", "AB12"), ("floor", "2")), 2.0),
    ActionAnswer("book", "fails"),
    ActionAnswer("book", "times out"),
    ActionAnswer("remind", "gives"),
    ActionAnswer("remind", "times out"),
    *(TransferAnswer(result, 20.0) for result in ("answered", "busy", "no_answer", "failed")),
)


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(ANSWERS),
    st.lists(st.sampled_from(MOVES), min_size=1, max_size=8),
    st.sampled_from(["warm", "direct"]),
)
def test_whatever_a_call_takes_is_among_what_counts(answers: list[Scripted], moves: list[str], variant: str) -> None:
    flow = compiled(OUTSIDE)
    tally = Tally(flow)
    try:
        player = Player(flow, {}, world=Script(answers), variants={"opening": variant}, tally=tally)
        for move in moves:
            player.listen()
            if player.over:
                break
            match move:
                case "":
                    player.silence()
                case "(press 1)":
                    player.press("1")
                case "(voicemail)":
                    player.voicemail()
                case "(hangs up)":
                    player.hang_up()
                case words:
                    player.say(words)
        player.listen()
    except NotScripted:
        pass
    assert set(tally.times) <= {way.key for way in Reach(flow).ways}


@pytest.mark.parametrize(
    ("name", "passes"), [("ask", True), ("first/address/ask", True), ("second/address/ask", False), ("second", False)]
)
def test_a_subflows_state_is_expected_by_its_own_name_or_in_full(name: str, passes: bool) -> None:
    compilation = compile_text(RUNNER, "runner.flow", {"address": SUBFLOW})
    assert compilation.flow is not None
    file, problems = parse(Source("a.flowtest", f'test "x"\n  flow runner\n  agent: *\n  expect state = {name}\n'))
    assert problems == ()
    bound, found = bind(file.tests[0], compilation.flow)
    assert bound is not None, found
    assert play(bound).passed is passes


def test_a_machine_may_be_found_out_in_the_middle_of_a_sentence() -> None:
    bound, found = read('llm says "Well, now."', 'caller: (interrupts after "Well") (voicemail)', "ends machine")
    assert bound is not None, found
    result = play(bound)
    assert result.passed, result.failure
    assert result.turns[0].agent.endswith("Well,")
