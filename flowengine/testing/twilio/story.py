"""A simulated call as people read it: both sides by time, with what was measured beside the words.

The caller's words are what was spoken; the agent's are the server's record of what was heard; lengths, levels and
replies are measured from the audio at the telephone.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flowengine.conversation.hiding import HIDDEN_KEY
from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.testing.twilio.measures import utterances, voice_after
from flowengine.testing.twilio.report import CallReport, Spoken

Record = Mapping[str, Any]
"""The JSON of `GET /api/call/{sid}`."""
CLOCKS_APART_S = 0.05
"""Two clocks, ours and the server's, are no further apart."""
REACH_S = 8.0
"""A transcript belongs to the line spoken last, if that was no longer ago."""
NO_TRACE = "not recognised"
NO_RECORD = "no record"
"""Of what a call made of the words nothing is known: the server's record cannot be read, or there is none."""
BROKEN_OFF = "the line was lost"


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story, in seconds; `note` says what was made of it.

    `length` and `level` (dBFS) are those of its audio; `reply` is the time since the caller's last sound.
    """

    at: float
    who: Literal["agent", "caller", "twilio"]
    text: str
    note: str = ""
    length: float | None = None
    level: float | None = None
    reply: float | None = None


def story(report: CallReport, record: Record | None) -> list[Told]:
    """Both sides, by time. Without a record, what the agent said is known by its audio alone."""
    lines: Sequence[Record] = record.get("transcript", []) if record else []
    agent = _agent(report, [line for line in lines if line["speaker"] == "agent"])
    if not lines:
        agent = [Told(one.start, "agent", "", f"no words: {NO_RECORD}", one.length, one.level) for one in report.agent]
    caller = _caller(report, [line for line in lines if line["speaker"] == "caller"])
    if not record:
        caller = [dataclasses.replace(one, note=NO_RECORD) if one.note == NO_TRACE else one for one in caller]
    # What came of a key follows it, whatever the two clocks say.
    told = sorted(
        [*_with_replies(agent, report), *caller, *_dead(report)],
        key=lambda each: each.at - (CLOCKS_APART_S if each.who == "caller" and each.length is None else 0.0),
    )
    end = told[-1].at if told else 0.0
    return told + [Told(end, "twilio", text) for text in report.said_by_twilio]


def _dead(report: CallReport) -> list[Told]:
    """The seconds without a line, as lines of their own."""
    return [
        Told(left, "twilio", f"(no line for {at - left:.1f} s, then the call came back)", length=round(at - left, 2))
        for left, at in report.dead
    ]


def _agent(report: CallReport, lines: Sequence[Record]) -> list[Told]:
    told: list[Told] = []
    heard_until = 0.0
    for line in lines:
        # Lines are ordered together and heard one after the other.
        ordered = max(line["at"], heard_until)
        heard_until = line["ended_at"] if line["ended_at"] is not None else ordered
        start = voice_after(report.agent_audio, ordered, heard_until)
        length, level = _measured(report.agent_audio, ordered, heard_until)
        note = "" if line["complete"] else "cut off"
        told.append(Told(ordered if start is None else start, "agent", line["text"], note, length, level))
    return told


def _caller(report: CallReport, lines: Sequence[Record]) -> list[Told]:
    made_of: dict[int, list[Record]] = {}
    strays: list[Told] = []
    for line in lines:
        before = [number for number, spoken in enumerate(report.caller) if _may_be(spoken, line)]
        if before:
            made_of.setdefault(_spoken_as(line, before, report.caller, made_of), []).append(line)
        else:
            strays.append(Told(line["at"], "caller", line["text"], "nobody said this"))
    told = [_spoken(report, spoken, made_of.get(n, [])) for n, spoken in enumerate(report.caller)]
    for number, one in enumerate(told[1:], 1):
        earlier = made_of.get(number - 1, [])
        if one.note == NO_TRACE and any(_plain(one.text) in _plain(line["text"]) for line in earlier):
            told[number] = dataclasses.replace(one, note="understood together with the words above")
    return strays + told


def _may_be(spoken: Spoken, line: Record) -> bool:
    """Whether this transcript can be what was made of that line. A key is taken in the moment it is pressed."""
    if _are_keys(line["text"]) != spoken.is_keys:
        return False
    at: float = line["at"]
    return spoken.start - CLOCKS_APART_S <= at < spoken.end + REACH_S


def _spoken_as(
    line: Record, before: Sequence[int], caller: Sequence[Spoken], made_of: Mapping[int, Sequence[Record]]
) -> int:
    """Whose transcript this is: the line's that was spoken last, or, where two were spoken close together and the words
    are those of the one before it, of which nothing has come yet, that one's."""
    last = before[-1]
    if len(before) > 1 and not made_of.get(before[-2]) and not made_of.get(last):
        words, earlier = set(_plain(line["text"]).split()), set(_plain(caller[before[-2]].text).split())
        if words and words <= earlier and not words <= set(_plain(caller[last].text).split()):
            return before[-2]
    return last


def _spoken(report: CallReport, spoken: Spoken, lines: Sequence[Record]) -> Told:
    length, level = _measured(report.caller_audio, spoken.start, spoken.end + 0.02)
    nothing = BROKEN_OFF if spoken.broken_off else NO_TRACE
    note = "; ".join(_understood(spoken.text, line) for line in lines) or nothing
    return Told(spoken.start, "caller", spoken.text, note, length, level)


def _understood(text: str, line: Record) -> str:
    score = f" {line['score']:.2f}" if line["score"] is not None else ""
    if line["intent"]:
        understood = f"understood: {line['intent']}{score}"
    else:
        # A slot took it: certain, and no intent of the caller's.
        understood = "taken as the answer" if line["score"] == 1.0 else "no intent"
    if HIDDEN_KEY in line["text"]:
        return f"a secret, which the record does not keep; {understood}"
    return understood if _same(text, line["text"]) else f"recognised: “{line['text']}”, {understood}"


def _same(said: str, recognised: str) -> bool:
    if not _are_keys(recognised):
        return _plain(recognised) == _plain(said)
    pressed, taken = (text.partition(" ")[2].rstrip(")") for text in (said, recognised))
    # The hash that ends an entry is no part of it.
    return taken in (pressed, pressed.removesuffix("#"))


def _are_keys(recognised: str) -> bool:
    return recognised.startswith("(press ")


def _with_replies(agent: Sequence[Told], report: CallReport) -> list[Told]:
    """The agent's line that answers a caller's line carries the reply's time."""
    told = list(agent)
    for line in report.caller:
        answered_at = report.answered_at(line)
        if answered_at is None:
            continue
        for number, one in enumerate(told):
            if one.at > answered_at - CLOCKS_APART_S:
                told[number] = dataclasses.replace(one, reply=round(answered_at - line.end, 3))
                break
    return told


def _measured(mulaw: bytes, start: float, end: float) -> tuple[float | None, float | None]:
    """Length and level of what sounds in this part of a recording; None for both when nothing does."""
    part = mulaw[round(start * BYTES_A_SECOND) : round(end * BYTES_A_SECOND)]
    found = utterances(part + SILENCE * (-len(part) % 160))
    if not found:
        return None, None
    return round(sum(one.length for one in found), 2), max(one.level for one in found)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))
