"""A flow as Mermaid, DOT and SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from flowengine.graph.compile import compile_text
from flowengine.graph.export import to_dot, to_mermaid, to_svg
from flowengine.graph.export.cards import readable
from flowengine.graph.export.parts import pill_width
from flowengine.graph.export.sketch import sketch
from flowengine.graph.export.text import cut, width, wrapped
from flowengine.graph.model import Flow
from tests.graph.sample_flows import again, boiler_cover, end, flow, goto, listen, on, random_flow, say, state

SVG = "{http://www.w3.org/2000/svg}"
NASTY = 'Tea & "cake" <now> `x` #1 \\ \x07'


def states(svg: str) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return {name: group for group in root.iter(f"{SVG}g") if (name := group.get("data-state")) is not None}


def test_every_state_is_a_group_the_page_can_find() -> None:
    found = states(to_svg(boiler_cover()))
    assert list(found)[:2] == ["start", "greeting"]
    assert found["greeting"].get("id") == "state-greeting"
    assert (found["greeting"].get("class"), found["start"].get("class")) == ("state", "state start")


def test_a_state_tells_a_screen_reader_what_it_does() -> None:
    title = states(to_svg(boiler_cover()))["introduction"].findtext(f"{SVG}title")
    assert title == (
        "State introduction. says: Shall I book your annual service and carry it on?. listens 6 s. "
        "answers: price_question"
    )


def test_an_edge_names_its_ends() -> None:
    root = ElementTree.fromstring(to_svg(boiler_cover()))
    ends = {(edge.get("data-source"), edge.get("data-target")) for edge in root.iter() if edge.get("data-source")}
    assert ("greeting", "introduction") in ends
    assert ("worry", "worry") in ends


def test_a_move_back_is_drawn_as_one() -> None:
    root = ElementTree.fromstring(to_svg(boiler_cover()))
    back = [edge.get("data-by") for edge in root.iter(f"{SVG}g") if edge.get("class") == "edge back"]
    assert back == ["repeat_please"]


def test_moves_between_the_same_two_states_share_one_arrow() -> None:
    menu = state("menu", listen(on("yes", goto("done")), on("press 1", goto("done"))))
    drawing = sketch(flow([menu, state("done", end("booked"))]))
    assert [arrow.labels for arrow in drawing.arrows] == [("yes", "press 1"), ()]


def test_an_ending_shows_what_it_means_to_the_dialler() -> None:
    root = ElementTree.fromstring(to_svg(boiler_cover()))
    kinds = {group.get("data-outcome"): group.get("data-disposition") for group in root.iter(f"{SVG}g")}
    assert (kinds["booked"], kinds["callback"], kinds["removed"], kinds["declined"]) == (
        "success",
        "retry",
        "suppress",
        "",
    )


def test_what_anywhere_handles_stands_once_in_a_panel() -> None:
    svg = to_svg(boiler_cover())
    assert svg.count("In every state") == 1
    rows = [row.text for row in sketch(boiler_cover()).rows]
    assert rows == [
        "robot_question answers, then returns",
        "hangup: end hung_up",
        "after 8m → goodbye",
        "opt_out → removed",
        "press 9 → removed",
    ]


def test_a_flow_without_anywhere_has_no_panel() -> None:
    assert "In every state" not in to_svg(flow([state("only", end("booked"))]))


def test_a_library_state_nobody_reaches_is_left_out_but_the_flows_own_is_marked() -> None:
    own = flow([state("start", end("booked")), state("lost", say("Hm."), end("declined"))])
    assert "unused" not in to_svg(boiler_cover())
    assert states(to_svg(own))["lost"].get("class") == "state unreached"
    assert "Reached by nothing" in to_svg(own)


def test_states_that_only_anywhere_leads_to_stand_apart_under_their_own_heading() -> None:
    svg = to_svg(boiler_cover())
    assert svg.count("Reached from every state") == 1
    assert svg.index("Reached from every state") < svg.index('id="state-removed"')


def test_a_branch_that_stays_is_told_on_the_card() -> None:
    asking = state("ask", say("Yes?"), listen(on("yes", end("booked")), on("silence", again()), on("noise")))
    remarks = [remark.text for remark in sketch(flow([asking])).cards[0].remarks]
    assert remarks == ["listens 6 s", "asks again: silence, noise"]


HELD = """flow held "Held" inbound
  agent "Amy" of "Us"
  barge-in never

outcome done
outcome hung_up

intent agree "yes"
  "yes"

intent call_back "later"
  "call me later"

line terms barge-in always "It runs for a year."

state start
  say terms
  say "Shall we?"
  listen 5s
    agree -> bye
    silence or otherwise: again "Sorry?"
    silence or otherwise 3 -> bye

state arrange barge-in-here
  say "When suits you?"
  listen 5s
    agree -> bye
    silence or otherwise: again "Sorry?"
    silence or otherwise 3 -> bye

state bye
  say "Goodbye."
  end done

anywhere
  call_back -> arrange
  hangup: end hung_up
"""


def held(setting: str) -> Flow:
    """A flow that may not be cut short, with a state that says so otherwise, or does not."""
    written = f"state arrange\n  {setting}" if setting else "state arrange"
    compilation = compile_text(HELD.replace("state arrange barge-in-here", written))
    assert compilation.flow is not None, compilation.diagnostics
    return compilation.flow


def test_a_flows_own_barge_in_stands_in_the_panel_of_every_state() -> None:
    assert [row.text for row in sketch(held("")).rows] == [
        "speech barge-in never",
        "call_back → arrange",
        "hangup: end hung_up",
    ]
    assert not [row for row in sketch(boiler_cover()).rows if row.label == "speech"]
    for write in (to_mermaid, to_dot, to_svg):
        assert "barge-in never" in write(held(""))


@pytest.mark.parametrize(("setting", "told"), [("", []), ("barge-in always", ["barge-in always"])])
def test_a_state_that_may_be_cut_short_where_the_flow_may_not_says_so(setting: str, told: list[str]) -> None:
    start, arrange, _ = sketch(held(setting)).cards
    assert [remark.text for remark in arrange.remarks if remark.kind == "firm"] == told
    assert [remark.text for remark in start.remarks if remark.kind == "firm"] == ["terms: barge-in always"]


def test_a_state_that_only_anywhere_leads_to_and_that_goes_on_is_no_second_start() -> None:
    cards = {card.name: card.remarks for card in sketch(held("")).cards}
    assert [name for name, remarks in cards.items() if any("from every state" in each.text for each in remarks)] == [
        "arrange"
    ]
    assert cards["arrange"][0].text == "from every state: call_back"


def test_an_ending_has_room_for_its_name_in_bold() -> None:
    # Bold letters of the widest usual font are about an eighth wider; 29 px stand before them.
    assert pill_width("not_permitted") - 29 > width("not_permitted", 12) * 1.1 + 8


@pytest.mark.parametrize("write", [to_mermaid, to_dot, to_svg])
def test_drawing_the_same_flow_twice_gives_the_same_text(write) -> None:  # type: ignore[no-untyped-def]  # three writers
    assert write(random_flow(25, 3)) == write(random_flow(25, 3))


def test_svg_stays_well_formed_whatever_is_said() -> None:
    nasty = flow([state("start", say(NASTY), end("booked"))], title=NASTY)
    title = ElementTree.fromstring(to_svg(nasty)).findtext(f"{SVG}title")
    assert title is not None
    assert title.startswith('Tea & "cake" <now> `x` #1 \\ :')


def test_svg_brings_both_colour_schemes_and_asks_for_nothing_from_outside() -> None:
    svg = to_svg(boiler_cover())
    assert "prefers-color-scheme: dark" in svg
    assert not re.search(r'(?:href|src)=|url\(|<script|style="', svg)


def test_mermaid_escapes_what_it_would_read_as_syntax() -> None:
    text = to_mermaid(flow([state("start", listen(on('a"b<c>#d', end("booked"))))], title='Say "hi"'))
    assert '|"a#quot;b#lt;c#gt;#35;d"|' in text
    assert 'title: "Say \\"hi\\""' in text


def test_dot_escapes_quotes_and_backslashes() -> None:
    text = to_dot(flow([state("start", end("booked"))], title='a "b" \\ c'))
    assert 'label="a \\"b\\" \\\\ c"' in text


def test_dot_and_mermaid_draw_every_state_and_arrow() -> None:
    drawing = sketch(boiler_cover())
    assert to_dot(boiler_cover()).count(" -> ") == len(drawing.arrows)
    assert to_mermaid(boiler_cover()).count(" -->") == len(drawing.arrows)


def test_sixty_states_are_drawn_without_overlap_of_cards() -> None:
    found = states(to_svg(random_flow(60, 7)))
    assert len(found) == 60


def test_a_prompt_is_shown_as_a_person_reads_it() -> None:
    assert readable("Your  {{ contact.plan }} ends {{ contact.day | spoken }}.") == "Your [plan] ends [day]."


def test_a_long_text_is_cut_to_its_room() -> None:
    short = cut("a very long name of a state indeed", 12, 100)
    assert short.endswith("…")
    assert width(short, 12) <= 100
    assert wrapped("one two three four five six seven", 12, 80, 2)[1].endswith("…")
