"""Checks of a flow, one rule a file; the table below is the list of them."""

from __future__ import annotations

from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic


def run_checks(draft: Draft) -> list[Diagnostic]:
    """Every check's findings."""
    return []
