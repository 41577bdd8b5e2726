"""Which pages there are, and what makes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from flowengine.graph.checks import reference as diagnostics
from tests import cli_reference
from tests.reference import filters, grammar, types

FOLDER = Path(__file__).parents[2] / "docs" / "reference"

PAGES: Mapping[Path, Callable[[], str]] = {
    FOLDER / "cli.md": cli_reference.page,
    FOLDER / "diagnostics.md": diagnostics.page,
    FOLDER / "filters.md": filters.page,
    FOLDER / "grammar.md": grammar.page,
    FOLDER / "types.md": types.page,
}
