"""Postcodes and the nations they lie in."""

from __future__ import annotations

import pytest

from flowengine.compliance.nations import Nation
from flowengine.compliance.postcodes import (
    ENGLISH,
    NATION_OF_AREA,
    NATIONS_OF_DISTRICT,
    SCOTTISH,
    WELSH,
    nations_of_postcode,
)


@pytest.mark.parametrize(
    ("text", "nations"),
    [
        ("SW1A 1AA", ("ENG",)),
        ("m1 1ae", ("ENG",)),
        ("EH11AA", ("SCT",)),
        ("EH1", ("SCT",)),
        ("ZE1 0AA", ("SCT",)),
        ("CF10 1AA", ("WLS",)),
        ("LL57 2DG", ("WLS",)),
        ("SA1 1AA", ("WLS",)),
        ("S1 1AA", ("ENG",)),
        ("BT1 1AA", ("NIR",)),
        ("B1 1AA", ("ENG",)),
        # Areas on both sides of a border: by the district.
        ("TD1 1AA", ("SCT",)),
        ("TD15 1AA", ("ENG", "SCT")),
        ("TD12 4AA", ("ENG", "SCT")),
        ("CA1 1AA", ("ENG",)),
        ("CA6 4AA", ("ENG", "SCT")),
        ("DG1 1AA", ("SCT",)),
        ("DG16 5AA", ("ENG", "SCT")),
        ("CH1 1AA", ("ENG", "WLS")),
        ("CH7 1AA", ("WLS",)),
        ("CH45 1AA", ("ENG",)),
        ("SY1 1AA", ("ENG",)),
        ("SY10 1AA", ("ENG", "WLS")),
        ("SY23 1AA", ("WLS",)),
        ("HR1 1AA", ("ENG",)),
        ("HR3 5AA", ("ENG", "WLS")),
        ("LD1 1AA", ("WLS",)),
        ("LD7 1AA", ("ENG", "WLS")),
        ("NP16 5AA", ("ENG", "WLS")),
        ("NP20 1AA", ("WLS",)),
        # No nation, or no postcode.
        ("JE2 3AB", ()),
        ("GY1 1AA", ()),
        ("IM1 1AA", ()),
        ("BF1 1AA", ()),
        ("ZZ1 1AA", ()),
        ("nowhere", ()),
        ("EH1 1A", ()),
        ("EH١ 1AA", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_a_postcode_tells_its_nations(text: str | None, nations: tuple[Nation, ...]) -> None:
    assert nations_of_postcode(text) == nations


def test_no_area_stands_in_two_nations_and_every_district_in_a_known_area() -> None:
    areas = f"{ENGLISH} {SCOTTISH} {WELSH} BT".split()
    assert len(areas) == len(set(areas)) == len(NATION_OF_AREA) == 121
    assert {district.rstrip("0123456789") for district in NATIONS_OF_DISTRICT} <= set(areas)
