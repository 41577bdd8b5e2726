"""A call's story, read off its events."""

from __future__ import annotations

import json

import msgspec
import pytest

from flowengine.conversation.commands import (
    AskGuard,
    Chose,
    Command,
    Entered,
    Noted,
    Pause,
    RunAction,
    SlotFilled,
    Speak,
    TakenBack,
    Transfer,
    Understood,
)
from flowengine.conversation.events import (
    ActionFinished,
    CallerPressed,
    CallerSaid,
    Connected,
    Event,
    GuardAnswered,
    MachineDetected,
    SpeechCut,
    SpeechHeard,
    TransferEnded,
)
from flowengine.errors import StoreError
from flowengine.runtime.measured import Interrupted, ReplyStarted, TurnMeasured
from flowengine.runtime.ports import FirstSound, Told, TurnsFelt
from flowengine.store.detail import (
    ActionRun,
    CallDetail,
    RecordingMark,
    TranscriptLine,
    TransferMade,
    detail,
    find,
)
from flowengine.store.rows import Entry
from flowengine.store.store import Store
from tests.store.records import end, entries, start


def story(store: Store, *happened: tuple[float, Event | Command | Told], over: bool = True) -> CallDetail:
    store.write([start(), *entries(*happened), *([end()] if over else [])])
    found = find(store, "call-1")
    assert found is not None
    return found


def said(found: CallDetail) -> list[tuple[str, str]]:
    return [(line.speaker, line.text) for line in found.transcript]


def test_a_call_is_told_with_states_slots_and_outcome(store: Store) -> None:
    found = story(
        store,
        (0.0, Connected(0.0)),
        (0.0, Entered("greeting", None, "start")),
        (0.01, Speak("u1", ("Hello.", "Is that Priya?"))),
        (2.5, SpeechHeard(2.5, "u1")),
        (4.0, CallerSaid(4.0, "yes speaking", 0.9)),
        (4.02, Understood("yes speaking", "agree", 0.97, "phrase")),
        (4.02, SlotFilled("visit_day", "2026-12-01")),
        (4.02, Entered("booking", "greeting", "agree")),
        (4.02, Chose("opening", "warm")),
        (4.03, Noted("visit booked")),
    )
    assert said(found) == [("agent", "Hello. Is that Priya?"), ("caller", "yes speaking")]
    assert found.transcript[0] == TranscriptLine(0.01, "agent", "Hello. Is that Priya?", ended_at=2.5)
    assert (found.transcript[1].intent, found.transcript[1].score) == ("agree", 0.97)
    assert [(visit.state, visit.by) for visit in found.states] == [("greeting", "start"), ("booking", "agree")]
    assert (found.state, found.outcome, found.status) == ("booking", "booked", "completed")
    assert found.slots == {"visit_day": "2026-12-01"}
    assert found.variants == {"opening": "warm"}
    assert [note.text for note in found.notes] == ["visit booked"]


def test_each_line_of_a_turn_has_the_moment_at_which_it_was_first_heard(store: Store) -> None:
    found = story(
        store,
        (0.0, Speak("u1", ("Hello.",))),
        (0.0, Pause("u2", 1.0)),
        (0.0, Speak("u3", ("This is Amy.",))),
        (0.0, Speak("u4", ("Shall I go on?",))),
        (0.2, FirstSound()),
        (1.2, SpeechHeard(1.2, "u1")),
        (2.2, SpeechHeard(2.2, "u2")),
        (3.2, SpeechHeard(3.2, "u3")),
        (4.0, CallerSaid(4.0, "yes", 0.9)),
        (4.0, SpeechCut(4.0, "u4", "Shall I")),
        (4.0, Speak("u5", ("Lovely.",))),
        (4.4, ReplyStarted(400)),
        (4.5, ReplyStarted(500)),
        (5.0, Speak("u6", ("Goodbye.",))),
        (5.1, SpeechHeard(5.1, "u5")),
        over=False,
    )
    assert [(line.at, line.text) for line in found.transcript] == [
        (0.2, "Hello."),
        (2.2, "This is Amy."),
        (3.2, "Shall I"),
        (4.0, "yes"),
        (4.4, "Lovely."),
        (5.1, "Goodbye."),
    ]


def test_a_turn_that_was_taken_back_is_one_with_what_followed(store: Store) -> None:
    found = story(
        store,
        (0.0, Entered("greeting", None, "start")),
        (4.0, CallerSaid(4.0, "yes", 0.9)),
        (4.0, Understood("yes", "agree", 1.0, "phrase")),
        (4.0, SlotFilled("visit_day", "2026-12-01")),
        (4.0, Entered("booking", "greeting", "agree")),
        (4.0, Speak("u1", ("Lovely.",))),
        (4.4, SpeechCut(4.4, "u1", "")),
        (4.6, CallerSaid(4.6, "…")),
        (5.2, CallerSaid(5.2, "but not today", 0.9)),
        (5.2, TakenBack(4.0, "greeting", ("visit_day",))),
        (5.2, Entered("greeting", "booking", "taken_back")),
        (5.2, Understood("yes but not today", "refuse", 0.9, "phrase")),
        (5.2, Entered("goodbye", "greeting", "refuse")),
        (9.0, CallerSaid(9.0, "bye")),
    )
    callers = [line for line in found.transcript if line.speaker == "caller"]
    assert [(line.text, line.intent, line.state) for line in callers if line.text != "…"] == [
        ("yes but not today", "refuse", "greeting"),
        ("bye", None, "goodbye"),
    ]
    assert (callers[0].turn, callers[0].at) == (1, 4.0)
    assert found.slots == {}
    assert [visit.state for visit in found.states] == ["greeting", "booking", "greeting", "goodbye"]
    assert [note.text for note in found.notes] == [
        "the caller went on: their turn was taken back, and taken anew as a whole"
    ]


def test_what_was_done_beside_the_conversation_is_told(store: Store) -> None:
    found = story(
        store,
        (1.0, RunAction("r1", "book_visit", (("day", "2026-12-01"), ("pin", "1234")), 4.0, ("pin",))),
        (2.5, ActionFinished(2.5, "r1", "ok", (("reference", "BC-1"),))),
        (3.0, RunAction("r2", "find_slot", (), 4.0)),
        (3.4, ActionFinished(3.4, "r2", "error", reason="the answer was HTTP 404")),
        (4.0, RunAction("r3", "never", (), 4.0)),
        (5.0, Transfer("r4", "+441134960999")),
        (17.5, TransferEnded(17.5, "r4", "no_answer")),
        (18.0, MachineDetected(18.0)),
    )
    assert found.actions == [
        ActionRun(1.0, "book_visit", "ok", 1.5),
        ActionRun(3.0, "find_slot", "error", 0.4, "the answer was HTTP 404"),
        ActionRun(4.0, "never"),
    ]
    assert found.transfers == [TransferMade(5.0, "no_answer", 12.5)]
    assert found.answered_by_machine
    assert b"BC-1" not in msgspec.json.encode(found)
    assert b"1234" not in msgspec.json.encode(found)


def test_what_the_session_adds_is_told(store: Store) -> None:
    entries = [
        Entry("call-1", 0, 1.0, "out", "RecordingSet", '{"kind":"RecordingSet","on":true,"problem":null}'),
        Entry("call-1", 1, 2.0, "out", "RecordingSet", '{"kind":"RecordingSet","on":false,"problem":"no line"}'),
        Entry("call-1", 2, 3.0, "out", "Remarked", '{"kind":"Remarked","text":"the caller could not be put through"}'),
    ]
    store.write([start(), *entries, end()])
    found = find(store, "call-1")
    assert found is not None
    assert found.recordings == [RecordingMark(1.0, True), RecordingMark(2.0, False, "no line")]
    assert [note.text for note in found.notes] == ["the caller could not be put through"]


def test_a_call_without_events_is_told_too(store: Store) -> None:
    found = story(store, over=False)
    assert (found.state, found.outcome, found.transcript, found.status) == (None, None, [], "in-progress")
    assert found.timings.duration is None


def test_only_what_was_heard_counts_as_said(store: Store) -> None:
    found = story(
        store,
        (0.0, Speak("u1", ("One two three.",))),
        (0.0, Speak("u2", ("Four five.",))),
        (0.0, Speak("u3", ("Six.",))),
        (1.0, SpeechCut(1.0, "u1", "One two")),
        (1.0, SpeechCut(1.0, "u2", "")),
    )
    assert [(line.text, line.complete, line.pending) for line in found.transcript] == [
        ("One two", False, False),
        ("Six.", False, True),
    ]


def test_keys_in_a_row_are_one_answer(store: Store) -> None:
    found = story(
        store,
        (1.0, CallerPressed(1.0, "4")),
        (1.5, CallerPressed(1.5, "2")),
        (3.0, Understood("(press 42)", None, 1.0, "key")),
        (5.0, CallerPressed(5.0, "1")),
    )
    assert said(found) == [("caller", "(press 42)"), ("caller", "(press 1)")]
    assert found.timings.turns == 2


def test_words_understood_later_keep_their_own_meaning(store: Store) -> None:
    found = story(
        store,
        (1.0, CallerSaid(1.0, "yes ")),
        (2.0, CallerSaid(2.0, "who is this")),
        (3.0, Understood("yes", "agree", 1.0, "phrase")),
        (3.0, Understood("who is this", "who_are_you", 0.9, "protective")),
    )
    assert [(line.text, line.intent) for line in found.transcript] == [
        ("yes", "agree"),
        ("who is this", "who_are_you"),
    ]


def test_what_the_conversation_hides_stays_hidden(store: Store) -> None:
    found = story(
        store, (1.0, CallerSaid(1.0, "four nine two nine")), (1.0, Understood("•••", None, 1.0, "slot")), over=False
    )
    assert said(found) == [("caller", "•••")]


def test_the_guard_is_told_with_its_reasons(store: Store) -> None:
    found = story(
        store,
        (0.0, AskGuard("g1", "uk_outbound")),
        (0.1, GuardAnswered(0.1, "g1", allowed=False, reasons=("OUTSIDE_HOURS", "BANK_HOLIDAY"))),
        (0.2, AskGuard("g2", "uk_outbound")),
    )
    assert [(check.guard, check.allowed, check.reasons) for check in found.guards] == [
        ("uk_outbound", False, ["OUTSIDE_HOURS", "BANK_HOLIDAY"]),
        ("uk_outbound", None, []),
    ]


def test_replies_are_timed_as_they_were_measured(store: Store) -> None:
    story(store, (0.0, Speak("u1", ("Hello.",))), (2.0, CallerSaid(2.0, "hello")))
    store.write([Entry("call-1", 90, 2.25, "out", "ReplyStarted", '{"kind":"ReplyStarted","ms":250}')])
    found = find(store, "call-1")
    assert found is not None
    assert found.timings.replies == [0.25]
    assert found.timings.turns == 1


def test_a_turns_waterfall_stands_beside_it(store: Store) -> None:
    found = story(
        store,
        (2.0, CallerSaid(2.0, "hello")),
        (2.5, Interrupted(in_earnest=False)),
        (3.0, CallerSaid(3.0, "yes")),
        (3.0, TurnMeasured(2.0, "voice", 500, 0, 3, 0, None, asked=(("meaning", 3),))),
        (5.0, TurnMeasured(3.0, "voice", 480, 700, 0, 2, 2000, 10, 900, 20, filler=1890)),
    )
    first, second = found.timings.waterfalls
    assert (first.turn, first.reply, list(first.parts)) == (
        1,
        None,
        [("endpointing", 500), ("waiting", 0), ("understanding", 3), ("deciding", 0)],
    )
    assert [(wait.what, wait.ms) for wait in first.waits] == [("meaning", 3)]
    assert (second.turn, second.reply, second.mark_late) == (2, 3192, 20)
    assert (second.waiting, second.acting, second.voice_to_voice) == (700, 2000, 1890)
    assert (found.timings.interruptions, found.timings.false_interruptions) == (1, 1)


OLD_TURN = {"said_at": 2.0, "by": "voice", "endpointing": 480, "understanding": 3, "deciding": 702, "voicing": 12}


@pytest.mark.parametrize(
    ("facts", "reply", "parts"),
    [
        (
            OLD_TURN,
            1197,
            {"endpointing": 480, "waiting": 0, "understanding": 3, "deciding": 702, "acting": 0, "voicing": 12},
        ),
        (
            OLD_TURN | {"voicing": None},
            None,
            {"endpointing": 480, "waiting": 0, "understanding": 3, "deciding": 702, "acting": 0},
        ),
        (
            OLD_TURN | {"understanding": None, "deciding": None, "voicing": None},
            None,
            {"endpointing": 480, "waiting": 0},
        ),
    ],
)
def test_a_turn_that_an_earlier_release_measured_is_read(
    store: Store, facts: dict[str, object], reply: int | None, parts: dict[str, int]
) -> None:
    story(store, (2.0, CallerSaid(2.0, "hello")))
    payload = json.dumps({"kind": "TurnMeasured", "playing": None, "mark_late": None, "asked": [], **facts})
    store.write([Entry("call-1", 90, 2.5, "out", "TurnMeasured", payload)])
    found = find(store, "call-1")
    assert found is not None
    (turn,) = found.timings.waterfalls
    assert (turn.reply, turn.voice_to_voice, dict(turn.parts)) == (reply, reply, parts)


def test_a_filler_is_no_reply_and_has_its_moment(store: Store) -> None:
    found = story(
        store,
        (4.0, CallerSaid(4.0, "yes")),
        (4.7, Speak("u1", ("One moment.",))),
        (4.9, ReplyStarted(1200, filler=True)),
        (6.0, SpeechHeard(6.0, "u1")),
        (7.0, Speak("u2", ("It is open.",))),
        (7.1, ReplyStarted(3400)),
    )
    assert found.timings.replies == [3.4]
    assert [line.at for line in found.transcript] == [4.0, 4.9, 7.1]


def test_a_waterfall_that_makes_no_sense_is_named(store: Store) -> None:
    store.write([start()])
    row = store.call("call-1")
    assert row is not None
    with pytest.raises(StoreError, match=r"entry 7 of call call-1 is damaged \(TurnMeasured\)"):
        detail(row, [Entry("call-1", 7, 0.0, "out", "TurnMeasured", '{"said_at": 1, "by": "smoke", "endpointing": 1}')])


@pytest.mark.parametrize("payload", ["{", "[]", '{"kind": "CallerSaid"}', '{"text": 5}'])
def test_a_damaged_entry_is_named(store: Store, payload: str) -> None:
    store.write([start()])
    row = store.call("call-1")
    assert row is not None
    with pytest.raises(StoreError, match=r"entry 7 of call call-1 is damaged \(CallerSaid\)"):
        detail(row, [Entry("call-1", 7, 0.0, "in", "CallerSaid", payload)])


def test_a_detail_survives_json(store: Store) -> None:
    found = story(store, (0.0, Speak("u1", ("Hello.",))), (1.0, SpeechHeard(1.0, "u1")))
    assert msgspec.json.decode(msgspec.json.encode(found), type=CallDetail) == found


def test_an_unknown_call_is_none(store: Store) -> None:
    assert find(store, "nonesuch") is None


def test_a_call_is_found_by_a_beginning_that_only_it_has(store: Store) -> None:
    for call_id in ("12345678-a", "12345678-b", "87654321-c"):
        store.write([start(call_id)])
    found = [find(store, wanted) for wanted in ("87654321", "12345678", "12345678-a", "8765432")]
    assert [None if one is None else one.call_id for one in found] == ["87654321-c", None, "12345678-a", None]


def test_words_that_were_understood_together_each_stand_in_their_own_line(store: Store) -> None:
    found = story(
        store,
        (1.0, CallerSaid(1.0, "well now")),
        (2.0, CallerSaid(2.0, "the price")),
        (2.1, Understood("well now the price", "price", 0.9, "meaning")),
    )
    assert said(found) == [("caller", "well now"), ("caller", "the price")]
    assert found.transcript[-1].intent == "price"


def test_how_a_turn_felt_to_a_model_stands_beside_what_the_rules_say(store: Store) -> None:
    found = story(
        store,
        (1.25, CallerSaid(1.25, "this is ridiculous")),
        (1.25, Understood("this is ridiculous", None, 0.0, "none", (), -0.7)),
        (3.5, CallerSaid(3.5, "yes")),
        (3.5, Understood("yes", "agree", 1.0, "phrase")),
        (9.0, TurnsFelt(((1.25, "negative"), (7.0, "positive")))),
    )
    assert [(line.sentiment, line.felt) for line in found.transcript] == [(-0.7, "negative"), (None, None)]
