"""What the conversation orders, given to whoever does it: the one table from commands to the parts of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from flowengine.conversation.commands import (
    CancelTimer,
    Command,
    Dismiss,
    Fact,
    Hangup,
    HearGreeting,
    Hold,
    Join,
    Listen,
    Pause,
    SendKeys,
    Speak,
    StartTimer,
    StopSpeaking,
    Suppress,
    Transfer,
)
from flowengine.runtime.away import Away
from flowengine.runtime.ears import Ears
from flowengine.runtime.ending import Ending
from flowengine.runtime.errands import Errand, Errands
from flowengine.runtime.greeting import Greeting
from flowengine.runtime.ports import Record
from flowengine.runtime.speaking import Speaking
from flowengine.runtime.timers import Timers


class Orders:
    """Carries out one call's orders. `stop_speaking` also sees to it that the conversation learns what was heard.

    `never_heard(speech_id)` is told of what is said when nobody is there any more.
    """

    def __init__(
        self,
        *,
        speaking: Speaking,
        stop_speaking: Callable[[], None],
        never_heard: Callable[[str], None],
        ears: Ears,
        timers: Timers,
        errands: Errands,
        away: Away,
        greeting: Greeting,
        record: Record,
        ending: Ending,
    ) -> None:
        self._speaking = speaking
        self._stop_speaking = stop_speaking
        self._never_heard = never_heard
        self._ears = ears
        self._timers = timers
        self._errands = errands
        self._away = away
        self._greeting = greeting
        self._record = record
        self._ending = ending

    def carry_out(self, command: Command) -> None:
        """Begin what is ordered; never waits."""
        if isinstance(command, Errand):
            self._errands.send(command)
            return
        if isinstance(command, Fact):
            return
        match command:
            case Speak() | Pause() | SendKeys() if self._ending.hears_nothing(is_here=self._away.is_here):
                self._never_heard(command.speech_id)
            case Speak() | Pause() | SendKeys():
                self._speaking.say(command)
            case StopSpeaking():
                self._stop_speaking()
            case Listen(expecting=expecting, private=private):
                self._ears.listen(expecting, private=private)
            case StartTimer(timer_id=timer_id, seconds=seconds):
                self._timers.start(timer_id, seconds)
            case CancelTimer(timer_id=timer_id):
                self._timers.cancel(timer_id)
                self._errands.drop(timer_id)
            case Transfer():
                self._away.want(command)
            case HearGreeting():
                self._greeting.wait(command)
            case Join() | Dismiss():
                self._away.consult(command)
            case Hold(on=on):
                self._speaking.music.wanted = on
            case Suppress(reason=reason):
                self._record.suppress(reason)
            case Hangup(outcome=outcome):
                self._hang_up(outcome)
            case _:
                assert_never(command)

    def _hang_up(self, outcome: str) -> None:
        self._ending.outcome = outcome
        self._away.want(None)
        self._greeting.stop()
        self._speaking.music.wanted = False
        self._timers.clear()
        if self._away.is_away:
            # A farewell that nobody can hear holds nothing up.
            self._stop_speaking()
