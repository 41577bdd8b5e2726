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
        if remedy.title.startswith("Allow "):
            assert errors(after.diagnostics)["FL806"] == 1  # the reason is still to be written
            continue
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
    offers = {each.title: each for each in remedies(analysis, source, 1, len(source.lines)) if not each.sure}
    offered = offers[f"Define the {kind} 'nowhere'"]
    _, after = look(edited(source, offered.fix))
    assert not errors(after.diagnostics)


def test_what_is_unused_can_be_taken_out() -> None:
    text = f'{BEGINNING}\nline spare "One."\n\n\nstate first\n  -> goodbye\n\nline more\n  "Two."\n  "Three."\n'
    source, analysis = look(text)
    offers = {each.title: each for each in remedies(analysis, source, 1, len(source.lines))}
    assert edited(source, offers["Take out the line 'spare'"].fix) == text.replace('line spare "One."\n\n\n', "")
    assert edited(source, offers["Take out the line 'more'"].fix) == text[: text.index("line more")]


def test_a_warning_can_be_allowed_once_there_is_a_reason() -> None:
    text = f'{BEGINNING}\nstate first\n  say "One."\n  -> goodbye\n\nstate spare\n  -> goodbye\n'
    source, analysis = look(text)
    offers = {each.title: each for each in remedies(analysis, source, 1, len(source.lines))}
    allowed = edited(source, offers["Allow FL301 here, and say why"].fix)
    assert "\n# allow FL301: \nstate spare\n" in allowed
    _, after = look(allowed)
    assert [problem.code for problem in after.diagnostics] == ["FL806"]
    _, after = look(allowed.replace("FL301: ", "FL301: kept for the spring"))
    assert after.diagnostics == ()
