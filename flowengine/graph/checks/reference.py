"""The reference of all diagnostics, made from the checks' docstrings and the catalogue.

`python -m flowengine.graph.checks.reference > docs/reference/diagnostics.md` writes it; a test fails when it is stale.
"""

from __future__ import annotations

import re
import textwrap
from types import ModuleType

from flowengine.graph.checks.catalogue import ENTRIES, Entry
from flowengine.graph.checks.run import CHECKS
from flowengine.graph.compile import Compilation, compile_text
from flowengine.graph.suppressions import EXPLAINED

BEGINNING = """\
flow example "An example" outbound
  agent "Amy" of "Hearth & Home"

contact
  name: text
  plan: one of (basic, full) = basic

outcome booked success
outcome declined

intent agree "the caller says yes"
  "yes" "yes please"

intent refuse "the caller says no"
  "no" "no thanks"

intent opt_out "the caller wants no more calls"
  "stop calling me"

state start
  guard uk_outbound
    allowed -> first
    refused: end declined

state goodbye
  say "Thank you. Is there anything else?"
  listen
    agree: end booked
    refuse or silence or otherwise or machine: end declined
"""
"""What completes an example that has no `flow` line of its own."""

FAMILIES = {
    "1": "Syntax",
    "2": "Names",
    "3": "Graph",
    "4": "Data",
    "5": "Prompts",
    "6": "Voice",
    "7": "Policy",
    "8": "Operations",
}
"""The first digit of a code → what such codes are about."""

_EXAMPLE = re.compile(r"\nBad:\n(?P<bad>.*?)\nGood:\n(?P<good>.*)", re.DOTALL)

_FILE = re.compile(r"^# (\w+)\.flow\n", re.MULTILINE)
"""Begins a subflow inside an example."""

_HEAD = """\
# Diagnostics

Every mistake that `flowengine validate` reports, by code. A code keeps its meaning from version to version. This page
is made from the checks themselves; the tests compile its examples. `flowengine explain CODE` shows one of them in the
terminal. An example without a `flow` line is completed by this beginning; a comment such as `# ask_day.flow` begins a
second file:
"""


def completed(example: str) -> str:
    """An example as a whole flow, without the subflows that stand after it."""
    flow = _FILE.split(example)[0]
    return flow if re.search(r"^flow example", flow, re.MULTILINE) else f"{BEGINNING}\n{flow}"


def compiled(example: str) -> Compilation:
    """An example compiled; each part of it that begins with a comment `# NAME.flow` is a file of its own."""
    _, *files = _FILE.split(example)
    subflows = dict(zip(files[::2], files[1::2], strict=True))
    return compile_text(completed(example), libraries=subflows or None)


def entries() -> list[Entry]:
    """Every diagnostic there is, by code."""
    return sorted((*ENTRIES, *EXPLAINED, *(_entry(module) for module in CHECKS)), key=lambda entry: entry.code)


def _entry(module: ModuleType) -> Entry:
    doc = module.__doc__ or ""
    match = _EXAMPLE.search(doc)
    if match is None:
        raise ValueError(f"the docstring of {module.__name__} has no 'Bad:' and 'Good:'")
    rule = module.RULE
    bad, good = (textwrap.dedent(match[part]).strip("\n") + "\n" for part in ("bad", "good"))
    return Entry(rule.code, rule.name, rule.severity, doc[: match.start()].strip(), bad, good)


def page() -> str:
    """The reference as Markdown."""
    parts = [_HEAD, _block(BEGINNING)]
    family = ""
    for entry in entries():
        if entry.code[2] != family:
            family = entry.code[2]
            parts.append(f"## {FAMILIES[family]} ({family}xx)\n")
        parts.append(f"### {entry.code} {entry.name}\n")
        parts.append(f"*{entry.severity}*\n")
        parts.append(f"{entry.text}\n")
        if entry.bad is not None:
            parts.append(f"Reported:\n\n{_block(entry.bad)}")
        if entry.good is not None:
            parts.append(f"Right:\n\n{_block(entry.good)}")
    return "\n".join(parts)


def _block(text: str) -> str:
    return f"```flow\n{text}```\n"


if __name__ == "__main__":
    print(page(), end="")
