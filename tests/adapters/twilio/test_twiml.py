"""The TwiML that we answer with, read back as Twilio reads it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from flowengine.adapters.twilio import twiml
from flowengine.testing.twilio.account import read_twiml


def test_a_stream_carries_its_token_and_its_ways_out() -> None:
    read = read_twiml(
        twiml.connect(
            stream_url="wss://a.example/twilio/stream",
            action_url="https://a.example/twilio/after-stream",
            status_url="https://a.example/twilio/stream-status",
            token="<&\"'",
        )
    )
    assert read.stream_url == "wss://a.example/twilio/stream"
    assert read.action_url == "https://a.example/twilio/after-stream"
    assert read.status_url == "https://a.example/twilio/stream-status"
    assert read.parameters == {"token": "<&\"'"}


def test_a_refusal_is_spoken_and_then_ends_the_call() -> None:
    response = ET.fromstring(twiml.refusal("Sorry, <nobody> is in & we're closed."))
    assert [child.tag for child in response] == ["Say", "Hangup"]
    assert response[0].text == "Sorry, <nobody> is in & we're closed."
    assert response[0].get("language") == "en-GB"


def test_a_hang_up_says_nothing() -> None:
    assert [child.tag for child in ET.fromstring(twiml.hang_up())] == ["Hangup"]


def test_a_call_is_put_through_with_an_absolute_action() -> None:
    (dial,) = ET.fromstring(twiml.dial("+441134960999", action_url="https://a.example/twilio/transfer-ended"))
    assert (dial.tag, dial.findtext("Number")) == ("Dial", "+441134960999")
    assert dial.get("action") == "https://a.example/twilio/transfer-ended"
    assert dial.get("timeout") == "25"
    # The caller's own number is shown unless another is named.
    assert dial.get("callerId") is None


def test_the_number_that_is_shown_may_be_named() -> None:
    (dial,) = ET.fromstring(twiml.dial("+441134960999", action_url="https://a.example/", caller_id="+441134960124"))
    assert dial.get("callerId") == "+441134960124"
