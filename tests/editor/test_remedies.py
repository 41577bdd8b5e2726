"""What a diagnostic proposes, done by the editor, does away with the diagnostic."""

from __future__ import annotations

from collections import Counter

import pytest

from flowengine.editor.remedies import remedies
from flowengine.editor.workspace import Workspace, edited
from flowengine.graph.checks.catalogue import Entry
from flowengine.graph.checks.reference import BEGINNING, completed, entries
from flowengine.graph.compile import Analysis
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Source


def look(text: str) -> tuple[Source, Analysis]:
    workspace = Workspace()
    workspace.open("here.flow", text)
    source, analysis = workspace.source("here.flow"), workspace.analysis("here.flow")
    assert isinstance(source, Source)
    assert analysis is not None
    return source, analysis


def errors(problems: tuple[Diagnostic, ...]) -> Counter[str]:
    return Counter(problem.code for problem in problems if problem.severity == "error")


@pytest.mark.parametrize("entry", [entry for entry in entries() if entry.bad], ids=lambda entry: str(entry.code))
def test_a_fix_of_an_example_does_away_with_its_problem(entry: Entry) -> None:
    source, analysis = look(completed(entry.bad or ""))
    for remedy in remedies(analysis, source, 1, len(source.lines)):
        _, after = look(edited(source, remedy.fix))
        before = errors(analysis.diagnostics)
        assert errors(after.diagnostics)[remedy.problem.code] < max(1, before[remedy.problem.code]), remedy.title
        assert sum(errors(after.diagnostics).values()) <= sum(before.values()), remedy.title


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('  sya "Hello."\n  -> goodbye\n', '  say "Hello."\n  -> goodbye\n'),
        ('  say "Hello.\n  -> goodbye\n', '  say "Hello."\n  -> goodbye\n'),
        ('  say "Hello."\n  → goodbye\n', '  say "Hello."\n  -> goodbye\n'),
        ('  say "{{ contact.nmae }}."\n  -> goodbye\n', '  say "{{ contact.name }}."\n  -> goodbye\n'),
        ('  say "{{ name }}."\n  -> goodbye\n', '  say "{{ contact.name }}."\n  -> goodbye\n'),
        ('  say "{{ 14 | mony }}."\n  -> goodbye\n', '  say "{{ 14 | money }}."\n  -> goodbye\n'),
        ('  if turns = 3: end booked\n  -> goodbye\n', '  if turns == 3: end booked\n  -> goodbye\n'),
        ('  "Hello."\n  -> goodbye\n', '  say "Hello."\n  -> goodbye\n'),
        ('  -> good-bye\n', '  -> good_bye\n'),
        ('  end boked\n', '  end booked\n'),
    ],
)  # fmt: skip
def test_the_first_remedy_is_what_was_meant(written: str, meant: str) -> None:
    start = f"{BEGINNING}\nstate first\n"
    source, analysis = look(start + written)
    first = next(each for each in remedies(analysis, source, 1, len(source.lines)) if each.sure)
    assert edited(source, first.fix) == start + meant


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("state", "  -> nowhere\n"),
        ("outcome", "  end nowhere\n"),
        ("line", "  say nowhere\n  -> goodbye\n"),
        ("intent", '  say "Yes?"\n  listen\n    nowhere or silence or otherwise -> goodbye\n'),
        ("slot", "  collect nowhere\n    done or failed -> goodbye\n"),
    ],
)
def test_a_missing_definition_can_be_had(kind: str, line: str) -> None:
    source, analysis = look(f"{BEGINNING}\nstate first\n{line}")
    (offered,) = [each for each in remedies(analysis, source, 1, len(source.lines)) if not each.sure]
    assert offered.title == f"Define the {kind} 'nowhere'"
    _, after = look(edited(source, offered.fix))
    assert not errors(after.diagnostics)
