"""`barge-in` where it is of no use, too much, or against a promise; and the words for what is written wrong."""

from __future__ import annotations

import pytest

from flowengine.graph.barge_in import barge_in
from flowengine.graph.compile import compile_text
from flowengine.graph.export import to_svg
from flowengine.graph.export.cards import card
from flowengine.language.parser import parse
from flowengine.language.source import Source
from tests.graph.finding import findings, underlined

LINES = """\
line who "This is Amy."
line terms {mode} "It runs for a year."

"""


def messages(body: str, code: str) -> list[str]:
    return [each.message for each in findings(body, code)]


# ── a line that is not there, or not said before ──


def test_an_unknown_line_is_told_with_the_nearest() -> None:
    body = LINES.format(mode="barge-in after whoo") + "state first\n  say who\n  say terms\n  -> goodbye\n"
    (found,) = findings(body, "FL203")
    assert found.message == "no line is called 'whoo'"
    assert found.help is not None
    assert found.help.startswith("did you mean 'who' (line ")
    assert underlined(body, "FL203") == ["whoo"]
    assert not findings(body, "FL616")


def test_the_remedy_for_an_unknown_line_offers_no_text_where_none_can_stand() -> None:
    body = LINES.format(mode="barge-in after something_else") + "state first\n  say terms\n  -> goodbye\n"
    assert [each.help for each in findings(body, "FL203")] == ['define it (line something_else "…")']


AFTER = "barge-in after who"


@pytest.mark.parametrize(
    ("mode", "body", "expected"),
    [
        (AFTER, "state first\n  say who\n  say terms\n  -> goodbye\n", []),
        (AFTER, "state first\n  say terms\n  say who\n  -> goodbye\n", [AFTER]),
        (AFTER, "state first\n  say terms\n  -> goodbye\n", [AFTER]),
        (AFTER, "state first\n  say who\n  -> next\n\nstate next\n  say terms\n  -> goodbye\n", []),
        (AFTER, "state first\n  say terms\n  -> next\n\nstate next\n  say who\n  -> goodbye\n", [AFTER]),
        (AFTER, "state first\n  if turns > 2: say who\n  say terms\n  -> goodbye\n", []),
        ("barge-in after terms", "state first\n  say terms\n  -> goodbye\n", []),
        ("", "state first\n  barge-in after who\n  say who\n  say terms\n  -> goodbye\n", []),
        ("", "state first\n  barge-in after who\n  say terms\n  say who\n  -> goodbye\n", [AFTER]),
        ("", f"state first\n  say terms\n  -> goodbye\n\nstate lost\n  {AFTER}\n  say who\n  -> goodbye\n", []),
    ],
)
def test_what_can_never_be_cut_short_is_told(mode: str, body: str, expected: list[str]) -> None:
    assert underlined(LINES.format(mode=mode) + body, "FL616") == expected


def test_a_header_that_waits_for_a_line_that_is_never_spoken() -> None:
    head = (
        'flow x "X" inbound\n  agent "Amy" of "Us"\n  barge-in after who\n\noutcome done\n\nline who "This is Amy."\n\n'
    )
    wrong = compile_text(head + 'state start\n  say "Goodbye."\n  end done\n').diagnostics
    assert "'who' is never spoken, so the caller can never cut in" in [each.message for each in wrong]
    right = compile_text(head + 'state start\n  say who\n  say "Goodbye."\n  end done\n').diagnostics
    assert "FL616" not in [each.code for each in right]


# ── too long ──

LONG = "We look at the boiler and its controls, and that takes about one hour of your time. "


@pytest.mark.parametrize(
    ("line", "state", "expected"),
    [
        ("barge-in never", "", True),
        ("", "barge-in never", True),
        ("barge-in after long", "", True),
        ("", "", False),
        ("barge-in always", "barge-in never", False),
    ],
)
def test_a_long_stretch_that_cannot_be_cut_short_is_told(line: str, state: str, expected: bool) -> None:
    body = f'line long {line} "{LONG}" "{LONG}" "{LONG}"\n\nstate first\n  {state}\n  say long\n  -> goodbye\n'
    assert bool(findings(body, "FL615")) is expected


def test_what_is_said_before_such_a_line_counts_with_it() -> None:
    body = (
        f'line long barge-in never "{LONG}"\n\nstate first\n  say "{LONG}"\n  say "{LONG}"\n  say long\n  -> goodbye\n'
    )
    assert messages(body, "FL615") == ["the caller hears about 17 s that they cannot cut short"]
    assert not findings(body.replace("  say long\n", ""), "FL615")


def test_a_turn_of_the_callers_begins_anew() -> None:
    ask = '  say "Shall I?"\n  listen\n    agree -> next\n    silence or otherwise -> goodbye\n\nstate next\n'
    body = f'line long barge-in never "{LONG}"\n\nstate first\n  say "{LONG}"\n  say "{LONG}"\n{ask}  say long\n'
    assert not findings(f"{body}  -> goodbye\n", "FL615")


def test_the_reason_is_told_where_a_policy_is_it() -> None:
    body = f'line long "{LONG}" "{LONG}" "{LONG}"\n\npolicy p\n  require heard(long) before goodbye\n\n'
    body += "state first\n  say long\n  -> goodbye\n"
    assert messages(body, "FL615") == [
        "the caller hears about 17 s that they cannot cut short, since a policy requires 'long' to be heard"
    ]


def test_more_than_anybody_should_hear_at_all_is_told_once() -> None:
    body = (
        f'line long barge-in never "{LONG}" "{LONG}"\n\nstate first\n  say long\n  say long\n  say long\n  -> goodbye\n'
    )
    assert len(findings(body, "FL507")) == 1
    assert not findings(body, "FL615")


# ── a promise ──

PROMISE = "policy p\n  require heard(terms) before goodbye\n\n"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("barge-in always", ["barge-in always"]),
        ("barge-in after who", ["barge-in after who"]),
        ("barge-in after terms", []),
        ("barge-in never", []),
        ("", []),
    ],
)
def test_a_promised_line_that_may_be_cut_short_is_told(mode: str, expected: list[str]) -> None:
    body = LINES.format(mode=mode) + PROMISE + "state first\n  say who\n  say terms\n  -> goodbye\n"
    assert underlined(body, "FL712") == expected


def test_the_promise_is_proved_as_strictly_whatever_the_line_says() -> None:
    for mode in ("", "barge-in always", "barge-in never"):
        body = LINES.format(mode=mode) + PROMISE + "state first\n  say who\n  -> goodbye\n"
        assert len(findings(body, "FL703")) == 1


# ── the words ──

HOME = "it stands under 'flow', after a line's name, or first of all in a state"
AT_THE_LINE = "it is said where the line is defined: line NAME barge-in never"


@pytest.mark.parametrize(
    ("written", "code", "help_"),
    [
        ("state a\n  barge_in never\n  -> a\n", "FL102", "write 'barge-in'"),
        ("state a\n  bargein never\n  -> a\n", "FL102", "write 'barge-in'"),
        ("state a\n  barge in never\n  -> a\n", "FL102", "write 'barge-in'"),
        ("state a\n  Barge-in never\n  -> a\n", "FL102", "write 'barge-in'"),
        ('line p barge_in never "x"\n', "FL102", "write 'barge-in'"),
        ('line p never "x"\n', "FL102", "write: barge-in never"),
        ('line p barge-in nevr "x"\n', "FL102", "did you mean 'never'?"),
        ('line p barge-in off "x"\n', "FL102", "write 'never'"),
        ('line p barge-in once q "x"\n', "FL102", "write 'after LINE'"),
        ('line p barge-in "x"\n', "FL101", "write 'always', 'after LINE' or 'never'"),
        ("state a\n  barge-in\n  -> a\n", "FL101", "write 'always', 'after LINE' or 'never'"),
        ('line p barge-in after 3s "x"\n', "FL104", 'write its name, as in: line NAME "…"'),
        ('line p "x" barge-in never\n', "FL111", "write it after the line's name, before the text"),
        ("state a\n  say p barge-in never\n  -> a\n", "FL111", AT_THE_LINE),
        ("state a barge-in never\n  -> a\n", "FL111", "indent it under the state, before all else that stands there"),
        ('state a\n  say "x"\n  barge-in never\n  -> a\n', "FL111", HOME),
        ("barge-in never\n", "FL111", HOME),
        ("state a\n  barge-in never\n  barge-in always\n  -> a\n", "FL116", "keep one"),
        ("state barge-in\n  -> a\n", "FL104", "write 'barge_in'"),
    ],
)
def test_what_is_written_wrong_is_told_once_and_with_its_remedy(written: str, code: str, help_: str) -> None:
    _, problems = parse(Source("x.flow", written))
    assert [(each.code, each.help) for each in problems] == [(code, help_)]


def test_a_hyphen_that_is_a_minus_stays_one() -> None:
    _, problems = parse(Source("x.flow", "state a\n  if barge-income > 3\n    -> a\n  set x = barge-income\n  -> a\n"))
    assert problems == ()


# ── where it comes from ──

SUBFLOW = """
flow sub "A part" inbound
  barge-in never

outcome found

state look
  say "I am looking."
  end found
"""


def test_a_subflows_own_header_holds_in_its_states() -> None:
    text = """
flow whole "Whole" inbound
  agent "Amy" of "Us"
  barge-in always

outcome done
outcome hung_up

state first
  run sub
    found -> last

state last
  say "Goodbye."
  end done
"""
    flow = compile_text(text, libraries={"sub": SUBFLOW}).flow
    assert flow is not None
    inside = barge_in(flow, (), None, "first/sub/look")
    outside = barge_in(flow, (), None, "last")
    assert inside is not None
    assert outside is not None
    assert (inside.mode, outside.mode) == ("never", "always")


@pytest.mark.parametrize(
    ("mode", "told"),
    [("never", ["barge-in never"]), ("after who", ["barge-in after who"]), ("always", [])],
)
def test_a_drawing_tells_of_a_state_that_may_not_be_cut_short(mode: str, told: list[str]) -> None:
    head = 'flow x "X" inbound\n\noutcome done\n\nline who "Amy."\n\n'
    flow = compile_text(f"{head}state start\n  barge-in {mode}\n  say who\n  end done\n").flow
    assert flow is not None
    drawn = card(flow, flow.states["start"], is_reached=True, returns=False)
    assert [remark.text for remark in drawn.remarks if remark.kind == "firm"] == told


def test_a_drawing_tells_of_lines_of_keys_and_of_what_a_colleague_is_told() -> None:
    text = """flow x "X" inbound

outcome done

line who barge-in never "Amy."
line free "Hello."

state start
  say who
  say free
  keys "1w2#"
  transfer "+44 113 496 0000"
    briefing "{{ contact.name }} wants to move."
    answered or busy or no_answer or failed: end done

contact
  name: text
"""
    flow = compile_text(text).flow
    assert flow is not None
    drawn = card(flow, flow.states["start"], is_reached=True, returns=False)
    assert [(remark.kind, remark.text) for remark in drawn.remarks][:4] == [
        ("firm", "who: barge-in never"),
        ("keys", "sends keys 1w2#"),
        ("transfers", "transfers to +44 113 496 0000"),
        ("briefing", "tells the colleague: [name] wants to move."),
    ]
    assert "tells the colleague" in to_svg(flow)
