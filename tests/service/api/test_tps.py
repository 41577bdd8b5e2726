"""The list of the Telephone Preference Service over HTTP."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from flowengine.compliance.policy import Policy
from flowengine.service.settings import Settings
from tests.service.api.conftest import ANNA, NOON, Desk
from tests.service.asgi import Answered

TPS = "/api/uk-regulations/tps"
FILE = b"01134960123      \r\n01134960201      \r\n01134960201      \r\n"


def sent(desk: Desk, query: str, body: bytes = FILE) -> Answered:
    return desk.client.ask("POST", f"{TPS}{query}", body, {"content-type": "text/plain"})


def test_without_a_list_none_is_in_use(desk: Desk) -> None:
    assert desk.get(TPS).json == {"is_asked": False, "is_stale": True, "most_days": 28, "lists": [], "problem": None}


def test_a_list_is_put_in_place_and_calls_are_held_to_it(
    line_settings: Settings, open_desk: Callable[[Settings], Desk]
) -> None:
    desk = open_desk(dataclasses.replace(line_settings, policy=Policy(tps=True)))
    assert [each["code"] for each in desk.call(ANNA).json["reasons"]] == ["TPS_DATA_STALE"]
    report = sent(desk, "?snapshot=2026-11-20")
    assert report.status == 200, report.json
    assert (report.json["list"], report.json["count"], report.json["repeated"], report.json["replaced"]) == (
        "tps",
        2,
        1,
        None,
    )
    status = desk.get(TPS).json
    assert (status["is_asked"], status["is_stale"]) == (True, False)
    assert [(each["list"], each["count"], each["snapshot"]) for each in status["lists"]] == [
        ("tps", 2, "2026-11-20T00:00:00Z")
    ]
    assert status["lists"][0]["age_days"] == 5.5
    newest = desk.get("/api/audit?limit=1").json["entries"][0]
    assert newest["subject"] == "tps"
    assert json.loads(newest["detail"])["count"] == 2
    desk.set_clock(NOON + timedelta(days=30))
    assert desk.get(TPS).json["is_stale"] is True


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "snapshot"),
        ("?snapshot=yesterday", "snapshot"),
        ("?snapshot=2026-11-20&list=other", "list"),
        ("?snapshot=2026-11-20&force=perhaps", "force"),
        ("?snapshot=2026-11-20&kind=tps", "kind"),
    ],
)
def test_what_does_not_fit_is_named(desk: Desk, query: str, field: str) -> None:
    answered = sent(desk, query)
    assert (answered.status, answered.json["field"]) == (422, field)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("?snapshot=2026-11-26", FILE),
        ("?snapshot=2026-11-20", b"not\na\nlist\n"),
        ("?snapshot=2026-11-20", b""),
    ],
)
def test_what_is_no_such_list_leaves_the_old_one(desk: Desk, query: str, body: bytes) -> None:
    sent(desk, "?snapshot=2026-11-10")
    answered = sent(desk, query, body)
    assert (answered.status, answered.json["title"]) == (422, "Not a list")
    assert "--" not in answered.json["detail"]
    assert [each["count"] for each in desk.get(TPS).json["lists"]] == [2]


def test_a_list_that_cannot_be_written_is_told_and_nothing_is_lost(desk: Desk) -> None:
    desk.client.app.state.calls.settings.tps_file.mkdir()
    answered = sent(desk, "?snapshot=2026-11-20")
    assert (answered.status, answered.json["title"]) == (503, "The list cannot be kept")


def test_a_damaged_list_is_told(desk: Desk) -> None:
    desk.client.app.state.calls.settings.tps_file.write_bytes(b"rubbish")
    assert "is not a list" in desk.get(TPS).json["problem"]
    assert desk.get(f"/api/uk-regulations/can-call/{ANNA}").status == 200, "calls are not held to it"
