"""A request that does not fit is told where, and what would do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
import pytest

from flowengine.service.api.reading import decode
from flowengine.service.problems import ProblemError


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line."""

    sku: str
    count: int = 1


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """An order."""

    name: Annotated[str, msgspec.Meta(min_length=2, max_length=40)]
    priority: Annotated[int, msgspec.Meta(ge=1, le=10)] = 5
    kind: Literal["now", "later"] = "now"
    at: datetime | None = None
    lines: list[Line] = []
    words: dict[str, str] = {}
    anything: object = None


def refused(body: bytes) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        decode(body, Order)
    return caught.value


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        ("{}", "name", "name is missing: expected text of 2 to 40 characters."),
        ('{"name": 3}', "name", "name does not fit: Expected str, got int. Expected text of 2 to 40 characters."),
        ('{"name": "Sam", "priority": 11}', "priority", "a whole number from 1 to 10."),
        ('{"name": "Sam", "kind": "soon"}', "kind", "Expected one of: later, now."),
        ('{"name": "Sam", "at": "noon"}', "at", "a moment with its time zone, like 2026-03-02T10:15:00+00:00."),
        (
            '{"name": "Sam", "prio": 1}',
            "prio",
            "There is no field prio; the fields here are: name, priority, kind, at, lines, words, anything.",
        ),
        ('{"name": "Sam", "lines": [{"sku": "a"}, {}]}', "lines[1].sku", "lines[1].sku is missing: expected text."),
        ('{"name": "Sam", "lines": [{"sku": "a", "x": 1}]}', "lines[0].x", "the fields here are: sku, count."),
        ('{"name": "Sam", "lines": [1]}', "lines[0]", "Expected an object."),
        ('{"name": "Sam", "words": {"a": 1}}', "words[...]", "Expected text."),
        ("[]", "", "The body does not fit"),
    ],
)
def test_what_does_not_fit_is_named_with_what_would(body: str, field: str, detail: str) -> None:
    problem = refused(body.encode()).problem
    assert (problem.status, problem.field) == (422, field)
    assert detail in problem.detail


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"name": "\xff"}', b'{"name": "Sam", "anything": ' + b"[" * 50_000],
    ids=["nothing", "half", "not UTF-8", "too deep"],
)
def test_what_is_no_json_is_400(body: bytes) -> None:
    assert refused(body).problem.status == 400


@pytest.mark.parametrize("body", ['{"name": "S\\u0000m"}', '{"name": "Sam", "words": {"a\\u0000": "b"}}'])
def test_a_text_with_nul_in_it_fits_nowhere(body: str) -> None:
    assert "NUL" in refused(body.encode()).problem.detail


def test_a_text_that_only_speaks_of_nul_is_read() -> None:
    assert decode(b'{"name": "\\\\u0000"}', Order).name == "\\u0000"


def test_what_fits_is_read() -> None:
    order = decode(b'{"name": "Sam", "lines": [{"sku": "a"}]}', Order)
    assert order.lines == [Line("a")]
