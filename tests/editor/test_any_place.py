"""Any text at all, at any place: every question of an editor has an answer, and none an exception."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowengine.editor.colours import colours
from flowengine.editor.completion import complete
from flowengine.editor.hover import hover_at
from flowengine.editor.layout import layout_edit
from flowengine.editor.occurrences import occurrences
from flowengine.editor.outline import folds, outline
from flowengine.editor.positions import Columns
from flowengine.editor.remedies import remedies
from flowengine.editor.symbols import definitions, everywhere, name_at, rename
from flowengine.editor.workspace import Workspace, edited
from flowengine.language.formatter import format_source
from flowengine.language.source import Source
from tests.examples import examples

FLOWS = Path(__file__).parent.parent.parent / "flows"
SHIPPED = [path.read_text("utf-8") for path in sorted(FLOWS.rglob("*.flow"))]
HERE = str(FLOWS / "written_now.flow")
SNIPPETS = (
    "-> ", "{{ ", "{{ contact.", " | ", '"', "'", "/", "(", "listen\n", "state ", "\t", "    ", "\n", "\n\n", "😀", "é",
    "\u2028", "\x0b", "\x85", "\ufeff", "\r", "\r\n", "\0", "#", "or ", "use ", "1.", "one of (", "{% for x in ", "}}",
    "\\", "do f(", "set x = ", "policy p\n  require ", "heard(", "llm ", "\ud800",
)  # fmt: skip


@st.composite
def cut_flows(draw: st.DrawFn) -> str:
    """A shipped flow that someone is in the midst of changing."""
    text = draw(st.sampled_from(SHIPPED))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        gone = draw(st.sampled_from((0, 0, 1, 3, 12, 80, 4000)))
        added = draw(st.sampled_from(SNIPPETS) | st.text(max_size=6))
        text = text[:start] + added + text[start + gone :]
    return text


def ask_everything(text: str, line: int, character: int) -> None:
    workspace = Workspace()
    workspace.open(HERE, text)
    source, analysis = workspace.source(HERE), workspace.analysis(HERE)
    assert isinstance(source, Source)
    assert analysis is not None
    place = Columns().place(source, line, character)
    workspace.diagnostics()
    complete(workspace, analysis, source, *place)
    hover_at(analysis, source, *place)
    for entry in outline(analysis.draft.units[0].file, source):
        assert entry.span.line <= entry.last_line <= len(source.lines)
    for first, last in folds(source):
        assert first < last <= len(source.lines)
    for colour in colours(analysis, source):
        assert 1 <= colour.column < colour.end_column <= len(source.lines[colour.line - 1]) + 1
    change = layout_edit(source)
    if change is not None:
        assert edited(source, change) == format_source(source).text
    for remedy in remedies(analysis, source, 1, len(source.lines)):
        edited(source, remedy.fix)
    name = name_at(analysis, HERE, *place)
    if name is not None:
        definitions(workspace, analysis, name)
        everywhere(workspace, analysis, name)
        rename(workspace, analysis, name, "another_name")


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cut_flows(), st.integers(0, 400), st.integers(0, 130))
def test_a_flow_in_the_midst_of_a_change(text: str, line: int, character: int) -> None:
    ask_everything(text, line, character)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200), st.integers(-1, 20), st.integers(-1, 50))
def test_any_text(text: str, line: int, character: int) -> None:
    ask_everything(text, line, character)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.sampled_from(("utf-8", "utf-16", "utf-32")), st.integers(1, 42))
def test_a_column_comes_back_as_it_went(line: str, encoding: str, column: int) -> None:
    columns = Columns(encoding)
    column = min(column, len(line) + 1)
    assert columns.column(line, columns.units(line, column)) == column
    codec, size = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    assert columns.units(line, len(line) + 1) == len(line.encode(codec, "surrogatepass")) // size


def test_the_names_of_shipped_flows_stand_where_they_are_said_to() -> None:
    workspace = Workspace()
    for path in sorted(FLOWS.rglob("*.flow")):
        analysis = workspace.analysis(str(path))
        assert analysis is not None
        found = occurrences(analysis.draft)
        assert len(found) > 20
        for each in found:
            lines = analysis.draft.sources[each.span.path].lines
            assert lines[each.span.line - 1][each.span.column - 1 : each.span.end_column - 1] == each.name
