"""The in-call guard in a call: what may not be said is replaced, by whom it was wanted is kept, and twice is enough."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Blocked, Understood
from flowengine.conversation.events import EndRequested, SayRequested
from flowengine.conversation.guarding import FAREWELL, INSTEAD
from tests.conversation.talk import HEAD, Talk, compiled

FLOW = """
line price
  "It's forty-nine pounds a month."

slot budget: number
  ask "What is your budget?"

state start
  say "Shall I go on?"
  listen
    agree -> worry
    otherwise: again

state worry
  llm "Answer the caller."
    facts
      "Fitting costs £120."
      "The caller's budget is {{ budget or 0 | money }}."
      "The deposit is {{ contact.deposit | money }}."
    never "discounts"
    convinced "the caller agrees" -> booked
    limit 5 turns -> goodbye
    fallback "I see." -> goodbye

state booked
  say price
  end good

state goodbye
  say "Goodbye."
  end bad
"""
PERSON = """
state person
  say "I'll ask a colleague to ring you. Goodbye."
  end bad

anywhere
  human_request -> person
"""
HUMAN = """
intent human_request protective "the caller wants a person"
  "a human please"
"""
DEPOSIT = "\ncontact\n  deposit: money = 25\n"


def talking(more: str = "") -> Talk:
    """A call in which the model has the floor."""
    talk = Talk(compiled(FLOW + more, head=HEAD + DEPOSIT), {"deposit": 25})
    talk.says("yes")
    return talk


def blocked(talk: Talk) -> list[Blocked]:
    return [command for command in talk.commands if isinstance(command, Blocked)]


def test_a_sentence_of_the_model_s_that_may_not_be_said_is_replaced() -> None:
    talk = talking()
    said = talk.model("It covers old boilers. I guarantee you'll save. Shall we go ahead?")
    assert said == [f"It covers old boilers. {INSTEAD['guarantee']} Shall we go ahead?"]
    assert blocked(talk) == [Blocked("guarantee", "gives a guarantee", "model")]


@pytest.mark.parametrize(
    "text",
    ["It's forty-nine pounds a month.", "Fitting is £120.", "The deposit is twenty-five pounds.", "It's £49 monthly."],
)
def test_the_amounts_of_the_flow_s_lines_and_facts_may_be_named(text: str) -> None:
    assert talking().model(text) == [text]


def test_no_other_amount_may() -> None:
    assert talking().model("It's forty-five pounds a month.") == [INSTEAD["price"]]


PLACES = FLOW.replace('"Fitting costs £120."', '"Ring us on 0800 123 4567, or see hearth.co.uk."')


@pytest.mark.parametrize(
    "text",
    [
        "Ring us on oh eight hundred, one two three, four five six seven.",
        "It's on hearth dot co dot uk.",
        "It's plus four four eight hundred, one two three, four five six seven.",
        "We ring you back on 07700 900123.",
    ],
)
def test_the_numbers_and_addresses_of_the_flow_may_be_named(text: str) -> None:
    talk = Talk(compiled(PLACES, head=HEAD + DEPOSIT), {"deposit": 25})
    talk.says("yes")
    assert talk.model(text) == [text]


@pytest.mark.parametrize("text", ["Ring us on 0800 123 4568.", "It's on hearth.com.", "See evil dot example dot com."])
def test_no_other_number_or_address_may(text: str) -> None:
    talk = Talk(compiled(PLACES, head=HEAD + DEPOSIT), {"deposit": 25})
    talk.says("yes")
    assert talk.model(text) == [INSTEAD["place"]]


def test_a_model_has_done_nothing_and_an_operator_may_have() -> None:
    talk = talking()
    assert talk.model("I've booked you in for Tuesday.") == [INSTEAD["undone"]]
    talk = talking()
    talk.send(SayRequested(talk.at, "I've booked you in for Tuesday."))
    assert talk.said[-1] == "I've booked you in for Tuesday."
    assert blocked(talk) == []


def test_a_model_keeps_to_the_language_of_the_flow() -> None:
    assert talking().model("Hallo, wie geht es Ihnen?") == [INSTEAD["language"]]
    german = Talk(
        compiled(FLOW, head=HEAD.replace("\n  agent", "\n  language de-DE\n  agent") + DEPOSIT), {"deposit": 25}
    )
    german.says("yes")
    assert german.model("Hallo, wie geht es Ihnen?") == ["Hallo, wie geht es Ihnen?"]


def test_an_amount_of_the_caller_s_is_no_fact() -> None:
    flow = FLOW.replace("agree -> worry", "agree -> ask").replace(
        "state worry", "state ask\n  collect budget\n    done -> worry\n    failed -> worry\n\nstate worry"
    )
    talk = Talk(compiled(flow, head=HEAD + DEPOSIT), {"deposit": 25})
    talk.says("yes", "five")
    assert talk.model("Then it's five pounds.") == [INSTEAD["price"]]


def test_a_phrase_that_goes_over_two_sentences_is_found() -> None:
    talk = talking()
    assert talk.model("That's what I do. And I. Promise you it works.") == [
        f"That's what I do. And I. {INSTEAD['guarantee']}"
    ]


def test_the_second_hit_ends_the_call_with_a_goodbye() -> None:
    talk = talking()
    talk.model("I guarantee it.")
    talk.says("really?")
    assert talk.model("Really. I'm a real person.", "convinced") == ["Really.", FAREWELL]
    assert talk.outcome == "failed"
    assert talk.notes == ["the model's exit was not taken: the guard has stopped a sentence of the same turn"]
    assert [each.rule for each in blocked(talk)] == ["guarantee", "human"]


def test_who_breaks_a_rule_takes_no_exit_with_the_same_breath() -> None:
    talk = talking()
    assert talk.model("I guarantee it.", "convinced") == [INSTEAD["guarantee"]]
    assert talk.state == "worry"
    talk.says("go on then")
    assert talk.model("Lovely.", "convinced")[0] == "Lovely."
    assert talk.outcome == "good"


def test_a_flow_with_a_person_passes_the_caller_on_instead() -> None:
    talk = talking(PERSON + HUMAN)
    assert talk.model("I guarantee it. It's risk-free. It's lovely.") == [
        INSTEAD["guarantee"],
        "I'll ask a colleague to ring you. Goodbye.",
    ]
    assert talk.outcome == "bad"


def test_a_refusal_is_not_argued_with() -> None:
    talk = talking()
    assert talk.model("Are you sure you want it?") == ["Are you sure you want it?"]
    talk.says("no thanks")
    assert talk.model("But why not?") == [INSTEAD["argument"]]


def test_after_a_yes_a_question_is_no_argument() -> None:
    talk = talking()
    talk.says("no thanks", "yes all right then")
    assert talk.model("Are you sure?") == ["Are you sure?"]


def test_what_somebody_outside_wants_said_is_refused_with_the_reason() -> None:
    talk = talking()
    assert talk.conversation.refusal(SayRequested(talk.at, "I guarantee it.")) == "not said: this gives a guarantee"
    assert talk.conversation.refusal(SayRequested(talk.at, "One moment.")) is None


def test_it_is_replaced_where_it_comes_all_the_same() -> None:
    talk = talking()
    talk.send(SayRequested(talk.at, "Good news. It's only £5."))
    assert talk.said == [f"Good news. {INSTEAD['price']}"]
    assert blocked(talk)[0].speaker == "outside"


def test_so_are_last_words() -> None:
    talk = talking()
    talk.send(EndRequested(talk.at, "an operator", "I'm calling from HMRC. Goodbye."))
    assert talk.said == ["I'm an automated assistant, calling for Hearth & Home. Goodbye."]


OFFER = """
state start
  say "{{ contact.offer }}"
  say "I'm calling for {{ agent.company }}, with a guaranteed result, {{ contact.offer | length }}."
  listen
    agree -> goodbye
    otherwise: again

state goodbye
  end bad
"""
OFFERED = '\ncontact\n  offer: text = ""\n'


def test_a_contact_s_value_brings_nothing_into_a_line_of_the_flow_s() -> None:
    talk = Talk(compiled(OFFER, head=HEAD + OFFERED), {"offer": "Only five pounds. You must decide today."})
    assert talk.commands
    assert [each.speaker for each in blocked(talk)] == ["flow"]
    assert blocked(talk)[0].rule == "urgency"
    assert talk.said[0] == INSTEAD["urgency"]


def test_what_the_author_wrote_stands() -> None:
    talk = Talk(compiled(OFFER, head=HEAD + OFFERED), {"offer": "We have new boilers for five pounds."})
    assert blocked(talk) == []
    assert talk.said[1] == "I'm calling for Hearth & Home, with a guaranteed result, 36."


def test_the_record_shows_the_rule_and_not_the_words() -> None:
    talk = talking()
    talk.model("I guarantee the moon.")
    assert "moon" not in str(blocked(talk))
    assert not any("moon" in each.text for each in talk.commands if isinstance(each, Understood))
