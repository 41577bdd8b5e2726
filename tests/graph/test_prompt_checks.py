"""Checks of prompts: their length, their questions, and how they ask again."""

from __future__ import annotations

import pytest

from tests.graph.finding import findings, saying, underlined

SEVEN = "We look after the boiler, the pump, the controls, the valves, the radiators, and the tank, all year round."
"""106 characters: 7.1 seconds."""


def asking(ask: str, again: str | None = None) -> str:
    more = f'  again "{again}"\n' if again is not None else ""
    collect = "state first\n  collect day\n    done or failed -> goodbye\n"
    return f'slot day: date\n  ask "{ask}"\n{more}\n{collect}'


def listening(*texts: str, again: str) -> str:
    said = "".join(f'  say "{text}"\n' for text in texts)
    branches = (
        f'    agree -> goodbye\n    silence or otherwise: again "{again}"\n    silence or otherwise 3 -> goodbye\n'
    )
    return f"state first\n{said}  listen\n{branches}"


def test_a_sentence_of_more_than_a_breath_is_underlined_from_pause_to_pause() -> None:
    words = " ".join(["word"] * 31)
    assert underlined(saying(f"Well, {words}, and so on."), "FL507") == [words]
    assert underlined(saying(f"Well, {' '.join(['word'] * 30)}, and so on."), "FL507") == []


def test_a_value_that_is_filled_in_counts_as_two_words() -> None:
    words = " ".join(["word"] * 28)
    assert findings(saying(f"{words} {{{{ contact.name }}}}."), "FL507") == []
    assert len(findings(saying(f"{words} {{{{ contact.name }}}} now."), "FL507")) == 1


def test_the_longest_of_a_template_s_ways_is_reckoned_not_their_sum() -> None:
    half = " ".join(["word"] * 20)
    assert findings(saying(f"{{% if turns > 1 %}}{half}{{% else %}}{half}{{% endif %}}"), "FL507") == []


def test_more_than_twenty_seconds_in_one_go_show_their_arithmetic() -> None:
    (found,) = findings(saying(SEVEN, SEVEN, SEVEN), "FL507")
    assert "about 21 s" in found.message
    assert "318 characters, at 15 a second" in found.message
    assert [related.message for related in found.related] == ["begins here"]


def test_what_is_said_in_one_go_is_followed_into_the_next_state() -> None:
    body = f'{saying(SEVEN, SEVEN).replace("end booked", "-> second")}\nstate second\n  say "{SEVEN}"\n  -> goodbye\n'
    assert underlined(body, "FL507") == [f'"{SEVEN}"']


def test_a_turn_of_the_caller_begins_anew() -> None:
    body = (
        listening(SEVEN, SEVEN, again="Shall I?").replace("agree -> goodbye", "agree -> second")
        + f'\nstate second\n  say "{SEVEN}"\n  -> goodbye\n'
    )
    assert findings(body, "FL507") == []


def test_only_one_arm_of_an_if_is_heard() -> None:
    arms = f'  if turns > 1\n    say "{SEVEN}"\n  else\n    say "{SEVEN}"\n'
    assert findings(f'state first\n{arms}  say "{SEVEN}"\n  -> goodbye\n', "FL507") == []
    assert len(findings(f'state first\n{arms}{arms}  say "{SEVEN}"\n  -> goodbye\n', "FL507")) == 1


def test_a_line_that_is_too_much_is_reported_where_it_is_said() -> None:
    body = f'line cover "{SEVEN}"\n\n{saying(SEVEN, SEVEN)}'.replace("  end booked", "  say cover\n  end booked")
    assert underlined(body, "FL507") == ["say cover"]


def test_talk_that_goes_in_a_circle_is_counted_once() -> None:
    body = f'state first\n  say "{SEVEN}"\n  -> first\n'
    assert findings(body, "FL507") == []
    assert len(findings(body, "FL305")) == 1


QUESTIONS = [
    (["Is that Sam? Is now a good time?"], "Is now a good time?"),
    (["Is that Sam?", "Is now a good time?"], "Is now a good time?"),
    (["Is that Sam? I'm Amy. And how are you?"], "And how are you?"),
    (["{% if turns > 1 %}Is that you?{% endif %} Can I go on?"], "Can I go on?"),
]


@pytest.mark.parametrize(("texts", "second"), QUESTIONS)
def test_the_second_question_is_underlined(texts: list[str], second: str) -> None:
    (found,) = findings(saying(*texts), "FL508")
    assert underlined(saying(*texts), "FL508") == [second]
    assert [related.message for related in found.related] == ["the first question"]


@pytest.mark.parametrize(
    "texts",
    [
        ["Hello? Is that Sam?"],
        ["Sorry? Could you say that again?"],
        ["Sorry, which one? Evenings, or weekends?"],
        ["Which day? Tuesday?"],
        ["You're Sam, aren't you?"],
        ["Is now a good time? It won't take long."],
        ["{% if turns > 1 %}Is that you?{% else %}Is that Sam?{% endif %}"],
    ],
)
def test_one_question_is_one(texts: list[str]) -> None:
    assert findings(saying(*texts), "FL508") == []


def test_questions_with_a_listen_between_them_are_answered() -> None:
    body = listening("Is that Sam?", again="Sorry, is that Sam?").replace("-> goodbye", "-> second")
    second = saying("Is now a good time?").replace("first", "second")
    assert findings(f"{body}\n{second}", "FL508") == []


def test_a_question_before_a_collect_is_two_questions() -> None:
    body = asking("Which day would suit you?").replace("  collect", '  say "Shall I book it?"\n  collect')
    assert underlined(body, "FL508") == ["collect day"]


@pytest.mark.parametrize("text", ["We will come and look.", "A day is needed.", "Which day would suit you."])
def test_an_ask_that_asks_nothing_is_underlined(text: str) -> None:
    assert underlined(asking(text), "FL509") == [f'"{text}"']


@pytest.mark.parametrize(
    "text",
    [
        "Which day would suit you?",
        "Please tell me the day.",
        "Now, say the day.",
        "Key in the day, then press hash.",
        "I'll need a day.",
        "I just need the day.",
        "{{ contact.name }}",
        "Your day, please.",
        "Could you give me the day.",
    ],
)
def test_a_question_or_a_request_asks(text: str) -> None:
    assert findings(asking(text), "FL509") == []


def test_a_question_without_its_mark_is_told_of_the_mark() -> None:
    (found,) = findings(asking("Which day would suit you."), "FL509")
    assert found.help == "end it with a question mark: the voice rises at it"


def test_asking_again_in_the_same_words_is_underlined() -> None:
    assert underlined(asking("Which day?", "Which day?"), "FL510") == ['"Which day?"']
    assert underlined(listening("Hello.", "Shall I book it?", again="Shall I book it?"), "FL510") == [
        '"Shall I book it?"'
    ]


def test_asking_again_in_other_words_teaches() -> None:
    assert findings(asking("Which day?", "Sorry, which day? Say Tuesday."), "FL510") == []
    assert findings(listening("Shall I book it?", again="Shall I book it for you?"), "FL510") == []


def test_the_same_words_in_another_state_are_no_reprompt() -> None:
    elsewhere = saying("Shall I book it?").replace("first", "second")
    assert findings(listening("Is that you?", again="Shall I book it?") + f"\n{elsewhere}", "FL510") == []
