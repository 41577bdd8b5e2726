"""Sealing and hashing: what opens, what does not, and what is said then."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.errors import StoreError
from flowengine.store.vault import Vault, key_of, new_keys, vault_from
from tests.store.records import NOW, NUMBER

OLD, NEW, INDEX = bytes(32), bytes(range(32)), b"i" * 32


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens(text: str) -> None:
    vault = Vault({"a": NEW}, INDEX)
    assert vault.open(vault.seal(text)) == text


def test_the_same_text_is_never_sealed_alike_and_never_in_clear() -> None:
    vault = Vault({"a": NEW}, INDEX)
    sealed = {vault.seal(NUMBER) for _ in range(100)}
    assert len(sealed) == 100
    assert not any("441134" in each for each in sealed)


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        Vault({"a": NEW}, INDEX).seal("\ud800")


@pytest.mark.parametrize("place", [2, 20, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    vault = Vault({"a": NEW}, INDEX)
    raw = bytearray(base64.b64decode(vault.seal(NUMBER).partition(".")[2]))
    raw[place] ^= 1
    with pytest.raises(StoreError, match="does not open with its key 'a': it was damaged, or that key is another one"):
        vault.open(f"a.{base64.b64encode(raw).decode()}")


@pytest.mark.parametrize("sealed", ["a.", "a.AAAA", "a.rubb!sh", "a.ÄÖÜ"])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(StoreError):
        Vault({"a": NEW}, INDEX).open(sealed)


def test_a_key_that_is_not_there_is_named() -> None:
    with pytest.raises(StoreError, match="sealed with the key 'b' that is not among those in the keys given"):
        Vault({"a": NEW}, INDEX).open(Vault({"b": OLD}, INDEX).seal(NUMBER))


@pytest.mark.parametrize("clear", [NUMBER, "Priya Nair", "Priya", "Priya. Nair"])
def test_a_text_in_clear_is_not_repeated(clear: str) -> None:
    with pytest.raises(StoreError) as caught:
        Vault({"a": NEW}, INDEX).open(clear)
    assert "Nair" not in str(caught.value)
    assert NUMBER not in str(caught.value)


def test_another_key_of_the_same_name_does_not_open() -> None:
    with pytest.raises(StoreError, match="that key is another one"):
        Vault({"a": OLD}, INDEX).open(Vault({"a": NEW}, INDEX).seal(NUMBER))


def test_the_first_of_two_keys_seals_and_both_open() -> None:
    before, both = Vault({"old": OLD}, INDEX), Vault({"new": NEW, "old": OLD}, INDEX)
    assert both.open(before.seal(NUMBER)) == NUMBER
    assert key_of(both.seal(NUMBER)) == "new"
    assert both.index(NUMBER) == before.index(NUMBER)


def test_the_hash_needs_its_key() -> None:
    assert Vault({"a": NEW}, INDEX).index(NUMBER) != Vault({"a": NEW}, OLD).index(NUMBER)
    assert len(Vault({"a": NEW}, INDEX).index(NUMBER)) == 40


def test_new_keys_make_a_vault_and_differ_each_time() -> None:
    first, second = new_keys(NOW), new_keys(NOW)
    assert first != second
    assert vault_from(first, "here").current.startswith("20261124-")
    # As one line, for the environment.
    lines = [line for line in first.splitlines() if not line.startswith("#")]
    assert vault_from(",".join(lines), "here").index(NUMBER) == vault_from(first, "here").index(NUMBER)


GOOD = base64.b64encode(NEW).decode()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "needs a key 'index' and at least one more"),
        (f"index:{GOOD}", "needs a key 'index' and at least one more"),
        (f"a:{GOOD}", "needs a key 'index' and at least one more"),
        (f"a:{GOOD},a:{GOOD},index:{GOOD}", "the key 'a' is there twice"),
        (f"a:{GOOD[:-4]},index:{GOOD}", "the key 'a' is not 32 bytes in base64"),
        (f"a:secret words,index:{GOOD}", "the key 'a' is not 32 bytes in base64"),
        (f"{GOOD},index:{GOOD}", "expected ID:KEY, the ID of letters, digits, - and _"),
        (f"a b:{GOOD},index:{GOOD}", "expected ID:KEY"),
    ],
)
def test_keys_that_cannot_be_used_are_explained_and_not_shown(text: str, part: str) -> None:
    with pytest.raises(StoreError, match=part) as caught:
        vault_from(text, "FLOWENGINE_RECORD_KEYS")
    assert str(caught.value).startswith("FLOWENGINE_RECORD_KEYS: ")
    assert GOOD[:20] not in str(caught.value)
    assert "secret words" not in str(caught.value)
