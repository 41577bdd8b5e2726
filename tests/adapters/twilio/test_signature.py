"""Signatures, against Twilio's check values and its own validator."""

from __future__ import annotations

import hashlib

import pytest
from twilio.request_validator import RequestValidator

from flowengine.adapters.twilio.signature import is_valid, is_valid_upgrade, sign

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
UPGRADE = "PGLrn08/Ba1sEIuSwPQRBPD54PA="


def test_the_check_value_of_a_form() -> None:
    assert is_valid(TOKEN, URL, FORM, SIGNATURE)


@pytest.mark.parametrize("url", ["wss://voice.example.com/twilio/media", "https://voice.example.com/twilio/media"])
def test_the_check_value_of_an_upgrade(url: str) -> None:
    assert is_valid_upgrade(TOKEN, url, UPGRADE)


@pytest.mark.parametrize(
    ("token", "url", "form", "signature"),
    [
        ("54321", URL, FORM, SIGNATURE),
        (TOKEN, URL + "&more=1", FORM, SIGNATURE),
        (TOKEN, URL, FORM[1:], SIGNATURE),
        (TOKEN, URL, [*FORM, ("Extra", "1")], SIGNATURE),
        (TOKEN, URL, FORM, SIGNATURE[:-2]),
        (TOKEN, URL, FORM, ""),
        (TOKEN, URL, FORM, "é"),
        ("", URL, FORM, SIGNATURE),
    ],
)
def test_anything_else_is_refused(token: str, url: str, form: list[tuple[str, str]], signature: str) -> None:
    assert not is_valid(token, url, form, signature)


def test_the_default_port_may_be_there_or_not() -> None:
    for signed, asked in (
        ("https://a.example/x?y=1", "https://a.example:443/x?y=1"),
        ("https://a.example:443/x?y=1", "https://a.example/x?y=1"),
    ):
        assert is_valid(TOKEN, asked, FORM, sign(TOKEN, signed, FORM))
    assert not is_valid(TOKEN, "https://a.example:8443/x", FORM, sign(TOKEN, "https://a.example/x", FORM))


def test_a_json_body_is_signed_by_its_hash() -> None:
    body = b'{"a": 1}'
    url = f"https://a.example/x?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = sign(TOKEN, url)
    assert is_valid(TOKEN, url, (), signature, body=body)
    assert not is_valid(TOKEN, url, (), signature, body=b'{"a": 2}')


def test_twilios_own_validator_agrees() -> None:
    assert RequestValidator(TOKEN).validate(URL, dict(FORM), sign(TOKEN, URL, FORM))


class _Repeated(dict[str, list[str]]):
    """A form as web frameworks hand it to Twilio's validator: values by name, some of them more than one."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


@pytest.mark.parametrize(
    "form",
    [
        {"Digits": ["2", "1", "2"], "To": ["+441134960124"]},
        {"MediaUrl": ["b", "a"], "A": ["x"], "AB": [""], "a": ["y"]},
        {"CallerName": ["Zoë Ó Briain"], "CallerCity": ["Łódź", "東京"], "é": ["1"], "z": ["2"]},
        {"Empty": [""], "Space": [" a  b "], "Plus": ["+"], "Amp": ["&=%"]},
    ],
)
def test_repeated_and_foreign_values_are_signed_as_twilio_signs_them(form: dict[str, list[str]]) -> None:
    pairs = [(name, value) for name, values in form.items() for value in values]
    theirs = RequestValidator(TOKEN).compute_signature(URL, _Repeated(form))
    assert sign(TOKEN, URL, pairs) == sign(TOKEN, URL, pairs[::-1]) == theirs
    assert is_valid(TOKEN, URL, [*pairs, pairs[0]], theirs)
