"""The account, its numbers and its caller ids."""

from __future__ import annotations

import pytest

from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import AccountRefused, RequestRefused
from flowengine.testing.twilio.exchange import Exchange
from tests.adapters.twilio.conftest import OURS


def test_the_account_is_shown(twilio: TwilioRest, exchange: Exchange) -> None:
    exchange.rest.belongings.kind = "Trial"
    shown = twilio.account()
    assert (shown.sid, shown.status, shown.kind) == (exchange.account.sid, "active", "Trial")


def test_wrong_credentials_show_at_the_account(exchange: Exchange) -> None:
    with pytest.raises(AccountRefused):
        TwilioRest(exchange.account.sid, "guessed", api_url=exchange.rest.url).account()


def test_numbers_are_listed_and_found(twilio: TwilioRest) -> None:
    listed = twilio.own_numbers()
    assert [each.number for each in listed] == [OURS, "+441134960125"]
    assert twilio.find_number(OURS) == listed[0]
    assert all(each.has_voice for each in listed)


@pytest.mark.parametrize("number", ["+441134960199", "+44113496012", ""])
def test_a_part_of_a_number_is_not_the_number(twilio: TwilioRest, number: str) -> None:
    """Twilio's own filter takes parts."""
    assert twilio.find_number(number) is None


def test_a_number_is_pointed_at_us(twilio: TwilioRest, exchange: Exchange) -> None:
    number = twilio.own_numbers()[0]
    exchange.rest.belongings.numbers[number.sid] |= {"voice_application_sid": "AP1", "voice_method": "GET"}
    twilio.point(number.sid, voice_url="https://a.example/voice", status_url="https://a.example/status")
    after = twilio.find_number(number.number)
    assert after is not None
    assert (after.voice_url, after.voice_method) == ("https://a.example/voice", "POST")
    assert (after.status_url, after.status_method) == ("https://a.example/status", "POST")
    assert after.voice_sid == ""


def test_a_number_that_is_not_ours_cannot_be_pointed(twilio: TwilioRest) -> None:
    with pytest.raises(RequestRefused) as caught:
        twilio.point("PN" + "0" * 32, voice_url="https://a.example/voice", status_url="https://a.example/status")
    assert caught.value.reason == "not_found"


def test_caller_ids_are_listed(twilio: TwilioRest, exchange: Exchange) -> None:
    assert twilio.verified_callers() == []
    exchange.rest.belongings.verified.append("+441134960150")
    assert twilio.verified_callers() == ["+441134960150"]
