"""Days and moments as they are typed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

LONDON = ZoneInfo("Europe/London")
YEARS = range(1990, 2190)


class Moment(click.ParamType[datetime]):
    """A day or a moment in ISO 8601; London's time where it names no zone."""

    name = "iso"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no moment; expected one like 2026-11-01 or 2026-11-01T09:30+00:00", param, ctx)
        if moment.year not in YEARS:
            self.fail(f"{value!r} is beyond every calendar of holidays", param, ctx)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=LONDON)


def day(moment: datetime) -> str:
    """`1 March 2026`, in London."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"
