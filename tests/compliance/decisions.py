"""Facts, moments, policies and spellings for the properties of decisions, drawn at random."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from flowengine.compliance.facts import Facts, PastAttempt
from flowengine.compliance.policy import CONSENT_MODES, GOVERNED_SECTORS, LET_THROUGH, Policy

START = datetime(2026, 3, 26, tzinfo=UTC)
"""Three days before summer time, a week before Good Friday."""

NUMBERS = (
    "020 7946 0123",
    "0131 496 0123",
    "028 9649 6012",
    "07700 900123",
    "07911 123456",
    "0870 123 4567",
    "0909 879 0123",
    "+353861234567",
    "999",
    "anonymous",
    "",
)

seconds = st.integers(0, 20 * 24 * 3600)
moments = seconds.map(lambda second: START + timedelta(seconds=second))
attempts = st.builds(
    PastAttempt,
    at=st.integers(-9 * 24 * 60, 20 * 24 * 60).map(lambda minute: START + timedelta(minutes=minute)),
    abandoned=st.booleans(),
    counts=st.booleans(),
    is_live=st.sampled_from((False, False, False, True)),
)
sectors = st.sampled_from((None, "claims", "pensions", "energy"))
consents = st.frozensets(st.sampled_from(("claims", "pensions")))
facts = st.builds(
    Facts,
    attempts=st.lists(attempts, max_size=9).map(tuple),
    in_progress=st.booleans(),
    do_not_call=st.booleans(),
    tps=st.sampled_from((None, False, True)),
    tps_snapshot=st.none() | st.integers(0, 60).map(lambda days: START - timedelta(days=days)),
    automated_consent=st.booleans(),
    tps_override=st.booleans(),
    sector_consents=consents,
    vulnerable=st.booleans(),
    postcode=st.sampled_from((None, "EH1 1AA", "TD15 1AA", "BT1 1AA", "M1 1AA", "nowhere")),
    caller_id=st.sampled_from((None, "+441134960124", "0909 879 0123", "anonymous")),
    sector=sectors,
    campaign_paused=st.booleans(),
)
timed_facts = st.builds(
    Facts,
    attempts=st.lists(
        st.builds(PastAttempt, at=attempts.map(lambda each: each.at), abandoned=st.booleans()), max_size=9
    ).map(tuple),
)
"""Facts against which only rules speak that end by time."""

harmless = st.builds(
    Facts,
    attempts=st.lists(st.builds(PastAttempt, at=attempts.map(lambda each: each.at)), max_size=2).map(tuple),
    tps=st.just(False),
    tps_snapshot=st.just(START),
    automated_consent=st.just(True),
    tps_override=st.booleans(),
    sector_consents=consents,
    sector=sectors,
)
"""Facts that leave many decisions a yes, so that a change can be seen to take it away."""

windows = st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2, unique=True).map(
    lambda pair: (_clock(min(pair)), _clock(max(pair)))
)
policies = st.builds(
    Policy,
    weekday=windows,
    weekend=windows,
    sundays=st.booleans(),
    on_bank_holidays=st.booleans(),
    extra_holidays=st.frozensets(seconds.map(lambda second: (START + timedelta(seconds=second)).date()), max_size=3),
    cap_24h=st.integers(1, 5),
    cap_7d=st.integers(1, 8),
    abandoned_hours=st.integers(1, 100),
    tps=st.booleans(),
    tps_days=st.integers(1, 28),
    automated_consent=st.sampled_from(CONSENT_MODES),
    sector=st.sampled_from((None, *GOVERNED_SECTORS)),
    ring_s=st.integers(15, 120),
    uk_only=st.booleans(),
    let_through=st.frozensets(st.sampled_from(LET_THROUGH)),
    drama_numbers=st.booleans(),
)


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)
