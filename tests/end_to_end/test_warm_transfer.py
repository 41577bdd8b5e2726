"""A warm transfer over a simulated Twilio: a second call, keys, a room for two, and back into the flow."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowengine.runtime.audio import level_dbfs
from flowengine.testing.twilio.book import PlacedCall
from flowengine.testing.twilio.call import CallReport
from flowengine.testing.twilio.colleague import Colleague
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import (
    FAILED_BEFORE,
    HANGS_UP,
    LOST_AFTER,
    Answers,
    Busy,
    Callbacks,
    Fails,
    Line,
    NoAnswer,
    PlacingTrouble,
    Voicemail,
    slow_down,
)
from tests.end_to_end.heard import where, words
from tests.end_to_end.running import Service
from tests.patience import PATIENCE_S

SECOND = 8000
NUMBER = "+441134960888"
OURS = "+441134960124"
BRIEFING = "Sam would like to spread the payments."


@pytest.fixture
def exchange(service: Service) -> Iterator[Exchange]:
    exchange = service.telephone.exchange
    exchange.calls_a_second = None
    exchange.said.clear()
    yield exchange
    exchange.speed = 1.0
    exchange.rest.troubles.clear()
    exchange.rest.failures.clear()


def rung(exchange: Exchange) -> PlacedCall:
    """The last call to the colleague."""
    return exchange.calls_to(NUMBER)[-1]


def ring(
    service: Service, exchange: Exchange, line: Line, *says: str, **more: Any
) -> tuple[CallReport, dict[str, Any]]:
    exchange.script(NUMBER, line)
    report, record = service.ring(*says, query="flow=warm", **more)
    until(exchange, lambda: exchange.rest.calls[rung(exchange).sid] in ("completed", "busy", "no-answer", "failed"))
    return report, record


def until(exchange: Exchange, claim: Callable[[], object]) -> None:
    exchange.until(claim, within_s=PATIENCE_S)


def told(exchange: Exchange) -> list[str]:
    """What the colleague heard."""
    return [text for sid, text in exchange.said if sid == rung(exchange).sid]


def ended(record: dict[str, Any]) -> tuple[str, bool, list[str | None]]:
    return record["outcome"], record["abnormal"], [transfer["result"] for transfer in record["transfers"]]


def spoken(record: dict[str, Any]) -> list[str]:
    return [line["text"] for line in record["transcript"] if line["speaker"] == "agent" and line["complete"]]


def test_the_colleague_takes_the_call_and_the_caller_comes_back_into_the_flow(
    service: Service, exchange: Exchange
) -> None:
    report, record = ring(service, exchange, Answers(rings_s=2.5, presses=("1", ""), talks_s=3.5))
    assert ended(record) == ("done", False, ["answered"])
    assert spoken(record) == ["I will put you through.", "Was that all? Goodbye."]
    assert (report.rooms, report.is_clean, report.dialled) == ([True], True, [])
    order = rung(exchange).order
    assert (order["From"], order["Timeout"]) == ([OURS], ["25"])
    heard = told(exchange)
    assert heard[0].startswith("This is Amy, the automated assistant of Us, with a caller for you. Press 1")
    assert heard[1:] == [BRIEFING, "Here is the caller."]
    assert BRIEFING not in str(record["transcript"])
    # The caller had music while the colleague's telephone rang, from the one line to the other.
    told_first = where(words("I will put you through."), report.agent_audio)
    assert told_first is not None
    asked_then = where(words("Was that all?"), report.agent_audio, told_first[1])
    assert asked_then is not None
    waited = report.agent_audio[told_first[1] : asked_then[0]]
    assert any(-30 < level_dbfs(waited[at : at + SECOND]) < -18 for at in range(0, len(waited) - SECOND, SECOND // 4))


def test_nothing_about_the_caller_is_said_before_a_key(service: Service, exchange: Exchange) -> None:
    for line in (Voicemail(rings_s=0.2), Answers(rings_s=0.2, presses=("", ""))):
        exchange.speed = 20.0
        _, record = ring(service, exchange, line)
        assert ended(record) == ("sent_away", False, ["no_answer"])
        assert BRIEFING not in told(exchange)
        assert told(exchange)[-1] == "Nobody took the call. Goodbye."
        assert spoken(record)[-1] == "Nobody is free. Goodbye."


@pytest.mark.parametrize(
    ("line", "result"),
    [
        (Busy(rings_s=0.2), "busy"),
        (Fails(rings_s=0.2), "failed"),
        (Answers(rings_s=0.2, presses=("2",)), "busy"),
        (Answers(rings_s=0.2, presses=("1", "2")), "busy"),
        (Answers(rings_s=0.2, presses=(HANGS_UP,)), "no_answer"),
        (Answers(rings_s=0.2, presses=("7", "1", HANGS_UP)), "no_answer"),
    ],
)
def test_a_colleague_who_does_not_take_the_call_is_a_branch(
    service: Service, exchange: Exchange, line: Line, result: str
) -> None:
    report, record = ring(service, exchange, line)
    assert ended(record) == ("sent_away", False, [result])
    assert (report.rooms, report.is_clean) == ([], True)
    assert spoken(record)[-1] == ("They speak. Goodbye." if result == "busy" else "Nobody is free. Goodbye.")


def test_a_colleague_who_does_not_pick_up_is_given_up_and_the_caller_is_kept_company(
    service: Service, exchange: Exchange
) -> None:
    exchange.speed = 25 / 17
    _, record = ring(service, exchange, NoAnswer())
    assert ended(record) == ("sent_away", False, ["no_answer"])
    assert spoken(record) == ["I will put you through.", "I am still trying.", "Nobody is free. Goodbye."]


def test_callbacks_that_come_late_twice_and_turned_round_change_nothing(service: Service, exchange: Exchange) -> None:
    line = Answers(rings_s=0.2, presses=("1", ""), talks_s=3.5, callbacks=Callbacks(reversed=True, times=2))
    report, record = ring(service, exchange, line)
    assert (ended(record), report.rooms) == (("done", False, ["answered"]), [True])


def test_a_caller_who_hangs_up_while_it_rings_lets_the_colleague_go(service: Service, exchange: Exchange) -> None:
    exchange.script(NUMBER, Answers(rings_s=30))
    _, record = service.ring("(hangs up after 10s)", query="flow=warm")
    assert ended(record) == ("hung_up", False, [None])
    until(exchange, lambda: exchange.rest.calls[rung(exchange).sid] == "completed")


def test_a_caller_who_hangs_up_during_the_briefing_lets_the_colleague_go(service: Service, exchange: Exchange) -> None:
    exchange.script(NUMBER, Answers(rings_s=0.2, presses=("1",)))
    _, record = service.ring("(hangs up after 10s)", query="flow=warm_long")
    assert record["outcome"] == "hung_up"
    until(exchange, lambda: exchange.rest.calls[rung(exchange).sid] == "completed")
    assert "Here is the caller." not in told(exchange)


def test_an_opt_out_on_hold_counts_at_once(service: Service, exchange: Exchange) -> None:
    exchange.script(NUMBER, Answers(rings_s=30))
    _, record = service.ring("(interrupts after 10s) stop calling me", query="flow=warm")
    assert ended(record) == ("failed", False, [None]), "the flow has no branch for it"
    assert spoken(record)[-1].startswith("I've taken your number off our list")
    until(exchange, lambda: exchange.rest.calls[rung(exchange).sid] == "completed")


def test_a_caller_may_leave_the_wait(service: Service, exchange: Exchange) -> None:
    exchange.script(NUMBER, Answers(rings_s=30))
    _, record = service.ring("(interrupts after 10s) never mind", query="flow=warm")
    assert ended(record) == ("sent_away", False, [None])
    until(exchange, lambda: exchange.rest.calls[rung(exchange).sid] == "completed")


def test_a_caller_who_leaves_the_room_has_been_put_through_and_the_colleague_is_free(
    service: Service, exchange: Exchange
) -> None:
    line = Answers(rings_s=0.2, presses=("1", ""))
    report, record = ring(service, exchange, line, colleague=Colleague(caller_leaves=True, seconds=3.0))
    assert record["transfers"][0]["result"] == "answered"
    assert report.rooms == [True]


def test_a_caller_who_leaves_before_the_colleague_comes_leaves_nobody_alone(
    service: Service, exchange: Exchange
) -> None:
    line = Answers(rings_s=0.2, presses=("1", ""))
    report, _ = ring(service, exchange, line, colleague=Colleague(caller_leaves=True, seconds=0.3))
    assert report.rooms == [False]


def test_a_colleague_who_is_gone_when_the_caller_comes_leaves_nobody_alone(
    service: Service, exchange: Exchange
) -> None:
    report, record = ring(service, exchange, Answers(rings_s=0.2, presses=("1", ""), waits_s=0.0))
    assert ended(record) == ("sent_away", False, ["failed"])
    assert spoken(record)[-1] == "Nobody is free. Goodbye."
    assert report.rooms in ([], [False])
    assert report.is_clean


@pytest.mark.parametrize(
    "trouble",
    [FAILED_BEFORE, PlacingTrouble(is_placed=False, status=400, code=13224), slow_down()],
)
def test_a_colleague_whom_twilio_does_not_ring_is_a_branch(
    service: Service, exchange: Exchange, trouble: PlacingTrouble
) -> None:
    exchange.rest.troubles.extend([trouble] * 4)
    _, record = service.ring(query="flow=warm")
    assert ended(record) == ("sent_away", False, ["failed"])
    assert spoken(record)[-1] == "Nobody is free. Goodbye."
    (note,) = [note["text"] for note in record["notes"] if "rung" in note["text"]]
    assert note.startswith("the colleague could not be rung: Twilio ")


def test_an_order_whose_answer_is_lost_is_followed_by_its_callbacks(service: Service, exchange: Exchange) -> None:
    exchange.rest.troubles.append(LOST_AFTER)
    report, record = ring(service, exchange, Answers(rings_s=0.5, presses=("1", ""), talks_s=3.5))
    assert (ended(record), report.rooms) == (("done", False, ["answered"]), [True])


def test_a_caller_whom_twilio_does_not_send_is_heard_and_the_colleague_is_let_go(
    service: Service, exchange: Exchange
) -> None:
    answered = exchange.rest.redirect

    def refuse(sid: str, twiml: str) -> None:
        raise ConnectionError

    exchange.rest.redirect = refuse  # type: ignore[method-assign,assignment]  # Twilio breaks off in the middle of the request
    try:
        _, record = ring(service, exchange, Answers(rings_s=0.2, presses=("1", "")))
    finally:
        exchange.rest.redirect = answered  # type: ignore[method-assign]
    assert ended(record) == ("sent_away", False, ["failed"])


def test_a_leg_that_nobody_waits_for_is_told_so_and_ended(service: Service, exchange: Exchange) -> None:
    account = service.telephone.account
    sid = "CA" + "9" * 32
    exchange.rest.calls[sid] = "in-progress"
    for path in ("colleague", "colleague-briefed"):
        for leg in ("?leg=nobody", ""):
            url = f"{service.base}/twilio/{path}{leg}"
            status, body = service.run(account.post(url, {"CallSid": sid, "Digits": "1"}))
            assert (status, [verb.tag for verb in ET.fromstring(body)]) == (200, ["Say", "Hangup"])
            assert service.run(type(account)(sid=account.sid).post(url, {"CallSid": sid}))[0] == 403
    url = f"{service.base}/twilio/colleague-status?leg=nobody"
    assert service.run(account.post(url, {"CallSid": sid, "CallStatus": "ringing"}))[0] == 204
    assert exchange.rest.calls[sid] == "completed"
    assert service.run(account.post(url, {"CallSid": sid, "CallStatus": "nonsense"}))[0] == 400
    assert service.run(type(account)(sid=account.sid).post(url, {"CallSid": sid, "CallStatus": "busy"}))[0] == 403
