"""Twilio's stream messages, both ways."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.adapters.twilio import media
from flowengine.errors import ProtocolError

START = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "secret"},
    },
    "streamSid": "MZ1",
}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"event": "connected", "protocol": "Call", "version": "1.0.0"}, media.Connected()),
        (START, media.Start("CA1", "MZ1", {"token": "secret"})),
        (
            {
                "event": "media",
                "sequenceNumber": "2",
                "media": {"track": "inbound", "chunk": "1", "timestamp": "53", "payload": "/38="},
                "streamSid": "MZ1",
            },
            media.Media(b"\xff\x7f"),
        ),
        (
            {"event": "dtmf", "streamSid": "MZ1", "dtmf": {"track": "inbound_track", "digit": "1"}},
            media.Dtmf("1"),
        ),
        ({"event": "mark", "sequenceNumber": "4", "mark": {"name": "x"}}, media.Mark("x")),
        ({"event": "stop", "stop": {"accountSid": "AC1", "callSid": "CA1"}}, media.Stop()),
        ({"event": "tomorrow"}, media.Unknown()),
        ({"event": "media", "media": {"track": "outbound", "payload": "/38="}}, media.Unknown()),
    ],
)
def test_each_message_has_its_value(message: dict[str, object], expected: media.Message) -> None:
    assert media.decode(json.dumps(message)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"event": 7}',
        '{"event": "media"}',
        '{"event": "mark"}',
        '{"event": "media", "media": {"payload": "***"}}',
        '{"event": "media", "media": {"payload": "/38"}}',
        '{"event": "media", "media": {"payload": 7}}',
        '{"event": "start", "start": {}}',
        '{"a":' * 5000,
        '{"media":' * 2000,
    ],
)
def test_what_cannot_be_read_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(ProtocolError):
        media.decode(text)


@given(st.text())
def test_no_text_at_all_breaks_the_decoder(text: str) -> None:
    try:
        media.decode(text)
    except ProtocolError:
        return


def test_what_we_send_has_exactly_the_fields_that_twilio_takes() -> None:
    encoder = media.Encoder("MZ1")
    assert json.loads(encoder.media(b"\xff\x7f")) == {
        "event": "media",
        "streamSid": "MZ1",
        "media": {"payload": base64.b64encode(b"\xff\x7f").decode()},
    }
    assert json.loads(encoder.mark('a"b')) == {"event": "mark", "streamSid": "MZ1", "mark": {"name": 'a"b'}}
    assert json.loads(encoder.clear()) == {"event": "clear", "streamSid": "MZ1"}


def test_personal_data_does_not_show_in_a_representation() -> None:
    assert "7" not in repr(media.Dtmf("7"))
    assert repr(media.Media(b"speech")) == "Media(6 bytes)"
    assert "secret" not in repr(media.Start("CA1", "MZ1", {"token": "secret"}))
