"""What one stream after another adds to the report of a call, on one clock: seconds since the first began."""

from __future__ import annotations

from dataclasses import replace

from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.testing.twilio.listening import sentences_heard
from flowengine.testing.twilio.measures import utterances
from flowengine.testing.twilio.report import CallReport, LaterStream
from flowengine.testing.twilio.stream import StreamPeer


def begun(report: CallReport, peer: StreamPeer) -> float:
    """Seconds from the call's first stream to this one. Until it, a call that comes back was elsewhere."""
    if report.began is None:
        report.began = peer.began
        return 0.0
    size = len(report.caller_audio)
    left = size / BYTES_A_SECOND
    before = max(left, peer.began - report.began)
    marks = len(report.marks_asked), len(report.marks_echoed)
    report.later_streams.append(LaterStream(left, before, *marks, was_lost=report.is_lost))
    # What was still waiting when the earlier stream ended was never heard.
    report.agent_audio = report.agent_audio[:size]
    spans = [(one.start, min(one.end, left)) for one in report.sentences if one.start < left]
    report.sentences = sentences_heard(report.agent_audio, spans)
    report.caller = [
        replace(line, start=min(line.start, left), end=round(left, 2), broken_off=True) if line.end > left else line
        for line in report.caller
    ]
    whole = round(before * BYTES_A_SECOND)
    report.caller_audio = report.caller_audio.ljust(whole, SILENCE)
    report.agent_audio = report.agent_audio.ljust(whole, SILENCE)
    return before


def ended(report: CallReport, peer: StreamPeer, before: float) -> None:
    """What came over a stream that began `before` seconds after the call's first; both sides have one clock."""
    report.caller_audio += bytes(peer.spoken)
    report.agent_audio += peer.playout.audio
    report.agent = utterances(report.agent_audio)
    spans = [(before + start, before + end) for start, end in peer.playout.sentences]
    report.sentences += sentences_heard(report.agent_audio, spans)
    report.gaps += [replace(gap, at=before + gap.at) for gap in peer.playout.gaps]
    report.cleared_at += [before + at for at in peer.playout.clears]
    report.warned.binary_31950 += peer.warned.binary_31950
    report.warned.invalid_31951 += peer.warned.invalid_31951
    report.marks_asked += peer.marks_asked
    report.marks_echoed += peer.marks_echoed
    report.close_code = peer.close_code
