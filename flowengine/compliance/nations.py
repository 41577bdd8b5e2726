"""In which nation a number is at home, by its area code: whose bank holidays count.

Only geographic numbers (01, 02) tell. Mobiles, 03 and 056 may be anywhere, so their nation is unknown; Jersey,
Guernsey and Man are no part of the United Kingdom, so theirs is unknown here too, and `island` names them.

Source: the product's own table of Scottish and Welsh area codes; 028 is Northern Ireland. Some exchanges serve both
sides of a border and go by their main town: 01289 Berwick, 01244 Chester, 01691 Oswestry and 01948 Whitchurch are
England; 01387 Dumfries (with 013873 Langholm), 01461 Gretna and 01890 Coldstream are Scotland. A postcode, where one is
known, is better than an area code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Nation = Literal["ENG", "WLS", "SCT", "NIR"]
Island = Literal["GG", "JE", "IM"]

NATIONS: tuple[Nation, ...] = ("ENG", "WLS", "SCT", "NIR")

SCOTTISH_CODES = """
    1224 1236 1241 1250 1259 1261 1290 1292 1294 1301 1307 1309 131 1320 1324 1330 1333 1334 1337 1339 1340
    1343 1346 1349 1350 1355 1356 1357 1358 1360 1361 1368 1369 1381 1382 1383 1387 1389 1397 1408 141 1431
    1436 1445 1450 1456 1461 1463 1464 1465 1466 1467 1470 1471 1475 1478 1479 1496 1499 1501 1505 1506 1520
    1528 1540 1542 1546 1549 1555 1556 1557 1560 1561 1563 1567 1569 1571 1573 1575 1576 1577 1578 1581 1583
    1586 1592 1593 1595 1599 1620 1631 1641 1644 1651 1655 1659 1667 1671 1674 1680 1681 1683 1687 1688 1698
    1700 1721 1738 1750 1764 1770 1771 1776 1779 1786 1796 1806 1807 1808 1809 1821 1828 1835 1838 1847 1848
    1851 1852 1854 1855 1856 1857 1859 1862 1863 1864 1866 1870 1871 1875 1876 1877 1878 1879 1880 1882 1887
    1888 1890 1896 1899 1950 1951 1955 1957 1967 1968 1971 1972 1975 1988 1997
"""

WELSH_CODES = """
    1239 1248 1267 1269 1286 1291 1341 1348 1352 1407 1437 1443 1446 1490 1492 1495 1497 1545 1547 1550 1554
    1558 1559 1570 1591 1597 1600 1633 1639 1646 1650 1654 1656 1678 1685 1686 1690 1745 1758 1766 1792 1824
    1834 1873 1874 1938 1970 1974 1978 1982 1994 29
"""

NATION_OF_CODE: Mapping[str, Nation] = {
    **dict.fromkeys(SCOTTISH_CODES.split(), "SCT"),
    **dict.fromkeys(WELSH_CODES.split(), "WLS"),
    "28": "NIR",
}
"""Area code without its 0. Every other geographic code is England's."""

ISLAND_OF_CODE: Mapping[str, Island] = {"1481": "GG", "1534": "JE", "1624": "IM"}

CODE_LENGTHS = (4, 3, 2)
"""Digits of an area code without its 0; the longest that is known wins."""


def nation_of(number: str) -> Nation | None:
    """The nation of a number in E.164 (`+441314960123`); None where a number does not tell."""
    national = number.removeprefix("+44")
    if national == number or not national.startswith(("1", "2")) or island(number) is not None:
        return None
    for length in CODE_LENGTHS:
        nation = NATION_OF_CODE.get(national[:length])
        if nation is not None:
            return nation
    return "ENG"


def island(number: str) -> Island | None:
    """Which island a geographic number in E.164 belongs to; None for all others."""
    return ISLAND_OF_CODE.get(number.removeprefix("+44")[:4]) if number.startswith("+44") else None
