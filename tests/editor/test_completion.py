"""What is offered where: `▮` marks the place of writing."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.editor.completion import Offer, complete
from flowengine.editor.workspace import Workspace
from flowengine.language.source import Source

BEGINNING = """\
flow example "An example" outbound
  agent "Amy" of "Hearth & Home"

contact
  name: text
  plan: one of (basic, full) = basic

outcome booked success
outcome declined

line price "It is fourteen pounds."

intent agree "the caller says yes"
  "yes"

slot visit_day: date
  ask "Which day?"

action book_it(day: date) -> reference: text

state goodbye is closing
  set monthly = 14
  end declined

"""


def offered(text: str) -> list[Offer]:
    """What is offered at the mark, in a file that begins with the definitions above."""
    before, _, after = (BEGINNING + text).partition("▮")
    workspace = Workspace()
    workspace.open("here.flow", before + after)
    source, analysis = workspace.source("here.flow"), workspace.analysis("here.flow")
    assert isinstance(source, Source)
    assert analysis is not None
    line = before.count("\n") + 1
    return complete(workspace, analysis, source, line, len(before) - before.rfind("\n"))


def words(text: str, *, keywords: bool = False) -> set[str]:
    return {offer.word for offer in offered(text) if (offer.kind == "keyword") == keywords}


STATE = 'state first\n  say "Hello."\n'
VARIABLES = {
    "contact", "agent", "call", "today", "now", "daypart", "turns", "last_heard", "sentiment", "mood",
    "visit_day", "monthly",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (STATE + "  -> ▮", {"first", "goodbye"}),
        (STATE + "  -> go▮", {"first", "goodbye"}),
        (STATE + "  -> go▮od\n\nstate after_it\n  end declined\n", {"first", "goodbye", "after_it"}),
        (STATE + "  end ▮", {"booked", "declined", "hung_up", "failed"}),
        (STATE + "  say ▮", {"price"}),
        (STATE + "  listen\n    ▮", {"agree"}),
        (STATE + "  listen\n    agree or ▮", {"agree"}),
        (STATE + "  listen\n    agree -> ▮", {"first", "goodbye"}),
        (STATE + "  listen\n    agree: end ▮", {"booked", "declined", "hung_up", "failed"}),
        (STATE + "  collect ▮", {"visit_day"}),
        (STATE + "  collect visit_day\n    ▮", {"done", "failed", "agree"}),
        (STATE + "  listen\n    heard ▮", {"visit_day"}),
        (STATE + "  guard ▮", {"uk_outbound"}),
        (STATE + "  guard uk_outbound\n    ▮", {"allowed", "refused"}),
        (STATE + "  do ▮", {"book_it"}),
        ("anywhere\n  ▮", {"agree"}),
        ("state second is ▮", {"closing"}),
        ("state second is early, ▮", {"closing"}),
        ("policy fair\n  require heard(▮", {"price"}),
        ("policy fair\n  require heard(price) before ▮", {"first", "goodbye", "booked", "declined", "hung_up", "failed",
                                                       "closing"} - {"first"}),
        ("policy fair\n  always agree -> ▮", {"goodbye"}),
        (STATE + "  if ▮", VARIABLES),
        (STATE + "  if contact.▮", {"name", "plan"}),
        (STATE + "  set price_said = visit_▮", VARIABLES | {"price_said"}),
        (STATE + '  say "On {{ ▮', VARIABLES),
        (STATE + '  say "On {{ vis▮ }}."\n', VARIABLES),
        (STATE + '  say "On {{ contact.▮ }}."\n', {"name", "plan"}),
        (STATE + '  say "On {{ agent.▮', {"name", "company"}),
        (STATE + '  say "{{ now }} and {{ slots.▮', {"visit_day"}),
        (STATE + '  say "😀 {% if ▮', VARIABLES),
        (STATE + '  say "{{ now }} ▮', set()),
        (STATE + '  say "Hello ▮', set()),
        ("line other\n  \"{{ ▮", VARIABLES),
        ('intent other "{{ ▮', set()),
        ("summary\n  day: date = ▮", VARIABLES),
        ("summary\n  ok: boolean = call.▮", {"direction", "flow", "outcome"}),
        ('summary\n  why: text "{{ ▮', set()),
        ("# a remark -> ▮", set()),
        (STATE + "  -> goodbye # -> ▮", set()),
        ("action other(day: date) -> ▮", set()),
    ],
)  # fmt: skip
def test_names_that_fit(text: str, expected: set[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("place", ["slot other: ▮", "contact\n  age: ▮", "summary\n  day: ▮", "action other(day: ▮"])
def test_types_after_a_colon(place: str) -> None:
    assert {"text", "date", "one of", "uk_postcode"} <= words(place)


def test_filters_after_a_bar() -> None:
    found = words(STATE + '  say "{{ visit_day | ▮ }}"\n')
    assert {"spoken", "money", "upper"} <= found
    assert "visit_day" not in found


@pytest.mark.parametrize(
    ("text", "some", "none"),
    [
        ("▮", {"state", "intent", "anywhere", "slot"}, {"say", "listen", "silence"}),
        (STATE + "  ▮", {"say", "listen", "set", "end", "if"}, {"state", "silence", "tries"}),
        (STATE + "  listen\n    ▮", {"silence", "otherwise", "press", "hangup"}, {"say", "state"}),
        (STATE + "  listen\n    agree\n      ▮", {"say", "again", "resume", "end"}, {"state"}),
        ("slot other: text\n  ▮", {"ask", "again", "confirm", "valid", "tries"}, {"say"}),
        ("policy fair\n  ▮", {"require", "never", "always", "at"}, {"say", "state"}),
        ("outcome other ▮", {"success", "retry", "suppress"}, {"say"}),
        (STATE + '  if turns > 3: say "x"\n  ▮', {"elif", "else", "say"}, {"state"}),
    ],
)
def test_keywords_that_fit(text: str, some: set[str], none: set[str]) -> None:
    found = words(text, keywords=True)
    assert some <= found
    assert not none & found


def test_what_is_written_above_may_be_wrong() -> None:
    assert words("state first\n  sya Hello.\n  listen 6\n    agree >\n    agree -> ▮") == {"first", "goodbye"}


def test_libraries_after_use(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "shared.flow").write_text("outcome booked\n", "utf-8")
    workspace = Workspace()
    path = str(tmp_path / "here.flow")
    workspace.open(path, 'flow here "Here" inbound\n  use ')
    source, analysis = workspace.source(path), workspace.analysis(path)
    assert isinstance(source, Source)
    assert analysis is not None
    assert [offer.word for offer in complete(workspace, analysis, source, 2, 7)] == ["shared"]


def test_an_offer_says_what_it_is() -> None:
    by_word = {offer.word: offer for offer in offered(STATE + "  listen\n    ▮")}
    assert by_word["agree"].detail == "the caller says yes"
    assert by_word["silence"].detail == "The caller said nothing in time."


@pytest.mark.parametrize(
    "text",
    ['line terms barge-in after ▮ "x"\n', "state first\n  barge-in after ▮\n  -> goodbye\n"],
)
def test_the_line_that_has_to_be_heard_first_is_offered(text: str) -> None:
    assert "price" in words(text)
    assert "agree" not in words(text)


@pytest.mark.parametrize("text", ['line terms barge-in ▮ "x"\n', "state first\n  barge-in ▮\n  -> goodbye\n"])
def test_when_the_caller_may_cut_in_is_offered(text: str) -> None:
    assert words(text, keywords=True) == {"always", "after", "never"}


def test_barge_in_is_offered_first_in_a_state_and_nowhere_later() -> None:
    assert "barge-in" in words("state first\n  ▮\n", keywords=True)
    assert "barge-in" not in words(STATE + "  ▮\n", keywords=True)
