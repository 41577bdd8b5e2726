"""What `flowengine call` prints: both sides by time, with their measures."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from flowengine.adapters.scripted.code import encode
from flowengine.runtime.audio import SILENCE
from flowengine.testing.paint import Painter
from flowengine.testing.twilio.colleague import Colleague, Reached, colleague_of
from flowengine.testing.twilio.lines import Answers, Busy
from flowengine.testing.twilio.listening import sentences_heard
from flowengine.testing.twilio.measures import utterances
from flowengine.testing.twilio.playout import Gap
from flowengine.testing.twilio.report import CallReport, LaterStream, Spoken, Warned
from flowengine.testing.twilio.report_text import Rung, many_calls, one_call
from flowengine.testing.twilio.speech_only import keep_to_speech
from flowengine.testing.twilio.story import story

PLAIN = Painter(False)
SECOND = 8000


def line(at: float, speaker: str, text: str, ended_at: float | None = None, **more: Any) -> dict[str, Any]:
    return {
        "at": at,
        "speaker": speaker,
        "text": text,
        "complete": True,
        "ended_at": ended_at,
        "intent": None,
        "score": None,
        **more,
    }


def audio(*sounds: tuple[float, str]) -> bytes:
    """Tones at their times, quiet between them."""
    made = b""
    for at, text in sounds:
        made += SILENCE * (round(at * SECOND) - len(made)) + encode(text)
    return made


def a_call(**more: Any) -> CallReport:
    """The agent greets for about half a second, the caller says yes at 2 s, the agent answers at 3 s."""
    agent = audio((0.1, "hello there"), (3.0, "fine"))
    return CallReport(
        "CA1",
        caller=[Spoken("Yes, please!", 2.0, 2.5)],
        caller_audio=audio((2.0, "yes please")),
        agent_audio=agent,
        agent=utterances(agent),
        marks_asked=["one", "two"],
        marks_echoed=["one", "two"],
        ended_by="agent",
        **more,
    )


RECORD = {
    "outcome": "opened",
    "abnormal": False,
    "transcript": [
        line(0.0, "agent", "Hello there.", 0.7),
        line(2.7, "caller", "yes please", intent="agree", score=0.98),
        line(2.9, "agent", "Fine.", 3.3),
    ],
}


def test_both_sides_stand_by_time() -> None:
    told = story(a_call(), RECORD)
    assert [(one.who, one.text) for one in told] == [
        ("agent", "Hello there."),
        ("caller", "Yes, please!"),
        ("agent", "Fine."),
    ]
    assert [round(one.at, 1) for one in told] == [0.1, 2.0, 3.0]


def test_the_answer_carries_its_delay() -> None:
    assert [one.reply for one in story(a_call(), RECORD)] == [None, None, 0.5]


def test_the_audio_beside_the_words_is_measured() -> None:
    greeting = story(a_call(), RECORD)[0]
    assert greeting.length is not None
    assert abs(greeting.length - 0.48) < 0.05
    assert greeting.level is not None
    assert -25 < greeting.level < -15


def test_what_was_recognised_is_shown_where_it_differs() -> None:
    notes = [one.note for one in story(a_call(), RECORD)]
    assert notes == ["", "understood: agree 0.98", ""]
    record = {**RECORD, "transcript": [line(2.7, "caller", "guess fleas")]}
    assert story(a_call(), record)[0].note == "recognised: “guess fleas”, no intent"


def test_an_answer_that_a_slot_took_is_called_one() -> None:
    record = {**RECORD, "transcript": [{**line(2.7, "caller", "yes please"), "intent": None, "score": 1.0}]}
    assert story(a_call(), record)[0].note == "taken as the answer"


def test_a_line_that_left_no_transcript_says_so() -> None:
    record = {**RECORD, "transcript": [line(0.0, "agent", "Hello there.", 0.7)]}
    assert story(a_call(), record)[1].note == "not recognised"


@pytest.mark.parametrize("record", [None, {}])
def test_without_a_record_nothing_is_known_of_either_side_s_words(record: dict[str, Any] | None) -> None:
    told = [(one.who, one.note) for one in story(a_call(), record)]
    assert told == [("agent", "no words: no record"), ("caller", "no record"), ("agent", "no words: no record")]


def test_a_transcript_that_nobody_said_stands_out() -> None:
    record = {**RECORD, "transcript": [line(1.0, "caller", "a ghost")]}
    assert (story(a_call(), record)[0].text, story(a_call(), record)[0].note) == ("a ghost", "nobody said this")


def test_two_transcripts_of_one_line_stand_together() -> None:
    record = {**RECORD, "transcript": [line(2.2, "caller", "yes"), line(2.7, "caller", "please")]}
    (spoken,) = story(a_call(), record)
    assert spoken.note == "recognised: “yes”, no intent; recognised: “please”, no intent"


def test_keys_stand_with_the_transcript_of_their_own_moment() -> None:
    report = CallReport(
        "CA1",
        caller=[
            Spoken("(pressed 1)", 4.25, 4.25),
            Spoken("(pressed 998#)", 8.5, 8.5),
            Spoken("(pressed 4711)", 12.5, 12.5),
            Spoken("(pressed 2)", 14.55, 14.55),
        ],
    )
    # The server's clock is some milliseconds behind ours; a secret's keys are masked.
    lines = [
        line(4.242, "caller", "(press 1)", intent="press 1", score=1.0),
        line(8.49, "caller", "(press 998)", score=1.0),
        line(12.49, "caller", "(press •••)", score=1.0),
        line(14.545, "caller", "(press 3)", intent="press 3", score=1.0),
    ]
    assert [one.note for one in story(report, {**RECORD, "transcript": lines})] == [
        "understood: press 1 1.00",
        "taken as the answer",
        "a secret, which the record does not keep; taken as the answer",
        "recognised: “(press 3)”, understood: press 3 1.00",
    ]


def test_words_and_keys_are_not_taken_for_each_other() -> None:
    report = CallReport("CA1", caller=[Spoken("yes", 1.0, 1.4), Spoken("(pressed 1)", 1.6, 1.6)])
    lines = [line(1.59, "caller", "(press 1)"), line(1.7, "caller", "yes")]
    assert [one.note for one in story(report, {**RECORD, "transcript": lines})] == ["no intent", "no intent"]


def test_words_that_were_cut_off_are_marked() -> None:
    record = {**RECORD, "transcript": [line(0.0, "agent", "Hello", 0.4, complete=False)]}
    assert story(a_call(), record)[0].note == "cut off"


def test_without_a_record_the_audio_still_tells() -> None:
    told = story(a_call(), None)
    assert [(one.who, one.text) for one in told] == [("agent", ""), ("caller", "Yes, please!"), ("agent", "")]


def test_a_call_reads_well() -> None:
    text = one_call(a_call(), RECORD, PLAIN)
    assert "   2.00 s" in text
    assert "opened, ended by the agent" in text
    assert "no gaps" in text
    assert "2, in order" in text
    starts = {row.index(word) for row in text.splitlines() for word in ("Hello there.", "Yes, please!") if word in row}
    assert len(starts) == 1
    assert "\x1b" not in text


def test_troubles_stand_in_the_report() -> None:
    report = a_call(
        gaps=[Gap(1.0, 0.08)], warned=Warned(1, 2), problems=["the agent said nothing for 20 s"], unsaid=["bye"]
    )
    text = one_call(report, RECORD, PLAIN)
    for part in ("1 gaps, the longest 80 ms", "31950: 1, 31951: 2", "the agent said nothing", "“bye”"):
        assert part in text


def test_a_table_has_a_line_a_call_and_one_for_all() -> None:
    rung = [Rung(a_call(), RECORD), Rung(None, error="nobody answers"), Rung(a_call(gaps=[Gap(1.0, 0.08)]), RECORD)]
    _, first, second, third, total = many_calls(rung, PLAIN).splitlines()
    assert "opened" in first
    assert "0.50 s / 0.50 s" in first
    assert "nobody answers" in second
    assert "80 ms" in third
    assert "2 of 3 good" in total


def test_a_call_is_good_when_nobody_complains() -> None:
    assert Rung(a_call(), RECORD).is_good
    assert Rung(a_call(), None).is_good
    assert not Rung(a_call(), {}).is_good
    assert not Rung(None, error="nobody answers").is_good
    assert not Rung(a_call(), {**RECORD, "abnormal": True}).is_good
    assert not Rung(a_call(warned=Warned(1, 0)), RECORD).is_good
    assert not Rung(a_call(problems=["the agent said nothing"]), RECORD).is_good


def test_a_line_that_the_caller_broke_is_no_fault_of_the_server() -> None:
    report = a_call()
    report.ended_by = "caller"
    assert Rung(report, {**RECORD, "abnormal": True}).is_good


def test_an_agent_that_was_interrupted_answers_after_its_clear() -> None:
    report = CallReport(
        "CA1",
        caller=[Spoken("no", 0.3, 0.5)],
        agent_audio=(encode("x" * 20))[: round(0.6 * SECOND)] + SILENCE * SECOND + encode("fine"),
        cleared_at=[0.6],
    )
    (reply,) = report.replies
    assert 1.0 < reply < 1.2


def test_a_reply_is_the_first_sound_after_the_callers_last() -> None:
    report = CallReport(
        "CA1",
        caller=[Spoken("yes", 0.0, 0.5), Spoken("and", 2.0, 2.1), Spoken("hello?", 2.2, 2.5)],
        agent_audio=SILENCE * (SECOND + 800) + encode("a") + SILENCE * (2 * SECOND),
    )
    assert report.replies == [pytest.approx(0.6)]


def test_marks_that_share_a_name_are_not_in_order() -> None:
    assert CallReport("CA1", marks_asked=["a", "b", "c"], marks_echoed=["b", "c"]).marks_in_order
    assert not CallReport("CA1", marks_asked=["a", "b"], marks_echoed=["b", "a"]).marks_in_order
    assert not CallReport("CA1", marks_asked=["a", "a"], marks_echoed=["a", "a"]).marks_in_order


def test_each_stream_of_a_call_has_marks_of_its_own() -> None:
    def in_order(*later: LaterStream) -> bool:
        asked = ["a", "b", "a"]
        return CallReport("CA1", marks_asked=asked, marks_echoed=["a", "a"], later_streams=[*later]).marks_in_order

    assert not in_order()
    assert in_order(LaterStream(2.0, 2.5, 2, 1))
    assert not in_order(LaterStream(2.0, 2.5, 3, 2))


def a_call_with_music() -> CallReport:
    """A sentence, the tones of a key, music for two seconds that runs into a sentence, and a click in the music."""
    voice, tone = b"\x9c\x1c" * 4000, b"\x8c\x0c" * 800
    music = b"\xb0\x30" * 4000 + b"\xff" * 200 + b"\x80" * 200 + b"\xb0\x30" * 3800
    heard = voice + SILENCE * 800 + tone + SILENCE * 2400 + music + voice
    spans = [(0.0, 1.0), (1.1, 1.3), (1.6, len(heard) / SECOND)]
    return CallReport("CA1", agent_audio=heard, sentences=sentences_heard(heard, spans))


def in_music(report: CallReport) -> list[float]:
    return [at for at in report.clicks if 1.7 < at < 3.5]


WITH_MUSIC = {
    "transcript": [
        line(0.0, "agent", "Please hold.", 1.05),
        line(1.0, "agent", "(keys 1)", 1.35),
        line(3.6, "agent", "Goodbye.", 4.7),
    ]
}


def test_tones_and_music_are_no_sentences() -> None:
    report = a_call_with_music()
    assert len(report.sentences) == 3
    assert in_music(report) != []
    keep_to_speech(report, WITH_MUSIC)
    first, second = report.sentences
    assert abs(first.level - second.level) < 0.5
    assert second.start == 3.6
    assert in_music(report) == []


def test_without_a_record_nothing_is_told_apart() -> None:
    report = a_call_with_music()
    keep_to_speech(report, None)
    assert len(report.sentences) == 3
    assert in_music(report) != []


def test_words_of_an_earlier_stream_are_told_from_music_too() -> None:
    report = a_call_with_music()
    report.later_streams = [LaterStream(2.0, 3.0, 0, 0)]
    keep_to_speech(report, WITH_MUSIC)
    assert [one.start for one in report.sentences] == pytest.approx([0.0, 3.6])


def test_words_after_a_transfer_are_found_where_they_were_heard() -> None:
    first, second = encode("hold on"), encode("they are busy")
    back = len(first) / SECOND + 1.2
    report = CallReport("CA1", agent_audio=first + SILENCE * round(1.2 * SECOND) + second)
    report.later_streams = [LaterStream(back - 0.7, back, 1, 1)]
    record = {
        "transcript": [
            line(0.0, "agent", "Hold on.", back - 1.1),
            line(back, "agent", "They are busy.", back + len(second) / SECOND),
        ]
    }
    held, busy = story(report, record)
    assert held.at == 0.0
    assert abs(busy.at - back) < 0.03
    assert busy.length is not None
    assert abs(busy.length - len(second) / SECOND) < 0.05


def test_a_line_that_was_held_and_went_on_is_no_reply() -> None:
    speech = encode("a line that is held")
    each = len(speech) / SECOND
    heard = speech + SILENCE * SECOND + speech
    report = CallReport("CA1", caller=[Spoken("yes", each, each + 0.3)], agent_audio=heard)
    assert len(report.replies) == 1
    report.speech = [(0.0, 2 * each + 1.0)]
    assert report.replies == []


def test_what_comes_at_once_after_a_key_stands_behind_it_and_is_no_reply() -> None:
    speech = encode("please hold")
    report = CallReport("CA1", caller=[Spoken("(pressed 0)", 1.01, 1.01)], agent_audio=SILENCE * SECOND + speech)
    record = {"transcript": [line(1.0, "agent", "Please hold.", 1.0 + len(speech) / SECOND)]}
    assert [told.who for told in story(report, record)] == ["caller", "agent"]
    assert report.replies == []


def test_a_turn_taken_back_answered_twice() -> None:
    lovely = encode("lovely")
    end = 1.3 + len(lovely) / SECOND
    heard = SILENCE * 10400 + lovely
    said = [Spoken("yes", 0.8, 1.0), Spoken("but not today", end + 0.1, end + 0.8)]
    report = CallReport("CA1", caller=said, agent_audio=heard, cleared_at=[end + 0.2])
    record = {
        "transcript": [
            line(0.9, "caller", "Yes, but not today."),
            line(1.25, "agent", "Lovely,", end, complete=False),
        ]
    }
    _, answer, rest = story(report, record)
    assert answer.reply is not None
    assert rest.note == "understood together with the words above"


def test_a_refusal_names_its_rules() -> None:
    guards = [{"at": 0.1, "guard": "uk_outbound", "allowed": False, "reasons": ["OUTSIDE_HOURS"]}]
    text = one_call(a_call(), {**RECORD, "guards": guards}, PLAIN)
    assert "by guard uk_outbound: OUTSIDE_HOURS;" in text
    assert "--now" in text


def test_a_call_that_ended_with_its_transfer_says_so() -> None:
    text = one_call(dataclasses.replace(a_call(dialled=[("+441134960999", None)]), ended_by="twiml"), RECORD, PLAIN)
    assert "over once the transfer was" in text


def test_an_agent_that_talks_on_has_not_replied() -> None:
    speech = encode("a long line")
    heard = speech + SILENCE * 800 + speech + SILENCE * SECOND + encode("fine")
    each = len(speech) / SECOND
    spans = [(0.0, each + 0.1), (each + 0.1, 2 * each + 0.1)]
    report = CallReport("CA1", caller=[Spoken("mhm", 0.1, each + 0.05)], agent_audio=heard)
    report.sentences = sentences_heard(heard, spans)
    assert report.replies == []


def test_a_transfer_stands_in_the_report() -> None:
    report = a_call(
        reached=[
            Reached("+441134960999", "busy"),
            Reached("+441134960888", "completed", "+441134960124", ("A caller.",)),
        ],
        rooms=[True],
    )
    text = one_call(report, RECORD, PLAIN)
    assert "to +441134960999: busy\n" in text
    assert "to +441134960888, who saw +441134960124: completed; heard: “A caller.”" in text
    assert "with a colleague" in text


def test_a_colleague_is_one_for_cold_and_for_warm_transfers() -> None:
    assert colleague_of("answers:20") == (
        Colleague("completed", 20.0),
        Answers(rings_s=1, presses=("1", ""), talks_s=20.0),
    )
    assert colleague_of("busy") == (Colleague("busy"), Busy(rings_s=1))
    assert colleague_of("declines")[0] == Colleague("busy")


def test_what_the_agent_says_when_a_call_comes_back_is_no_reply() -> None:
    heard = SILENCE * (3 * SECOND) + encode("sorry we were cut off")
    report = CallReport("CA1", caller=[Spoken("yes", 0.2, 0.9)], agent_audio=heard)
    assert len(report.replies) == 1
    report.later_streams = [LaterStream(1.5, 3.0, 0, 0)]
    assert report.replies == []


def test_an_end_in_mid_wave_where_the_line_was_lost_is_no_click() -> None:
    voice = b"\x9c\x1c" * 4000 + b"\x80"
    report = CallReport("CA1", agent_audio=voice + SILENCE * SECOND)
    assert report.clicks != []
    report.later_streams = [LaterStream(len(voice) / SECOND, 2.0, 0, 0)]
    assert report.clicks == []


def test_a_line_that_was_broken_off_is_told_as_such() -> None:
    broken, again = Spoken("yes please", 0.5, 1.0, broken_off=True), Spoken("yes please", 5.0, 6.0)
    report = CallReport("CA1", caller=[broken, again], caller_audio=encode("a") * 20)
    record = {"transcript": [line(6.0, "caller", "yes please")]}
    assert [told.note for told in story(report, record)] == ["the line was lost", "no intent"]


def test_music_on_hold_is_no_reply_and_no_part_of_what_the_agent_said() -> None:
    report = a_call_with_music()
    report.caller = [Spoken("stop calling me", 2.0, 2.6)]
    keep_to_speech(report, WITH_MUSIC)
    assert report.replies == [pytest.approx(1.0, abs=0.06)]
    assert sum(one.length for one in report.agent) == pytest.approx(2.0, abs=0.1)


def test_words_stand_with_their_own_line_where_two_are_close_together() -> None:
    report = CallReport(
        "CA1", caller=[Spoken("please never", 10.0, 10.6), Spoken("call this number again", 11.0, 12.0)]
    )
    transcript = [line(11.1, "caller", "Please never,"), line(12.5, "caller", "call this number again")]
    told = story(report, {"transcript": transcript})
    assert [one.note for one in told] == ["no intent", "no intent"]


def test_an_action_that_failed_stands_in_the_report_with_its_reason() -> None:
    why = 'python "acme:book" is not registered'
    failed = {"at": 1.0, "action": "book", "result": "error", "duration": 0.1, "reason": why}
    done = {**failed, "action": "look_up", "result": "ok", "reason": None}
    told = one_call(a_call(), {**RECORD, "actions": [done, failed, failed]}, PLAIN)
    assert told.count(f"  action failed    book: {why}") == 1
    assert "look_up" not in told


def test_the_seconds_without_a_line_stand_in_the_table() -> None:
    report = a_call(problems=["the server closed the stream with 1006"])
    # Between them the caller was with a colleague.
    report.later_streams = [LaterStream(0.6, 1.2, 0, 0), LaterStream(1.2, 2.9, 1, 1, was_lost=True)]
    rung = Rung(report, {"outcome": "booked", "abnormal": False, "transcript": []})
    shown = one_call(report, rung.record, PLAIN, 100).splitlines()
    (row,) = [each for each in shown if "no line" in each]
    assert " ".join(row.split()) == "1.20 s 1.7 s twilio (no line for 1.7 s, then the call came back)"
    assert "  lost line        for 1.7 s, then the call came back" in shown
    # It came back, and still Twilio would have complained.
    assert not rung.is_good


def test_a_line_that_was_lost_for_good_is_told() -> None:
    shown = one_call(a_call(is_lost=True), None, PLAIN, 100)
    assert "  lost line        the call did not come back" in shown
    assert "lost line" not in one_call(a_call(), None, PLAIN, 100)
