"""What an editor shows for the word under the pointer."""

from __future__ import annotations

import pytest

from flowengine.editor.hover import hover_at
from flowengine.editor.results import RESULT_SENTENCES
from flowengine.editor.workspace import Workspace
from flowengine.graph.names import RESULTS
from flowengine.language.source import Source

FLOW = """\
flow visit "A visit" outbound
  agent "Amy" of "Hearth & Home"

contact
  name: text
  plan: one of (basic, full) = basic

outcome booked success
outcome declined

line identity "This is {{ agent.name }}." "How are you, {{ contact.name }}?"

intent agree "the caller says yes"
  "yes" "yes please" /ye+s/

intent opt_out "the caller wants no more calls"
  "stop calling"

slot visit_day: date
  ask "Which day?"
  again "Sorry, which day?"

action book_visit(day: date) -> reference: text

state start
  guard uk_outbound
    allowed -> offer
    refused: end declined

state offer is pitch, first
  say identity
  set monthly = 14.5
  say "{{ monthly | money }} from {{ visit_day }}, {{ daypart }}?"
  listen 6s
    agree -> book
    silence or otherwise 3 -> goodbye

state book
  collect visit_day
    done: end booked
    failed -> goodbey

state goodbye
  end declined

summary
  day: date "the day they want" = visit_day
"""


def hovered(words: str, offset: int = 1, text: str = FLOW) -> str:
    workspace = Workspace()
    workspace.open("visit.flow", text)
    source, analysis = workspace.source("visit.flow"), workspace.analysis("visit.flow")
    assert isinstance(source, Source)
    assert analysis is not None
    index = text.index(words) + offset
    line = text[:index].count("\n") + 1
    found = hover_at(analysis, source, line, index - text.rfind("\n", 0, index))
    return found[0] if found is not None else ""


@pytest.mark.parametrize(
    ("words", "offset", "expected"),
    [
        ("allowed -> offer", 12, ["**state** `offer` is pitch, first", "> This is {{ agent.name }}.",
                                  "**waits** `listen 6s`: `agree`, `silence` or `otherwise`", "reached from `start`"]),
        ("-> goodbye", 4, ["**state** `goodbye`", "**ends** `declined`", "reached from `offer`"]),
        ("agree -> book", 1, ["**intent** `agree`", "the caller says yes", "“yes”, “yes please”", "`/ye+s/`"]),
        ("intent opt_out", 8, ["**protective intent** `opt_out`"]),
        ("say identity", 5, ["**line** `identity`", "> How are you, {{ contact.name }}?"]),
        ("collect visit_day", 9, ["**slot** `visit_day`: date", "asks: “Which day?”", "asks again: “Sorry"]),
        ("{{ monthly", 4, ["**variable** `monthly`, set in line 32"]),
        ("| money", 3, ["**filter** `money`", "“fourteen pounds fifty”"]),
        ("{{ daypart", 4, ["**built in** `daypart`: morning, afternoon or evening"]),
        ("agent.name }}", 7, ["**agent** `name`: who speaks"]),
        ("contact.name }}", 9, ["**contact field** `name`: text"]),
        ("end booked", 5, ["**outcome** `booked` · success"]),
        ("day: date \"the", 1, ["**summary field** `day`: date", "looks for: the day they want", "`visit_day`"]),
        ("is pitch", 4, ["**tag** `pitch` of `offer`"]),
        ("action book_visit", 8, ["action book_visit(day: date) -> reference: text"]),
        ("  listen 6s", 3, ["**listen**: Waits for the caller", "```flow\nstate offer"]),
        ("goodbey", 2, ["**FL201 undefined-state**: A move names a state that does not exist."]),
    ],
)  # fmt: skip
def test_a_word_is_explained(words: str, offset: int, expected: list[str]) -> None:
    told = hovered(words, offset)
    for part in expected:
        assert part in told


def test_where_there_is_no_word_nothing_is_said() -> None:
    assert hovered("\n\ncontact", 1) == ""


BARGE_IN = """\
flow firm "Firm" inbound
  barge-in always

outcome done

line who barge-in never "This is Amy."
line terms "It runs for a year."

policy fair
  require heard(terms) before done

state first
  barge-in after who
  say who
  say terms
  end done
"""


@pytest.mark.parametrize(
    ("words", "offset", "expected"),
    [
        ("say who", 4, "`barge-in never`"),
        ("say terms", 4, "heard to its end, since a policy requires it"),
        ("state first", 6, "`barge-in after who`"),
        ("barge-in always", 5, "**barge-in**: When the caller may cut speech short"),
        ("after who", 6, "> This is Amy."),
    ],
)
def test_when_speech_may_be_cut_short_is_shown(words: str, offset: int, expected: str) -> None:
    assert expected in hovered(words, offset, BARGE_IN)


HANDED_OVER = """\
flow firm "Firm" inbound
  barge-in always

outcome done success

line who barge-in never "This is Amy."

policy fair
  never first after who_asked

state first
  barge-in after who
  say who
  transfer "+442079460000"
    # who takes the call
    briefing "A caller."

    answered: end done
    busy or no_answer or failed: end failed

state answered
  collect number
    done -> busy
    failed -> answered

state busy
  end done
"""


@pytest.mark.parametrize(
    ("words", "offset", "expected"),
    [
        ("    answered: end", 6, "**answered**, a result of `transfer`: The two have spoken, and the caller is still"),
        ("busy or", 1, "**busy**, a result of `transfer`: The line was busy, or the colleague declined.\n\n```flow"),
        ("no_answer or", 1, "**no_answer**, a result of `transfer`: Nobody answered"),
        ("failed: end", 1, "**failed**, a result of `transfer`: The number could not be reached."),
        ("failed -> answered", 1, "**failed**, a result of `collect`: A slot was asked"),
        ("done -> busy", 9, "**state** `busy`"),
        ("failed: end failed", 13, "**outcome** `failed`"),
    ],
)
def test_a_result_is_explained_by_the_statement_it_stands_under(words: str, offset: int, expected: str) -> None:
    assert expected in hovered(words, offset, HANDED_OVER)


@pytest.mark.parametrize(
    ("words", "offset", "example"),
    [
        ("barge-in always", 10, "barge-in after identity"),
        ("barge-in never", 10, "barge-in after identity"),
        ("barge-in after", 10, "barge-in after identity"),
        ("never first", 1, "policy fair_selling"),
    ],
)
def test_a_word_behind_barge_in_is_shown_with_it(words: str, offset: int, example: str) -> None:
    assert example in hovered(words, offset, HANDED_OVER)


def test_every_result_has_a_sentence() -> None:
    written = {statement: set(results) for statement, results in RESULT_SENTENCES.items()}
    assert written == {statement: set(results) for statement, results in RESULTS.items() if statement != "llm"}
