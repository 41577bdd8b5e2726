"""What is known of a number when its call is weighed: its history, the lists, the consents, the campaign.

Whoever asks gathers this (the store, or the options of a what-if); the rules read nothing themselves. The defaults are
those of a number that nobody knows anything about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One attempt to ring the number, by any campaign.

    `counts` is False where the carrier refused to place it. `is_live`: it has not ended. `abandoned`: somebody
    answered and nobody spoke. Raises ValueError when `at` has no time zone.
    """

    at: datetime
    abandoned: bool = False
    counts: bool = True
    is_live: bool = False

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError("the moment of an attempt must have a time zone")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one number and one campaign that the rules weigh.

    `tps` None: not looked up, or no data; `tps_snapshot`: from when the data are. `tps_override`: the subscriber told
    this caller that they don't object. `automated_consent`, `sector_consents`: consents that name this caller.
    `caller_id` None: not chosen yet, so not judged; a dial always gives it. Raises ValueError when `tps_snapshot` has
    no time zone.
    """

    attempts: tuple[PastAttempt, ...] = ()
    in_progress: bool = False
    do_not_call: bool = False
    tps: bool | None = None
    tps_snapshot: datetime | None = None
    automated_consent: bool = False
    tps_override: bool = False
    sector_consents: frozenset[str] = frozenset()
    vulnerable: bool = False
    postcode: str | None = None
    caller_id: str | None = None
    sector: str | None = None
    campaign_paused: bool = False

    def __post_init__(self) -> None:
        if self.tps_snapshot is not None and self.tps_snapshot.utcoffset() is None:
            raise ValueError("the moment of the TPS data must have a time zone")
