"""In which nation a postcode lies. Where one is known it tells more than a telephone number: numbers move with people.

Source: Royal Mail's postcode areas. Some areas lie on both sides of a border, and some of their districts do; those
give both nations, and the holidays of both count. The lists err to that side: a district that is near a border and not
surely on one side of it is listed as both.

Jersey, Guernsey and Man (JE, GY, IM), the forces (BF) and codes of no place (BX, XX) tell no nation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flowengine.compliance.nations import Nation

POSTCODE = re.compile(r"([A-Z]{1,2})(\d{1,2}|\d[A-Z])(?:\d[A-Z]{2})?", re.ASCII)
"""Area, district, and the inward code where there is one; written without spaces."""

ENGLISH = """
    AL B BA BB BD BH BL BN BR BS CA CB CH CM CO CR CT CV CW DA DE DH DL DN DT DY E EC EN EX FY GL GU HA HD HG HP HR HU
    HX IG IP KT L LA LE LN LS LU M ME MK N NE NG NN NR NW OL OX PE PL PO PR RG RH RM S SE SG SK SL SM SN SO SP SR SS ST
    SW SY TA TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO
"""
SCOTTISH = "AB DD DG EH FK G HS IV KA KW KY ML PA PH TD ZE"
WELSH = "CF LD LL NP SA"

NATION_OF_AREA: Mapping[str, Nation] = {
    **dict.fromkeys(ENGLISH.split(), "ENG"),
    **dict.fromkeys(SCOTTISH.split(), "SCT"),
    **dict.fromkeys(WELSH.split(), "WLS"),
    "BT": "NIR",
}
"""The nation of all districts that are not named below."""

BORDER_OF_SCOTLAND = "CA6 DG14 DG16 TD5 TD8 TD9 TD12 TD15"
BORDER_OF_WALES = """
    CH1 CH4 CH5 GL15 GL16 HR2 HR3 HR5 HR9 LD7 LD8 LL11 LL12 LL13 LL14 LL20 NP7 NP16 NP25 SY4 SY5 SY7 SY9 SY10 SY11 SY12
    SY13 SY14 SY15 SY21 SY22
"""
WELSH_DISTRICTS = "CH6 CH7 CH8 SY16 SY17 SY18 SY19 SY20 SY23 SY24 SY25"

NATIONS_OF_DISTRICT: Mapping[str, tuple[Nation, ...]] = {
    **dict.fromkeys(BORDER_OF_SCOTLAND.split(), ("ENG", "SCT")),
    **dict.fromkeys(BORDER_OF_WALES.split(), ("ENG", "WLS")),
    **dict.fromkeys(WELSH_DISTRICTS.split(), ("WLS",)),
}


def nations_of_postcode(text: str | None) -> tuple[Nation, ...]:
    """One nation, two at a border, none where the text tells no nation. Case and spaces do not matter.

    The outward code alone is enough.
    """
    found = POSTCODE.fullmatch("".join((text or "").upper().split()))
    if found is None:
        return ()
    area, district = found.groups()
    at_border = NATIONS_OF_DISTRICT.get(area + district)
    if at_border is not None:
        return at_border
    nation = NATION_OF_AREA.get(area)
    return () if nation is None else (nation,)
