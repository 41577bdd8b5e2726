"""Errors over HTTP give away nothing, and their log holds nobody's number."""

from __future__ import annotations

import logging

import pytest

from flowengine.errors import StoreError
from flowengine.service.problems import not_found, sentence
from flowengine.store.call_rules import CallRules
from flowengine.store.consents import Consents
from tests.service.asgi import Client


def test_a_number_in_an_address_is_in_no_log_line(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*args: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(CallRules, "decide", away)
    monkeypatch.setattr(Consents, "of", away)
    with caplog.at_level(logging.DEBUG):
        assert client.get("/api/uk-regulations/can-call/+441134960123").status == 503
        assert client.get("/api/uk-regulations/consent/+441134960123").status == 503
    logged = [str(record.__dict__) for record in caplog.records]
    assert any("/api/uk-regulations/consent/{phone_number}" in line for line in logged)
    assert not [line for line in logged if "4960123" in line]


def test_words_of_an_exception_are_made_a_sentence() -> None:
    assert sentence("there is no flow 'x'") == "There is no flow 'x'."
    assert not_found("nothing here.").problem.detail == "Nothing here."
