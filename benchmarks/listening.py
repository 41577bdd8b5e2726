"""How well a call listens, by the clock: real sessions, the embedded engines in their process, made callers.

    python -m benchmarks.listening [--at-once CALLS] [PART …]

The parts, all of them without a name: *interrupting*: from the caller's first sound (by the energy of the clean clip)
to `clear`, while the agent speaks; the floor is the detector alone on the same audio, in the audio's own time.
*noises*: what is no caller, and must not clear. *replies*: from the last sound to the first audio of a fixed line, and
what is left of it without the wait. *early*: the same for turns that end at once. *pauses*: utterances with pauses
inside, and how many are cut. *detector*: processor time a second of a call. Six calls run at once, or as many as are
asked for: one alone has the recogniser to itself. `clear` and the reply are timed where they leave the session for the
line.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import product
from time import process_time
from typing import TypeVar

import numpy as np

from benchmarks import callers
from benchmarks.callers import RATE, VOICES, Clip, Samples, silence
from benchmarks.live_calls import FRAME, Back, Engines, Seen, call
from benchmarks.pauses import ASKED, FLOW, PAUSED, Paused, asking
from flowengine.adapters.local.endpointing import HOP_BYTES, PATIENCE_MS, PAUSE_MS, Request, Transcription
from flowengine.adapters.local.hearing import Hearer
from flowengine.adapters.local.recogniser import LocalRecogniser
from flowengine.adapters.local.synthesiser import LocalSynthesiser
from flowengine.adapters.local.telephone import to_samples
from flowengine.adapters.local.voice_activity import CONTEXT, Look, Memory, VoiceActivity
from flowengine.conversation.commands import Expecting
from flowengine.graph.compile import compile_text
from flowengine.graph.model import Flow
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.ports import VoiceStarted
from flowengine.runtime.rendering import lines_of, render
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker

AT_ONCE = 6
PARTS = ("interrupting", "noises", "replies", "early", "pauses", "detector")
LEVELS = (-12, -20, -28, -35)
LINE_DBFS = -62.0
BEGINS_S = 2.2
SAID = ("no thanks", "stop calling me", "hello", "what company are you from", "excuse me", "hang on a minute")
BEHIND: dict[str, Callable[[float, float, int], Samples]] = {
    "quiet line": lambda seconds, level, seed: silence(seconds),
    "noise, 15 dB": lambda seconds, level, seed: callers.noise(seconds, level - 15, seed),
    "noise, 10 dB": lambda seconds, level, seed: callers.noise(seconds, level - 10, seed),
    "babble, 15 dB": lambda seconds, level, seed: callers.babble(seconds, level - 15, seed),
    "babble, 10 dB": lambda seconds, level, seed: callers.babble(seconds, level - 10, seed),
}
NOISES: dict[str, Callable[[float, int], Clip]] = {
    "cough": callers.cough,
    "throat cleared": callers.throat,
    "click": callers.click,
    "breath": callers.breath,
}


def line(seconds: float, seed: int) -> Samples:
    """The noise that any line has."""
    return callers.noise(seconds, LINE_DBFS, seed)


def at(clip: Samples, begins: int, seconds: float) -> Samples:
    """A caller's whole audio, with this in it."""
    whole = silence(seconds)
    whole[begins : begins + len(clip)] += clip[: len(whole) - begins]
    return whole


T = TypeVar("T")


async def together(at_once: int, work: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """All of it, some at once, begun a moment apart so that their frames do not fall together."""
    places = asyncio.Semaphore(at_once)

    async def one(index: int) -> T:
        async with places:
            await asyncio.sleep(index % at_once * 0.0033)
            return await work[index]()

    return await asyncio.gather(*(one(index) for index in range(len(work))))


def spread(milliseconds: Sequence[float]) -> str:
    """Median, 95th and 99th of 100, longest."""
    if not milliseconds:
        return f"{'none':>32}"
    ordered = sorted(milliseconds)
    marks = (statistics.median(ordered), *(ordered[min(len(ordered) - 1, int(p * len(ordered)))] for p in (0.95, 0.99)))
    return "".join(f"{each:>7.0f}" for each in (*marks, ordered[-1])) + " ms"


async def interrupting(engines: Engines) -> None:
    """The caller's first sound to `clear`."""
    flow, detector = flow_named("speech"), VoiceActivity()
    print(f"\n{'first sound to clear':<16}{'calls':>11}{'median':>9}{'p95':>7}{'p99':>7}{'most':>7}", end="")
    print(f"{'≤ 250':>9}{'before':>8}{'missed':>8}{'floor: median':>16}{'p95':>6}")
    decided: list[float] = []
    for name, behind in BEHIND.items():
        tracks: list[tuple[float, Samples]] = []
        for index, (level, voice, text) in enumerate(product(LEVELS, VOICES, SAID[::2])):
            clip = callers.said(text, voice, level)
            begins = round(BEGINS_S * RATE) + index * 37 % 160
            heard = at(clip.samples, begins, BEGINS_S + 1.6)
            tracks.append((begins / RATE, heard + behind(BEGINS_S + 1.6, level, index) + line(BEGINS_S + 1.6, index)))
        seen = await together(engines.at_once, [partial(call, engines, flow, track) for _, track in tracks])
        took, before, missed = [], 0, 0
        for (begins_s, _), each in zip(tracks, seen, strict=True):
            # Cleared before the caller had begun: what lies behind them was taken for a voice.
            before += any(cleared < begins_s for cleared in each.clears)
            after = [1000 * (cleared - begins_s) for cleared in each.clears if cleared >= begins_s]
            missed += not after or after[0] > 1000
            took += [first for first in after[:1] if first <= 1000]
            decided += [
                1000 * (cleared - certain)
                for cleared in each.clears
                for certain in each.certain[-1:]
                if 0 <= cleared - certain < 0.02
            ]
        floor = [found - begins_s * 1000 for begins_s, track in tracks for found in alone(detector, track, begins_s)]
        within = sum(each <= 250 for each in took) / len(tracks)
        print(f"  {name:<16}{len(tracks):>9}{spread(took)}{within:>7.0%}{before:>8}{missed:>8}", end="")
        print(f"{statistics.median(floor):>13.0f}{sorted(floor)[int(0.95 * len(floor))]:>7.0f} ms")
    print(
        f"{'decision to clear':<18}{len(decided):>9}" + "".join(f"{each:>7.2f}" for each in marks_of(decided)) + " ms"
    )


def marks_of(figures: Sequence[float]) -> tuple[float, ...]:
    """Median, p95, p99, most."""
    ordered = sorted(figures) or [0.0]
    return (statistics.median(ordered), *(ordered[int(p * (len(ordered) - 1))] for p in (0.95, 0.99, 1.0)))


def alone(detector: VoiceActivity, track: Samples, begins_s: float) -> list[float]:
    """When the detector is certain of a voice in this audio, in ms of it: the first time after the caller has begun."""
    hearer, mulaw = Hearer(0), callers.to_line(track)
    for end in range(HOP_BYTES // 2, len(mulaw) + 1, HOP_BYTES // 2):
        hearer.hear(mulaw[end - HOP_BYTES // 2 : end])
        while hearer.has_piece:
            piece = hearer.piece()
            for step in hearer.take(piece, detector.listen([(hearer.ear, piece)])[0]):
                if isinstance(step, Request):
                    hearer.turn.transcribed(step, Transcription("", None))
                elif isinstance(step, VoiceStarted) and step.certain and end / RATE > begins_s:
                    return [end / RATE * 1000]
    return []


async def noises(engines: Engines) -> None:
    """What is no caller."""
    flow = flow_named("speech")
    seconds = BEGINS_S + 1.8
    rows: dict[str, list[tuple[Samples, Back | None]]] = {}
    for name, sound in NOISES.items():
        rows[name] = [
            (at(sound(level, seed).samples, round(BEGINS_S * RATE), seconds) + line(seconds, seed), None)
            for level in (-12.0, -20.0, -30.0)
            for seed in range(4)
        ]
    rows["noise alone"] = [(callers.noise(seconds, level, 1), None) for level in (-20.0, -30.0, -40.0)]
    rows["babble alone"] = [
        (callers.babble(seconds, level, s), None) for level in (-25.0, -35.0, -45.0) for s in (1, 2)
    ]
    for loss in (15, 20, 25, 30, 35):
        backs = [Back(loss, delay) for delay in (0.1, 0.2, 0.3)]
        rows[f"own echo, -{loss} dB"] = [(line(6.0, seed), back) for seed, back in enumerate(backs * 2)]
    print(f"\n{'no caller':<22}{'calls':>7}{'cleared':>9}")
    for name, calls in rows.items():
        seen = await together(engines.at_once, [partial(call, engines, flow, *one) for one in calls])
        print(f"  {name:<20}{len(calls):>7}{sum(bool(each.clears) for each in seen):>9}")


async def replies(engines: Engines) -> None:
    """The caller's last sound to the first audio of a fixed line, by what is asked for."""
    heading("last sound to reply")
    for kind in ("choice", "open", "date", "number"):
        await replied(engines, kind, PATIENCE_MS[kind], ASKED[kind].waited_for)


def heading(what: str) -> None:
    """Of a table of replies."""
    columns = f"{'calls':>7}{'median':>9}{'p95':>7}{'p99':>7}{'most':>7}{'the wait':>15}{'the rest':>11}"
    print(f"\n{what:<20}{columns}")


async def early(engines: Engines) -> None:
    """The same where the words are surely all."""
    heading("ended early")
    for kind in ("choice", "digits", "postcode"):
        await replied(engines, kind, PAUSE_MS, ASKED[kind].whole)


async def replied(engines: Engines, kind: Expecting, wait_ms: int, said: Sequence[str]) -> None:
    """One row: the wait is the engine's own, the rest what recognition, the flow and the line add to it."""
    flow = flow_named(kind)
    clips = [callers.said(text, voice) for text in said for voice in VOICES]
    begins = ASKED[kind].asks_s
    tracks = [
        at(clip.samples, round(begins * RATE), begins + clip.seconds + 2.6) + line(begins + clip.seconds + 2.6, seed)
        for seed, clip in enumerate(clips)
    ]
    seen = await together(engines.at_once, [partial(call, engines, flow, track) for track in tracks])
    ends = [begins + last_sound(clip) for clip in clips]
    took = [
        1000 * (next(played for played in each.plays if played > end) - end)
        for end, each in zip(ends, seen, strict=True)
        if any(played > end for played in each.plays)
    ]
    rest = f"{statistics.median(took) - wait_ms:>8.0f} ms" if took else ""
    print(f"  {kind:<18}{len(tracks):>7}  {spread(took)}{wait_ms:>9} ms{rest}")


def last_sound(clip: Clip) -> float:
    """Seconds into the clip: what follows is more than `AUDIBLE_DB` softer than its loud parts."""
    return clip.seconds - callers.first_sound(clip.samples[::-1]) / RATE


async def pauses(engines: Engines) -> None:
    """Utterances that go on after a pause."""
    calls = [(case, voice) for case in PAUSED for voice in VOICES]

    async def cut(case: Paused, voice: str) -> tuple[bool, bool]:
        clip = callers.with_pauses(case.parts, voice)
        begins = ASKED[case.kind].asks_s
        lasts = begins + clip.seconds + 2.6
        seen = await call(
            engines, flow_named(case.kind), at(clip.samples, round(begins * RATE), lasts) + line(lasts, 5)
        )
        return was_cut(seen, begins, case, voice), seen.taken_back > 0

    found = await together(engines.at_once, [partial(cut, *one) for one in calls])
    print(f"\n{'pauses inside':<70}{'asked for':>12}{'calls':>7}{'cut':>6}{'one again':>11}")
    for index, case in enumerate(PAUSED):
        cuts = found[index * len(VOICES) : (index + 1) * len(VOICES)]
        print(f"  {asking(case):<68}{case.kind:>12}{len(cuts):>7}{_counts(cuts)}")
    print(f"  {'all':<68}{'':>12}{len(found):>7}{_counts(found)}")


def _counts(found: Sequence[tuple[bool, bool]]) -> str:
    """How many were cut, and how many of these were made one turn again."""
    return f"{sum(cut for cut, _ in found):>6}{sum(cut and again for cut, again in found):>11}"


def was_cut(seen: Seen, begins_s: float, case: Paused, voice: str) -> bool:
    """Whether a turn was taken before the last words began."""
    before = callers.with_pauses(case.parts[:-1], voice).seconds
    return any(said_at < begins_s + before for said_at, _ in seen.said)


def detector() -> None:
    """Processor time of voice detection, for a second of a call."""
    engine = VoiceActivity()
    talk = np.tile(callers.said(callers.BABBLE[0]).samples, 3)
    kinds = {
        "a line that sends nothing": SILENCE * len(talk),
        "a quiet line": callers.to_line(line(len(talk) / RATE, 1)),
        "noise at -40 dB": callers.to_line(callers.noise(len(talk) / RATE, -40, 1)),
        "a voice": callers.to_line(talk),
    }
    print(
        f"\n{'voice detection':<28}"
        + "".join(f"{f'{calls} at once':>13}" for calls in (1, 10, 50))
        + f"{'ungated':>12}"
    )
    for name, mulaw in kinds.items():
        cells = []
        for calls in (1, 10, 50):
            hearers = [Hearer(number) for number in range(calls)]
            began = process_time()
            for start in range(0, len(mulaw), FRAME):
                for hearer in hearers:
                    hearer.hear(mulaw[start : start + FRAME])
                while ready := [hearer for hearer in hearers if hearer.has_piece]:
                    pieces = [(hearer.ear, hearer.piece()) for hearer in ready]
                    for hearer, (_, piece), heard in zip(ready, pieces, engine.listen(pieces), strict=True):
                        for step in hearer.take(piece, heard):
                            if isinstance(step, Request):
                                hearer.turn.transcribed(step, Transcription("", None))
            cells.append((process_time() - began) / calls / (len(mulaw) / RATE))
        memory, context = Memory(), np.zeros(CONTEXT, np.float32)
        began = process_time()
        for start in range(0, len(mulaw) - HOP_BYTES, HOP_BYTES):
            hop = to_samples(mulaw[start : start + HOP_BYTES])
            engine.run([Look(memory, np.concatenate((context, hop)))])
            context = hop[-CONTEXT:]
        cells.append((process_time() - began) / (len(mulaw) / RATE))
        print(f"  {name:<26}" + "".join(f"{each:>11.2%} c" for each in cells).replace(" c", "  "))
    print("  shares of a core, a call; ungated: the model alone, one call at a time")


_flows: dict[str, Flow] = {}


def flow_named(kind: str) -> Flow:
    """The flow that asks for this."""
    if kind not in _flows:
        compiled = compile_text(FLOW[kind]).flow
        assert compiled is not None, kind
        _flows[kind] = compiled
    return _flows[kind]


async def measured(parts: Sequence[str], at_once: int) -> None:
    """Everything asked for, table after table."""
    recogniser, voice, ticker = LocalRecogniser(), CachedSynthesiser(LocalSynthesiser()), Ticker()
    await recogniser.warm_up(lambda step: None)
    for kind in FLOW:
        voice.remember(lines_of(flow_named(kind)))
    await render(voice, voice.fixed)
    engines = Engines(recogniser, voice, ticker, at_once)
    for part in (interrupting, noises, replies, early, pauses):
        if not parts or part.__name__ in parts:
            await part(engines)
    if not parts or "detector" in parts:
        detector()
    load, policy = os.getloadavg()[0], os.sched_getscheduler(0)
    print(f"\n{at_once} at once, load {load:.1f} on {os.cpu_count()} cores, scheduling policy {policy}")
    await ticker.close()
    await recogniser.close()
    await voice.close()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="How well a call listens, by the clock.")
    arguments.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    arguments.add_argument("--at-once", type=int, metavar="CALLS", default=AT_ONCE)
    given = arguments.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if given.at_once < 1:
        arguments.error(f"--at-once {given.at_once}: at least one call at a time")
    asyncio.run(measured(given.parts, given.at_once))
