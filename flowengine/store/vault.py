"""Personal fields as they lie in the database: sealed with AES-256-GCM, and numbers found again by a keyed hash.

A sealed text names its key (`ID.base64`), so that keys can be changed one after the other: the first of a vault seals,
all of them open. The hash has a key of its own, which stays when the others are rotated. Whoever has the database and
not the keys learns from it which rows belong to one number, and nothing else of the person.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flowengine.errors import StoreError

KEY_BYTES = 32
NONCE_BYTES = 12
"""96 bits, as NIST SP 800-38D recommends for random nonces."""
INDEX = "index"
CHECKED = "flowengine"
"""What a database keeps sealed and hashed, so that wrong keys are noticed before anything else is read."""
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
FILE_SAYS = """\
# The keys of flowengine's record. Whoever loses this file loses the names, numbers and words in the database, for good.
# Keep a copy of it, and not where the copies of the database are. The first key seals; all of them open.
"""


class Vault:
    """Seals and opens texts; fingerprints numbers. `keys` by id, the one that seals first; `index_key` for the hash.

    `named` says in errors where the keys are.
    """

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes, *, named: str = "the keys given") -> None:
        self.named = named
        self._index_key = index_key
        self._ring = _ring(keys)

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._ring[0]

    @property
    def key_ids(self) -> tuple[str, ...]:
        return tuple(self._ring[1])

    def renew(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        """Other keys from now on; not where the index key is another, as then they are those of another database."""
        if hmac.compare_digest(index_key, self._index_key):
            # In one assignment: other threads seal meanwhile.
            self._ring = _ring(keys)

    def knows(self, sealed: str) -> bool:
        """Whether its key is here."""
        return key_of(sealed) in self._ring[1]

    def seal(self, text: str) -> str:
        """Raises ValueError for text that is not valid Unicode."""
        current, keys = self._ring
        nonce = os.urandom(NONCE_BYTES)
        sealed = keys[current].encrypt(nonce, text.encode(), None)
        return f"{current}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str) -> str:
        """Raises StoreError when the key is not here, or the text was changed."""
        key_id, _, text = sealed.partition(".")
        key = self._ring[1].get(key_id)
        if key is None:
            # What is not sealed at all has no key id, but perhaps somebody's name.
            shown = f"the key {key_id!r}" if KEY_ID.fullmatch(key_id) and text else "a key"
            raise StoreError(f"the record was sealed with {shown} that is not among those in {self.named}; put it back")
        try:
            raw = base64.b64decode(text, validate=True)
            return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise StoreError(
                f"a sealed field does not open with its key {key_id!r}: it was damaged, or that key is another one"
            ) from error

    def seal_maybe(self, text: str | None) -> str | None:
        return None if text is None else self.seal(text)

    def open_maybe(self, sealed: str | None) -> str | None:
        return None if sealed is None else self.open(sealed)

    def index(self, number: str) -> str:
        """The keyed hash (HMAC-SHA-256, 40 hex digits) under which a number in E.164 is found."""
        return hmac.digest(self._index_key, number.encode(), "sha256").hex()[:40]


def key_of(sealed: str) -> str:
    """The id of the key that a text was sealed with."""
    return sealed.partition(".")[0]


def vault_from(text: str, named: str) -> Vault:
    """A vault of `ID:KEY` pairs. Raises StoreError."""
    keys = keys_from(text, named)
    return Vault(keys, keys.pop(INDEX), named=named)


def keys_from(text: str, named: str) -> dict[str, bytes]:
    """Keys of `ID:KEY` pairs, one a line or parted by commas, one of them `index`; each 32 bytes in base64.

    `named` says in errors where the text came from. Raises StoreError.
    """
    keys: dict[str, bytes] = {}
    for pair in re.split(r"[,\n]", "\n".join(line.partition("#")[0] for line in text.splitlines())):
        if not pair.strip():
            continue
        key_id, colon, value = (part.strip() for part in pair.partition(":"))
        if not colon or not KEY_ID.fullmatch(key_id):
            raise StoreError(f"{named}: expected ID:KEY, the ID of letters, digits, - and _")
        if key_id in keys:
            raise StoreError(f"{named}: the key {key_id!r} is there twice")
        keys[key_id] = _decoded(value, key_id, named)
    if INDEX not in keys or len(keys) < 2:
        raise StoreError(f"{named}: needs a key {INDEX!r} and at least one more")
    return keys


def new_key_line(now: datetime) -> str:
    """A new sealing key, as a line of a key file."""
    return f"{now:%Y%m%d}-{secrets.token_hex(2)}:{_encoded()}"


def new_keys(now: datetime) -> str:
    """A whole new set, as the text of a key file."""
    return f"{FILE_SAYS}{new_key_line(now)}\n{INDEX}:{_encoded()}\n"


def _ring(keys: Mapping[str, bytes]) -> tuple[str, dict[str, AESGCM]]:
    return next(iter(keys)), {key_id: AESGCM(key) for key_id, key in keys.items()}


def _encoded() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _decoded(value: str, key_id: str, named: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreError(f"{named}: the key {key_id!r} is not {KEY_BYTES} bytes in base64")
    return key
