"""Findings, and phrases proposed from them."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Candidate, Understood
from flowengine.graph.compile import compile_text
from flowengine.language.reading import text_source
from flowengine.testing.confusions.findings import findings
from flowengine.testing.confusions.nearness import Near
from flowengine.testing.confusions.patch import diff, patched
from flowengine.testing.confusions.proposals import Proposal, as_phrase, clashes, proposals
from flowengine.testing.confusions.recorded import Turn
from flowengine.testing.confusions.wording import Wording
from tests.testing.confusions.flows import TEXT, shop


def missed(said: str, *, meant: str | None = None, reviewed: bool = False, resolved: str | None = None) -> Turn:
    return Turn(
        "call-1", "choose", Understood(said, None, 0.0, "none"), resolved is not None, resolved, reviewed, meant
    )


def taken(said: str, intent: str, score: float = 1.0, **changes: object) -> Turn:
    understood = Understood(said, intent, score, "phrase", (Candidate(intent, score, "phrase"),))
    reviewed, meant = bool(changes.get("reviewed")), changes.get("meant")
    return Turn("call-1", "choose", understood, reviewed=reviewed, meant=str(meant) if meant else None)


WHOLE = Wording(shop(), whole=True)


def test_what_a_reviewer_says_is_proposed_and_would_be_understood() -> None:
    said = missed("I'd like a motor", meant="buy", reviewed=True)
    assert proposals(shop(), [said, said], {}, WHOLE) == [Proposal("buy", "I'd like a motor", 2, "a reviewer says so")]


def test_what_the_caller_confirmed_is_proposed() -> None:
    (found,) = proposals(shop(), [missed("a motor for me", resolved="buy")], {}, WHOLE)
    assert (found.intent, found.reason) == ("buy", "the caller said so, when asked")


def test_likeness_proposes_what_it_would_ask_about_and_says_that_it_does_not_know() -> None:
    said = missed("opening times please")
    near = {("choose", said.said): Near("hours", 0.6, "when are you open")}
    (found,) = proposals(shop(), [said], near, WHOLE)
    assert (found.intent, found.reason) == ("hours", "comes near its phrases: look at it")
    unlike = {("choose", said.said): Near("hours", 0.2, "when are you open")}
    assert proposals(shop(), [said], unlike, WHOLE) == []


def test_what_is_understood_by_now_is_not_proposed() -> None:
    assert proposals(shop(), [missed("I want to buy", meant="buy", reviewed=True)], {}, WHOLE) == []


@pytest.mark.parametrize(
    ("phrase", "with_whom"),
    [("when are you open to buy", ["hours"]), ("to sell", ["sell"]), ("the open road", [])],
)
def test_a_phrase_that_another_intent_would_share_clashes(phrase: str, with_whom: list[str]) -> None:
    assert list(clashes(shop(), "buy", phrase, ())) == with_whom


def test_a_phrase_in_what_callers_said_and_meant_otherwise_clashes() -> None:
    heard = [taken("tell me about the motor, when are you open", "hours")]
    assert list(clashes(shop(), "buy", "about the motor", heard)) == ["hours"]


def test_one_that_clashes_is_told_with_whom() -> None:
    (found,) = proposals(shop(), [missed("to sell", meant="buy", reviewed=True)], {}, WHOLE)
    assert found.clashes == ("sell",)


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("Well, um, I fancy a motor.", "I fancy a motor"),
        ("No, I'm after a motor, please", "I'm after a motor please"),
        ("no thanks", "no thanks"),
        ("motor", None),
        ("my number is 07700 900123", None),
        ("one two three four five six seven eight nine ten eleven", None),
        ('say "hello" to {{ name }}', None),
        ("", None),
    ],
)
def test_words_become_a_phrase_or_none(said: str, phrase: str | None) -> None:
    assert as_phrase(said) == phrase


# What may be shown.


def test_names_and_places_are_hidden_unless_asked_for() -> None:
    plain = Wording(shop(), whole=False)
    assert plain.shown("I'm Siobhan Gallagher and I want to buy a car") == "I'm ••• and I want to buy a car"
    assert WHOLE.shown("I'm Siobhan Gallagher") == "I'm Siobhan Gallagher"


def test_long_numbers_are_always_hidden() -> None:
    assert "900123" not in WHOLE.shown("ring me on 07700 900123")


def test_words_that_are_hidden_are_proposed_to_nobody() -> None:
    said = missed("Siobhan wants a car", meant="buy", reviewed=True)
    assert proposals(shop(), [said], {}, Wording(shop(), whole=False)) == []
    assert len(proposals(shop(), [said], {}, WHOLE)) == 1


# Findings.


def test_what_reviewers_and_callers_say_otherwise_is_mixed_up() -> None:
    candidates = (Candidate("buy", 0.9, "phrase"), Candidate("sell", 0.89, "phrase"))
    question = Turn("call-1", "choose", Understood("purchase", None, 0.9, "none", candidates), True, "sell")
    found = findings(shop(), 1, [taken("purchase", "buy", reviewed=True, meant="sell"), question], {})
    assert {(each.meant, each.taken, each.told_by) for each in found.mixed} == {
        ("sell", "buy", "reviewer"),
        ("sell", "buy", "caller"),
    }


def test_what_nothing_understood_is_grouped_by_what_it_comes_near_to() -> None:
    near = {("choose", "opening times"): Near("hours", 0.6, "when are you open")}
    found = findings(shop(), 1, [missed("opening times"), missed("blue monkeys"), missed("I want to buy")], near)
    assert [(each.near, [turn.said for turn, _ in each.turns]) for each in found.groups] == [
        ("hours", ["opening times"]),
        (None, ["blue monkeys"]),
    ]
    assert found.missed == 3


def test_what_was_understood_by_little_is_told() -> None:
    found = findings(shop(), 1, [taken("the purchase of the year was mine", "buy", 0.65), taken("purchase", "buy")], {})
    assert [each.said for each in found.weak] == ["the purchase of the year was mine"]


# The change of the file.


def test_phrases_stand_below_those_of_their_intent_and_the_flow_still_compiles() -> None:
    new = patched(text_source(TEXT, "shop.flow"), [Proposal("hours", "opening times", 1, "a reviewer says so")])
    assert '"what are your hours"\n  "opening times"\n' in new
    compiled = compile_text(new)
    assert compiled.flow is not None
    assert "opening times" in compiled.flow.intents["hours"].phrases


def test_an_intent_of_a_library_gets_a_block_in_the_flow() -> None:
    library = 'intent agree "the caller says yes"\n  "yes"\n'
    text = TEXT.replace('of "Brightwell"\n', 'of "Brightwell"\n  use talk\n')
    new = patched(text_source(text, "shop.flow"), [Proposal("agree", "go on then", 1, "a reviewer says so")])
    assert 'intent agree\n  "go on then"\n\nstate choose' in new
    compiled = compile_text(new, libraries={"talk": library})
    assert compiled.flow is not None, compiled.diagnostics
    assert compiled.flow.intents["agree"].phrases == ("go on then", "yes")


def test_the_diff_names_the_file() -> None:
    text = diff(text_source(TEXT, "shop.flow"), [Proposal("hours", "opening times", 1, "a reviewer says so")])
    assert text.startswith("--- a/shop.flow\n+++ b/shop.flow\n")
    assert '+  "opening times"\n' in text
    assert diff(text_source(TEXT, "shop.flow"), []) == ""
