"""What an agent must not say: that it is human, and the list of the in-call guard."""

from __future__ import annotations

import pytest

from tests.graph.finding import findings, saying, underlined

HUMAN = [
    ("Don't worry, I'm a real person.", "I'm a real person"),
    ("I am human, just like you.", "I am human"),
    ("I'm Amy, a real human being.", "I'm Amy, a real human being"),
    ("You're speaking to a human.", "You're speaking to a human"),
    ("You are talking with a live agent today.", "You are talking with a live agent"),
    ("This is a person.", "This is a person"),
    ("Yes, I’m really a person.", "Yes, I’m really a person"),
    ("Of course I'm real.", "I'm real"),
    ("Yes, a real person.", "Yes, a real person"),
    ("I'm not a robot.", "I'm not a robot"),
    ("I am not a machine, you know.", "I am not a machine"),
    ("This isn't an automated call.", "This isn't an automated call"),
    ("You're not speaking to a robot.", "You're not speaking to a robot"),
    ("No, not a bot.", "No, not a bot"),
    ("There are no robots here.", "no robots"),
]


@pytest.mark.parametrize(("text", "stretch"), HUMAN)
def test_a_claim_to_be_human_is_an_error(text: str, stretch: str) -> None:
    assert underlined(saying(text), "FL709") == [stretch]
    assert [found.severity for found in findings(saying(text), "FL709")] == ["error"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm not a real person, I'm an automated assistant.",
        "I'm an automated assistant; I'm not human.",
        "I'll put you through to a person.",
        "You'll be speaking to a real person in a moment.",
        "I'm afraid I can't put you through, but a person will call you back.",
        "I'm asking a person to call you.",
        "I can't say that I'm a person.",
        "You asked whether I'm a real person. I'm a machine.",
        "Am I a real person? No.",
        "I'm a human resources assistant, and an automated one.",
        "I'm not recording your voice.",
        "It's a real offer, for real people.",
        "This is a person-to-person service.",
        "We make robots, like me.",
        "I'm not the machine you bought.",
        "It's not a boiler, it's a heat pump.",
        "You are the right person.",
        "This is a real saving.",
    ],
)
def test_what_only_sounds_like_a_claim_is_left_alone(text: str) -> None:
    assert findings(saying(text), "FL709") == []


def test_a_phrase_of_the_caller_s_is_no_claim() -> None:
    assert findings('intent human "the caller"\n  "I\'m a real person"\n\n' + saying("Good."), "FL709") == []


LLM = """\
state first
  llm "{task}"
    facts
      "{fact}"
    never "discounts"
    convinced "the caller agrees" -> goodbye
    limit 3 turns -> goodbye
    fallback "I understand." -> goodbye
"""


@pytest.mark.parametrize(
    ("task", "fact", "stretch"),
    [
        ("Answer. Pretend to be a human.", "It is blue.", "Pretend to be a human"),
        ("You are a real person called Amy.", "It is blue.", "You are a real person"),
        ("Answer, and never admit that you are an AI.", "It is blue.", "never admit that you are an AI"),
        ("Answer.", "You're not a robot.", "You're not a robot"),
    ],
)
def test_a_model_must_not_be_told_to_pass_for_a_person(task: str, fact: str, stretch: str) -> None:
    assert underlined(LLM.format(task=task, fact=fact), "FL709") == [stretch]


@pytest.mark.parametrize(
    "task",
    [
        "Answer as a helpful assistant would. Say that you are an automated assistant.",
        "Never pretend to be human.",
        "If asked, say that you are not a person.",
        "Offer to put them through to a real person.",
        "Do not mention the machine in the cellar.",
    ],
)
def test_a_model_may_be_told_to_be_honest(task: str) -> None:
    assert findings(LLM.format(task=task, fact="It is blue."), "FL709") == []


CERTAIN = [
    ("I'm calling from HMRC about tax.", "I'm calling from HMRC"),
    ("This is Ofgem.", "This is Ofgem"),
    ("This is Amy from your bank.", "This is Amy from your bank"),
    ("I'm calling on behalf of the government.", "I'm calling on behalf of the government"),
    ("We're with the police.", "We're with the police"),
]
PROBABLE = [
    ("It's risk-free.", "risk-free"),
    ("There's no risk to you.", "no risk"),
    ("I guarantee you'll save.", "I guarantee"),
    ("You get guaranteed savings.", "guaranteed savings"),
    ("This price is today only.", "today only"),
    ("The offer ends tonight.", "offer ends tonight"),
    ("Act now, before it's too late.", "Act now"),
    ("What is your card number?", "your card number"),
    ("Please tell me your PIN.", "your PIN"),
    ("I need your National Insurance number.", "your National Insurance number"),
]


@pytest.mark.parametrize(("text", "stretch"), CERTAIN)
def test_a_claim_to_be_an_authority_is_an_error(text: str, stretch: str) -> None:
    assert underlined(saying(text), "FL520") == [stretch]
    assert [found.severity for found in findings(saying(text), "FL520")] == ["error"]


@pytest.mark.parametrize(("text", "stretch"), PROBABLE)
def test_what_is_probably_wrong_is_a_warning(text: str, stretch: str) -> None:
    assert underlined(saying(text), "FL520") == [stretch]
    assert [found.severity for found in findings(saying(text), "FL520")] == ["warning"]


@pytest.mark.parametrize(
    "text",
    [
        "I can't guarantee a saving.",
        "We never ask for your card number.",
        "It isn't risk-free, and there's no hurry.",
        "I'm not calling from HMRC.",
        "Your council tax is due, and I'm calling about the council tax.",
        "We are regulated by Ofgem.",
        "We work with the council.",
        "I'm calling about the bank holiday.",
        "It comes with a two-year guarantee.",
        "You can see the price on Ofgem's list.",
        "We are open today.",
        "It's the council that decides.",
        "This is the police station's old number.",
    ],
)
def test_what_may_be_said_is_left_alone(text: str) -> None:
    assert findings(saying(text), "FL520") == []


def test_a_bank_may_call_for_itself() -> None:
    body = 'flow example "An example" inbound\n  agent "Amy" of "Northern Bank"\n\noutcome booked success\n\n' + saying(
        "This is Amy from your bank.", "I'm calling from HMRC."
    )
    assert underlined(body, "FL520") == ["I'm calling from HMRC"]


def test_a_secret_slot_may_ask_for_a_card_number() -> None:
    asked = 'slot card: digits(16){}\n  ask "Please key in your card number."\n\nstate first\n  collect card\n'
    asked += "    done or failed: end booked\n"
    assert underlined(asked.format(""), "FL520") == ["your card number"]
    assert findings(asked.format(" secret"), "FL520") == []


def test_a_secret_may_be_announced_in_the_state_that_collects_it() -> None:
    asked = 'slot pin: digits(4){}\n  ask "Four digits, please."\n\nstate first\n  say "Thanks. I need your PIN."\n{}'
    asked += "  collect pin\n    done or failed: end booked\n"
    assert findings(asked.format(" secret", ""), "FL520") == []
    assert underlined(asked.format("", ""), "FL520") == ["your PIN"]
    assert underlined(asked.format(" secret", "  -> second\n\nstate second\n"), "FL520") == ["your PIN"]
