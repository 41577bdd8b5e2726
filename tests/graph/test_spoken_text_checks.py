"""Checks of how a text sounds: what is found, where exactly, and what must be left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.graph.checks.reference import completed
from flowengine.graph.compile import compile_text
from tests.graph.finding import findings, saying, underlined

UNSPEAKABLE = [
    ("See https://example.com/help?x=1.", ["https://example.com/help?x=1"]),
    ("It is at www.example.co.uk, or at shop.example.org.", ["www.example.co.uk"]),
    ("Look at example.co.uk/offers today.", ["example.co.uk/offers"]),
    ("Write to amy.jones@example.co.uk.", ["amy.jones@example.co.uk"]),
    ("It is <b>free</b>.", ["<b>"]),
    ("It is **free**.", ["**"]),
    ("Terms &amp; conditions.", ["&amp;"]),
    ("See [our terms](terms).", ["[our terms](terms)"]),
    ("Well done 🎉, and thank you 🙂.", ["🎉"]),
    ("Ring us ☎️ today.", ["☎️"]),
    ("Good to hear :-)", [":-)"]),
    ("Hello {name}.", ["{"]),
    ("Press # and then *.", ["#"]),
    ("It is 20° → warm and/or dry.", ["°"]),
]


@pytest.mark.parametrize(("text", "stretches"), UNSPEAKABLE)
def test_what_cannot_be_spoken_is_underlined_each_kind_once(text: str, stretches: list[str]) -> None:
    assert underlined(saying(text), "FL504") == stretches


@pytest.mark.parametrize(
    "text",
    [
        "Hearth & Home, at your service.",
        "That is Sam's (the shop), not A-Z… or half-price.",
        "We open at 9 a.m., e.g. on Monday.",
        "No.10 is Mr.Smith's.",
        "It is {{ 'http://example.com' | spelled }}.",
        "You pay 10% of £20.",
        "Open 24/7: “always”, I mean — always!",
    ],
)
def test_what_a_voice_reads_well_is_left_alone(text: str) -> None:
    assert underlined(saying(text), "FL504") == []


def test_an_address_is_spelled_out_in_the_remedy() -> None:
    (found,) = findings(saying("See www.example.co.uk/help."), "FL504")
    assert found.help == "say it in words: 'example dot co dot uk slash help'"


DIGITS = [
    ("Ring 020 7946 0000 now.", "020 7946 0000", "{{ '020 7946 0000' | spoken }}"),
    ("Ring +44 113 496 0123.", "+44 113 496 0123", "| spoken }}"),
    ("It is £14.50 a month.", "£14.50", "{{ 14.50 | money }}"),
    ("It is £1,200.", "£1,200", "{{ 1200 | money }}"),
    ("It is £{{ 3 }} a month.", "£{{ 3 }}", "take the sign out"),
    ("You save 10%.", "10%", "write 'ten per cent'"),
    ("You save {{ 3 }}% today.", "{{ 3 }}%", "per cent"),
    ("It ends on 2026-12-01.", "2026-12-01", "the first of December"),
    ("It ends on 12/05/2026.", "12/05/2026", "the first of December"),
    ("We open at 14:30.", "14:30", "half past two"),
    ("We open at 2.30 pm.", "2.30 pm", "half past two"),
    ("You live at BX1 2AB.", "BX1 2AB", "| spoken }}"),
    ("Your reference is HX-2041.", "HX-2041", "{{ 'HX-2041' | spelled }}"),
    ("Your number is 204117.", "204117", "{{ '204117' | spelled }}"),
    ("The code is 0451.", "0451", "write 'zero four five one'"),
    ("Please dial 999.", "999", "write 'nine nine nine'"),
    ("We are open 24/7.", "24/7", "write it in words"),
]


@pytest.mark.parametrize(("text", "stretch", "remedy"), DIGITS)
def test_digits_that_may_be_misread_are_underlined(text: str, stretch: str, remedy: str) -> None:
    (found,) = findings(saying(text), "FL515")
    assert underlined(saying(text), "FL515") == [stretch]
    assert remedy in (found.help or "")


@pytest.mark.parametrize(
    "text",
    [
        "We are open 24 hours, 7 days, for the next 30-minute slot.",
        "Press 1, or 0 to go back.",
        "Since 1998 we have served 1,500 homes.",
        "It takes 3.5 hours, on the 1st of May.",
        "It is on the M25, in flat 12b, on A4 paper, at 5pm.",
        "{{ '020 7946 0000' | spoken }} or {{ 14.5 | money }}.",
        "You are number 9. 10 are before you.",
    ],
)
def test_counts_are_left_alone(text: str) -> None:
    assert underlined(saying(text), "FL515") == []


def test_a_note_and_a_phrase_may_hold_any_digits() -> None:
    body = 'intent pay "the caller offers a sum"\n  "it was £14.50"\n\n' + saying("Good.").replace(
        "  end booked", '  note "£14.50 by 2026-12-01, see https://example.com"\n  end booked'
    )
    assert findings(body, "FL515") == []
    assert findings(body, "FL504") == []


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("The boiler (and the radiators.", ["("]),
        ("The boiler) and the radiators.", [")"]),
        ("He said “yes, and left.", ["“"]),
        ("He said ” and left.", ["”"]),
        ("{% if turns > 1 %}(again{% endif %} hello", ["("]),
    ],
)
def test_half_a_pair_is_underlined(text: str, stretches: list[str]) -> None:
    assert underlined(saying(text), "FL516") == stretches


@pytest.mark.parametrize(
    "text",
    [
        "The boiler (its pump [and fan]) and the radiators.",
        "He said “it's Sam's”, didn't he, in the '90s.",
        "{% if turns > 1 %}(again){% else %}(new){% endif %} hello",
        'He said \\"yes\\" to that.',
        "Lovely :-)",
    ],
)
def test_whole_pairs_and_apostrophes_are_left_alone(text: str) -> None:
    assert underlined(saying(text), "FL516") == []


def test_a_straight_quote_without_its_partner_is_found() -> None:
    assert len(findings(saying('He said \\"yes to that.'), "FL516")) == 1


@pytest.mark.parametrize("text", ["", " ", "...", "{% if turns > 1 %}{% endif %}"])
def test_a_text_of_nothing_is_empty(text: str) -> None:
    assert underlined(saying(text), "FL519") == [f'"{text}"']


@pytest.mark.parametrize("text", ["{{ contact.name }}", "{% if turns > 1 %}Again.{% endif %}", "No.", "🙂", "7"])
def test_a_text_that_is_spoken_at_times_is_not_empty(text: str) -> None:
    assert underlined(saying(text), "FL519") == []


def test_a_phrase_that_holds_no_word_never_matches() -> None:
    body = (
        'intent hesitate "the caller hesitates"\n  "um" "er, um" "well" "let me think"\n\nstate first\n  -> goodbye\n'
    )
    assert underlined(body, "FL519") == ['"um"', '"er, um"']


PIECES = st.sampled_from(
    [
        "{{ turns }}",
        "{% if turns %}",
        "{% endif %}",
        "{{",
        "(",
        "“",
        "£",
        "?",
        ". ",
        "0 ",
        "20",
        "%",
        "I'm ",
        "a man",
        "🙂",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(st.characters(exclude_characters='"\\\n\r', exclude_categories=["Cs"])))))
def test_any_text_is_checked_and_every_finding_lies_within_it(pieces: list[str]) -> None:
    body = completed(saying("".join(pieces)))
    line = next(number for number, text in enumerate(body.split("\n"), 1) if text.startswith("state first")) + 1
    for found in compile_text(body).diagnostics:
        if found.code in ("FL504", "FL507", "FL508", "FL515", "FL516", "FL519", "FL520", "FL709"):
            assert found.span.line == line
            assert 1 <= found.span.column < found.span.end_column <= len(body.split("\n")[line - 1]) + 1
