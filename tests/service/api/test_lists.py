"""The lists over HTTP: who must not be called, who agreed to what, what is known of people; files into them."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.service.api.conftest import ANNA, BEN, Desk
from tests.service.asgi import Answered

LIST = "/api/uk-regulations/do-not-call"
CONSENT = "/api/uk-regulations/consent"
CONTACTS = "/api/uk-regulations/contacts"
GIVEN = {
    "phone_number": ANNA,
    "kind": "automated",
    "source": "web form 12",
    "given_at": "2026-11-01T09:30:00+00:00",
}


def codes(desk: Desk, number: str) -> list[str]:
    decision = desk.get(f"/api/uk-regulations/can-call/{number}").json
    return [each["code"] for each in decision["reasons"] + decision["warnings"]]


def sent(desk: Desk, body: bytes, kind: str = "text/csv", query: str = "") -> Answered:
    return desk.client.ask("POST", f"{LIST}/import{query}", body, {"content-type": kind})


def delete(desk: Desk, target: str) -> Answered:
    return desk.client.ask("DELETE", target)


def put(desk: Desk, number: str, body: bytes) -> Answered:
    return desk.client.ask("PUT", f"{CONTACTS}/{number}", body, {"content-type": "application/json"})


def test_a_listed_number_is_called_no_more(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    added = desk.client.post(LIST, {"phone_number": "0113 496 0123", "reason": "asked by letter"})
    assert (added.status, added.json) == (
        201,
        {
            "phone_number": ANNA,
            "reason": "asked by letter",
            "written_at": "2026-11-25T12:00:00Z",
            "written_by": "settings-key",
            "call_id": None,
        },
    )
    assert "DO_NOT_CALL" in codes(desk, ANNA)
    assert desk.call(ANNA).status == 409
    again = desk.client.post(LIST, {"phone_number": ANNA, "reason": "another"})
    assert (again.status, again.json["reason"]) == (200, "asked by letter")


def test_an_entry_is_taken_back_with_a_reason_which_the_audit_log_keeps(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    desk.client.post(LIST, {"phone_number": ANNA})
    without = delete(desk, f"{LIST}/{ANNA}")
    assert (without.status, without.json["field"]) == (422, "reason")
    assert desk.get(f"{LIST}/{ANNA}").json["reason"] == "asked not to be called"
    assert delete(desk, f"{LIST}/{ANNA}?reason=wrong%20number%20typed").status == 204
    assert desk.get(f"{LIST}/{ANNA}").status == 404
    assert delete(desk, f"{LIST}/{ANNA}?reason=again").status == 404
    newest = desk.get("/api/audit?limit=1").json["entries"][0]
    assert newest["action"] == "do-not-call.remove"
    assert ANNA not in str(newest)
    assert "wrong number typed" in str(newest)


def test_nobody_takes_back_what_was_said_in_a_call(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    desk.client.post(LIST, {"phone_number": ANNA, "reason": "opt_out", "call_id": "call-1"})
    refused = delete(desk, f"{LIST}/{ANNA}?reason=wants%20us%20again")
    assert (refused.status, refused.json["title"]) == (409, "Opted out")
    assert "permanent" in refused.json["detail"]
    assert "DO_NOT_CALL" in codes(desk, ANNA)


def test_the_list_is_read_a_part_at_a_time(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    numbers = {f"+44113496020{last}" for last in range(5)}
    for number in numbers:
        desk.client.post(LIST, {"phone_number": number})
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = desk.get(f"{LIST}?limit=2&after={after}").json
        found += [each["phone_number"] for each in page["entries"]]
        after = page["next"]
    assert len(found) == 5
    assert set(found) == numbers


def test_a_part_that_there_is_not_is_named(desk: Desk) -> None:
    for query in ("limit=0", "limit=1001", "after=%00", "after=xyz", "page=2"):
        answered = desk.get(f"{LIST}?{query}")
        assert (answered.status, answered.json["field"]) == (422, query.partition("=")[0])


def test_a_file_goes_onto_the_list_and_its_rubbish_is_told(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    report = sent(
        desk, b"phone,reason\r\n0113 496 0123,letter\r\n0113 496 0201,\r\nnobody,x\r\n0113 496 0123,again\r\n"
    )
    assert report.status == 200, report.json
    assert (report.json["added"], report.json["known"], report.json["rejected"]) == (2, 1, 1)
    assert report.json["examples"][0]["line"] == 4
    assert desk.get(f"{LIST}/{BEN}").json["reason"] == "on an imported list"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("\ufeff0113 496 0123\r\n".encode(), "text/plain"),
        ("0113 496 0123\n".encode("utf-16"), "text/plain; charset=utf-16"),
        (gzip.compress(b"0113 496 0123\n", mtime=0), "application/gzip"),
        (b"0113 496 0123", "application/octet-stream"),
    ],
)
def test_a_file_is_taken_however_it_was_written(desk: Desk, body: bytes, kind: str) -> None:
    assert sent(desk, body, kind).json["added"] == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "text/csv", 422),
        (b"\n\n", "text/csv", 422),
        (b"\x00\x01\x02" * 900, "text/plain", 422),
        (b"\x1f\x8b nonsense", "application/gzip", 422),
        (b'{"numbers": []}', "application/json", 415),
        (b"0113 496 0123", "", 415),
    ],
)
def test_what_is_no_list_is_refused(desk: Desk, body: bytes, kind: str, status: int) -> None:
    answered = sent(desk, body, kind)
    assert answered.status == status
    assert "/tmp" not in answered.json["detail"]
    assert answered.headers["content-type"] == "application/problem+json"


def test_a_file_that_says_it_is_too_large_is_not_waited_for(desk: Desk) -> None:
    headers = {"content-type": "text/csv", "content-length": str(300 << 20)}
    assert desk.client.ask("POST", f"{LIST}/import", b"", headers).status == 413


def test_one_list_is_imported_at_a_time(desk: Desk) -> None:
    class Held:
        def locked(self) -> bool:
            return True

    desk.client.app.state.importing = Held()
    assert sent(desk, b"0113 496 0123").status == 409


def test_a_consent_counts_until_it_is_withdrawn(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    assert "NO_AUTOMATED_CALL_CONSENT" in codes(desk, ANNA)
    given = desk.client.post(CONSENT, GIVEN)
    assert (given.status, given.json["phone_number"], given.json["kind"]) == (201, ANNA, "automated")
    assert "NO_AUTOMATED_CALL_CONSENT" not in codes(desk, ANNA)
    kept = desk.get(f"{CONSENT}/0113 496 0123").json["consents"]
    assert [(each["source"], each["given_at"], each["withdrawn_at"]) for each in kept] == [
        ("web form 12", "2026-11-01T09:30:00Z", None)
    ]
    withdrawn = delete(desk, f"{CONSENT}/{ANNA}?kind=automated")
    assert withdrawn.json == {"phone_number": ANNA, "kind": "automated", "withdrawn": 1}
    assert delete(desk, f"{CONSENT}/{ANNA}?kind=automated").json["withdrawn"] == 0
    assert "NO_AUTOMATED_CALL_CONSENT" in codes(desk, ANNA)
    assert desk.get(f"{CONSENT}/{ANNA}").json["consents"][0]["withdrawn_at"] == "2026-11-25T12:00:00Z"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "verbal"}, "kind"),
        ({"source": ""}, "source"),
        ({"source": "   "}, "source"),
        ({"given_at": "2027-01-01T00:00:00Z"}, "given_at"),
        ({"given_at": "2026-11-01T09:30:00"}, "given_at"),
        ({"phone_number": "anna"}, "phone_number"),
        ({"note": "x"}, "note"),
    ],
)
def test_a_consent_that_does_not_fit_is_named(desk: Desk, more: dict[str, Any], field: str) -> None:
    answered = desk.client.post(CONSENT, {**GIVEN, **more})
    assert (answered.status, answered.json["field"]) == (422, field)


def test_a_vulnerable_person_is_not_called_and_a_postcode_gives_the_nation(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    assert desk.get(f"{CONTACTS}/{ANNA}").status == 404
    kept = put(desk, "0113 496 0123", b'{"postcode": "EH1 1YZ", "vulnerable": true, "note": "speak slowly"}')
    assert (kept.status, kept.json) == (
        200,
        {"phone_number": ANNA, "postcode": "EH1 1YZ", "vulnerable": True, "note": "speak slowly"},
    )
    assert desk.get(f"{CONTACTS}/{ANNA}").json == kept.json
    assert "VULNERABLE_HOLD" in codes(desk, ANNA)
    assert desk.get(f"/api/uk-regulations/can-call/{ANNA}").json["nation"] == "SCT"
    assert put(desk, ANNA, b"{}").json["vulnerable"] is False
    assert "VULNERABLE_HOLD" not in codes(desk, ANNA)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"postcode": "nowhere"}', "postcode"),
        (b'{"vulnerable": "yes"}', "vulnerable"),
        (b'{"note": "a\\u0000"}', "note"),
        (b'{"name": "Anna"}', "name"),
    ],
)
def test_a_contact_that_does_not_fit_is_named(desk: Desk, body: bytes, field: str) -> None:
    answered = put(desk, ANNA, body)
    assert (answered.status, answered.json["field"]) == (422, field)


def test_what_is_no_number_is_named_everywhere(desk: Desk) -> None:
    for target in (f"{LIST}/anna", f"{CONSENT}/anna", f"{CONTACTS}/anna"):
        answered = desk.get(target)
        assert (answered.status, answered.json["field"]) == (422, "phone_number")
    answered = desk.client.post(LIST, {"phone_number": "anna"})
    assert (answered.status, answered.json["field"]) == (422, "phone_number")
