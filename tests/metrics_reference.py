"""The table of metrics in docs/howto/monitor.md, made from the code.

python -m tests.metrics_reference
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from flowengine.service.calls import Calls
from flowengine.service.metrics.exposition import Family
from flowengine.service.metrics.families import Families
from flowengine.service.metrics.gathered import gathered

PAGE = Path(__file__).parent.parent / "docs" / "howto" / "monitor.md"
HEAD = "| metric | kind | labels | says |\n| --- | --- | --- | --- |\n"
TABLE = re.compile(re.escape(HEAD) + r"(\|.*\n)*")


def families() -> tuple[Family, ...]:
    """All of the service, none of them read."""
    return (*Families().all, *gathered(cast("Calls", None), None))


def page() -> str:
    """The page with the table as it should be."""
    rows = (
        f"| `{each.name}` | {each.kind} | {', '.join(f'`{label}`' for label in each.labels)} | {each.help} |\n"
        for each in families()
    )
    return TABLE.sub(lambda _: HEAD + "".join(rows), PAGE.read_text("utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
