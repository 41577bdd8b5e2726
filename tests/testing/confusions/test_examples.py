"""Phrases, each said where it is not known."""

from __future__ import annotations

from flowengine.conversation.supposing import listened_for, live_in
from flowengine.testing.confusions.examples import ForgettingMatcher, Shared, Slip, Standing, borders
from tests.testing.confusions.flows import TEXT, shop


def test_a_phrase_that_another_intent_has_a_part_of_is_taken_for_it() -> None:
    slips = borders(shop()).slips
    assert Slip("I want to buy nothing", "sell", "buy", asked=False, states=("choose",)) in slips


def test_what_leads_to_the_same_place_is_not_mixed_up() -> None:
    same = TEXT.replace("sell -> selling", "sell -> buying")
    assert borders(shop(same)).slips == ()


def test_a_phrase_in_two_intents_is_told_once_and_not_as_mixed_up() -> None:
    found = borders(shop())
    assert found.shared == (Shared("purchase", ("buy", "sell"), ("choose",)),)
    assert "purchase" not in {each.phrase for each in found.slips}


def test_the_standing_of_an_intent_counts_every_phrase_of_its_own_once() -> None:
    found = {each.intent: each for each in borders(shop()).standings}
    assert found["hours"] == Standing("hours", 2, 0, 0, 2)
    assert found["sell"].mixed_up == 1
    assert found["buy"].phrases == 3


def test_a_phrase_that_others_of_its_intent_cover_stands_by_itself() -> None:
    covered = TEXT.replace('"when are you open"', '"when are you open" "tell me when are you open"')
    found = {each.intent: each for each in borders(shop(covered)).standings}
    assert found["hours"].right == 1


def test_what_is_forgotten_is_known_again() -> None:
    flow = shop()
    matcher = ForgettingMatcher(flow.intents)
    named = listened_for(flow, live_in(flow, "choose"))
    assert matcher.understand_without("hours", "when are you open", named) == ()
    assert [each.intent for each in matcher.understand("when are you open", named)] == ["hours"]


def test_a_flow_without_trouble_has_none() -> None:
    clean = TEXT.replace(' "purchase" "I want to buy nothing"', "").replace(' "purchase"', "")
    found = borders(shop(clean))
    assert (found.slips, found.shared) == ((), ())
