"""Errors over HTTP give away nothing, and their log holds nobody's number."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from flowengine.errors import StoreError
from flowengine.service.app import create_app
from flowengine.service.problems import not_found, sentence
from flowengine.service.settings import Settings
from flowengine.store.call_rules import CallRules
from flowengine.store.consents import Consents
from tests.service.asgi import Client


@pytest.mark.parametrize("what", ["can-call", "consent"])
def test_a_number_in_an_address_is_in_no_log_line(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    def away(*args: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(CallRules, "decide", away)
    monkeypatch.setattr(Consents, "of", away)
    with caplog.at_level(logging.DEBUG):
        assert client.get(f"/api/uk-regulations/{what}/+441134960123").status == 503
    logged = [str(record.__dict__) for record in caplog.records]
    assert any(f"/api/uk-regulations/{what}/{{phone_number}}" in line for line in logged)
    assert not [line for line in logged if "4960123" in line]


def _breaks_off(client: Client, path: str) -> int:
    """The status that is answered to whoever leaves in the midst of a body."""
    return client.ask("POST", path, b'{"half', {"content-type": "application/json"}, is_whole=False).status


def test_whoever_leaves_in_the_midst_of_a_body_is_no_error(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert _breaks_off(client, "/api/outbound-call") == 400
    assert caplog.records == []


def test_twilio_that_leaves_in_the_midst_of_a_body_is_no_error(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    telephone = dataclasses.replace(
        settings,
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token="t" * 32,
        server_base_url="https://example.org",
    )
    with Client(create_app(telephone)) as client, caplog.at_level(logging.WARNING):
        caplog.clear()
        assert _breaks_off(client, "/twilio/voice") == 400
    assert caplog.records == []


def test_words_of_an_exception_are_made_a_sentence() -> None:
    assert sentence("there is no flow 'x'") == "There is no flow 'x'."
    assert not_found("nothing here.").problem.detail == "Nothing here."
