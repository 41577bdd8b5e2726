"""What an agent may not say: nothing of the fixed set is let through, and little that may be said is stopped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.compliance.saying.amounts import Amount, amounts
from flowengine.compliance.saying.normal import heard
from flowengine.compliance.saying.saying import LONGEST, PRICE, UNREADABLE, Saying
from tests.guard.sets import PARTS, SAYING, Part, judged, rows

FALSE_BLOCKS = 0.03


def test_the_sets_are_as_large_as_was_promised() -> None:
    assert len(rows("never_said")) >= 150
    assert len(rows("allowed")) >= 150
    assert all(len(rows(name, "held_out")) >= 50 for name in ("never_said", "allowed"))


@pytest.mark.parametrize("part", PARTS)
def test_nothing_that_is_never_said_gets_through(part: Part) -> None:
    assert [(row.before, row.text) for row in rows("never_said", part) if judged(row) is None] == []


def test_the_rule_is_the_one_that_is_broken() -> None:
    found = {row.text: judged(row) for row in rows("never_said")}
    wrong = [row.text for row in rows("never_said") if getattr(found[row.text], "rule", None) != row.rule]
    assert wrong == []


@pytest.mark.parametrize("part", PARTS)
def test_hardly_anything_that_may_be_said_is_stopped(part: Part) -> None:
    stopped = [row.text for row in rows("allowed", part) if judged(row) is not None]
    assert len(stopped) < FALSE_BLOCKS * len(rows("allowed", part)), stopped


def test_an_argument_is_one_after_a_refusal_only() -> None:
    assert SAYING.check("Are you sure?") is None
    verdict = SAYING.check("Are you sure?", refused=True)
    assert verdict is not None
    assert verdict.rule == "argument"


def test_what_is_cut_in_two_is_read_together() -> None:
    assert SAYING.check("assure you that it works.") is None
    verdict = SAYING.check("assure you that it works.", "And I can.")
    assert verdict is not None
    assert verdict.rule == "guarantee"


def test_what_stood_before_is_not_judged_again() -> None:
    assert SAYING.check("It takes an hour.", "I guarantee it.") is None


def test_a_company_may_name_itself() -> None:
    assert Saying(None, "Ofgem").check("I'm calling from Ofgem.") is None


def test_a_month_s_price_may_be_named_without_the_month_but_not_by_the_year() -> None:
    monthly = Saying(amounts("It's £49 a month."), "Hearth & Home")
    assert monthly.check("That's forty-nine pounds.") is None
    assert monthly.check("That's forty-nine pounds a year.") == PRICE


def test_without_facts_any_amount_may_be_named() -> None:
    assert Saying(None, "Hearth & Home").check("It's £17 a month.") is None


def test_what_cannot_be_read_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> str:
        raise RuntimeError(text)

    monkeypatch.setattr("flowengine.compliance.saying.saying.heard", broken)
    assert SAYING.check("Good morning.") == UNREADABLE


def test_a_sentence_that_does_not_end_is_not_said() -> None:
    assert SAYING.check("and " * LONGEST) == UNREADABLE


@given(st.text(max_size=200), st.text(max_size=100), st.booleans())
def test_any_text_is_judged(sentence: str, previous: str, refused: bool) -> None:
    SAYING.check(sentence, previous, refused=refused)


@given(st.text(max_size=300))
def test_a_text_made_plain_twice_is_the_same(text: str) -> None:
    assert heard(heard(text)) == heard(text)


@given(st.text(alphabet="aiĿﬁаоİßΣ½ .-_|'’\u00ad\u200b\u0301014@$", max_size=60))
def test_so_is_one_of_hostile_letters(text: str) -> None:
    assert heard(heard(text)) == heard(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It's £49.99 a month.", [("£", "49.99", "month")]),
        ("It's forty-nine pounds ninety-nine per month.", [("£", "49.99", "month")]),
        ("Double four pounds.", [("£", "44", "")]),
        ("Four nine pounds.", [("£", "49", "")]),
        ("Fifty pence a day.", [("£", "0.5", "day")]),
        ("99p", [("£", "0.99", "")]),
        ("A tenner, or two tenners.", [("£", "10", ""), ("£", "20", "")]),
        ("One and a half thousand pounds.", [("£", "1500", "")]),
        ("£1,250 a year.", [("£", "1250", "year")]),
        ("One thousand two hundred and fifty pounds yearly.", [("£", "1250", "year")]),
        ("Twelve point five percent.", [("%", "12.5", "")]),
        ("It costs twelve fifty.", [("£", "12.5", "")]),
        ("Only 45 a month.", [("£", "45", "month")]),
        ("GBP 12", [("£", "12", "")]),
        ("About twenty calls a day, at half past ten.", []),
        ("It's the third of March, and there are two of us.", []),
    ],
)
def test_amounts_are_read_as_they_are_said(text: str, found: list[tuple[str, str, str]]) -> None:
    assert {(each.unit, f"{each.value:f}", each.per) for each in amounts(text)} == set(found)


def test_an_amount_that_is_no_number_is_one_all_the_same() -> None:
    assert amounts("You'd get it for half price.") == {Amount("discount", None, "half price")}
    assert amounts("You'd save hundreds of pounds.") == {Amount("£", None, "hundreds")}
