"""A warm transfer: the caller stays with us while a colleague is rung, is told what it is about, and takes the call.

Meanwhile the caller hears music, and now and then the flow's `filler`. They are spoken with as while an action runs:
what protects them, and what `anywhere` listens for, takes them out of the wait, and the colleague is let go. Once the
colleague has taken the call, and nothing else is under way with the caller, both are put together.
"""

from __future__ import annotations

import re

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Dismiss, Hold, Join
from flowengine.conversation.commands import Transfer as PutThrough
from flowengine.conversation.events import ColleagueReady
from flowengine.conversation.place import Consultation, Stay
from flowengine.conversation.prompt import Prompt
from flowengine.graph.model import Template, Transfer

FILLER_EVERY_S = 15.0
"""Often enough to say that nobody was forgotten, seldom enough to be borne."""
FILLER_RECHECK_S = 1.0
LONGEST_S = 150.0
"""From the first ring to the colleague's yes, should the telephone never tell what became of them."""
LONGEST_BRIEFING = 600
"""Characters: about 40 s of speech. Twilio takes 4,000 for all that a call is ordered with."""

_SPACES = re.compile(r"\s+")


class Consulting:
    """Begins warm transfers, and keeps their callers company."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._holds = False

    def begin(self, stay: Stay, transfer: Transfer, briefing: Template, target: str) -> None:
        """Have the colleague rung and told."""
        call = self._call
        request = stay.request = call.next_request("transfer")
        stay.consultation = Consultation(request)
        call.emit(PutThrough(request, target, _shortened(call.spoken(briefing))))
        call.start_timer(stay, f"patience-{request}", "timeout", LONGEST_S)
        if transfer.filler is not None:
            call.start_timer(stay, f"filler-{request}", "filler", FILLER_EVERY_S)

    def fill_in(self, stay: Stay, transfer: Transfer, timer_id: str) -> None:
        """Time to say that the caller is not forgotten, once nothing else is being said."""
        call = self._call
        if transfer.filler is None or stay.consultation is None or stay.consultation.is_ready:
            return None
        if not call.transcript.quiet or call.is_weighing or stay.question is not None:
            return call.start_timer(stay, timer_id, "filler", FILLER_RECHECK_S)
        # A question that was not answered by now is dropped.
        stay.doubt = None
        call.may_repeat()
        call.say(Prompt((call.spoken(transfer.filler),)))
        call.transcript.asking.latest_is_aside()
        return call.start_timer(stay, timer_id, "filler", FILLER_EVERY_S)

    def ready(self, event: ColleagueReady) -> None:
        """The colleague takes the call; nothing comes of it when nobody waits for them any more."""
        for stay in self._call.stays():
            consultation = stay.consultation
            if consultation is not None and consultation.request_id == event.request_id:
                consultation.is_ready = True
                self._call.cancel_timers(stay, "timeout", "filler")

    def give_up(self, stay: Stay) -> str:
        """The colleague did not answer in any way: what that comes to."""
        consultation, stay.consultation = stay.consultation, None
        if consultation is not None:
            self._call.emit(Dismiss(consultation.request_id))
        self._call.note("the colleague did not take the call in time")
        return "no_answer"

    def settle(self) -> None:
        """After each event: whether the two can be put together, and whether the caller hears music."""
        call = self._call
        if call.outcome is not None:
            return
        stay = call.stay
        # Who was asked whether they still want it is not put through before they say so.
        is_free = stay is not None and stay.held is None and stay.question is None
        consultation = stay.consultation if stay is not None and is_free else None
        joins = consultation is not None and consultation.is_ready and not consultation.is_joined
        waits = consultation is not None and not consultation.is_ready and stay is not None and stay.doubt is None
        waits = waits or (stay is not None and stay.holds and stay.held is None and stay.doubt is None)
        holds = waits and not call.is_weighing
        if holds != self._holds:
            self._holds = holds
            call.emit(Hold(holds))
        if joins:
            assert consultation is not None
            if call.transcript.broken_off:
                call.say_broken_off()
            consultation.is_joined = True
            call.emit(Join(consultation.request_id))


def _shortened(briefing: str) -> str:
    """A briefing on one line, and no longer than a colleague listens to: cut after a whole word."""
    line = _SPACES.sub(" ", briefing).strip()
    return line if len(line) <= LONGEST_BRIEFING else line[:LONGEST_BRIEFING].rpartition(" ")[0]
