from __future__ import annotations

import re
from pathlib import Path

import pytest

from flowengine.graph.compile import compile_file, compile_text, find_flows
from flowengine.graph.model import Flow
from flowengine.language.source import Source
from flowengine.testing.coverage.lines import runs
from flowengine.testing.coverage.reach import Reach
from flowengine.testing.coverage.report_html import write_pages
from flowengine.testing.coverage.report_text import coverage_text
from flowengine.testing.coverage.sums import FileCoverage, coverage, gaps, percent, taken
from flowengine.testing.coverage.ways import Tally
from flowengine.testing.player import Player
from tests.testing.made_flows import BOOKING, compiled

FLOWS = Path(__file__).parent.parent.parent / "flows"
LIBRARY = """\
outcome hung_up

intent hello "the caller says hello"
  "hello"

state aside
  say "One moment."
  end hung_up

anywhere
  hello: again "Hello."
  silence: again "Hello?"
  silence 2: again "Are you there?"
  silence 3 -> aside
  hangup: end hung_up
"""
USER = """\
flow user "Uses it" inbound
  agent "Amy" of "Hearth & Home"
  use shared

intent agree "the caller says yes"
  "yes"

state greeting
  say "Shall we?"
  listen
    agree -> goodbye
    silence: again "Shall we, or not?"
    otherwise -> goodbye

state goodbye
  end hung_up

anywhere
  hangup: end hung_up
"""


def of(flow: Flow, *words: str) -> FileCoverage:
    """The coverage of a flow's own file after one call; "" is a silence."""
    tally = Tally(flow)
    call(flow, tally, *words)
    return next(file for file in coverage([tally], []).files if file.path == flow.span.path)


def call(flow: Flow, tally: Tally, *words: str) -> None:
    player = Player(flow, {"name": "Sam"} if "name" in flow.contact else {}, tally=tally)
    for each in words:
        player.say(each) if each else player.silence()
    player.listen()


def using(user: str = USER, library: str = LIBRARY) -> Flow:
    compilation = compile_text(user, "user.flow", {"shared": library})
    assert compilation.flow is not None, compilation.errors
    return compilation.flow


def shown(file: FileCoverage) -> list[tuple[int, str]]:
    return [(span.line, text) for span, text in gaps(file)]


def test_what_no_test_takes_is_named_with_its_line() -> None:
    found = of(compiled(BOOKING), "what", "no thanks")
    lines = BOOKING.splitlines()
    assert [(lines[number - 1].strip(), text) for number, text in shown(found)] == [
        ('valid day > today else "That day has gone."', "slot day: valid day > today is never true"),
        ('valid day > today else "That day has gone."', "slot day: valid day > today is never false"),
        ("agree -> choose", "greeting: agree is never taken"),
        ("press 1 -> choose", "greeting: press 1 is never taken"),
        ('silence: again "Are you still there?"', "greeting: silence is never taken"),
        ("if turns > 5", "greeting: if turns > 5 is never true"),
        ("silence or otherwise 3 -> goodbye", "greeting: the rung silence or otherwise 3 is never reached"),
        ("state choose", "state choose is never entered"),
        ("done -> booked_goodbye", "choose: done is never taken"),
        ("failed -> goodbye", "choose: failed is never taken"),
        ("state booked_goodbye", "state booked_goodbye is never entered"),
        ("hangup: end hung_up", "anywhere: hangup is never taken"),
        ("after 4m -> goodbye", "anywhere: after 4m is never taken"),
    ]
    assert [taken([found], kind) for kind in ("state", "edge", "rung", "condition")] == [
        (2, 4),
        (2, 11),
        (0, 1),
        (1, 4),
    ]
    assert percent([found]) == 25.0


def test_each_trigger_of_a_joined_branch_counts_by_itself() -> None:
    found = of(compiled(BOOKING), "what", "", "what")
    missing = [way.side for way in found.missing if way.label == "silence or otherwise 3"]
    assert missing == ["silence"]
    assert (36, "greeting: silence or otherwise 3 is never taken by silence") in shown(found)


def test_both_sides_of_valid_are_counted() -> None:
    found = of(compiled(BOOKING), "yes", "yesterday", "tomorrow")
    assert {way.side: times for way, times in found.ways.items() if way.label == "valid day > today"} == {
        "true": 1,
        "false": 1,
    }


def test_a_handler_that_every_state_comes_before_does_not_count() -> None:
    flow = using()
    ways = [(way.label, way.side) for way in Reach(flow).ways if way.span.path == "shared.flow" and way.kind != "state"]
    assert ("silence", "silence") not in ways
    assert ("hangup", "hangup") not in ways
    assert ("hello", "hello") in ways
    assert ("silence 3", "silence") in ways


def test_a_rung_above_one_that_leaves_does_not_count_nor_does_what_it_leads_to() -> None:
    reach = Reach(using(USER.replace('silence: again "Shall we, or not?"', "silence -> goodbye")))
    assert [way.label for way in reach.ways if way.kind == "rung"] == []
    assert list(reach.states) == ["greeting", "goodbye"]


def test_the_flow_and_the_library_it_uses_are_covered_in_full_by_two_calls() -> None:
    flow, tally = using(), Tally(using())
    call(flow, tally, "hello", "", "", "")
    call(flow, tally, "yes")
    call(flow, tally, "purple")
    player = Player(flow, {}, tally=tally)
    player.hang_up()
    assert [gap for file in coverage([tally], []).files for gap in gaps(file)] == []


def test_a_library_is_summed_over_the_flows_that_use_it_and_each_flow_is_by_itself() -> None:
    first, second = using(), using(USER.replace("flow user", "flow second"))
    tallies = [Tally(first), Tally(second)]
    call(first, tallies[0], "hello")
    call(second, tallies[1], "", "", "")
    library = next(file for file in coverage(tallies, []).files if file.path == "shared.flow")
    assert library.flows == ("user", "second")
    assert shown(library) == []


def test_a_library_counts_when_its_folder_was_named(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "shared.flow").write_text(LIBRARY)
    (tmp_path / "user.flow").write_text(USER)
    flow = compile_file(tmp_path / "user.flow").flow
    assert flow is not None
    counted = {named: coverage([Tally(flow)], [named]).counted for named in (tmp_path, tmp_path / "user.flowtest")}
    assert [len(files) for files in counted.values()] == [2, 1]
    assert "shown and not counted" in coverage_text(coverage([Tally(flow)], [tmp_path / "x"]), colour=False)


def test_a_statement_has_run_as_often_as_what_leads_to_it() -> None:
    flow = compiled(BOOKING)
    tally = Tally(flow)
    call(flow, tally, "what", "no")
    call(flow, tally, "yes")
    lines = BOOKING.splitlines()
    counts = {lines[span.line - 1].strip(): count for span, count in runs(Reach(flow), tally)}
    assert counts['say "Would you like a visit for your boiler?"'] == 2
    assert counts['say "Let us leave it."'] == 0
    assert counts["else"] == counts['again "Yes or no?"'] == 1
    assert counts['say "Thank you for your time. Goodbye."'] == 1


def test_less_than_everything_is_never_shown_as_a_hundred_per_cent() -> None:
    found = of(compiled(BOOKING))
    ways = dict.fromkeys(found.ways, 1)
    many = [FileCoverage(str(number), (), ways, {}, True) for number in range(200)]
    last = FileCoverage("last", (), {**ways, next(iter(ways)): 0}, {}, True)
    assert percent([*many, last]) == 99.9
    assert percent(many) == 100.0


def test_pages_stand_alone_and_mark_what_is_missing(tmp_path: Path) -> None:
    flow = compiled(BOOKING)
    tally = Tally(flow)
    call(flow, tally, "what", "no thanks")
    index = write_pages(coverage([tally], []), {"flow.flow": Source("flow.flow", BOOKING)}, tmp_path / "pages")
    page = (index.parent / "flow-flow.html").read_text("utf-8")
    assert 'href="flow-flow.html"' in index.read_text("utf-8")
    assert '<div class="row missed" id="L28">' in page
    assert '<mark class="taken" title="refuse: taken once">refuse</mark>' in page
    assert '<mark class="half" title="true never, false once">' in page
    assert "Hearth &amp; Home" in page
    assert not re.search(r"<script|<link|src=|https?:", page)


def test_only_what_a_call_took_is_counted_in_the_page_of_a_text_with_odd_signs(tmp_path: Path) -> None:
    text = BOOKING.replace("Hello, {{ contact.name }}", "<b>Hello</b> & {{ contact.name }}")
    tally = Tally(compiled(text))
    write_pages(coverage([tally], []), {"flow.flow": Source("flow.flow", text)}, tmp_path)
    assert "&lt;b&gt;Hello&lt;/b&gt; &amp; {{" in (tmp_path / "flow-flow.html").read_text("utf-8")


@pytest.mark.parametrize("path", find_flows([FLOWS]), ids=lambda path: path.stem)
def test_counting_changes_nothing_in_a_call(path: Path) -> None:
    flow = compile_file(path).flow
    assert flow is not None
    contact = {
        field.name: "2026-12-01" if field.type.kind == "date" else "Sam"
        for field in flow.contact.values()
        if field.default is None
    }
    plain, counted = Player(flow, contact), Player(flow, contact, tally=(tally := Tally(flow)))
    for player in (plain, counted):
        for words in ("yes", "er what", "how much is it", "next tuesday", "are you a robot", "", "at three", "no"):
            if not player.over:
                player.say(words) if words else player.silence()
                player.listen()
    assert plain.turns == counted.turns
    assert tally.times


@pytest.mark.parametrize("path", find_flows([FLOWS]), ids=lambda path: path.stem)
def test_what_a_call_takes_is_among_what_can_be_taken(path: Path) -> None:
    flow = compile_file(path).flow
    assert flow is not None
    contact = {"name": "Sam", "renewal_date": "2026-12-01"}
    tally = Tally(flow)
    for words in ("yes", "no", "", "busy", "purple", "stop calling me", "who is this", "goodbye", "hello", "sales"):
        player = Player(flow, {name: contact[name] for name in contact if name in flow.contact}, tally=tally)
        for each in (words, "yes", words, "", "", words):
            if not player.over:
                player.say(each) if each else player.silence()
                player.listen()
    known = {way.key for way in Reach(flow).ways}
    assert set(tally.times) <= known


def test_a_limit_behind_one_that_ends_the_call_does_not_count() -> None:
    later = LIBRARY.replace("  hangup: end hung_up", "  hangup: end hung_up\n  after 8m -> aside\n  after 10m -> aside")
    labels = [way.label for way in Reach(using(USER, later)).ways]
    assert "after 8m" in labels
    assert "after 10m" not in labels


SUBFLOW = """\
flow address "Find an address" inbound
  agent "Amy" of "Hearth & Home"

outcome found
outcome hung_up
outcome lost

intent agree "the caller says yes"
  "yes"

state ask
  say "Is it the red door?"
  listen
    agree: end found
    otherwise: again "Is it, yes or no?"
    otherwise 2: end lost
    silence: end lost

anywhere
  hangup: end hung_up
"""
RUNNER = """\
flow runner "Runs a subflow twice" inbound
  agent "Amy" of "Hearth & Home"

outcome done
outcome hung_up

state first
  run address
    found -> second
    lost -> second

state second
  run address
    found: end done
    lost: end done

anywhere
  hangup: end hung_up
"""


def test_a_subflow_is_counted_in_its_own_file_once_however_often_it_runs() -> None:
    compilation = compile_text(RUNNER, "runner.flow", {"address": SUBFLOW})
    assert compilation.flow is not None, compilation.errors
    tally = Tally(compilation.flow)
    call(compilation.flow, tally, "yes", "yes")
    files = {file.path: file for file in coverage([tally], []).files}
    assert shown(files["runner.flow"]) == [
        (10, "first: lost is never taken"),
        (15, "second: lost is never taken"),
        (18, "anywhere: hangup is never taken"),
    ]
    # What ends the whole call is the caller's business: a subflow's own `hangup` is for when it is played by itself.
    assert shown(files["address.flow"]) == [
        (15, "ask: otherwise is never taken"),
        (16, "ask: the rung otherwise 2 is never reached"),
        (17, "ask: silence is never taken"),
    ]
    times = {(way.kind, way.label): count for way, count in files["address.flow"].ways.items()}
    assert times["state", "ask"] == times["edge", "agree"] == 2
