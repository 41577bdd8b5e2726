"""A model's sentence is words, or nothing."""

from __future__ import annotations

import pytest

from flowengine.adapters.openai.speakable import speakable
from flowengine.errors import ModelError


@pytest.mark.parametrize(
    ("sentence", "spoken"),
    [
        ("It covers **old** boilers.", "It covers old boilers."),
        ("- The boiler 🙂 and the pump.", "The boiler and the pump."),
        ("1. A visit takes an hour.", "A visit takes an hour."),
        ("It's £14.50 a month – no fee.", "It's £14.50 a month – no fee."),
        ("Shall we meet at the café on Rue de la Paix?", "Shall we meet at the café on Rue de la Paix?"),
        ("I'll pass you to José García Núñez.", "I'll pass you to José García Núñez."),
        ("🙂", ""),
        ("Yes.", "Yes."),
    ],
)
def test_ornaments_are_dropped_and_words_are_kept(sentence: str, spoken: str) -> None:
    assert speakable(sentence, "en-GB") == spoken


@pytest.mark.parametrize(
    "sentence",
    [
        '{"tool": "convinced"}',
        "<tool_call>convinced</tool_call>",
        "[laughs] Of course.",
        "See https://example.com for more.",
        "Call www.example.com now.",
        "Vous êtes dans la liste et nous pouvons venir.",
        "Das ist nicht für Sie, und wir kommen.",
        "Usted está en la lista, y por eso llamo.",
        "Mae hyn yn iawn ar gyfer chi.",
        "您好，我可以帮您。",
        "Здравствуйте.",
    ],
)
def test_markup_and_other_languages_are_refused_and_not_quoted(sentence: str) -> None:
    with pytest.raises(ModelError) as raised:
        speakable(sentence, "en-GB")
    assert sentence[:8] not in str(raised.value)


def test_a_flow_in_another_language_may_speak_it() -> None:
    assert speakable("Das ist nicht für Sie, und wir kommen.", "de-DE")
