"""A telephone call over each class that can serve its stream: ours, around ASGI, and uvicorn's, through it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.testing.twilio.call import CallReport, Telephone
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import running_server
from flowengine.testing.twilio.trouble import NONE, Trouble
from tests.end_to_end.running import FLOW, Service


@pytest.fixture(scope="module", params=["lean", "websockets"])
def served_by(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    flows = tmp_path_factory.mktemp("flows")
    (flows / "door.flow").write_text(FLOW, "utf-8")
    env = {
        "NOVA_STT_WS_URL": "scripted:",
        "NOVA_TTS_WS_URL": "scripted:",
        "FLOWENGINE_MEANING": "off",
        "FLOWENGINE_WEBSOCKETS": request.param,
    }
    with asyncio.Runner() as runner:
        telephone = Telephone()
        runner.run(telephone.__aenter__())
        server = running_server(flows, telephone, env=env)
        base = runner.run(server.__aenter__())
        try:
            yield Service(runner, telephone, base)
        finally:
            runner.run(server.__aexit__(None, None, None))
            runner.run(telephone.__aexit__())


def ring(service: Service, *says: str, trouble: Trouble = NONE) -> tuple[CallReport, dict[str, Any]]:
    async def main() -> tuple[CallReport, dict[str, Any]]:
        url = f"{service.base}/twilio/voice?flow=door"
        report = await service.telephone.ring(url, parse(says), ScriptedSynthesiser(), trouble=trouble)
        return report, await service.ended(report.call_sid)

    return service.run(main())


def test_a_call_is_talked_to_its_end(served_by: Service) -> None:
    report, record = ring(served_by, "yes")
    assert (record["outcome"], record["abnormal"]) == ("opened", False)
    assert all(line["complete"] for line in record["transcript"])
    assert report.is_clean


def test_an_interruption_clears_what_was_being_said(served_by: Service) -> None:
    report, record = ring(served_by, "(interrupts after 0.3s) yes please")
    assert record["outcome"] == "opened"
    assert not record["transcript"][0]["complete"]
    assert report.is_clean


def test_who_hangs_up_has_hung_up(served_by: Service) -> None:
    report, record = ring(served_by, "(hangs up after 0.5s)")
    assert (record["outcome"], record["abnormal"]) == ("hung_up", False)
    assert report.ended_by == "caller"


def test_nonsense_changes_nothing(served_by: Service) -> None:
    _, record = ring(served_by, "yes", trouble=Trouble(nonsense=(b"\x00" * 160, "not json", "[]", "\ud7ff")))
    assert (record["outcome"], record["abnormal"]) == ("opened", False)


def test_a_stream_with_another_token_is_closed(served_by: Service) -> None:
    report, record = ring(served_by, trouble=Trouble(wrong_token=True))
    assert (report.close_code, record) == (1008, {})


def test_a_stream_that_never_starts_is_closed(served_by: Service) -> None:
    report, _ = ring(served_by, trouble=Trouble(no_start=True))
    assert report.close_code == 1008
