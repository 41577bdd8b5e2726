"""Personal fields as they lie in the database: sealed with AES-256-GCM, and numbers found again by a keyed hash.

A sealed text names its key (`ID.base64`), so that keys can be changed one after the other: the first of a vault seals,
all of them open. The hash has a key of its own, which stays when the others are rotated. Whoever has the database and
not the keys learns from it which rows belong to one number, and nothing else of the person.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flowengine.errors import StoreError

KEY_BYTES = 32
NONCE_BYTES = 12
"""96 bits, as NIST SP 800-38D recommends for random nonces."""
INDEX = "index"
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
FILE_SAYS = """\
# The keys of flowengine's record. Whoever loses this file loses the names, numbers and words in the database, for good.
# Keep a copy of it, and not where the copies of the database are. The first key seals; all of them open.
"""


class Vault:
    """Seals and opens texts; fingerprints numbers. `keys` by id, the one that seals first; `index_key` for the hash."""

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.current = next(iter(keys))
        self._index_key = index_key

    def seal(self, text: str) -> str:
        """Raises ValueError for text that is not valid Unicode."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self.current].encrypt(nonce, text.encode(), None)
        return f"{self.current}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str) -> str:
        """Raises StoreError when the key is not here, or the text was changed."""
        key_id, _, text = sealed.partition(".")
        key = self._keys.get(key_id)
        if key is None:
            raise StoreError(
                f"the record was sealed with the key {key_id[:32]!r}, which is not among the keys given; "
                "put it into FLOWENGINE_RECORD_KEYS or the key file again"
            )
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
        return hmac.new(self._index_key, number.encode(), hashlib.sha256).hexdigest()[:40]


def vault_from(text: str, named: str) -> Vault:
    """A vault from `ID:KEY` pairs, one a line or parted by commas, one of them `index`; keys are 32 bytes in base64.

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
    index_key = keys.pop(INDEX, None)
    if index_key is None or not keys:
        raise StoreError(f"{named}: needs a key {INDEX!r} and at least one more")
    return Vault(keys, index_key)


def new_key_line(now: datetime) -> str:
    """A new sealing key, as a line of a key file."""
    return f"{now:%Y%m%d}-{secrets.token_hex(2)}:{_encoded()}"


def new_keys(now: datetime) -> str:
    """A whole new set, as the text of a key file."""
    return f"{FILE_SAYS}{new_key_line(now)}\n{INDEX}:{_encoded()}\n"


def vault_in(file: Path) -> Vault:
    """The vault of a key file, made (readable by its owner alone) when there is none. Raises StoreError."""
    try:
        if not file.exists():
            _create(file, new_keys(datetime.now(UTC)))
        return vault_from(file.read_text("utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StoreError(
            f"the key file {file} cannot be used: {what}; name another in FLOWENGINE_RECORD_KEY_FILE"
        ) from error


def _create(file: Path, text: str) -> None:
    """All of it or nothing, and never over one that another process has just made."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


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
