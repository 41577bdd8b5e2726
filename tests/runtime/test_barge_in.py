"""`barge-in` in a live call, in virtual time: the far end is cleared where the flow allows it, and only there."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.conversation.commands import Entered, Speak, StopSpeaking
from flowengine.conversation.events import CallerSaid, SpeechCut, SpeechHeard
from flowengine.runtime.ports import PartialTranscript, VoiceEnded, VoiceStarted
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import FLOW, Live, call

TERMS = "It runs for a year, and you can leave at any time without a fee."


def flow(line: str = "", state: str = "") -> str:
    """The small flow, whose first state says the terms, some five seconds, and then asks."""
    begins = FLOW.index("state hello")
    greeting = '  say "Hello, this is an automated assistant with a rather long greeting." "Shall I book it?"\n'
    body = FLOW[begins:].replace(greeting, f'{state}  say terms\n  say "Shall I book it?"\n')
    return f'{FLOW[:begins]}line terms {line} "{TERMS}"\n\n{body}'


def talked_over(text: str, *, at: float = 1.0, words: str = "book it") -> tuple[Live, bool]:
    """The caller says this so many seconds into the call; whether the line was cleared before they had finished."""
    cleared: list[int] = []

    async def act(live: Live) -> None:
        await asyncio.sleep(at - 0.1)
        stream = live.recogniser.stream
        stream.report(VoiceStarted(1000))
        await asyncio.sleep(0.5)
        stream.report(PartialTranscript("u1", words, 0.9))
        await asyncio.sleep(0.2)
        cleared.append(live.line.cleared)
        stream.report(VoiceEnded(1700))
        stream.end(words)
        await asyncio.sleep(15)
        live.session.on_gone("hung up")

    _, live = call(act, text=text)
    return live, bool(cleared[0])


def heard(live: Live) -> list[str]:
    """The speeches that were played to their end."""
    ended = {each.speech_id for each in live.record.of(SpeechHeard)}
    return [each.text for each in live.record.of(Speak) if each.speech_id in ended]


@pytest.mark.parametrize("text", [flow("barge-in never"), flow(state="  barge-in never\n")])
def test_what_may_never_be_interrupted_is_neither_held_nor_cleared(text: str) -> None:
    live, cleared = talked_over(text)
    assert not cleared
    assert TERMS in heard(live)


@pytest.mark.parametrize("text", [flow(), flow("barge-in always"), flow("barge-in always", "  barge-in never\n")])
def test_what_may_be_is_cleared_but_for_a_firm_question_behind_it(text: str) -> None:
    live, cleared = talked_over(text)
    firm = "barge-in never" in text
    assert cleared is not firm
    assert (TERMS in heard(live)) is firm


def test_what_was_said_meanwhile_is_taken_when_the_line_was_heard() -> None:
    live, _ = talked_over(flow("barge-in never"))
    entries = live.record.entries
    said = next(index for index, each in enumerate(entries) if isinstance(each, CallerSaid))
    terms = next(each.speech_id for each in live.record.of(Speak) if each.text == TERMS)
    ended = next(i for i, each in enumerate(entries) if isinstance(each, SpeechHeard) and each.speech_id == terms)
    moved = next(i for i, each in enumerate(entries) if isinstance(each, Entered) and each.state == "booked")
    assert said < ended < moved
    # The question behind it was not worth asking any more.
    assert live.record.of(StopSpeaking)


def test_what_protects_the_caller_clears_a_line_that_may_never_be_interrupted() -> None:
    live, _ = talked_over(flow("barge-in never", "  barge-in never\n"), words="stop calling me")
    assert live.line.cleared == 1
    assert live.record.suppressed == ["opt_out"]
    assert TERMS not in heard(live)


AFTER = flow("barge-in after identity").replace(
    "state hello\n", 'line identity "This is Amy, an automated assistant of Us."\n\nstate hello\n  say identity\n', 1
)
"""The identity takes some three seconds; the terms behind it are ordered in the same breath."""


@pytest.mark.parametrize(("at", "is_open"), [(0.5, False), (4.0, True)])
def test_after_a_line_is_decided_at_the_moment_of_the_interruption(at: float, is_open: bool) -> None:
    live, cleared = talked_over(AFTER, at=at)
    identity, terms, _ = live.record.of(Speak)[:3]
    assert (identity.after, terms.after) == (None, "identity")
    assert identity.text in heard(live)
    assert cleared is is_open


class DeafLine(FakeLine):
    """A far end that plays and loses its first mark."""

    def _played(self, name: str) -> None:
        if self.marks.index(name):
            super()._played(name)


def test_a_firm_line_whose_mark_is_lost_does_not_make_the_rest_firm() -> None:
    cleared: list[int] = []

    async def act(live: Live) -> None:
        # The terms take 4.3 s, their mark is late after two more, and six of silence lead to the next words.
        await asyncio.sleep(13)
        assert live.record.of(SpeechCut)
        stream = live.recogniser.stream
        stream.report(VoiceStarted(1000))
        await asyncio.sleep(0.3)
        cleared.append(live.line.cleared)
        live.session.on_gone("hung up")

    again = '    silence: again "Are you there? I can hear nothing at all, and I would like to go on with this."\n'
    text = flow("barge-in never").replace('    silence: again "Are you there?"\n', again)
    text = text.replace('  say "Shall I book it?"\n', "")
    call(act, text=text, line=DeafLine())
    assert cleared == [1]
