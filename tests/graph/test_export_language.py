"""What of the whole language is drawn: every statement, subflows, libraries, tags, policies; and in parts."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from flowengine.graph.compile import analyse, compile_file
from flowengine.graph.export import View, around, to_dot, to_mermaid, to_svg
from flowengine.graph.export.sketch import Sketch, sketch
from flowengine.graph.model import Flow
from flowengine.language.source import Source

SVG = "{http://www.w3.org/2000/svg}"
CASES = Path(__file__).parents[1] / "cases"
WHOLE = CASES / "whole_language.flow"
SIXTY = CASES / "sixty_states.flow"
BROKEN = """flow demo "A promise not kept" outbound
  agent "Amy" of "Hearth"

outcome finished success
outcome declined
outcome removed suppress

line identity "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."

intent agree "the caller says yes"
  "yes"

intent opt_out "the caller wants no more calls"
  "take me off your list"

policy careful
  require heard(identity) before pitch
  never pitch after opt_out
  always opt_out -> removed
  at most 8m

policy short
  at most 5m

state hello
  say "Have you a minute?"
  listen
    agree
      say identity
      -> offer
    silence or otherwise -> offer

state offer is pitch
  say "Shall I book it?"
  listen
    agree: end finished
    silence or otherwise -> leave

state removed
  say "I have taken you off our list."
  end removed

state leave
  say "Goodbye."
  end declined

anywhere
  opt_out -> removed
  hangup: end hung_up
  after 8m -> leave
"""


def compiled(path: Path) -> Flow:
    flow = compile_file(path).flow
    assert flow is not None
    return flow


def broken() -> Flow:
    """A flow that breaks its policy: it does not compile, but its graph is whole."""
    return analyse(Source("demo.flow", BROKEN)).draft.flow


def remarks(drawing: Sketch, state: str) -> list[str]:
    return [remark.text for card in drawing.cards if card.name == state for remark in card.remarks]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("check", "does check_pin(pin, contact.name)"),
        ("worry", "model: Answer the worry of [name] in one or two short sentences, then ask whether to go ahead."),
        ("colleague", "transfers to contact.number"),
        ("address", "runs find_address"),
        ("opening", "warm 50 %, direct 50 %"),
        ("greeting", "starts recording"),
        ("colleague", "stops recording"),
        ("verify", "collects pin"),
        ("start", "guard uk_outbound"),
    ],
)
def test_every_statement_of_the_language_is_told_on_its_card(state: str, expected: str) -> None:
    assert expected in remarks(sketch(compiled(WHOLE)), state)


def test_a_subflow_stands_in_a_frame_with_its_outcomes_in_it() -> None:
    root = ElementTree.fromstring(to_svg(compiled(WHOLE)))
    frame = next(group for group in root.iter(f"{SVG}g") if group.get("data-scope") == "address/find_address")
    inside = [group.get("data-state") for group in frame.iter(f"{SVG}g") if group.get("data-state")]
    assert inside == [f"address/find_address/{name}" for name in ("ask_postcode", "house_or_flat", "ask_flat")]
    assert {group.get("data-returns") for group in frame.iter(f"{SVG}g")} >= {"found", "gave_up"}


def test_the_arrow_into_a_subflow_names_its_first_state() -> None:
    root = ElementTree.fromstring(to_svg(compiled(WHOLE)))
    runs = [edge.get("data-target") for edge in root.iter(f"{SVG}g") if edge.get("data-by") == "run"]
    assert runs == ["address/find_address/ask_postcode"]


def test_what_holds_in_a_subflow_alone_has_a_panel_of_its_own() -> None:
    svg = to_svg(compiled(WHOLE))
    assert svg.index("In every state") < svg.index("While find_address runs") < svg.index(">lost<")


def test_the_legend_explains_tags_and_libraries() -> None:
    svg = to_svg(compiled(WHOLE))
    assert "tag of 2 states" in svg
    assert "state of a library" in svg


def test_each_rule_stands_in_the_panel_with_its_verdict() -> None:
    drawing = sketch(broken())
    assert [(promise.policy, promise.text, promise.kind) for promise in drawing.promises] == [
        ("careful", "require heard(identity) before pitch", "broken"),
        ("careful", "never pitch after opt_out", "proved"),
        ("careful", "always opt_out -> removed", "proved"),
        ("careful", "at most 8m", "proved"),
        ("short", "at most 5m", "broken"),
    ]
    assert drawing.promises[0].path == "hello (silence) → offer"


def test_the_shortest_path_that_breaks_a_rule_is_marked_on_the_graph() -> None:
    drawing = sketch(broken())
    assert [(arrow.source, arrow.target) for arrow in drawing.arrows if arrow.is_broken] == [
        ("state-hello", "state-offer")
    ]
    assert [card.name for card in drawing.cards if card.is_broken] == ["offer"]
    assert to_svg(broken()).count('class="edge broken" data-source') == 1


def test_a_state_says_what_policies_keep_of_it() -> None:
    drawing = sketch(broken())
    assert "kept by 2 rules" in remarks(drawing, "offer")
    assert "always opt_out" in remarks(drawing, "removed")


def test_one_policy_is_shown_alone_with_where_its_facts_come_from() -> None:
    drawing = sketch(broken(), View(policy="careful"))
    assert {promise.policy for promise in drawing.promises} == {"careful"}
    assert remarks(drawing, "offer")[-2:] == ["only after heard(identity)", "never after opt_out"]
    assert "gives heard(identity)" in remarks(drawing, "hello")
    root = ElementTree.fromstring(to_svg(broken(), View(policy="careful")))
    faded = [group.get("data-state") for group in root.iter(f"{SVG}g") if "faded" in (group.get("class") or "")]
    assert faded == ["leave"]


def test_a_part_says_where_its_moves_lead() -> None:
    drawing = sketch(broken(), View(states=frozenset({"offer"})))
    assert [card.name for card in drawing.cards] == ["offer"]
    assert remarks(drawing, "offer")[1:3] == ["from hello", "on to leave"]
    assert "1 of 4 states" in to_svg(broken(), View(states=frozenset({"offer"})))


def test_the_states_around_one_are_those_so_many_moves_away() -> None:
    flow = compiled(WHOLE)
    assert around(flow, "booked_goodbye", 1) == {"booked_goodbye", "book"}
    assert around(flow, "booked_goodbye", 2) == {"booked_goodbye", "book", "terms", "arrange_callback"}


def test_without_libraries_their_states_are_left_out_and_told() -> None:
    drawing = sketch(compiled(WHOLE), View(libraries=False))
    assert {card.library for card in drawing.cards} == {None}
    assert "on to wrong_number" in remarks(drawing, "greeting")


def test_text_formats_group_libraries_and_subflows_and_tell_policies() -> None:
    mermaid, dot = to_mermaid(compiled(WHOLE)), to_dot(compiled(WHOLE))
    for text in (mermaid, dot):
        assert "library uk_telesales" in text
        assert "subflow find_address" in text
    assert "class s3,s4 tag_pitch" in mermaid
    assert 'class="pitch"' in dot
    assert "✗ require heard(identity) before pitch" in to_mermaid(broken())
    assert "linkStyle 0 stroke:#c8323a" in to_mermaid(broken())
    assert "✗ require heard(identity) before pitch" in to_dot(broken())
    assert to_dot(broken()).count("#c8323a") == 2


def test_a_large_flow_stands_in_columns_and_tells_crowded_moves_on_the_cards() -> None:
    flow = compiled(SIXTY)
    root = ElementTree.fromstring(to_svg(flow))
    exits = [edge for edge in root.iter(f"{SVG}g") if (edge.get("class") or "").startswith("edge exit")]
    assert len(exits) > 40
    assert {edge.get("data-target") for edge in exits} == {"goodbye", "arrange_callback"}
    assert "from 51 states" in to_svg(flow)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert width < 4000
    assert height < 3200


def test_every_move_of_a_large_flow_is_drawn_once() -> None:
    flow = compiled(SIXTY)
    root = ElementTree.fromstring(to_svg(flow))
    drawn = [
        (edge.get("data-source"), edge.get("data-target"))
        for edge in root.iter(f"{SVG}g")
        if (edge.get("class") or "").startswith("edge") and edge.get("data-target")
    ]
    names = {f"state-{state}": state for state in flow.states}
    moves = [(names[a.source], names[a.target]) for a in sketch(flow).arrows if a.target in names]
    assert sorted(drawn) == sorted(moves)
