"""`flowengine doctor`: is all there that calls need? Each trouble with its remedy."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flowengine.cli.terminal import columns

if TYPE_CHECKING:
    from flowengine.service.doctor.finding import Finding

SIGNS = {"ok": ("✓", "green"), "note": ("·", "blue"), "warning": ("!", "yellow"), "problem": ("✗", "red")}
WIDEST = 110


@click.command()
@click.option("--quick", is_flag=True, help="Load no speech models.")
@click.option("--offline", is_flag=True, help="Ask neither Twilio, nor the public address, nor the language model.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one finding a line.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
def command(quick: bool, offline: bool, as_json: bool, strict: bool) -> None:
    """Check settings, database, flows, calling rules, telephone, speech and the language model.

    Settings come from the environment or a .env file, as for `flowengine serve`. Exits with 1 when there is a problem.
    """
    from flowengine.service.doctor.examine import examine
    from flowengine.service.doctor.finding import Case
    from flowengine.service.settings import Settings

    case = Case(Settings.from_env(), dict(os.environ), datetime.now(UTC), speaks=not quick, reaches=not offline)
    counts = dict.fromkeys(SIGNS, 0)
    for finding in examine(case):
        counts[finding.verdict] += 1
        click.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else _shown(finding))
    if not as_json:
        click.echo(f"\n{_summary(counts)}")
    if counts["problem"] or (strict and counts["warning"]):
        raise SystemExit(1)


def _shown(finding: Finding) -> str:
    sign, colour = SIGNS[finding.verdict]
    margin = " " * 16
    width = min(columns(sys.stdout) or 10_000, WIDEST)
    said = textwrap.wrap(finding.says, max(width - len(margin), 30), break_on_hyphens=False) or [""]
    lines = [f"  {click.style(sign, fg=colour)} {finding.subject:<12}{said[0]}", *(margin + each for each in said[1:])]
    remedy = textwrap.wrap(f"→ {finding.remedy}", max(width - len(margin), 30), break_on_hyphens=False)
    if finding.remedy:
        lines += [margin + click.style(each, dim=True) for each in remedy]
    return "\n".join(lines)


def _summary(counts: dict[str, int]) -> str:
    if counts["problem"]:
        problems = "1 problem" if counts["problem"] == 1 else f"{counts['problem']} problems"
        return click.style(f"{problems}: calls may fail until mended.", fg="red", bold=True)
    if counts["warning"]:
        warnings = "1 warning" if counts["warning"] == 1 else f"{counts['warning']} warnings"
        return click.style(f"Nothing is broken; {warnings}.", fg="yellow", bold=True)
    return click.style("All is well.", fg="green", bold=True)
