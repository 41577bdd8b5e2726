"""A synthesiser that remembers a flow's fixed lines: spoken from memory, at once and always the same.

A clip is looked for in memory, then in the folder of clips, then made; what is made is kept in both. All audio that
leaves here, kept or not, is at one level and begins and ends without a click. Sentences with something filled in (a
name, a date read back) are personal data and are never kept.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from typing import Literal

from flowengine.conversation.aloud import aloud
from flowengine.errors import SpeechError
from flowengine.runtime.clips import Clip, ClipFolder, Line
from flowengine.runtime.edges import trimmed, without_quiet
from flowengine.runtime.lane import Lane
from flowengine.runtime.levels import faded, gain_for, smoothed, with_gain
from flowengine.runtime.making import Making
from flowengine.runtime.ports import Synthesiser

DEFAULT_BYTES = 32 * 1024 * 1024
"""About an hour of speech."""
GAINS_KEPT = 15
"""A voice's gain is the middle of those that its last clips were given: sentences differ, a voice does not."""

Source = Literal["memory", "folder", "made"]


class CachedSynthesiser:
    """Least recently used clips leave the memory first. A clip is kept only when its synthesis ended well.

    Without a `folder` clips are kept in memory alone. `at_once`: how many sentences the engine speaks at the same time.
    """

    def __init__(
        self,
        synthesiser: Synthesiser,
        limit_bytes: int = DEFAULT_BYTES,
        folder: ClipFolder | None = None,
        at_once: int = 1,
    ) -> None:
        self._synthesiser = synthesiser
        self._limit = limit_bytes
        self._folder = folder
        self._clips: OrderedDict[Line, bytes] = OrderedDict()
        self._size = 0
        self._fixed: dict[tuple[str | None, str], Line] = {}
        self._unread: set[str | None] = set()
        self._making: dict[tuple[str | None, str], Making] = {}
        self._gains: dict[str | None, deque[float]] = {}
        self._lane = Lane(at_once)
        self.failures = 0
        """Sentences that the engine failed at."""
        self.name = synthesiser.name
        self.version = synthesiser.version

    @property
    def behind(self) -> Synthesiser:
        """The engine itself."""
        return self._synthesiser

    @property
    def engine(self) -> str:
        """What a clip's name is made of."""
        return f"{self.name} {self.version}"

    @property
    def fixed(self) -> tuple[Line, ...]:
        """The lines that are kept."""
        return tuple(self._fixed.values())

    def remember(self, lines: Iterable[Line]) -> None:
        """From now on keep the clips of these. They also tell which voices speak a language whose figures we cannot
        read, since a voice has one."""
        for line in lines:
            self._fixed[line.voice, line.text] = line
            if not line.is_read:
                self._unread.add(line.voice)

    def at_hand(self, text: str, *, voice: str | None = None) -> bytes | None:
        """The whole audio of a fixed line that is in memory. Never waits."""
        line = self._fixed.get((voice, text))
        clip = self._clips.get(line) if line is not None else None
        if clip is not None and line is not None:
            self._clips.move_to_end(line)
        return clip

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        line = self._fixed.get((voice, text))
        if line is not None and (clip := await self._found(line)) is not None:
            yield clip
            return
        with self._lane.urgent():
            async with aclosing(self._made_once(text, voice, line)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def prepare(self, text: str, *, voice: str | None = None, begun: Callable[[], None] = lambda: None) -> bytes:
        """The whole audio of a sentence that may be said soon, made when no caller waits for another.

        A fixed line is kept as ever, anything else is not. Raises SynthesiserError.
        """
        line = self._fixed.get((voice, text))
        if line is not None:
            await self.fetch(line)
            return self._clips.get(line, b"")
        async with self._lane.at_leisure():
            begun()
            return b"".join([chunk async for chunk in self._made_once(text, voice)])

    async def fetch(self, line: Line, *, again: bool = False) -> tuple[Source, bytes]:
        """Have a fixed line's clip in memory, from the folder or made when no caller waits; where it came from.

        `again`: made anew, whatever is kept. Raises SynthesiserError.
        """
        if not again:
            in_memory = line in self._clips
            clip = await self._found(line)
            if clip is not None:
                return "memory" if in_memory else "folder", clip
        async with self._lane.at_leisure():
            audio = b"".join([chunk async for chunk in self._made_once(line.text, line.voice, line)])
        return "made", self._clips.get(line, audio)

    async def close(self) -> None:
        await self._synthesiser.close()

    async def _found(self, line: Line) -> bytes | None:
        """From memory or the folder."""
        clip = self._clips.get(line)
        if clip is not None:
            self._clips.move_to_end(line)
            return clip
        if self._folder is None:
            return None
        kept = await asyncio.to_thread(self._folder.read, line, self.engine)
        if kept is None:
            return self._clips.get(line)
        self._keep(line, kept)
        return kept.audio

    async def _made_once(self, text: str, voice: str | None, line: Line | None = None) -> AsyncGenerator[bytes, None]:
        """Synthesise a sentence, or wait for whoever is at it; what is a fixed `line` is kept when it is whole."""
        while (other := self._making.get((voice, text))) is not None:
            async with aclosing(other.followed()) as signs:
                async for sign in signs:
                    yield sign
            if other.audio is not None:
                yield other.audio
                return
        making = self._making[voice, text] = Making()
        whole: list[bytes] = []
        untouched: list[bytes] | None = None if line is None else []
        audio = None
        try:
            async with aclosing(self._made(text, voice, untouched)) as chunks:
                async for chunk in chunks:
                    whole.append(chunk)
                    making.sign()
                    yield chunk
            if line is not None and untouched is not None:
                await self._dress(line, b"".join(untouched))
            audio = b"".join(whole)
        except SpeechError as error:
            making.fail(str(error))
            raise
        finally:
            del self._making[voice, text]
            if not making.is_over:
                making.end(audio)

    async def _dress(self, line: Line, audio: bytes) -> None:
        """Keep a clip at the level of all others. Measuring a sentence takes milliseconds: in a thread."""
        if not audio:
            return
        clip = await asyncio.to_thread(_dressed, audio)
        self._keep(line, clip)
        if self._folder is not None:
            await asyncio.to_thread(self._folder.write, line, self.engine, clip)

    def _made(self, text: str, voice: str | None, parts: list[bytes] | None = None) -> AsyncGenerator[bytes, None]:
        """What the engine gives, as it may be heard; `parts` get it untouched."""
        return smoothed(trimmed(self._engine(text, voice, parts)), self._gain(voice))

    async def _engine(self, text: str, voice: str | None, parts: list[bytes] | None) -> AsyncGenerator[bytes, None]:
        # The one place before any voice: what is recorded, shown and matched stays as it was written.
        stream = self._synthesiser.speak(text if voice in self._unread else aloud(text), voice=voice)
        async with aclosing(stream):
            try:
                async for chunk in stream:
                    if parts is not None:
                        parts.append(chunk)
                    yield chunk
            except SpeechError:
                self.failures += 1
                raise

    def _gain(self, voice: str | None) -> float:
        gains = self._gains.get(voice)
        return round(statistics.median(gains), 1) if gains else 0.0

    def _keep(self, line: Line, clip: Clip) -> None:
        self._gains.setdefault(line.voice, deque(maxlen=GAINS_KEPT)).append(clip.gain_db)
        audio = clip.audio
        if not audio or len(audio) > self._limit // 4:
            return
        self._size += len(audio) - len(self._clips.pop(line, b""))
        self._clips[line] = audio
        while self._size > self._limit:
            _, oldest = self._clips.popitem(last=False)
            self._size -= len(oldest)


def _dressed(audio: bytes) -> Clip:
    """A whole sentence without the quiet around it, at the level of all others, its ends soft."""
    bare = without_quiet(audio)
    gain = gain_for(bare)
    return Clip(faded(with_gain(bare, gain)), gain)
