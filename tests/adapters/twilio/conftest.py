"""A simulated Twilio that takes no time, a server that it calls, and our client of it."""

from __future__ import annotations

import pytest

from flowengine.adapters.twilio.placing import CallOrder
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.testing.twilio.exchange import Exchange
from tests.testing.twilio.webhooks import Webhooks, exchange, server

__all__ = ["exchange", "impatient", "order", "server", "twilio"]

LONG_S = 60.0
"""Until an answer comes, however slow the machine is."""
PERSON, OURS = "+441134960777", "+441134960124"


@pytest.fixture
def twilio(exchange: Exchange) -> TwilioRest:
    account = exchange.account
    return TwilioRest(account.sid, account.auth_token, api_url=exchange.rest.url, placing_timeout_s=LONG_S)


@pytest.fixture
def impatient(exchange: Exchange) -> TwilioRest:
    """For answers that never come."""
    account = exchange.account
    return TwilioRest(account.sid, account.auth_token, api_url=exchange.rest.url, placing_timeout_s=0.5)


@pytest.fixture
def order(server: Webhooks) -> CallOrder:
    return CallOrder(PERSON, OURS, f"{server.url}/voice?attempt=1", f"{server.url}/status", ring_s=25, limit_s=600)
