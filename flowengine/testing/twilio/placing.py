"""The moments of the server's record, found in what the telephone heard.

The record's clock runs on while a call is elsewhere, with a colleague say; the telephone's recording holds the streams
alone, one behind the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowengine.testing.twilio.report import CallReport

CLOCKS_APART_S = 0.05
"""Two clocks, ours and the server's, are no further apart."""


def placed(report: CallReport, record: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The lines of its transcript; `at` and `ended_at` are seconds of the report's audio."""
    lines = record.get("transcript", []) if record else []
    return [
        {**line, "at": heard_at(report, line["at"]), "ended_at": _if_known(report, line.get("ended_at"))}
        for line in lines
    ]


def heard_at(report: CallReport, moment: float) -> float:
    """Where a moment of the record lies in the report's audio; one between two streams lies where they meet."""
    place = moment
    for stream in report.later_streams:
        if moment < stream.began - CLOCKS_APART_S:
            return min(place, stream.at)
        place = max(stream.at, stream.at + moment - stream.began)
    return place


def _if_known(report: CallReport, moment: float | None) -> float | None:
    return None if moment is None else heard_at(report, moment)
