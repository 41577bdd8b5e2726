"""Keys in both directions, and a recording that hears no secret, over a simulated Twilio."""

from __future__ import annotations

from flowengine.runtime.dtmf import tones
from tests.digits import shows
from tests.end_to_end.heard import where
from tests.end_to_end.running import Service


def test_keys_are_typed_and_sent_and_a_secret_is_not_recorded(service: Service) -> None:
    report, record = service.ring("(press *)", "(press 1)", "(press 998#)", "(press 4711)", query="flow=pad")
    assert (record["outcome"], record["abnormal"]) == ("done", False)
    assert record["slots"] == {"order_number": "998", "pin": "•••"}
    lines = [(line["speaker"], line["text"]) for line in record["transcript"]]
    pressed = [text for speaker, text in lines if speaker == "caller"]
    assert pressed == ["(press *)", "(press 1)", "(press 998)", "(press •••)"]
    assert ("agent", "(keys •••)") in lines
    assert not shows("4711", str(record))
    # What the telephone heard are the digits all the same.
    assert where(tones("4711#"), report.agent_audio)
    # Stopped for the secret, and not begun again for a flow that stops it anyway.
    assert [mark["on"] for mark in record["recordings"]] == [True, False]
    done = [state for sid, state in service.telephone.rest.recordings if sid == report.call_sid]
    assert done == ["in-progress", "stopped"]


def test_the_rest_of_a_secret_that_is_too_long_is_hidden_and_no_answer(service: Service) -> None:
    _, record = service.ring("(press 471198)", "(press 224466)", query="flow=too_long")
    assert (record["outcome"], record["abnormal"]) == ("done", False)
    assert record["slots"] == {"pin": "•••", "account": "224466"}
    lines = [(line["speaker"], line["text"]) for line in record["transcript"]]
    assert [text for speaker, text in lines if speaker == "caller"] == ["(press •••)", "(press 224466)"]
    assert [mark["on"] for mark in record["recordings"]] == [True]
    typed = [mark["at"] for mark in record["transcript"] if mark["text"] == "(press •••)"]
    assert record["recordings"][0]["at"] > typed[0] + 1.5
