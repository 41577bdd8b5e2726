"""A telephone call over each class that can serve its stream: ours, around ASGI, and uvicorn's, through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flowengine.testing.twilio.trouble import Trouble
from tests.end_to_end.running import FLOW, TALKER, Service, service_of


@pytest.fixture(scope="module", params=["lean", "websockets"])
def served_by(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    flows = tmp_path_factory.mktemp("flows")
    (flows / "door.flow").write_text(FLOW, "utf-8")
    (flows / "talker.flow").write_text(TALKER, "utf-8")
    with service_of(flows, FLOWENGINE_WEBSOCKETS=request.param) as running:
        yield running


def test_a_call_is_talked_to_its_end(served_by: Service) -> None:
    report, record = served_by.ring("yes")
    assert (record["outcome"], record["abnormal"]) == ("opened", False)
    assert all(line["complete"] for line in record["transcript"])
    assert report.is_clean


def test_an_interruption_clears_what_was_being_said(served_by: Service) -> None:
    report, record = served_by.ring("(interrupts after 0.3s) yes please", query="flow=talker")
    assert record["outcome"] == "opened"
    assert not record["transcript"][0]["complete"]
    assert report.is_clean


def test_who_hangs_up_has_hung_up(served_by: Service) -> None:
    report, record = served_by.ring("(hangs up after 0.5s)", query="flow=talker")
    assert (record["outcome"], record["abnormal"]) == ("hung_up", False)
    assert report.ended_by == "caller"


def test_nonsense_changes_nothing(served_by: Service) -> None:
    _, record = served_by.ring("yes", trouble=Trouble(nonsense=(b"\x00" * 160, "not json", "[]", "\ud7ff")))
    assert (record["outcome"], record["abnormal"]) == ("opened", False)


def test_a_stream_with_another_token_is_closed(served_by: Service) -> None:
    report, record = served_by.ring(trouble=Trouble(wrong_token=True))
    assert (report.close_code, record) == (1008, {})


def test_a_stream_that_never_starts_is_closed(served_by: Service) -> None:
    report, _ = served_by.ring(trouble=Trouble(no_start=True))
    assert report.close_code == 1008
