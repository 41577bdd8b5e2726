"""What is kept of a call when it is over."""

from __future__ import annotations

import msgspec
import pytest

from flowengine.conversation.commands import Ended, Summarised
from flowengine.conversation.events import EndRequested
from flowengine.conversation.record import command_from_json, command_to_json
from flowengine.conversation.summary import filled
from tests.conversation.talk import Talk, compiled

VISIT = """
slot visit_day: date
  ask "Which day?"
  valid visit_day > today else "That day has gone."

summary
  agreed: boolean = call.outcome == "good"
  day: date = visit_day
  late: boolean = visit_day > today
  plan: text = offered
  reason: text "why the caller said no"
  interest: one of (warm, cold) "how interested the caller was" = "warm" if turns > 1 else "cold"

state start
  say "Shall I?"
  listen
    agree -> appoint
    refuse: end bad
    silence or otherwise: end bad

state appoint
  set offered = "full"
  collect visit_day
    done: end good
    failed: end bad

anywhere
  hangup: end hung_up
"""


def kept(talk: Talk) -> dict[str, str | None]:
    (summarised,) = [command for command in talk.commands if isinstance(command, Summarised)]
    return dict(summarised.fields)


def test_fields_are_reckoned_from_how_the_call_ended_and_what_it_knows() -> None:
    talk = Talk(VISIT)
    talk.says("yes", "next Tuesday")
    assert kept(talk) == {
        "agreed": "true",
        "day": "2026-12-01",
        "late": "true",
        "plan": "full",
        "reason": None,
        "interest": "warm",
    }
    assert [type(each) for each in talk.commands[-2:]] == [Summarised, Ended]


def test_what_was_never_filled_or_set_is_null_and_no_mistake() -> None:
    talk = Talk(VISIT)
    talk.says("no")
    assert talk.outcome == "bad"
    found = kept(talk)
    assert (found["agreed"], found["day"], found["plan"]) == ("false", None, None)
    assert found["interest"] == "cold"


def test_what_cannot_be_reckoned_is_null_with_a_note_and_the_call_ends_as_it_would() -> None:
    talk = Talk(VISIT)
    talk.says("no")
    assert kept(talk)["late"] is None
    (note,) = talk.notes
    assert note.startswith("summary: 'late' could not be reckoned (flow.flow:")
    assert talk.outcome == "bad"


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        ("1 / (turns - turns)", "a division by zero"),
        ("(day - today).days", "a value that is missing, or of another type than is needed"),
        ('{"a": 1}["b"] + 1', "a value that is missing"),
    ],
)
def test_why_it_cannot_be_reckoned_is_told_in_plain_words(expression: str, cause: str) -> None:
    talk = Talk(f'slot day: date\n  ask "When?"\n\nsummary\n  odd: number = {expression}\n\nstate start\n  end good\n')
    (note,) = talk.notes
    assert note.endswith(f": {cause})")


def test_a_hang_up_and_an_end_from_outside_have_their_summary() -> None:
    talk = Talk(VISIT)
    talk.hangs_up()
    assert kept(talk)["agreed"] == "false"
    ended = Talk(VISIT)
    ended.send(EndRequested(2.0, "stopping", "Goodbye.", "failed"))
    assert kept(ended)["interest"] == "cold"


@pytest.mark.parametrize(("given", "written"), [("word", None), (True, "true"), ("yes", "true"), ("2", None)])
def test_a_value_that_does_not_fit_its_type_is_null(given: object, written: str | None) -> None:
    fields, remarks = filled(
        compiled('summary\n  happy: boolean "whether the caller was happy"\n\nstate start\n  end good\n'),
        {"happy": given},
        heard="",
    )
    assert fields.get("happy") == written
    assert remarks == ([] if written else ["summary: what was given for 'happy' is not true or false"])


def test_a_model_fills_in_fields_with_a_description_alone() -> None:
    fields, remarks = filled(compiled(VISIT), {"reason": "too dear", "day": "2026-12-01", "interest": None, "x": 1}, "")
    assert (fields, remarks) == ({"reason": "too dear"}, [])


def test_a_value_of_the_wrong_kind_is_noted_and_not_quoted() -> None:
    talk = Talk(
        "summary\n  code: digits(4) = last_heard\n\nstate start\n  listen\n    silence or otherwise: end good\n"
    )
    talk.says("sometime in spring")
    assert kept(talk) == {"code": None}
    assert talk.notes == ["summary: what was given for 'code' is not digits"]


def test_a_secret_shows_in_no_summary() -> None:
    talk = Talk(
        """
slot pin: digits(4) secret
  ask "Please type your PIN."

summary
  pin: digits(4) = pin
  made: text = doubled
  open: boolean = known

state start
  collect pin
    done
      set doubled = pin ~ pin
      set known = pin == "4711"
      end good
    failed: end bad

anywhere
  hangup: end hung_up
"""
    )
    talk.presses("4711")
    assert kept(talk) == {"pin": "•••", "made": "•••", "open": "•••"}
    assert "4711" not in str([command_to_json(command) for command in talk.commands])


def test_a_flow_without_a_summary_tells_nothing() -> None:
    talk = Talk("state start\n  end good\n")
    assert not any(isinstance(command, Summarised) for command in talk.commands)


def test_a_flow_overrides_its_librarys_field_and_adds_to_them() -> None:
    library = 'summary\n  turns_taken: number = turns\n  ending: text = "ours"\n'
    flow = compiled("use common\n\nsummary\n  ending: text = call.outcome\n\nstate start\n  end good\n", common=library)
    assert kept(Talk(flow)) == {"ending": "good", "turns_taken": "0"}


def test_the_summary_comes_back_from_the_record() -> None:
    told = Summarised((("day", "2026-12-01"), ("reason", None)))
    assert command_from_json(msgspec.json.decode(msgspec.json.encode(command_to_json(told)))) == told
