"""What a "not" turns round, in both directions: who does not want it to stop goes on, who says stop is heard."""

from __future__ import annotations

import pytest

from benchmarks.understanding import understood

GOES_ON = """
I don't want you to stop calling me.
I don't want you to stop.
I don't want to stop.
I don't want to opt out.
I don't want to be taken off your list.
I don't want to be removed from your list.
I don't want it to end.
I don't want my calls to stop.
I don't want you to hang up.
I don't want you to go.
I don't want you to cancel it.
I don't want you to think I'm rude.
I wouldn't want you to lose my number.
I didn't want you to leave me alone.
I didn't ask you to stop calling.
I never said stop calling me.
I never told you to stop ringing.
Don't stop calling me.
Please don't take me off the list.
You don't have to stop calling.
There's no need to stop calling.
Why did you stop calling me?
When did you stop calling customers?
Did you stop calling people?
""".strip().splitlines()

STOPS = """
I don't want you to call me.
I don't want you to ring me any more.
I do want you to stop calling me.
I want you to stop calling me.
I don't want this, stop calling me.
I don't want this stop calling me
I don't care stop calling me
I never asked for this, stop calling me.
Why don't you stop calling me?
Can't you stop ringing me?
Won't you stop calling?
Can you not take me off your list?
I don't want you to have my number.
I don't want any of it, take me off your list.
No, I don't want to, take me off the list.
I said stop calling me.
I told you to stop calling me.
Didn't I tell you to stop calling me?
Have I not told you to stop calling?
I'm not asking, I'm telling you, stop calling me.
I don't want to be on your list.
I don't want to stay on your list.
You never stop calling me, take me off.
""".strip().splitlines()

REFUSES = [
    "I don't want it.",
    "I don't want you to sell me anything.",
    "I don't want to buy anything.",
    "I don't want one.",
]


@pytest.mark.parametrize("said", GOES_ON)
def test_who_does_not_want_it_to_end_is_neither_taken_off_nor_refused(said: str) -> None:
    taken = {each.intent for each in understood(said)}
    if "no need" not in said:  # "no" is one, and the call asks again
        assert taken.isdisjoint({"refuse", "not_interested"})
    assert "opt_out" not in taken


@pytest.mark.parametrize("said", STOPS)
def test_who_says_stop_is_heard(said: str) -> None:
    assert understood(said)[0].intent == "opt_out"


@pytest.mark.parametrize("said", REFUSES)
def test_a_refusal_stays_one(said: str) -> None:
    assert "refuse" in {each.intent for each in understood(said)}


@pytest.mark.parametrize("said", ["no hablo inglés", "No, hablo español.", "fine print please", "no entiendo"])
def test_what_reads_on_to_another_thing_is_neither_yes_nor_no(said: str) -> None:
    assert understood(said) == ()


def test_fine_is_still_a_yes() -> None:
    assert understood("fine, go on")[0].intent == "agree"
    assert understood("fine thanks")[0].intent == "agree"
