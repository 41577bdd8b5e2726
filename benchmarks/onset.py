"""How soon a caller who speaks up is noticed, and what is taken for one, in the audio's own time: half a minute.

    python -m benchmarks.onset

The detector, the turn and the holding of the agent are the engine's, fed with pieces of 20 ms, many calls at once;
there is no session, no recogniser and no clock. `benchmarks.listening` does the same by the clock, with fewer calls.
The words and voices *held out* were not what the numbers in `adapters/local/onset.py` were fitted to, but their figures
were in sight. The *other voices*, four languages' at three pitches, need `pip install py-nanotts`.
"""

from __future__ import annotations

import importlib
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product

import numpy as np

from benchmarks import callers
from benchmarks.callers import RATE, Clip, Samples, silence
from benchmarks.listening import BEGINS_S, BEHIND, LEVELS, NOISES, SAID, at, line
from benchmarks.pauses import LONG
from flowengine.adapters.local.endpointing import Request, Transcription
from flowengine.adapters.local.hearing import Hearer
from flowengine.adapters.local.voice_activity import VoiceActivity
from flowengine.runtime.echo import Echo
from flowengine.runtime.interrupting import LONGEST_HOLD_S, WORDLESS_S
from flowengine.runtime.playback import CHUNK_BYTES, LEAD_S
from flowengine.runtime.ports import RecogniserEvent, VoiceEnded, VoiceStarted

BESIDE = "beside the agent"
FRAME = 160
FRAME_S = FRAME / RATE
LASTS_S = BEGINS_S + 1.8
PROMISED_MS = 250
MORE = ("yes please", "sorry", "can I just ask", "I'm not interested", "who is this", "wait")
HELD_OUT = (
    *("please stop", "how much is it", "yes", "okay but", "sure", "actually no", "could you repeat that"),
    *("take me off your list", "one moment", "that's wrong", "let me think", "fine"),
)
HELD_OUT_SPEEDS = {"76 %": 0.76, "90 %": 0.9, "109 %": 1.09, "125 %": 1.25}
OTHER_VOICES = tuple(product(("en-GB", "en-US", "de-DE", "it-IT"), (0.7, 1.0, 1.25)))
TUNED_SEEDS, SEEDS = range(24), range(24, 48)
TONES: dict[str, tuple[tuple[float, ...], float]] = {
    "a key": ((770.0, 1336.0), 0.1),
    "a busy line": ((400.0, 450.0), 0.4),
    "a whistle": ((1000.0,), 0.3),
    "a hum": ((150.0, 300.0, 450.0, 600.0, 750.0), 0.6),
}


@dataclass(slots=True)
class Holds:
    """When the agent falls silent, in seconds, by the rules of `runtime/interrupting.py` where no words are found."""

    times: list[float] = field(default_factory=list)
    goes_on_at: float | None = None

    def hear(self, event: RecogniserEvent, now: float) -> None:
        is_held = self.goes_on_at is not None and now < self.goes_on_at
        match event:
            case VoiceStarted(certain=certain) if certain or is_held:
                if not is_held:
                    self.times.append(now)
                self.goes_on_at = now + LONGEST_HOLD_S
            case VoiceEnded() if is_held:
                self.goes_on_at = now + WORDLESS_S
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Track:
    """All that one caller sends, and when they begin to speak (seconds), if they do."""

    mulaw: bytes
    begins_s: float = float("inf")
    silenced: frozenset[int] = frozenset()
    """The frames that the session takes for an echo of the agent."""


def followed(detector: VoiceActivity, tracks: Sequence[Track]) -> list[list[float]]:
    """When the agent falls silent in each of these calls."""
    hearers = [(Hearer(number), Holds()) for number in range(len(tracks))]
    for start in range(0, max(len(track.mulaw) for track in tracks), FRAME):
        now = (start + FRAME) / RATE
        for track, (hearer, _) in zip(tracks, hearers, strict=True):
            hearer.hear(track.mulaw[start : start + FRAME], may_be_echo=start // FRAME in track.silenced)
        while ready := [each for each in hearers if each[0].has_piece]:
            pieces = [(hearer.ear, hearer.piece()) for hearer, _ in ready]
            for (hearer, holds), (_, piece), heard in zip(ready, pieces, detector.listen(pieces), strict=True):
                for step in hearer.take(piece, heard):
                    if isinstance(step, Request):
                        hearer.turn.transcribed(step, Transcription("", None))
                    else:
                        holds.hear(step, now)
    return [holds.times for _, holds in hearers]


def speaking_up(behind: Callable[[float, float, int], Samples], clips: Sequence[tuple[float, Clip]]) -> Iterator[Track]:
    """A caller for each clip at its level, who begins at another sample each time."""
    for index, (level, clip) in enumerate(clips):
        begins = round(BEGINS_S * RATE) + index * 37 % FRAME
        track = at(clip.samples, begins, LASTS_S) + behind(LASTS_S, level, index) + line(LASTS_S, index)
        yield Track(callers.to_line(track), begins / RATE)


def clips_of(texts: Sequence[str], voices: Sequence[str]) -> list[tuple[float, Clip]]:
    """Each text in each voice at each level."""
    return [
        (level, callers.said(text, voice, level)) for level, voice, text in product(map(float, LEVELS), voices, texts)
    ]


def clips_of_others() -> list[tuple[float, Clip]]:
    """Of voices that are not the embedded one's, if they are installed."""
    try:
        voice = importlib.import_module("py_nanotts").NanoTTS()
    except ImportError:
        return []
    found: list[tuple[float, Clip]] = []
    for index, (text, (name, pitch)) in enumerate(product(HELD_OUT, OTHER_VOICES)):
        pcm = np.frombuffer(voice.speak(text, voice=name, pitch=pitch), "<i2").astype(np.float32) / 32768
        level = float(LEVELS[index % len(LEVELS)])
        found.append((level, callers.narrowed(pcm[::2].astype(np.float32), level)))
    return found


def no_callers() -> Iterator[tuple[str, list[Track]]]:
    """Rows of what is none."""
    for name, sound in NOISES.items():
        for seeds, which in ((TUNED_SEEDS, ""), (SEEDS, ", held out")):
            made = [sounding(sound(level, seed), None, seed) for level in (-12.0, -20.0, -30.0) for seed in seeds]
            yield name + which, made
    for name, sound in NOISES.items():
        made = [
            sounding(sound(level, seed), level - softer, seed)
            for level in (-12.0, -20.0, -30.0)
            for softer in (10, 15)
            for seed in range(16)
        ]
        yield f"{name}, in babble", made
    for name, (frequencies, seconds) in TONES.items():
        yield name, [sounding(tone(frequencies, seconds, level), None, 3) for level in (-12.0, -20.0, -30.0)]
    for kind, behind in (("noise", callers.noise), ("babble", callers.babble)):
        made = [
            Track(callers.to_line(behind(6.0, lev, seed))) for lev in (-25.0, -35.0, -45.0) for seed in range(1, 25)
        ]
        yield f"{kind} alone", made


def sounding(sound: Clip, babble_dbfs: float | None, seed: int) -> Track:
    """A line on which this sounds once, perhaps among voices: what is held before it sounds does not count."""
    begins = round(BEGINS_S * RATE) + seed * 29 % FRAME
    whole = at(sound.samples, begins, LASTS_S) + line(LASTS_S, seed)
    if babble_dbfs is None:
        return Track(callers.to_line(whole))
    return Track(callers.to_line(whole + callers.babble(LASTS_S, babble_dbfs, seed)), begins / RATE)


def tone(frequencies: Sequence[float], seconds: float, level_dbfs: float) -> Clip:
    """Twice, with as long a pause."""
    moments = np.arange(round(seconds * RATE)) / RATE
    once = sum((np.sin(2 * np.pi * each * moments) for each in frequencies), np.zeros_like(moments))
    return callers.narrowed(np.concatenate((once, np.zeros_like(once), once)).astype(np.float32), level_dbfs)


AGENT_BEGINS_S = 0.3


@cache
def agent() -> Samples:
    """What the agent says meanwhile."""
    return callers.said(LONG, "plain", -20.0).samples[: 8 * RATE]


def beside_the_agent(track: Track, begins_s: float = AGENT_BEGINS_S) -> Track:
    """The same while the agent speaks: what could be an echo is silenced (`runtime/echo.py`)."""
    mulaw, echo, silenced, sent = callers.to_line(agent()), Echo(), set[int](), 0
    caller = track.mulaw
    for start in range(0, len(caller) - FRAME + 1, FRAME):
        now = (start + FRAME) / RATE
        # Sent ahead, as the playback does.
        while sent < len(mulaw) and sent / RATE < now - begins_s + LEAD_S:
            echo.played(mulaw[sent : sent + CHUNK_BYTES], max(now, begins_s))
            sent += CHUNK_BYTES
        frame = caller[start : start + FRAME]
        if echo.may_be(frame, now):
            silenced.add(start // FRAME)
    return replace(track, silenced=frozenset(silenced))


def echoes(loss_db: float, *, room: bool) -> list[Track]:
    """What the recogniser gets of the agent's own voice, back later and softer."""
    found: list[Track] = []
    for seed, delay_s in enumerate((0.1, 0.15, 0.2, 0.25, 0.3, 0.35) * 2):
        begins_s = AGENT_BEGINS_S + 0.003 * seed
        said = np.concatenate((silence(begins_s), agent()))
        back = callers.echo(said, loss_db, delay_s, seed) if room else _late(said, loss_db, delay_s)
        caller = callers.to_line(back + line(len(back) / RATE, seed))
        found.append(beside_the_agent(Track(caller), begins_s))
    return found


def _late(said: Samples, loss_db: float, delay_s: float) -> Samples:
    late = np.concatenate((silence(delay_s), said))[: len(said)]
    found: Samples = (late * 10 ** (-loss_db / 20)).astype(np.float32)
    return found


def show_callers(detector: VoiceActivity) -> None:
    """How soon they are noticed."""
    callers.VOICES.update(HELD_OUT_SPEEDS)
    kinds = {
        "as in listening": clips_of(SAID[::2], ("deep", "plain", "high")),
        BESIDE: clips_of(SAID[::2], ("deep", "plain", "high")),
        "more words": clips_of((*SAID, *MORE), ("deep", "plain", "high")),
        "held out": clips_of(HELD_OUT, tuple(HELD_OUT_SPEEDS)),
        "other voices": clips_of_others(),
    }
    print(f"{'first sound to certain':<36}{'calls':>6}{'median':>9}{'p95':>7}{'most':>7}", end="")
    print(f"{'≤ 250':>8}{'before':>8}{'missed':>8}")
    for name, behind in BEHIND.items():
        for kind, clips in kinds.items():
            if not clips:
                continue
            tracks = list(speaking_up(behind, clips))
            if kind == BESIDE:
                tracks = [beside_the_agent(track) for track in tracks]
            took, before, missed = [], 0, 0
            for track, held in zip(tracks, followed(detector, tracks), strict=True):
                before += any(moment < track.begins_s for moment in held)
                after = [1000 * (moment - track.begins_s) for moment in held if moment >= track.begins_s]
                missed += not after or after[0] > 1000
                took += [after[0] if after else 9999.0]
            took.sort()
            marks = (statistics.median(took), took[int(0.95 * len(took))], took[-1])
            within = sum(each <= PROMISED_MS for each in took) / len(took)
            shown = "".join(f"{each:>7.0f}" if each < 9999 else f"{'never':>7}" for each in marks)
            print(f"  {name:<16}{kind:<18}{len(took):>6}  {shown}{within:>8.0%}{before:>8}{missed:>8}")


def show_no_callers(detector: VoiceActivity) -> None:
    """What is taken for one."""
    print(f"\n{'no caller':<36}{'calls':>6}{'fell silent':>14}")
    rows = list(no_callers())
    for room in (False, True):
        where = ", in a room" if room else ""
        rows += [(f"own echo, -{loss} dB{where}", echoes(loss, room=room)) for loss in (35, 30, 25, 20, 15)]
    for name, tracks in rows:
        fell = 0
        for track, held in zip(tracks, followed(detector, tracks), strict=True):
            sounds_at = 0.0 if track.begins_s == float("inf") else track.begins_s
            fell += any(moment >= sounds_at for moment in held)
        print(f"  {name:<34}{len(tracks):>6}{fell:>14}")


if __name__ == "__main__":
    engine = VoiceActivity()
    show_callers(engine)
    show_no_callers(engine)
