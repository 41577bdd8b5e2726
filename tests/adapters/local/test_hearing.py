"""Many calls' ears at once, with a detector and an engine made of energy and arithmetic."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence

import pytest

pytest.importorskip("numpy", reason="flowengine[local] is not installed")

from flowengine.adapters.local.endpointing import Request, Transcription
from flowengine.adapters.local.hearing import WAITING_BYTES, Hearer, Hearing
from flowengine.adapters.local.recognising import Answer, Desk
from flowengine.adapters.local.voice_activity import Ear, Heard, Piece
from flowengine.conversation.commands import Expecting
from flowengine.runtime.audio import SILENCE, loudness
from flowengine.runtime.ports import FinalTranscript, RecogniserEvent, RecogniserFailed

VOICE = b"\x20" * 2560
LONG_S = 600.0


class Energy:
    """A detector that takes anything loud for voice."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def listen(self, pieces: Sequence[tuple[Ear, Piece]]) -> list[Heard]:
        self.lengths += [len(piece.mulaw) for _, piece in pieces]
        return [Heard(1.0, 3.0) if loudness(piece.mulaw) > 0.01 else Heard(0.0, -3.0) for _, piece in pieces]


class Desks:
    """One engine, as hearing sees it."""

    def __init__(self, answer: Answer, *, fails: bool = False, hold: threading.Event | None = None) -> None:
        self.at_work = threading.Event()

        def understand(request: Request) -> Transcription:
            self.at_work.set()
            if hold is not None:
                hold.wait(LONG_S)
            if fails:
                raise MemoryError
            return Transcription(f"{len(request.mulaw)} bytes", 0.5)

        self.desk = Desk(understand, answer)
        self.cost_ms = 50.0

    def submit(self, stream: int, request: Request) -> None:
        self.desk.submit(stream, request)

    def forget(self, stream: int) -> None:
        self.desk.forget(stream)

    def is_quick(self, expecting: Expecting | None) -> bool:
        return expecting != "digits"


def hearing(*, fails: bool = False) -> tuple[Hearing, queue.Queue[tuple[int, RecogniserEvent]]]:
    reports: queue.Queue[tuple[int, RecogniserEvent]] = queue.Queue()
    made = Hearing(Energy(), lambda number, event: reports.put((number, event)))
    made.start(Desks(made.answer, fails=fails))
    return made, reports


def push(ears: Hearing, number: int, audio: bytes, position: int = 0) -> None:
    """In pieces of 160 ms, each when what came before has been heard: more than a second would not be kept."""
    for start in range(0, len(audio), 1280):
        ears.push(number, position + start, audio[start : start + 1280])
        while (hearer := ears._hearers.get(number)) is not None and hearer.has_piece:
            time.sleep(0.001)


def test_each_call_gets_its_own_final() -> None:
    ears, reports = hearing()
    lengths = {1: 1, 2: 2, 3: 3}
    for number in lengths:
        ears.open(number)
    callers = [
        threading.Thread(target=push, args=(ears, number, VOICE * length + SILENCE * 8000))
        for number, length in lengths.items()
    ]
    for caller in callers:
        caller.start()
    finals: dict[int, FinalTranscript] = {}
    while len(finals) < 3:
        number, event = reports.get(timeout=LONG_S)
        if isinstance(event, FinalTranscript):
            finals[number] = event
    assert {number: final.end_ms - final.start_ms for number, final in finals.items()} == {1: 320, 2: 640, 3: 960}


def test_a_turn_whose_wait_ends_before_the_next_piece_of_audio_has_come_is_not_kept_waiting_for_it() -> None:
    ears, reports = hearing()
    ears.open(1)
    wait = SILENCE * (600 - 12) * 8
    push(ears, 1, VOICE + wait)
    event: RecogniserEvent | None = None
    while not isinstance(event, FinalTranscript):
        _, event = reports.get(timeout=LONG_S)
    assert event.end_ms == 320


def test_an_engine_that_fails_fails_the_call_and_no_other() -> None:
    ears, reports = hearing(fails=True)
    ears.open(1)
    ears.open(2)
    push(ears, 1, VOICE + SILENCE * 4000)
    events: list[tuple[int, RecogniserEvent]] = []
    while not events or not isinstance(events[-1][1], RecogniserFailed):
        events.append(reports.get(timeout=LONG_S))
    assert events[-1] == (1, RecogniserFailed("MemoryError"))
    push(ears, 2, VOICE)
    assert reports.get(timeout=LONG_S)[0] == 2


def test_more_than_a_second_of_audio_is_not_kept_and_time_goes_on() -> None:
    reports: queue.Queue[tuple[int, RecogniserEvent]] = queue.Queue()
    ears = Hearing(Energy(), lambda number, event: reports.put((number, event)))
    ears.open(1)
    ears.push(1, 0, SILENCE * 3 * WAITING_BYTES)
    ears.push(1, 3 * WAITING_BYTES, VOICE)
    ears.start(Desks(ears.answer))
    while ears._hearers[1].has_piece:
        time.sleep(0.001)
    push(ears, 1, SILENCE * 8000, 3 * WAITING_BYTES + len(VOICE))
    event: RecogniserEvent | None = None
    while not isinstance(event, FinalTranscript):
        _, event = reports.get(timeout=LONG_S)
    assert event.start_ms == pytest.approx(3000, abs=32)


def pieces(hearer: Hearer, audio: bytes) -> list[int]:
    """How long the pieces are that it gives when audio comes as a telephone sends it."""
    found: list[int] = []
    for start in range(0, len(audio), 160):
        hearer.hear(audio[start : start + 160])
        while hearer.has_piece:
            piece = hearer.piece()
            found.append(len(piece.mulaw))
            hearer.take(piece, Heard(0.9, 1.5) if piece.is_half else Heard(0.9, 3.0))
    return found


def test_the_first_half_of_a_hop_is_looked_at_before_the_whole_has_come() -> None:
    hearer = Hearer(1)
    assert pieces(hearer, VOICE[:1280]) == [128, 256] * 5
    assert hearer.position == 1280


def test_what_may_be_an_echo_reaches_the_detector_as_it_came_and_the_words_as_quiet() -> None:
    hearer = Hearer(1)
    hearer.hear(VOICE[:160], may_be_echo=True)
    hearer.hear(VOICE[160:768])
    first, second = hearer.piece(), hearer.piece()
    assert (first.line, second.line) == (VOICE[:256], VOICE[256:512])
    assert (first.mulaw, second.mulaw) == (SILENCE * 160 + VOICE[160:256], VOICE[256:512])
    assert (first.may_be_echo, second.may_be_echo) == (True, False)


def test_audio_that_is_too_much_goes_from_both_alike() -> None:
    ears = Hearing(Energy(), lambda number, event: None)
    ears.open(1)
    ears.push(1, 0, VOICE, may_be_echo=True)
    ears.push(1, len(VOICE), VOICE * 3)
    (hearer,) = ears._hearers.values()
    assert len(hearer.waiting) == len(hearer.line) == WAITING_BYTES
    assert hearer.waiting == SILENCE * (WAITING_BYTES - 3 * len(VOICE)) + VOICE * 3
    assert hearer.line == (VOICE * 4)[-WAITING_BYTES:]


def test_of_a_voice_that_is_certain_no_half_is_looked_at() -> None:
    hearer = Hearer(1)
    hearer.turn.skip(1000)
    assert pieces(hearer, VOICE[:1280]) == [128, 256, 128, 256, 256, 256, 256]


def test_where_much_has_come_at_once_no_half_is_looked_at() -> None:
    hearer = Hearer(1)
    hearer.hear(VOICE[:1024])
    assert [len(hearer.piece().mulaw) for _ in range(3)] == [256, 256, 256]


def test_finals_overtake_partials_and_newer_requests_replace_older_ones() -> None:
    hold = threading.Event()
    answered: queue.Queue[tuple[int, bool]] = queue.Queue()
    desks = Desks(lambda stream, request, _: answered.put((stream, request.is_final)), hold=hold)
    desks.submit(9, Request(1, 0, False, b"", None))
    assert desks.at_work.wait(LONG_S)
    for stream, final in ((1, False), (2, False), (2, False), (3, True), (1, True), (4, False)):
        desks.submit(stream, Request(1, 0, final, b"", None))
    desks.forget(4)
    hold.set()
    assert [answered.get(timeout=LONG_S) for _ in range(4)] == [(9, False), (3, True), (1, True), (2, False)]
    assert answered.empty()


def test_a_closed_call_hears_nothing_more() -> None:
    ears, reports = hearing()
    ears.open(1)
    ears.close(1)
    ears.close(1)
    push(ears, 1, VOICE)
    ears.expect(1, "digits")
    ears.finalize(1)
    assert reports.empty()
