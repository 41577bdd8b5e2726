"""The TwiML we answer with, made with Twilio's own classes so that escaping is theirs."""

from __future__ import annotations

from twilio.twiml.voice_response import Connect, Dial, VoiceResponse

VOICE = "Polly.Amy"
LANGUAGE = "en-GB"
RING_S = 25
"""A colleague who has not picked up by then does not answer."""


def connect(*, stream_url: str, action_url: str, status_url: str, token: str) -> str:
    """Connect the call to our media stream. `stream_url` must have no query: Twilio strips it, or fails with 31920.

    `action_url` is fetched when our server closes the socket; without it the call would just end.
    """
    response = VoiceResponse()
    connection = Connect(action=action_url)
    stream = connection.stream(url=stream_url, status_callback=status_url)
    stream.parameter(name="token", value=token)
    response.append(connection)
    return str(response)


def dial(number: str, *, action_url: str, caller_id: str | None = None) -> str:
    """Put the call through to `number` (E.164). `action_url`, absolute (else 15004), is fetched when that is over.

    `caller_id` None: the colleague sees the caller's own number, which Twilio allows for an inbound call only.
    """
    response = VoiceResponse()
    dialled = Dial(action=action_url, timeout=RING_S, caller_id=caller_id)
    dialled.number(number)
    response.append(dialled)
    return str(response)


def refusal(message: str) -> str:
    """Say one polite line in Twilio's own voice, then hang up."""
    response = VoiceResponse()
    response.say(message, voice=VOICE, language=LANGUAGE)
    response.hangup()
    return str(response)


def hang_up() -> str:
    """Hang up without a word."""
    response = VoiceResponse()
    response.hangup()
    return str(response)
