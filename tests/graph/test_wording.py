"""What somebody may have the agent say while a call runs."""

from __future__ import annotations

import pytest

from flowengine.graph.wording import forbidden


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Thank you for your time. Goodbye!", None),
        ("I can't guarantee that, I'm afraid.", None),
        ("Goodbye. I guarantee you'll save.", "gives a guarantee"),
        ("This is the police.", "claims to speak for an authority or a bank"),
        ("No, I’m a real person.", "says or implies that the agent is a person"),
        ("Please tell me your card number.", "asks for what must not be spoken on a call"),
    ],
)
def test_a_text_from_outside_is_held_to_the_rules_of_a_flow(text: str, wrong: str | None) -> None:
    assert forbidden(text, "Hearth & Home") == wrong


def test_a_company_may_call_for_itself() -> None:
    assert forbidden("I'm calling from Ofgem.", "Ofgem") is None
