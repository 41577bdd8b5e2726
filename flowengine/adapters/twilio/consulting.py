"""A colleague's call, for a warm transfer: how it is ordered, and what the colleague hears.

What it is about is said only after a key: a voicemail presses none, and no message about a caller is left on one. Then
the briefing, which needs no second key to end in the caller; "2" declines at any time. All of it in Twilio's own voice:
the colleague's side has no stream.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twilio.rest import Client
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from flowengine.adapters.twilio.client import reading_answers
from flowengine.adapters.twilio.twiml import LANGUAGE, RING_S, VOICE
from flowengine.errors import AnswerLost

EVENTS = ["initiated", "ringing", "answered", "completed"]
PRESS = "Press 1 to hear what it is about and take the call, or 2 to decline."
KEY_S = 8
"""For a key, once the question was asked."""
ASKED = 2
LISTENS_S = 1
"""For a key, once the briefing was heard."""
NOBODY = "Nobody took the call. Goodbye."
DECLINED = "Thank you. I'll tell the caller. Goodbye."
GONE = "I'm sorry, the caller is not there any more. Goodbye."
MEETS = "Here is the caller."
LONGEST_TALK_S = 4 * 3600
"""Twilio's own limit of a dialled leg."""


@dataclass(frozen=True, slots=True)
class ColleagueOrder:
    """Whom to ring, and as whom. `announced`: who is calling, as it is said; addresses absolute.

    `answer_url` is told the colleague's key, `status_url` how their call goes.
    """

    to: str = field(repr=False)
    from_: str = field(repr=False)
    announced: str
    answer_url: str
    status_url: str


@reading_answers()
def ring(client: Client, order: ColleagueOrder) -> str:
    """Have the colleague rung, asked once: the SID of their call. Raises TelephonyError; AnswerLost: it may ring."""
    call = client.calls.create(
        to=order.to,
        from_=order.from_,
        twiml=question(order.announced, order.answer_url),
        status_callback=order.status_url,
        status_callback_method="POST",
        status_callback_event=EVENTS,
        timeout=RING_S,
        time_limit=LONGEST_TALK_S,
    )
    if not call.sid:
        raise AnswerLost("Twilio answered without the call's SID: whether it was placed is not known")
    return str(call.sid)


def question(announced: str, answer_url: str) -> str:
    """Whether the colleague is there, and takes a call: a key, or goodbye after the second time of asking."""
    response = VoiceResponse()
    for text in (f"{announced} {PRESS}", *(PRESS,) * (ASKED - 1)):
        response.append(_asking(text, answer_url, KEY_S))
    response.say(NOBODY, voice=VOICE, language=LANGUAGE)
    response.hangup()
    return str(response)


def briefing(text: str, briefed_url: str) -> str:
    """What it is about. `briefed_url` is asked what comes then, with the key that cut it short, or with none."""
    response = VoiceResponse()
    response.append(_asking(text, briefed_url, LISTENS_S, empty=True))
    # Should Twilio go on for all that, as it does where a gather fails.
    response.redirect(briefed_url, method="POST")
    return str(response)


def meeting(room: str) -> str:
    """Into the room where the caller comes; it closes behind whoever leaves it first."""
    response = VoiceResponse()
    response.say(MEETS, voice=VOICE, language=LANGUAGE)
    response.append(_room(room, action_url=None))
    response.hangup()
    return str(response)


def joining(room: str, *, action_url: str) -> str:
    """The caller's way into the room. `action_url`, absolute (else 15004), is fetched when the colleague has left."""
    response = VoiceResponse()
    response.append(_room(room, action_url=action_url))
    return str(response)


def fetched_back(action_url: str) -> str:
    """Out of a room in which nobody is."""
    response = VoiceResponse()
    response.redirect(action_url, method="POST")
    return str(response)


def goodbye(text: str) -> str:
    """One line to the colleague, and the end of their call."""
    response = VoiceResponse()
    response.say(text, voice=VOICE, language=LANGUAGE)
    response.hangup()
    return str(response)


def _asking(text: str, url: str, seconds: int, *, empty: bool = False) -> Gather:
    # A key counts at once: with the usual `#` to finish, `#` itself would be none.
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=seconds,
        finish_on_key="",
        action=url,
        method="POST",
        action_on_empty_result=True if empty else None,
    )
    gather.say(text, voice=VOICE, language=LANGUAGE)
    return gather


def _room(name: str, *, action_url: str | None) -> Dial:
    """Two at most, without beeps and music; the one who leaves first ends it for the other."""
    dial = Dial(action=action_url, time_limit=LONGEST_TALK_S)
    dial.conference(
        name,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        max_participants=2,
        wait_url="",
    )
    return dial
