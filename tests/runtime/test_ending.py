"""A call is over within two seconds of its end whatever hangs, with nothing left of it; the hang-up is made all the
same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from flowengine.adapters.scripted.recogniser import ScriptedStream
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.commands import Speak
from flowengine.conversation.events import CallerSaid, SayRequested, SpeechCut, SpeechHeard
from flowengine.conversation.honouring import SUPPRESSED
from flowengine.errors import TelephonyError
from flowengine.graph.model import Action
from flowengine.runtime.ears import LAST_WORDS_S
from flowengine.runtime.hearing_out import BEGUN_S, HEARD_OUT_S, MORE_WITHIN_S, SAID_S
from flowengine.runtime.last_words import LASTED, STOPS
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import VoiceEnded, VoiceStarted
from flowengine.runtime.tasks import END_S, Tasks
from flowengine.runtime.ticker import Ticker
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import FLOW, KeptRecogniser, Live, call
from tests.runtime.made_flows import BOOKING
from tests.virtual_time import run_virtually

HANGS_S = 40.0


async def stubborn(seconds: float) -> None:
    """Does not let itself be cancelled, for so long."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        try:
            await asyncio.sleep(until - loop.time())
        except asyncio.CancelledError:
            continue


@dataclass
class Ended:
    """When the call's end began, and when nothing was left of it."""

    result: CallResult
    live: Live
    took: float


def ended(*, after: float = 2.0, by: Callable[[Live], None] | None = None, **parts: object) -> Ended:
    """A call whose caller hangs up after so long (or that is ended `by` something else)."""
    began: list[float] = []

    async def act(live: Live) -> None:
        await asyncio.sleep(after)
        began.append(asyncio.get_running_loop().time())
        if by is None:
            live.session.on_gone("hung up")
        else:
            by(live)
        await asyncio.sleep(3600)

    result, live = call(act, settles=2 * HANGS_S, **parts)  # type: ignore[arg-type]  # a test names what it means
    return Ended(result, live, live.over_at - began[0])


class NeverClosing(KeptRecogniser):
    """Its streams never close, and do not let themselves be told to."""

    async def open(self, call_id: str, *, language: str = "en-GB") -> ScriptedStream:
        stream = await super().open(call_id, language=language)
        stream.close = lambda: stubborn(HANGS_S)  # type: ignore[method-assign]  # what a broken engine is like
        return stream


class Stubborn(ScriptedSynthesiser):
    """Goes on speaking for a while after it was told to stop."""

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        yield b"\x55" * 8000
        for _ in range(20):
            await stubborn(1.0)
            yield b"\x55" * 800


class StubbornActions:
    """Swallows its cancellation."""

    async def run(self, action: Action, arguments: Mapping[str, object], *, key: str) -> Mapping[str, object]:
        await stubborn(HANGS_S)
        return {"reference": "BC-1"}


@dataclass
class StuckLine(FakeLine):
    """Its telephone answers after so long, refuses so often before that, and may not let itself be interrupted."""

    takes: float = 0.0
    refusals: int = 0
    stubborn: bool = False
    attempts: int = 0
    plays_late: int = 0

    def play(self, mulaw: bytes) -> None:
        super().play(mulaw)
        self.plays_late += self.attempts > 0

    async def hang_up(self) -> None:
        self.attempts += 1
        await (stubborn(self.takes) if self.stubborn else asyncio.sleep(self.takes))
        if self.refusals:
            self.refusals -= 1
            raise TelephonyError("refused")
        await super().hang_up()

    async def transfer(self, target: str) -> None:
        self.attempts += 1
        await asyncio.sleep(self.takes)
        await super().transfer(target)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"ears": NeverClosing()},
        {"synthesiser": Stubborn()},
        {"text": BOOKING, "actions": StubbornActions()},
        {"line": StuckLine(takes=30.0)},
        {"line": StuckLine(takes=30.0, stubborn=True)},
        {"ears": NeverClosing(), "synthesiser": Stubborn(), "line": StuckLine(takes=30.0)},
    ],
    ids=["nothing", "recogniser", "synthesiser", "action", "telephone", "stubborn telephone", "all"],
)
def test_whatever_hangs_a_call_is_over_in_time(parts: Mapping[str, object]) -> None:
    over = ended(**parts)  # type: ignore[arg-type]  # a test names what it means
    assert (over.result.reason, over.result.abnormal) == ("hung up", False)
    assert over.took <= END_S + 0.05
    assert over.result.duration == pytest.approx(2.1, abs=0.05)


def test_nothing_is_played_by_what_outlives_the_call() -> None:
    line = StuckLine()
    over = ended(synthesiser=Stubborn(), line=line)
    assert over.live.line.hung_up == 1
    assert line.plays_late == 0


def test_a_hang_up_that_is_refused_is_tried_again_without_the_call() -> None:
    line = StuckLine(refusals=2)
    over = ended(line=line)
    assert over.took <= END_S + 0.05
    assert (line.attempts, line.hung_up) == (3, 1)


def test_a_hang_up_that_hangs_is_tried_again_and_given_up_in_the_end(caplog: pytest.LogCaptureFixture) -> None:
    line = StuckLine(takes=3600)
    ended(line=line)
    assert (line.attempts, line.hung_up) == (4, 0)
    assert [each.getMessage() for each in caplog.records].count("hang-up failed") == 4


def test_a_caller_who_is_put_through_at_the_end_is_not_hung_up_on() -> None:
    line = StuckLine(takes=4.0)
    over = ended(by=lambda live: live.session.end("an operator", outcome="booked", onward="+441134960999"), line=line)
    assert line.transfers == ["+441134960999"]
    assert (line.hung_up, over.result.outcome) == (0, "booked")


@pytest.mark.parametrize("how", ["cancelled", "flooded"])
def test_a_call_that_is_broken_off_keeps_what_was_heard(how: str) -> None:
    def break_off(live: Live) -> None:
        if how == "flooded":
            for _ in range(3000):
                live.session.on_key("1")
        else:
            live.session._tasks.fail(ZeroDivisionError())

    over = ended(by=break_off)
    (greeting,) = over.live.record.of(Speak)
    cuts, heard = over.live.record.of(SpeechCut), over.live.record.of(SpeechHeard)
    assert [cut.speech_id for cut in cuts] == [greeting.speech_id]
    assert heard == []
    assert "Hello, this is an".startswith(cuts[0].heard[:10])
    assert over.result.abnormal
    assert over.live.line.hung_up == 1


def test_a_session_that_is_cancelled_leaves_as_full_a_record() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        for task in asyncio.all_tasks():
            if task.get_coro().__qualname__ == "CallSession.run":  # type: ignore[union-attr]  # a coroutine has one
                task.cancel()

    live_calls: list[Live] = []

    async def keep(live: Live) -> None:
        live_calls.append(live)
        await act(live)

    with pytest.raises(asyncio.CancelledError):
        call(keep)
    (live,) = live_calls
    assert [cut.speech_id for cut in live.record.of(SpeechCut)] == [each.speech_id for each in live.record.of(Speak)]
    assert live.line.hung_up == 1


def test_a_defect_in_the_ticks_of_one_call_leaves_the_common_clock_running() -> None:
    def broken(now: float) -> None:
        raise ZeroDivisionError

    over = ended(by=lambda live: setattr(live.session._speaking.playback, "pump", broken))
    assert (over.result.reason, over.result.abnormal) == ("ZeroDivisionError", True)
    assert over.took < 1
    assert over.live.line.hung_up == 1


def test_nobody_comes_back_to_a_call_that_is_over() -> None:
    def lose(live: Live) -> None:
        live.line.up = False
        live.session.on_gone("connection lost", comes_back=True)

    over = ended(by=lose)
    assert over.result.reason == "connection lost"
    assert not over.live.session.on_returned()


def test_what_fails_in_a_task_ends_the_group_with_it() -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    async def main() -> None:
        tasks = Tasks()
        tasks.create_task(fails(), name="defect")
        with pytest.raises(ZeroDivisionError):
            await tasks.run(asyncio.sleep(3600))

    run_virtually(main())


def test_a_ticker_forgets_a_call_that_has_ended() -> None:
    over = ended()
    ticker: Ticker = over.live.session._parts.ticker
    assert ticker._targets == {}


def test_what_is_said_to_nobody_was_cut_before_its_first_word() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(1)
        live.session.steer(lambda at: SayRequested(at, "One moment."))
        live.session.on_gone("hung up")
        await asyncio.sleep(3600)

    _, live = call(act)
    greeting, moment = live.record.of(Speak)
    cuts = {cut.speech_id: cut.heard for cut in live.record.of(SpeechCut)}
    assert cuts == {greeting.speech_id: "Hello, this is an", moment.speech_id: ""}


@pytest.mark.parametrize("late_s", [0.0, 0.3])
def test_an_opt_out_counts_though_the_caller_hangs_up_on_it(late_s: float) -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(2)
        stream = live.recogniser.stream
        stream.report(VoiceStarted(2000))
        await asyncio.sleep(0.5)
        live.session.on_gone("hung up")
        await asyncio.sleep(late_s)
        stream.end("stop calling me")
        await asyncio.sleep(3600)

    result, live = call(act)
    assert live.record.suppressed == ["opt_out"]
    assert result.outcome == "hung_up"


def test_an_opt_out_counts_though_our_own_goodbye_is_over_before_it() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(2)
        live.session.end("service stopping", "Goodbye now.")
        stream = live.recogniser.stream
        stream.report(VoiceStarted(2000, certain=False))
        while "u2" not in [heard.speech_id for heard in live.record.of(SpeechHeard)]:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        stream.end("stop calling me")
        await asyncio.sleep(3600)

    result, live = call(act)
    assert live.record.suppressed == ["opt_out"]
    assert result.reason == "service stopping"
    assert [each.text for each in live.record.of(Speak)][-1] == SUPPRESSED


@pytest.mark.parametrize(
    ("given", "kept"), [(STOPS, STOPS), (LASTED, LASTED), ("Mrs Smith was rude", "flow ended")], ids=str
)
def test_of_a_call_ended_from_outside_the_record_keeps_why_unless_somebody_wrote_it(given: str, kept: str) -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(2)
        live.session.end(given, "Goodbye now.")
        await asyncio.sleep(3600)

    result, _ = call(act)
    assert (result.reason, result.abnormal) == (kept, False)


def test_a_caller_who_hangs_up_without_a_word_is_not_waited_for() -> None:
    assert ended().took < 0.1


def test_a_hang_up_into_the_farewell_keeps_what_was_heard_of_it() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.say("yes please")
        await asyncio.sleep(0.6)
        live.session.on_gone("hung up")
        await asyncio.sleep(3600)

    result, live = call(act)
    (farewell,) = [each for each in live.record.of(Speak) if each.text == "Booked. Goodbye."]
    assert {cut.speech_id: cut.heard for cut in live.record.of(SpeechCut)}[farewell.speech_id] == "Booked."
    assert result.outcome == "booked"


def ended_into(
    what_follows: Callable[[Live], Awaitable[None]], *, finalized: str = "", says: str = "", **parts: object
) -> Ended:
    """A caller begins to speak into the last of a farewell (or has just said this), and does that once it is over.
    `finalized`: what the recogniser has made out when it is asked for its final transcript."""
    over_at: list[float] = []

    async def act(live: Live) -> None:
        stream = live.recogniser.stream
        if finalized:
            stream.finalize = lambda: stream.end(finalized)  # type: ignore[method-assign]  # as a real engine does
        await asyncio.sleep(8)
        stream.say("yes please")
        await asyncio.sleep(0.4)
        if says:
            stream.say(says)
        else:
            stream.report(VoiceStarted(9000))
        goodbye = [each.speech_id for each in live.record.of(Speak) if each.text == "Booked. Goodbye."]
        while goodbye != [each.speech_id for each in live.record.of(SpeechHeard)][-1:]:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.02)
        over_at.append(asyncio.get_running_loop().time())
        await what_follows(live)
        await asyncio.sleep(3600)

    result, live = call(act, **parts)  # type: ignore[arg-type]  # a test names what it means
    return Ended(result, live, live.over_at - over_at[0])


def confirmed(over: Ended) -> list[bool]:
    """Whether the confirmation was heard to its end, each time that it was said."""
    heard = [each.speech_id for each in over.live.record.of(SpeechHeard)]
    return [each.speech_id in heard for each in over.live.record.of(Speak) if each.text == SUPPRESSED]


async def opt_out_late(live: Live) -> None:
    """The caller's words are known when our farewell has been over for 2.7 s."""
    await asyncio.sleep(2.0)
    live.recogniser.stream.report(VoiceEnded(11000))
    await asyncio.sleep(0.7)
    live.recogniser.stream.end("stop calling me")


def test_a_caller_who_speaks_into_the_farewell_is_let_finish_and_answered() -> None:
    over = ended_into(opt_out_late, finalized="stop calli")
    assert [said.text for said in over.live.record.of(CallerSaid)] == ["yes please", "stop calling me"]
    assert over.live.record.suppressed == ["opt_out"]
    assert (over.result.outcome, over.result.reason) == ("booked", "flow ended")
    assert confirmed(over) == [True]


class Mute(ScriptedSynthesiser):
    """Never begins to say the confirmation."""

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        if text == SUPPRESSED:
            await asyncio.sleep(3600)
        async for chunk in super().speak(text, voice=voice):
            yield chunk


@pytest.mark.parametrize("voice", [Mute(), ScriptedSynthesiser(fails=[SUPPRESSED])], ids=["hangs", "fails"])
def test_a_voice_that_breaks_over_the_confirmation_holds_nothing_up(voice: ScriptedSynthesiser) -> None:
    over = ended_into(opt_out_late, synthesiser=voice)
    assert (over.live.record.suppressed, confirmed(over)) == (["opt_out"], [False])
    assert (over.result.outcome, over.result.reason, over.result.abnormal) == ("booked", "flow ended", False)
    assert over.took <= 2.7 + BEGUN_S + 0.05
    assert over.live.record.of(SpeechCut)[-1].heard != SUPPRESSED


def test_a_line_that_tells_nothing_holds_the_confirmation_up_no_longer_than_its_marks() -> None:
    async def opt_out(live: Live) -> None:
        live.line.echo = None
        await opt_out_late(live)

    over = ended_into(opt_out)
    assert confirmed(over) == [False]
    assert over.took <= 2.7 + BEGUN_S + SAID_S
    assert over.live.record.of(SpeechCut)[-1].heard == SUPPRESSED


def test_who_hangs_up_on_the_confirmation_is_not_spoken_to_any_more() -> None:
    async def leave(live: Live) -> None:
        await opt_out_late(live)
        await asyncio.sleep(0.5)
        live.session.on_gone("hung up")

    over = ended_into(leave)
    assert confirmed(over) == [False]
    assert over.result.reason == "flow ended"
    assert over.took == pytest.approx(3.2, abs=0.05)


def test_the_rest_of_an_opt_out_that_was_begun_over_the_farewell_is_waited_for() -> None:
    async def go_on(live: Live) -> None:
        await asyncio.sleep(2.0)
        live.recogniser.stream.say("call this number again")

    over = ended_into(go_on, says="please never")
    assert (over.live.record.suppressed, confirmed(over)) == (["opt_out"], [True])
    alone = ended_into(lambda _: asyncio.sleep(3600), says="please never")
    assert (alone.live.record.suppressed, confirmed(alone)) == ([], [])
    assert alone.took == pytest.approx(MORE_WITHIN_S, abs=0.05)


def test_a_television_is_not_listened_to_for_long() -> None:
    over = ended_into(lambda _: asyncio.sleep(3600))
    assert over.took == pytest.approx(HEARD_OUT_S, abs=0.05)


@pytest.mark.parametrize(("failure", "comes_back"), [(False, False), (True, False), (True, True)])
def test_who_leaves_after_the_farewell_has_finished(failure: bool, comes_back: bool) -> None:
    async def leave(live: Live) -> None:
        await asyncio.sleep(0.5)
        live.line.up = False
        live.session.on_gone("gone", failure=failure, comes_back=comes_back)

    over = ended_into(leave, finalized="stop calling me")
    assert over.live.record.suppressed == ["opt_out"]
    assert confirmed(over) in ([], [False])
    assert (over.result.reason, over.result.abnormal) == ("flow ended", False)
    assert over.took == pytest.approx(0.5, abs=0.05)


def test_a_recogniser_that_fails_after_the_farewell_fails_nothing() -> None:
    async def fail(live: Live) -> None:
        live.recogniser.stream.fail()

    over = ended_into(fail)
    assert (over.result.reason, over.result.abnormal) == ("flow ended", False)
    assert over.took <= LAST_WORDS_S + 0.05


PITCH = FLOW.replace(
    '  say "Booked. Goodbye."\n',
    '  say "Booked, and here is some more about it that takes a while to say."\n  say "And more of it."\n'
    '  say "Goodbye."\n',
)


def test_an_opt_out_over_the_last_lines_stops_and_answers_them() -> None:
    async def object_(live: Live) -> None:
        stream = live.recogniser.stream
        await asyncio.sleep(8)
        stream.say("yes please")
        await asyncio.sleep(1.5)
        stream.say("stop calling me")
        await asyncio.sleep(3600)

    result, live = call(object_, text=PITCH)
    assert live.record.suppressed == ["opt_out"]
    assert [each.text for each in live.record.of(Speak)][-2:] == ["Goodbye.", SUPPRESSED]
    heard = {each.speech_id for each in live.record.of(SpeechHeard)}
    assert [each.text for each in live.record.of(Speak) if each.speech_id in heard][-1] == SUPPRESSED
    assert "And more of it." not in [each.text for each in live.record.of(Speak) if each.speech_id in heard]
    assert (result.outcome, result.reason, result.abnormal) == ("failed", "flow ended", False)


def test_last_lines_that_nobody_objects_to_are_heard_to_their_end() -> None:
    async def chat(live: Live) -> None:
        stream = live.recogniser.stream
        await asyncio.sleep(8)
        stream.say("yes please")
        await asyncio.sleep(1.5)
        stream.say("lovely thank you")
        await asyncio.sleep(3600)

    result, live = call(chat, text=PITCH)
    assert live.record.of(SpeechCut) == []
    assert (result.outcome, result.reason, result.abnormal) == ("booked", "flow ended", False)
