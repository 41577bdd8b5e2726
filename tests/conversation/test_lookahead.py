"""What may be said next: every way that is open, with the values that are known, and nothing guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerSaid, Connected, SpeechHeard
from flowengine.conversation.lookahead import MOST_SENTENCES
from flowengine.graph.compile import compile_text

HEAD = """
flow small "Small" inbound
  agent "Amy" of "Us"

contact
  name: text = "Sam"
  level: text = "plain"

outcome done
outcome failed

slot day: date
  ask "Which day, {{ contact.name }}?"
  confirm "{{ day | spoken }}, is that right?"

slot code: digits(4) secret
  ask "Please type the code, {{ contact.name }}."

intent agree "yes"
  "yes"

intent why "why"
  "why"

"""
TAIL = """
state other
  say "Other, {{ contact.name }}."
  end done

anywhere
  why: again "Because, {{ contact.name }}."
"""


def upcoming(states: str, *said: str, contact: dict[str, object] | None = None) -> tuple[str, ...]:
    """What may be said after these turns; the flow's first state is `a`."""
    compilation = compile_text(HEAD + states + TAIL)
    assert compilation.flow is not None, compilation.diagnostics
    flow = compilation.flow
    conversation = Conversation(
        flow, check_contact(flow, contact or {}), started=datetime(2026, 11, 24, 10, tzinfo=UTC)
    )
    conversation.send(Connected(0.0))
    for number, text in enumerate(said, 1):
        for speech in range(1, 20):
            conversation.send(SpeechHeard(float(number), f"s{speech}"))
        conversation.send(CallerSaid(number + 0.5, text, 0.9))
    return conversation.upcoming()


def test_every_live_branch_is_followed_to_what_waits() -> None:
    found = upcoming("""
state a
  say "Hello."
  listen 6s
    agree -> b
    silence: again "Are you there, {{ contact.name }}?"
    otherwise -> other

state b
  say "One, {{ contact.name }}." "Two."
  say "Three, {{ contact.name }}."
  listen 6s
    otherwise -> other
""")
    assert found == (
        "One, Sam.",
        "Two.",
        "Three, Sam.",
        "Other, Sam.",
        "Are you there, Sam?",
        "Because, Sam.",
    )


@pytest.mark.parametrize(("level", "says"), [("plain", "Plain, Sam."), ("gold", "Gold, Sam.")])
def test_a_condition_that_can_be_told_is_told(level: str, says: str) -> None:
    found = upcoming(
        """
state a
  listen 6s
    agree -> b
    otherwise -> other

state b
  if contact.level == "gold"
    say "Gold, {{ contact.name }}."
  else
    say "Plain, {{ contact.name }}."
  end done
""",
        contact={"level": level},
    )
    assert found[0] == says
    assert len([sentence for sentence in found if sentence in ("Plain, Sam.", "Gold, Sam.")]) == 1


def test_both_ways_are_looked_at_where_the_turn_decides() -> None:
    found = upcoming("""
state a
  listen 6s
    agree -> b
    otherwise -> other

state b
  if turns > 5
    say "Many, {{ contact.name }}."
  else
    say "Few, {{ contact.name }}."
  end done
""")
    assert {"Many, Sam.", "Few, Sam."} <= set(found)


COLLECTING = """
state a
  collect day
    done -> b
    failed -> other

state b
  say "On {{ day | spoken }}, {{ contact.name }}."
  end done
"""


def test_what_the_caller_is_about_to_give_is_not_guessed() -> None:
    found = upcoming(COLLECTING)
    assert "Which day, Sam?" in found
    assert not any("On " in sentence or "is that right" in sentence for sentence in found)


def test_a_value_that_was_given_is_filled_in() -> None:
    found = upcoming(COLLECTING, "Friday")
    assert "On Friday the twenty-seventh of November, Sam." in found


def test_a_variable_that_is_set_on_the_way_is_not_taken_for_its_old_value() -> None:
    found = upcoming("""
state a
  set count = 1
  listen 6s
    agree -> b
    otherwise -> other

state b
  set count = count + 1
  say "Count {{ count }}."
  end done
""")
    assert not any("Count" in sentence for sentence in found)


def test_a_secret_is_never_filled_in() -> None:
    found = upcoming("""
state a
  collect code
    done -> other
    failed -> other
""")
    assert found[:2] == ("Please type the code, Sam.", "Other, Sam.")


def test_there_is_a_limit() -> None:
    branches = "".join(f'  say "Number {number}, {{{{ contact.name }}}}."\n' for number in range(200))
    found = upcoming(f"state a\n  listen 6s\n    agree -> b\n    otherwise -> other\n\nstate b\n{branches}  end done\n")
    assert len(found) == MOST_SENTENCES


def test_a_call_that_is_over_says_nothing_more() -> None:
    assert upcoming("state a\n  listen 6s\n    agree -> other\n    otherwise -> other\n", "yes") == ()
