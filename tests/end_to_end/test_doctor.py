"""The doctor's telephone checks against a running service and the simulated Twilio, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flowengine.service.doctor import telephone
from flowengine.service.doctor.finding import Case
from flowengine.service.settings import Settings
from tests.end_to_end.running import Service

NUMBER = "+441134960124"


@pytest.fixture
def settings(service: Service) -> Iterator[Settings]:
    """Of the running service; the account's number rings there."""
    rest = service.telephone.rest
    for number in rest.belongings.numbers.values():
        number |= {
            "voice_url": f"{service.base}/twilio/voice",
            "voice_method": "POST",
            "status_callback": f"{service.base}/twilio/status-callback",
        }
    yield Settings(
        twilio_account_sid=service.telephone.account.sid,
        twilio_auth_token=service.telephone.account.auth_token,
        twilio_api_url=rest.url,
        twilio_default_from=NUMBER,
        server_base_url=service.base,
        numbers={NUMBER: "door"},
    )
    rest.belongings.status, rest.belongings.kind = "active", "Full"


def found(settings: Settings) -> dict[str, tuple[str, str]]:
    return {each.subject: (each.verdict, each.says) for each in telephone.check(Case(settings, {}, datetime.now(UTC)))}


def test_a_line_that_works_is_well(settings: Settings) -> None:
    assert {subject: verdict for subject, (verdict, _) in found(settings).items()} == {
        # On this machine's own address, which Twilio's simulator can reach.
        "telephone": "warning",
        "Twilio": "ok",
        "caller id": "ok",
        "number": "ok",
        "address": "ok",
        "webhooks": "ok",
    }


def test_a_wrong_token_is_found_at_twilio_and_at_the_service(settings: Settings) -> None:
    wrong = found(replace(settings, twilio_auth_token="f" * 32))
    assert wrong["Twilio"][0] == "problem"
    assert wrong["webhooks"] == ("problem", "/twilio/voice answers a signed request with 403")


def test_a_number_that_rings_elsewhere_is_told(settings: Settings, service: Service) -> None:
    for number in service.telephone.rest.belongings.numbers.values():
        number["voice_url"] = "https://elsewhere.example/voice"
    assert found(settings)["number"] == ("problem", "+441…24 goes to https://elsewhere.example/voice")
    strange = replace(settings, numbers={"+441134960199": "door"}, twilio_default_from="+441134960199")
    assert found(strange)["number"] == ("problem", "+441…99 is not in this account")
    assert found(strange)["caller id"][0] == "problem"


def test_a_suspended_and_a_trial_account_are_told_apart(settings: Settings, service: Service) -> None:
    service.telephone.rest.belongings.kind = "Trial"
    assert found(settings)["Twilio"][0] == "warning"
    service.telephone.rest.belongings.status = "suspended"
    assert found(settings)["Twilio"] == ("problem", "the account is suspended")


def test_an_address_where_nobody_answers_is_told(settings: Settings) -> None:
    dead = found(replace(settings, server_base_url="http://127.0.0.1:9"))
    assert dead["address"] == ("problem", "127.0.0.1:9 does not answer (ConnectionRefusedError)")
    assert "webhooks" not in dead
