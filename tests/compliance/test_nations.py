"""Area codes and the nations behind them."""

from __future__ import annotations

import itertools

import pytest

from flowengine.compliance.nations import (
    ISLAND_OF_CODE,
    NATION_OF_CODE,
    SCOTTISH_CODES,
    WELSH_CODES,
    Nation,
    island,
    nation_of,
)


@pytest.mark.parametrize(
    ("number", "nation"),
    [
        ("+442079460123", "ENG"),
        ("+441134960123", "ENG"),
        ("+441314960123", "SCT"),
        ("+441414960123", "SCT"),
        ("+441224960123", "SCT"),
        ("+442920180123", "WLS"),
        ("+441792960123", "WLS"),
        ("+442896496012", "NIR"),
        # Border towns go by the town.
        ("+441289960123", "ENG"),
        ("+441387360123", "SCT"),
        ("+441244960123", "ENG"),
        # These may be anywhere.
        ("+447700900123", None),
        ("+443069990123", None),
        ("+445600000123", None),
        # No part of the United Kingdom.
        ("+441481960123", None),
        ("+353861234567", None),
        # Not E.164: nothing is guessed.
        ("01314960123", None),
        ("", None),
    ],
)
def test_a_number_tells_its_nation(number: str, nation: Nation | None) -> None:
    assert nation_of(number) == nation


def test_the_islands_are_known_by_name() -> None:
    assert [island(number) for number in ("+441481960123", "+441534960123", "+441624960123", "+442079460123")] == [
        "GG",
        "JE",
        "IM",
        None,
    ]


def test_no_area_code_stands_in_two_nations() -> None:
    codes = SCOTTISH_CODES.split() + WELSH_CODES.split() + list(ISLAND_OF_CODE)
    assert len(codes) == len(set(codes))
    assert all(code.isdigit() and 2 <= len(code) <= 4 for code in codes)


def test_no_code_begins_with_another_code() -> None:
    # Otherwise the longest match would matter, and a change of the table could move a town.
    codes = sorted(NATION_OF_CODE)
    assert [(a, b) for a, b in itertools.pairwise(codes) if b.startswith(a)] == []
