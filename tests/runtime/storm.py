"""Whatever can happen to a live call, at random and at the worst moment, and what must hold all the same.

`plan(seed)` is a list of acts, so that what breaks a call can be cut down to the few acts that matter: how the voice,
the line and the others behave follows from the seed too, and does not change when an act is taken out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

import msgspec

from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.conversation.commands import Command, Pause, SendKeys, Speak
from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    CallerHungUp,
    Event,
    SpeechCut,
    SpeechHeard,
)
from flowengine.conversation.record import command_to_json, event_to_json, is_command, is_event
from flowengine.conversation.replaying import Recorded, replay
from flowengine.errors import ActionError
from flowengine.graph.model import Action, Flow
from flowengine.runtime.observed import CallResult, SessionParts
from flowengine.runtime.outliving import Outliving
from flowengine.runtime.ports import (
    GuardAnswer,
    ModelReply,
    Told,
)
from flowengine.runtime.session import CallSession
from flowengine.runtime.ticker import Ticker
from tests.conversation.talk import TUESDAY
from tests.runtime.live_call import KeptRecogniser
from tests.runtime.storm_acts import Acting
from tests.runtime.storm_line import StormLine, StormVoice, Texts
from tests.runtime.storm_plan import LASTS_S, Act, flow_of, plan
from tests.virtual_time import run_virtually

BOUND_S = 900.0
MOST_AHEAD_S = 0.6


@dataclass
class StormRecord:
    """Keeps what a session records, and looks at each entry as it comes."""

    line: StormLine
    texts: Texts
    entries: list[tuple[float, Event | Command | Told]] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)
    pending: dict[str, tuple[float, Speak | Pause | SendKeys]] = field(default_factory=dict)
    is_over: bool = False
    wrong: list[str] = field(default_factory=list)

    def write(self, at: float, entry: Event | Command | Told) -> None:
        self.entries.append((at, entry))
        match entry:
            case Speak() | Pause() | SendKeys():
                self.pending[entry.speech_id] = (asyncio.get_running_loop().time(), entry)
            case SpeechHeard(speech_id=speech_id):
                self._answered(at, speech_id, None)
            case SpeechCut(speech_id=speech_id, heard=heard):
                self._answered(at, speech_id, heard)
            case CallerHungUp():
                self.is_over = True
            case _:
                pass

    def suppress(self, reason: str) -> None:
        self.suppressed.append(reason)

    def _answered(self, at: float, speech_id: str, heard: str | None) -> None:
        ordered, speech = self.pending.pop(speech_id, (0.0, None))
        if speech is None:
            self.wrong.append(f"{at}: {speech_id} was answered, and not asked for")
        elif isinstance(speech, Speak):
            words = speech.text.split()
            played = self._words_played(speech, ordered)
            told = words if heard is None else heard.split()
            if told != words[: len(told)]:
                self.wrong.append(f"{at}: {heard!r} does not begin {speech.text!r}")
            if len(told) > played:
                self.wrong.append(f"{at}: {' '.join(told)!r} was told, {' '.join(words[:played])!r} was played")

    def _words_played(self, speech: Speak, since: float) -> int:
        """How many of its words, from the first on, were played to their last character."""
        self.line.settle()
        reached: dict[int, int] = {}
        for when, number, place in reversed(self.line.played):
            if when < since - 0.001:
                break
            reached[number] = max(reached.get(number, -1), place)
        count = 0
        for sentence in speech.sentences:
            played = reached.get(self.texts.number(sentence), -1) + 1
            if played < len(sentence) and any(each.isalnum() for each in sentence):
                return count + len(sentence[: played + 1].rpartition(" ")[0].split())
            count += len(sentence.split())
        return count


class StormWorld:
    """The guard, the actions: late, failing, never."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._asked = 0

    async def decide(self, guard: str) -> GuardAnswer:
        random = await self._late((0.0, 0.0, 0.5, 5.0))
        return GuardAnswer(random.random() < 0.9)

    async def run(self, action: Action, arguments: Mapping[str, object], *, key: str) -> Mapping[str, object]:
        random = await self._late((0.0, 0.5, 2.0, 30.0))
        if random.random() < 0.3:
            raise ActionError("the storm took it")
        return {result.name: "BC-1" for result in action.results}

    async def _late(self, delays: tuple[float, ...]) -> Random:
        self._asked += 1
        random = Random(f"{self._seed}/world/{self._asked}")
        await asyncio.sleep(random.choice(delays))
        if random.random() < 0.1:
            raise ZeroDivisionError
        return random


@dataclass
class Storm:
    """One call in the storm; `wrong` is what did not hold."""

    seed: int
    acts: tuple[Act, ...]
    wrong: list[str] = field(default_factory=list)
    result: CallResult | None = None
    entries: list[tuple[float, Event | Command | Told]] = field(default_factory=list)
    feeds: bool = True
    must_suppress: bool = False

    async def run(self) -> None:
        flow, contact = flow_of(self.seed)
        random = Random(f"{self.seed}/world")
        texts, ticker, outliving, loop = Texts(), Ticker(), Outliving(), asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.wrong.append(f"the loop complains: {context['message']}"))
        line = StormLine(str(self.seed), random.choice((0, 0, 0.2, 1.0)), random.choice((0, 0, 0.5)))
        voice = StormVoice(str(self.seed), texts, random.choice((0, 0, 0.3)), has_clips=random.random() < 0.5)
        record, world, ears = StormRecord(line, texts), StormWorld(self.seed), KeptRecogniser()
        reply = ModelReply("I see. It is good. Shall I?", random.choice((None, "convinced")))
        replies: list[ModelReply | str] = [reply, "it is away"] * 9
        model = ScriptedModel(replies[random.randrange(2) :], delay_s=random.choice((0.2, 2.0, 6.0)), streams=True)
        parts = SessionParts(
            conversation=self._mind(flow, contact),
            line=line,
            synthesiser=voice,
            guard=world,
            record=record,
            ticker=ticker,
            recogniser=ears,
            clips=voice,
            actions=world,
            model=model,
            longest_s=120,
            outliving=outliving,
            speculates=random.random() < 0.3,
        )
        session = CallSession(parts)
        line.echo = session.on_mark
        playback = session._speaking.playback

        def may_play() -> str | None:
            if line.is_over or record.is_over:
                return "the call is over"
            if playback.is_held:
                return "it is held"
            if not session.away.is_here:
                return "the caller is away"
            music = session._speaking.music
            return None if record.pending or music.wanted or music.is_playing else "nothing is to be said"

        line.may_play = may_play
        running = asyncio.create_task(session.run(), name="session")
        acting = asyncio.create_task(self._act(session, line, ears, running), name="acts")
        feeding = asyncio.create_task(self._feed(session), name="feed")
        done, _ = await asyncio.wait({running}, timeout=BOUND_S)
        if not done:
            self.wrong.append(f"not over after {BOUND_S:g} s")
            running.cancel()
        try:
            self.result = await running
        except asyncio.CancelledError:
            self.result = None
        except Exception as error:
            self.wrong.append(f"raised {error!r}")
        line.stop()
        for task in (acting, feeding):
            task.cancel()
        for outcome in await asyncio.gather(acting, feeding, return_exceptions=True):
            if isinstance(outcome, Exception):
                self.wrong.append(f"an act raised {outcome!r}")
        self._judge_remains(session, ticker, loop)
        await outliving.settle(60)
        if voice.open:
            self.wrong.append(f"{voice.open} generators are left open")
        await ticker.close()
        self.entries = record.entries
        self._judge_record(flow, contact, record, line)

    async def _feed(self, session: CallSession) -> None:
        while True:
            if self.feeds and session.away.is_here:
                session.on_audio(b"\xff" * 160)
            await asyncio.sleep(0.02)

    async def _act(
        self, session: CallSession, line: StormLine, ears: KeptRecogniser, running: asyncio.Task[CallResult]
    ) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        does = Acting(self._promise, self._feed_or_not, session, line, ears, running)
        for act in self.acts:
            await asyncio.sleep(max(0.0, began + act.at - loop.time()))
            does.act(act)
        await asyncio.sleep(max(0.0, began + LASTS_S - loop.time()))
        # Whoever is away is not for ever.
        line.up = False
        does.act(Act(LASTS_S, "told", number=1))
        await asyncio.sleep(20)
        does.act(Act(LASTS_S, "returns"))

    def _promise(self) -> None:
        self.must_suppress = True

    def _feed_or_not(self, feeds: bool) -> None:
        self.feeds = feeds

    def _mind(self, flow: Flow, contact: Mapping[str, object]) -> Conversation:
        return Conversation(flow, check_contact(flow, contact), started=TUESDAY)

    def _judge_remains(self, session: CallSession, ticker: Ticker, loop: asyncio.AbstractEventLoop) -> None:
        """What is left of the session, but for what it could not stop."""
        if ticker._targets:
            self.wrong.append("it still ticks")
        if session._timers._pending:
            self.wrong.append("timers are left")
        if session._speaking.interrupting._timer is not None:
            self.wrong.append("an interruption is still timed")
        allowed = {"ticker"} | ({"speaker", "preparing"} if session._parts.outliving else set())
        for task in asyncio.all_tasks(loop) - {asyncio.current_task()}:
            if task.get_name() not in allowed:
                self.wrong.append(f"a task is left: {task.get_name()}")

    def _judge_record(self, flow: Flow, contact: Mapping[str, object], record: StormRecord, line: StormLine) -> None:
        self.wrong += [*record.wrong, *line.wrong]
        if record.pending:
            self.wrong.append(f"never answered: {list(record.pending)}")
        if line.most_ahead > MOST_AHEAD_S + 0.001:
            self.wrong.append(f"audio left {line.most_ahead:.3f} s ahead")
        if self.must_suppress and not record.suppressed:
            self.wrong.append("an opt-out was heard and not suppressed")
        if any(slot.secret for slot in flow.slots.values()):
            return
        written = [
            Recorded(at, msgspec.json.decode(msgspec.json.encode(payload)))
            for at, entry in record.entries
            if is_event(payload := _payload(entry)) or is_command(payload)
        ]
        done = replay(self._mind(flow, contact), written)
        if done.difference is not None or done.unwritten:
            self.wrong.append(f"replayed, it differs: {done.difference}, {done.unwritten}")


def _payload(entry: Event | Command | Told) -> Mapping[str, object]:
    if isinstance(entry, Command):
        return command_to_json(entry)
    return event_to_json(entry) if isinstance(entry, Event) else {}


def trial(seed: int, acts: tuple[Act, ...] | None = None) -> Storm:
    """The call of a seed; `acts`: those of its plan that are left."""
    storm = Storm(seed, plan(seed) if acts is None else acts)
    try:
        run_virtually(storm.run())
    except Exception as error:
        storm.wrong.append(f"raised {error!r}")
    return storm


def shrunk(seed: int) -> Storm:
    """The same seed with as few acts as still go wrong in the same way."""
    storm = trial(seed)
    kind = _kind(storm)
    size = max(1, len(storm.acts) // 2)
    while size:
        at = 0
        while at < len(storm.acts):
            fewer = trial(seed, storm.acts[:at] + storm.acts[at + size :])
            if _kind(fewer) == kind:
                storm = fewer
            else:
                at += size
        size //= 2
    return storm


def _kind(storm: Storm) -> str:
    """What went wrong first, without its figures and words."""
    return "".join(each for each in storm.wrong[0].split(": ")[-1] if each.isalpha())[:24] if storm.wrong else ""
