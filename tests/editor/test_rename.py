"""A renaming goes everywhere the name stands, breaks nothing, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.editor.occurrences import Occurrence, occurrences
from flowengine.editor.symbols import Refusal, definitions, everywhere, may_rename, rename
from flowengine.editor.workspace import Workspace
from flowengine.graph.compile import Analysis
from flowengine.language.diagnostics import Fix
from flowengine.language.source import Source
from tests.examples import examples

FLOWS = Path(__file__).parent.parent.parent / "flows"
PATHS = [str(path) for path in sorted(FLOWS.rglob("*.flow"))]
LIBRARIES = [str(path) for path in sorted(FLOWS.glob("lib/*.flow"))]
"""What changes in one of these may change what is found in the others."""

LIBRARY = """\
outcome done_well success

slot day: date
  ask "Which day?"

state closing
  say "On {{ day | spoken }}, {{ contact.name }}."
  end done_well
"""

FLOW = """\
flow visit "A visit" inbound
  use shared

contact
  name: text

line price "It's {{ fee | money }} \\"all in\\", {{ contact.name }}."

action book(day: date, who: text) -> reference: text
  python "acme.bookings:book"
  filler "One moment, {{ contact.name }}."

intent agree "the caller says yes"
  "yes"

policy fair
  require heard(price) before booking
  never closing after did(book)

state start is early
  set fee = 14.5 if contact.name == "Sam" else 22
  say price
  listen
    heard day -> booking
    agree or silence or otherwise -> booking

state booking is pitch
  collect day
    done -> store
    failed -> closing

state store
  do book(day, who=contact.name)
    ok -> told
    error or timeout -> closing

state told
  say "{{ 'fee' }} {{ reference | spelled }}: {{ fee | money }}."
  end done_well
"""


def shipped() -> Workspace:
    workspace = Workspace()
    workspace.folders = [str(FLOWS)]
    return workspace


def sample() -> Workspace:
    workspace = Workspace()
    workspace.open("visit.flow", FLOW)
    workspace.open("shared.flow", LIBRARY)
    return workspace


def looked_at(workspace: Workspace, path: str) -> Analysis:
    analysis = workspace.analysis(path)
    assert analysis is not None
    return analysis


def named(workspace: Workspace, path: str, kind: str, name: str) -> tuple[Analysis, Occurrence]:
    analysis = looked_at(workspace, path)
    return analysis, next(each for each in occurrences(analysis.draft) if (each.kind, each.name) == (kind, name))


def text_of(workspace: Workspace, path: str) -> str:
    source = workspace.source(path)
    assert isinstance(source, Source)
    return source.text


def renamed(kind: str, name: str, new: str) -> tuple[str, str]:
    """The sample's two texts after a renaming."""
    workspace = sample()
    spans = rename(workspace, *named(workspace, "visit.flow", kind, name), new)
    assert not isinstance(spans, Refusal), spans.message
    trial = workspace.with_edits([Fix(span, new) for span in spans])
    return text_of(trial, "visit.flow"), text_of(trial, "shared.flow")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: Path(path).stem)
def test_every_name_of_the_shipped_flows_can_change_and_change_back(path: str) -> None:
    workspace = shipped()
    analysis = looked_at(workspace, path)
    things = {each.thing: each for each in occurrences(analysis.draft) if each.span.path == path}
    names = [name for name in things.values() if may_rename(name) is None]
    assert len(names) > 10
    for name in names[:: len(names) // examples(4)]:  # all of them take minutes
        spans = rename(workspace, analysis, name, "zebra_crossing")
        assert not isinstance(spans, Refusal), spans.message
        assert len(spans) == len(everywhere(workspace, analysis, name))
        trial = workspace.with_edits([Fix(span, "zebra_crossing") for span in spans])
        changed = {span.path for span in spans}
        for other in PATHS if changed & set(LIBRARIES) else changed:
            codes = [problem.code for problem in looked_at(trial, other).diagnostics]
            assert codes == [problem.code for problem in looked_at(workspace, other).diagnostics]
        back = rename(trial, *named(trial, path, name.kind, "zebra_crossing"), name.name)
        assert not isinstance(back, Refusal), back.message
        home = trial.with_edits([Fix(span, name.name) for span in back])
        assert [text_of(home, other) for other in PATHS] == [text_of(workspace, other) for other in PATHS]


@pytest.mark.parametrize(
    ("kind", "name", "changes"),
    [
        ("slot", "day", {"shared": ["slot day:", "{{ day |"], "visit": ["heard day", "collect day", "book(day,"]}),
        ("variable", "fee", {"visit": ["{{ fee | money }} \\", "set fee", "{{ fee | money }}.\""]}),
        ("variable", "reference", {"visit": ["-> reference:", "{{ reference |"]}),
        ("contact field", "name", {"visit": ["  name: text", "\\\", {{ contact.name", "moment, {{ contact.name",
                                             "if contact.name", "who=contact.name"], "shared": ["{{ contact.name"]}),
        ("line", "price", {"visit": ["line price", "heard(price)", "say price"]}),
        ("action", "book", {"visit": ["action book(", "did(book)", "do book("]}),
        ("tag", "pitch", {"visit": ["is pitch"]}),
        ("state", "booking", {"visit": ["before booking", "day -> booking", "otherwise -> booking", "state booking"]}),
        ("state", "closing", {"visit": ["never closing", "failed -> closing", "timeout -> closing"],
                              "shared": ["state closing"]}),
        ("outcome", "done_well", {"visit": ["end done_well"], "shared": ["outcome done_well", "end done_well"]}),
        ("intent", "agree", {"visit": ["intent agree", "    agree or"]}),
    ],
)  # fmt: skip
def test_a_name_changes_wherever_it_stands(kind: str, name: str, changes: dict[str, list[str]]) -> None:
    """Each of `changes` holds the name once, as a word of its own at the end of it or before a sign."""
    expected = {"visit": FLOW, "shared": LIBRARY}
    for file, places in changes.items():
        for place in places:
            assert expected[file].count(place) == 1, place
            before, _, after = place.rpartition(name)
            expected[file] = expected[file].replace(place, f"{before}zebra{after}")
    assert renamed(kind, name, "zebra") == (expected["visit"], expected["shared"])


@pytest.mark.parametrize(
    ("kind", "name", "new", "reason"),
    [
        ("state", "booking", "told", "in use already: visit.flow, line 37"),
        ("state", "booking", "closing", "in use already: shared.flow, line 6"),
        ("slot", "day", "fee", "in use already"),
        ("slot", "day", "now", "will not do: 'now' is built in"),
        ("intent", "agree", "silence", "means something else"),
        ("intent", "agree", "two words", "is no name"),
        ("variable", "fee", "a-b", "is no name"),
        ("library", "shared", "common", "not a name that the flow gives"),
        ("filter", "money", "cash", "not a name that the flow gives"),
        ("flow", "visit", "call", "not a name that the flow gives"),
    ],
)
def test_a_name_that_cannot_be_is_refused(kind: str, name: str, new: str, reason: str) -> None:
    workspace = sample()
    outcome = rename(workspace, *named(workspace, "visit.flow", kind, name), new)
    assert isinstance(outcome, Refusal)
    assert reason in outcome.message


def test_a_definition_that_counts_comes_before_the_one_it_replaces() -> None:
    workspace = sample()
    workspace.open("visit.flow", FLOW + "\nstate closing\n  end done_well\n")
    found = definitions(workspace, *named(workspace, "visit.flow", "state", "closing"))
    assert [(span.path, span.line) for span in found] == [("visit.flow", 41), ("shared.flow", 6)]


def test_what_a_library_leaves_to_its_flows_is_found_there() -> None:
    workspace = sample()
    found = definitions(workspace, *named(workspace, "shared.flow", "contact field", "name"))
    assert [(span.path, span.line) for span in found] == [("visit.flow", 5)]
