"""Is this request really Twilio's? `X-Twilio-Signature` over HTTP and over the WebSocket upgrade.

The signature is base64(HMAC-SHA1(auth token, url + sorted name-value pairs)); source: Twilio, "Validating requests".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urlsplit, urlunsplit

DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


def sign(auth_token: str, url: str, pairs: Iterable[tuple[str, str]] = ()) -> str:
    """The signature of a request. A value that repeats under the same name counts once."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


def is_valid(
    auth_token: str, url: str, pairs: Iterable[tuple[str, str]], signature: str, *, body: bytes | None = None
) -> bool:
    """True when `signature` fits the URL, with or without its default port. `body`: a JSON body, signed by its hash."""
    if not auth_token or not signature:
        return False
    pairs = tuple(pairs)
    expected_hash = parse_qs(urlsplit(url).query).get("bodySHA256")
    if expected_hash is not None and body is not None:
        if not hmac.compare_digest(hashlib.sha256(body).hexdigest(), expected_hash[0]):
            return False
        pairs = ()
    # Every spelling is compared, so that the time taken tells nothing.
    matches = [
        hmac.compare_digest(sign(auth_token, spelling, pairs).encode(), signature.encode())
        for spelling in _spellings(url)
    ]
    return any(matches)


def is_valid_upgrade(auth_token: str, url: str, signature: str) -> bool:
    """The same for a WebSocket upgrade: the wss:// URL and no parameters. `url` may be given as http(s)."""
    parts = urlsplit(url)
    scheme = {"https": "wss", "http": "ws"}.get(parts.scheme, parts.scheme)
    return is_valid(auth_token, urlunsplit(parts._replace(scheme=scheme)), (), signature)


def _spellings(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    default = DEFAULT_PORTS.get(parts.scheme)
    if default is None or parts.hostname is None:
        return
    if parts.port is None:
        yield urlunsplit(parts._replace(netloc=f"{parts.netloc}:{default}"))
    elif parts.port == default:
        yield urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))
