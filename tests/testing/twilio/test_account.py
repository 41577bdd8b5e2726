"""What the simulated Twilio makes of a server's TwiML."""

from __future__ import annotations

import pytest

from flowengine.testing.twilio.account import ServerRefused, read_twiml


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("no xml", "not XML"),
        ("", "not XML"),
        ("<Reply/>", "not <Response>"),
        ('<Response><Connect><Stream url="wss://a/b?c=d"/></Connect></Response>', "31920"),
        ('<Response><Connect><Stream url="ws://a.example/b"/></Connect></Response>', "not wss"),
        ('<Response><Connect><Stream url="https://a.example/b"/></Connect></Response>', "not wss"),
        (
            '<Response><Connect><Stream url="wss://a/b">'
            f'<Parameter name="t" value="{"x" * 500}"/></Stream></Connect></Response>',
            "too long",
        ),
    ],
)
def test_what_twilio_would_refuse_is_refused(text: str, part: str) -> None:
    with pytest.raises(ServerRefused, match=part):
        read_twiml(text)
