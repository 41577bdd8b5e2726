"""Where a turn begins and ends, in audio's own time: no model, no clock."""

from __future__ import annotations

import pytest

from flowengine.adapters.local.endpointing import (
    ASK_AHEAD_MS,
    HOP_MS,
    LONGEST_MS,
    PATIENCE_MS,
    PAUSE_MS,
    TAIL_MS,
    Request,
    Step,
    Transcription,
    Turn,
)
from flowengine.conversation.commands import Expecting
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    VoiceEnded,
    VoiceStarted,
)

HOP = b"\x20" * 256
SOFT = b"\x74" * 256
"""40 dB softer."""


class Caller:
    """Speaks and pauses into a turn; the engine answers at once with `says`, unless it is `slow`."""

    def __init__(self, says: str = "hello", *, slow: bool = False) -> None:
        self.turn = Turn()
        self.says = says
        self.slow = slow
        self.told: list[Step] = []
        self.requests: list[Request] = []
        self.asked_ms: list[int] = []
        self.at_ms: dict[type[object], int] = {}
        self.now_ms = 0

    def speaks(self, milliseconds: int) -> Caller:
        return self._hops(milliseconds, 0.9)

    def pauses(self, milliseconds: int) -> Caller:
        return self._hops(milliseconds, 0.02)

    def finalizes(self) -> Caller:
        self._take(self.turn.finalize())
        return self

    def answers(self, request: Request, text: str | None = None) -> None:
        said = self.says if text is None else text
        self._take(self.turn.transcribed(request, Transcription(said, 0.9 if said else None)))

    def finals(self) -> list[FinalTranscript]:
        return [event for event in self.told if isinstance(event, FinalTranscript)]

    def kinds(self) -> list[type[object]]:
        told = [event for event in self.told if not isinstance(event, PartialTranscript)]
        # Reported once more when it has become certain.
        again = [each for each, before in zip(told[1:], told, strict=False) if isinstance(before, VoiceStarted)]
        return [type(event) for event in told if event not in again or not isinstance(event, VoiceStarted)]

    def hears(self, audio: bytes, probability: float) -> Caller:
        """Audio of whole hops, all of them so likely voice."""
        for start in range(0, len(audio), len(HOP)):
            self.now_ms += HOP_MS
            evidence = 3.0 if probability >= 0.5 else -3.0
            self._take(self.turn.hop(audio[start : start + len(HOP)], probability, evidence))
        return self

    def looks(self, unjudged: bytes = b"", ahead_ms: int = 0) -> Caller:
        self._take(self.turn.look(unjudged, ahead_ms))
        return self

    def _hops(self, milliseconds: int, probability: float) -> Caller:
        return self.hears(HOP * round(milliseconds / HOP_MS), probability)

    def _take(self, steps: list[Step]) -> None:
        for step in steps:
            if isinstance(step, Request):
                self.requests.append(step)
                self.asked_ms.append(self.now_ms)
                if not self.slow:
                    self.answers(step)
            else:
                self.told.append(step)
                self.at_ms[type(step)] = self.now_ms


def test_a_voice_is_reported_after_two_hops_with_the_time_of_its_onset() -> None:
    caller = Caller().pauses(960).speaks(64)
    assert caller.told == [VoiceStarted(960, certain=True)]


def test_in_the_first_moments_of_a_line_a_voice_begins_a_turn_and_is_not_certain() -> None:
    assert Caller().pauses(320).speaks(384).told == [VoiceStarted(320, certain=False)]


def known_line() -> Turn:
    """A second of quiet: from then on a voice can be certain."""
    turn = Turn()
    turn.skip(1000)
    return turn


def test_a_voice_is_certain_when_there_is_enough_evidence_and_reported_again_with_the_time_of_its_onset() -> None:
    turn = known_line()
    steps = [step for evidence in (0.0, 1.0, 1.0, 1.0, 3.0) for step in turn.hop(HOP, 0.6, evidence)]
    assert steps == [VoiceStarted(1000, certain=False), VoiceStarted(1000, certain=True)]


def words_of(turn: Turn, evidence: float, confidence: float) -> list[bool]:
    """Whether the words of a voice that goes on so, of a partial and the final, seem to be somebody's behind it."""
    told: list[Step] = []
    for probability in [0.6] * 20 + [0.0] * 30:
        for step in turn.hop(HOP if probability else SOFT, probability, evidence if probability else -3.0):
            if isinstance(step, Request):
                told += turn.transcribed(step, Transcription("hello", confidence))
            else:
                told.append(step)
    return [each.behind for each in told if isinstance(each, PartialTranscript | FinalTranscript)]


def test_words_of_a_voice_that_is_like_those_behind_and_was_never_certain_are_told_as_such() -> None:
    asked: list[int] = []

    def is_behind(hops: int) -> bool:
        asked.append(hops)
        return True

    turn = Turn(is_behind)
    turn.skip(1000)
    assert set(words_of(turn, 0.0, 0.4)) == {True}
    assert asked[0] >= 13
    assert set(words_of(known_line(), 0.0, 0.4)) == {False}


@pytest.mark.parametrize(("evidence", "confidence"), [(3.0, 0.4), (0.0, 0.8)])
def test_a_certain_voice_and_clear_words_are_the_callers(evidence: float, confidence: float) -> None:
    turn = Turn(lambda hops: True)
    turn.skip(1000)
    assert set(words_of(turn, evidence, confidence)) == {False}


def test_evidence_that_was_taken_back_is_gone() -> None:
    turn = known_line()
    steps = [step for evidence in (4.0, -9.0, 4.0) for step in turn.hop(HOP, 0.1, evidence)]
    assert steps == []


def test_enough_evidence_begins_a_turn_before_two_hops_are_voiced() -> None:
    turn = known_line()
    steps = [step for _ in range(3) for step in turn.hop(HOP, 0.4, 1.7)]
    assert steps == [VoiceStarted(1032, certain=True)]


def test_a_look_between_two_hops_can_be_what_was_wanting() -> None:
    turn = known_line()
    assert turn.hop(HOP, 0.9, 3.0) == []
    assert turn.between(1.5) == []
    assert turn.between(1.5) == [VoiceStarted(1032 - 64, certain=True)]
    assert turn.is_certain
    assert turn.hop(HOP, 0.9, 3.0) == []


def test_what_was_said_before_finalize_is_no_evidence_for_a_new_turn() -> None:
    turn = known_line()
    turn.between(9.0)
    turn.finalize()
    assert not [step for step in turn.hop(HOP, 0.1, 0.5) if isinstance(step, VoiceStarted)]
    assert not turn.speaking


def test_one_loud_hop_is_no_voice() -> None:
    assert Caller().pauses(320).speaks(32).pauses(1000).told == []


def test_an_utterance_ends_after_the_patience_of_its_kind() -> None:
    caller = Caller().speaks(640).pauses(2000)
    assert caller.kinds() == [VoiceStarted, VoiceEnded, FinalTranscript]
    assert caller.at_ms[FinalTranscript] == pytest.approx(640 + 600, abs=HOP_MS)


@pytest.mark.parametrize(("expecting", "patience"), PATIENCE_MS.items())
def test_what_is_expected_sets_the_patience(expecting: Expecting, patience: int) -> None:
    caller = Caller()
    caller.turn.expecting = expecting
    caller.speaks(640).pauses(2000)
    assert caller.at_ms[FinalTranscript] == pytest.approx(640 + patience, abs=HOP_MS)


def test_the_end_of_the_voice_is_told_long_before_the_end_of_the_turn() -> None:
    caller = Caller().speaks(640).pauses(2000)
    assert caller.at_ms[VoiceEnded] == 640 + PAUSE_MS


@pytest.mark.parametrize(("quick", "asked_ms"), [(True, ASK_AHEAD_MS), (False, 192)])
def test_the_words_are_asked_for_before_the_pause_is_told(quick: bool, asked_ms: int) -> None:
    caller = Caller(slow=True)
    caller.turn.asks_ahead = quick
    caller.speaks(320).pauses(224)
    assert [request.is_final for request in caller.requests] == [True]
    # Preroll has none here, 320 ms of voice, and a tail that ends with the pause so far, or sooner.
    assert len(caller.requests[0].mulaw) == (320 + min(asked_ms, TAIL_MS)) * 8
    assert caller.asked_ms[0] == 320 + asked_ms
    assert VoiceEnded not in caller.kinds()


def test_a_busy_engine_is_not_asked_so_early() -> None:
    caller = Caller(slow=True)
    caller.turn.pace_ms = 1600
    caller.speaks(320).pauses(224)
    assert caller.asked_ms[0] == 320 + 192


def test_words_that_were_asked_for_ahead_are_told_at_the_moment_of_the_pause() -> None:
    caller = Caller("yes").speaks(320).pauses(PAUSE_MS - HOP_MS)
    assert [type(event) for event in caller.told] == [VoiceStarted, PartialTranscript]
    caller.pauses(HOP_MS)
    assert caller.told[2:] == [VoiceEnded(320), PartialTranscript("u1", "yes", 0.9)]
    assert len(caller.requests) == 1


def test_words_of_before_the_voice_went_on_are_not_told_in_the_pause() -> None:
    caller = Caller(slow=True).speaks(320).pauses(160).speaks(320).pauses(PAUSE_MS)
    first, last = (request for request in caller.requests if request.is_final)
    caller.answers(first, "yes")
    assert not any(isinstance(event, PartialTranscript) for event in caller.told)
    caller.answers(last, "yes but")
    assert caller.told[-1] == PartialTranscript("u1", "yes but", 0.9)


def test_a_turn_that_is_finalized_before_its_pause_is_told_ends_with_the_words_asked_for_ahead() -> None:
    caller = Caller("yes").speaks(320).pauses(160).finalizes()
    assert caller.kinds() == [VoiceStarted, VoiceEnded, FinalTranscript]
    assert len(caller.requests) == 1


def test_a_pause_within_a_sentence_does_not_end_it() -> None:
    caller = Caller().speaks(640).pauses(400).speaks(640).pauses(1000)
    assert caller.kinds() == [VoiceStarted, VoiceEnded, VoiceStarted, VoiceEnded, FinalTranscript]
    assert caller.finals()[0].end_ms == pytest.approx(1680, abs=HOP_MS)


@pytest.mark.parametrize(
    "text", ["my number is", "I'd like to book a", "yes and", "um", "My postcode is.", "it's", "call me on my"]
)
def test_words_that_ask_for_more_are_waited_for(text: str) -> None:
    caller = Caller(text).speaks(640).pauses(2000)
    assert caller.at_ms[FinalTranscript] == pytest.approx(640 + 600 + 700, abs=HOP_MS)


def test_partials_come_while_the_voice_lasts_at_the_pace_that_is_set() -> None:
    caller = Caller(slow=True)
    caller.speaks(1000)
    assert len(caller.requests) == 1
    caller.speaks(1000)
    assert len(caller.requests) == 1, "no second partial while the first is being recognised"
    caller.answers(caller.requests[0], "hello")
    caller.turn.pace_ms = 960
    caller.speaks(320)
    assert [request.is_final for request in caller.requests] == [False, False]
    assert caller.told[-1] == PartialTranscript("u1", "hello", 0.9)


def test_the_same_words_are_no_new_partial() -> None:
    caller = Caller("hello").pauses(960).speaks(3000)
    assert len(caller.requests) > 3
    assert [type(event) for event in caller.told] == [VoiceStarted, PartialTranscript]


def test_in_the_pause_the_words_are_told_once_more() -> None:
    caller = Caller("yes").speaks(640).pauses(300)
    assert [type(event) for event in caller.told] == [VoiceStarted, PartialTranscript, VoiceEnded, PartialTranscript]


def test_a_late_engine_delays_the_final_and_does_not_lose_it() -> None:
    caller = Caller(slow=True).speaks(320).pauses(3000)
    assert caller.finals() == []
    caller.answers(caller.requests[-1], "yes")
    assert [final.text for final in caller.finals()] == ["yes"]


def test_words_of_before_the_voice_came_back_are_no_final() -> None:
    caller = Caller(slow=True).speaks(320).pauses(224).speaks(320).pauses(1000)
    first, *_, last = [request for request in caller.requests if request.is_final]
    caller.answers(first, "I want")
    assert caller.finals() == []
    caller.answers(last, "I want to book")
    assert [final.text for final in caller.finals()] == ["I want to book"]


def test_a_cough_has_an_empty_final() -> None:
    caller = Caller("").speaks(128).pauses(1000)
    final = caller.finals()[0]
    assert (final.text, final.confidence) == ("", None)
    assert PartialTranscript not in [type(event) for event in caller.told]


def test_finalize_ends_the_utterance_while_the_voice_goes_on() -> None:
    caller = Caller().speaks(640).finalizes()
    assert caller.kinds() == [VoiceStarted, VoiceEnded, FinalTranscript]
    assert caller.finalizes().speaks(320).kinds()[3:] == [VoiceStarted]


def test_what_follows_finalize_is_told_after_its_final() -> None:
    caller = Caller(slow=True).speaks(320).finalizes()
    waiting = caller.requests[-1]
    caller.speaks(320).pauses(1000)
    assert caller.kinds() == [VoiceStarted, VoiceEnded]
    caller.answers(waiting, "first")
    assert caller.kinds() == [VoiceStarted, VoiceEnded, FinalTranscript, VoiceStarted, VoiceEnded]
    caller.answers(caller.requests[-1], "second")
    assert [final.text for final in caller.finals()] == ["first", "second"]


def test_finalize_in_silence_reports_nothing() -> None:
    assert Caller().pauses(500).finalizes().told == []


def test_someone_who_never_stops_gets_a_final_every_twenty_seconds() -> None:
    caller = Caller().speaks(2 * LONGEST_MS + 2000)
    assert len(caller.finals()) == 2
    assert [final.utterance_id for final in caller.finals()] == ["u1", "u2"]
    assert max(len(request.mulaw) for request in caller.requests) <= LONGEST_MS * 8 + 256


def test_lost_audio_moves_the_clock_on() -> None:
    caller = Caller().pauses(320)
    caller.turn.skip(1000)
    assert caller.speaks(64).told == [VoiceStarted(1320, certain=True)]


def test_an_answer_to_a_forgotten_question_is_ignored() -> None:
    caller = Caller()
    caller.answers(Request(9, 0, True, b"", None), "ghost")
    assert caller.told == []


def silent(milliseconds: int) -> bytes:
    return SOFT[:8] * milliseconds


def test_the_wait_counts_from_the_last_sound_and_not_from_where_the_detector_believes_it() -> None:
    # 616 ms of sound; the detector takes 24 ms more for voice, and the next hop, which is soft.
    caller = (
        Caller().hears(HOP * 19 + HOP[: 8 * 8] + silent(24), 0.9).hears(silent(HOP_MS), 0.9).hears(silent(960), 0.1)
    )
    final = caller.finals()[0]
    assert final.end_ms == 616
    assert caller.at_ms[FinalTranscript] == pytest.approx(616 + 600, abs=HOP_MS)
    assert caller.at_ms[FinalTranscript] >= 616 + 600


def test_what_trails_off_below_hearing_is_believed_to_be_voice() -> None:
    caller = Caller().speaks(640).hears(silent(320), 0.9).hears(silent(1280), 0.1)
    assert caller.finals()[0].end_ms == 640 + 320 - 96


def test_a_turn_ends_in_the_middle_of_a_hop_when_its_wait_is_whole() -> None:
    caller = Caller().speaks(640).hears(silent(576), 0.1)
    assert caller.turn.due_ms == 24
    assert caller.looks(silent(20)).finals() == []
    assert caller.looks(silent(20), 3).finals() == []
    assert len(caller.looks(silent(20), 4).finals()) == 1
    assert caller.turn.due_ms is None


def test_a_sound_that_comes_back_is_waited_for_until_the_detector_knows_it() -> None:
    caller = Caller().speaks(640).hears(silent(576), 0.1)
    assert caller.looks(silent(12) + HOP[: 8 * 12], 4).finals() == []
    caller.hears(silent(HOP_MS - 8) + HOP[: 8 * 8], 0.1).hears(HOP, 0.3)
    assert caller.finals() == []
    caller.speaks(320).hears(silent(960), 0.1)
    assert len(caller.finals()) == 1
    assert caller.finals()[0].end_ms > 640 + 576


def test_sounds_that_come_back_and_are_no_voice_do_not_keep_a_turn_open() -> None:
    ticking = (HOP[:64] + silent(88)) * 16
    caller = Caller().speaks(640).hears(silent(544), 0.1).hears(ticking, 0.1)
    assert caller.at_ms[FinalTranscript] == pytest.approx(640 + 600 + 192, abs=HOP_MS)


def test_in_noise_no_sound_comes_back() -> None:
    caller = Caller().speaks(640).pauses(1280)
    assert caller.at_ms[FinalTranscript] == pytest.approx(640 + 600, abs=HOP_MS)


@pytest.mark.parametrize(("text", "sound_ms", "ends_ms"), [("L", 128, 1900), ("L", 32, 1900), ("No.", 128, 1200)])
def test_a_sound_as_loud_as_a_voice_begins_the_wait_anew_where_words_ask_for_more(
    text: str, sound_ms: int, ends_ms: int
) -> None:
    caller = Caller(text)
    caller.turn.expecting = "postcode"
    caller.speaks(320).hears(SOFT * (640 // HOP_MS), 0.02).hears(HOP * (sound_ms // HOP_MS), 0.1)
    anew_ms = 640 + sound_ms if text == "L" and sound_ms >= 64 else 0
    caller.hears(SOFT * ((anew_ms + ends_ms - 640 - sound_ms) // HOP_MS - 1), 0.02)
    assert caller.finals() == []
    caller.hears(SOFT * 2, 0.02)
    assert [final.end_ms for final in caller.finals()] == [320]


def test_sounds_that_go_on_and_are_no_voice_do_not_keep_a_turn_open_for_ever() -> None:
    caller = Caller("L")
    caller.turn.expecting = "postcode"
    caller.speaks(320)
    for _ in range(8):
        caller.hears(SOFT * 10, 0.02).hears(HOP * 6, 0.1)
    assert caller.finals()
