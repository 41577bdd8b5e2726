"""A machine's greeting: where it ends, and a beep that was over before its words were known."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.conversation.commands import HearGreeting
from flowengine.conversation.events import GreetingEnded, GreetingRecognised
from flowengine.runtime.audio import FRAME_BYTES, SILENCE, frames
from flowengine.runtime.greeting import Greeting
from flowengine.runtime.ports import PartialTranscript, VoiceEnded, VoiceStarted
from flowengine.testing.twilio.beep import beep
from tests.virtual_time import run_virtually

WAIT = HearGreeting(on=True, quiet=2.0, longest=30.0)
BEEP = beep()


def silence(seconds: float) -> bytes:
    return SILENCE * round(seconds * 8000)


class Heard:
    """A greeting of a line that `screens`, and what it has reported."""

    def __init__(self, *, screens: bool = True) -> None:
        self.reported: list[GreetingRecognised | GreetingEnded] = []
        self.greeting = Greeting(lambda: screens, lambda: 0.0, self.reported.append)

    def push(self, *audio: bytes) -> None:
        for frame in frames(b"".join(audio), FRAME_BYTES):
            self.greeting.push(frame)

    @property
    def ends(self) -> list[str]:
        return [each.by for each in self.reported if isinstance(each, GreetingEnded)]


def ended_after(*, screens: bool = True, then: bytes = b"", spoken: bool = False, over: bool = True) -> list[str]:
    """A greeting with a beep behind it, all of it over when its words are recognised; how it has ended by then.

    `then`: what comes behind the beep; `spoken`: by a voice of its own. `over`: the recogniser has heard it end.
    """

    async def main() -> list[str]:
        heard = Heard(screens=screens)
        heard.greeting.hear(VoiceStarted(0))
        heard.push(silence(1.0), BEEP)
        if spoken:
            heard.push(silence(0.15))
            heard.greeting.hear(VoiceStarted(1))
        heard.push(then or silence(0.1))
        if over:
            heard.greeting.hear(VoiceEnded(1))
        heard.greeting.wait(WAIT)
        ends = list(heard.ends)
        heard.greeting.stop()
        return ends

    return run_virtually(main())


def test_a_beep_that_was_over_before_the_words_were_known_ends_the_greeting_at_once() -> None:
    assert ended_after() == ["beep"]
    assert ended_after(then=silence(0.6)) == ["beep"]
    assert ended_after(over=False) == ["beep"]


def test_a_voice_after_the_beep_goes_on_with_the_greeting() -> None:
    assert ended_after(then=silence(0.2), spoken=True) == []
    assert ended_after(then=silence(0.6), over=False) == []


@pytest.mark.parametrize("then", [1.2, 3.0])
def test_a_beep_long_ago_was_another(then: float) -> None:
    assert ended_after(then=silence(then)) == []


def test_a_line_that_can_be_no_machines_keeps_nothing() -> None:
    assert ended_after(screens=False) == []


def test_a_beep_under_way_is_heard_to_its_end() -> None:
    async def main() -> list[str]:
        heard = Heard()
        heard.greeting.hear(VoiceStarted(0))
        heard.push(silence(0.5), BEEP[:2000])
        heard.greeting.wait(WAIT)
        assert heard.ends == []
        # What is left of it is too short to be told by itself.
        heard.push(BEEP[2000:2480], silence(0.2))
        return heard.ends

    assert run_virtually(main()) == ["beep"]


def test_without_a_beep_it_ends_with_quiet_or_after_so_long() -> None:
    async def main(*events: VoiceStarted | VoiceEnded) -> list[str]:
        heard = Heard()
        for event in events:
            heard.greeting.hear(event)
        heard.greeting.wait(WAIT)
        await asyncio.sleep(31)
        return heard.ends

    assert run_virtually(main(VoiceStarted(0), VoiceEnded(1))) == ["quiet"]
    assert run_virtually(main(VoiceStarted(0))) == ["time"]


def test_the_words_of_a_machine_are_reported_while_they_are_said() -> None:
    heard = Heard()
    heard.greeting.hear(PartialTranscript("u", "please leave a message after the tone", 0.9))
    assert [type(each) for each in heard.reported] == [GreetingRecognised]
