"""The address of a server that runs already, as it is given by hand: what is wrong with it, and what to write."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import click

from flowengine.service.ready_answer import is_ours

LIKE = "like https://calls.example.com or http://127.0.0.1:8080"
HERE = ("localhost", "127.0.0.1", "::1")
WITHIN_S = 10.0
STREAMS = {"ws": "http", "wss": "https"}
OURS = ("/twilio", "/health", "/api", "/console", "/metrics", "/docs")


def server_address(text: str) -> str:
    """The server's SERVER_BASE_URL, without the slash at its end. Raises BadParameter."""
    if "://" not in text:
        scheme = "http" if _is_here(text) else "https"
        raise _refused(text, f"there is no http:// or https:// before it: is {scheme}://{text.rstrip('/')} meant?")
    try:
        parts = urlsplit(text)
        # A port that is no number is seen only when it is read.
        _ = parts.port
    except ValueError as error:
        raise _refused(text, f"{error}; an address is written {LIKE}") from error
    if parts.scheme in STREAMS:
        base = f"{STREAMS[parts.scheme]}://{parts.netloc}"
        raise _refused(text, f"that is the address of a stream, and a call begins with the webhook: is {base} meant?")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _refused(text, f"an address is written {LIKE}")
    if parts.scheme == "http" and parts.hostname not in HERE:
        raise _refused(text, "beyond this machine a SERVER_BASE_URL begins with https://, since calls need TLS")
    base = f"{parts.scheme}://{parts.netloc}"
    ours = next((path for path in OURS if f"{parts.path}/".startswith(f"{path}/")), None)
    if ours is not None or parts.query or parts.fragment or parts.username:
        host = parts.netloc.rpartition("@")[2]
        raise _refused(text, f"give the address alone, without what comes behind it: is {parts.scheme}://{host} meant?")
    return f"{base}{parts.path.rstrip('/')}"


def ask_whether_there(base: str) -> None:
    """Raises BadParameter when nobody answers at this address, or somebody else. May take ten seconds."""
    scheme, netloc = urlsplit(base)[:2]
    try:
        with urllib.request.urlopen(f"{base}/health/live", timeout=WITHIN_S) as answer:
            body = answer.read(1 << 16)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(base, _stranger(f"answers with {error.code}")) from error
    except (OSError, http.client.HTTPException) as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(why, ssl.SSLCertVerificationError):
            raise _refused(base, f"its certificate is not good: {why.verify_message}") from error
        if isinstance(why, ssl.SSLError) and scheme == "https":
            raise _refused(base, f"it does not speak TLS: is http://{netloc} meant?") from error
        if isinstance(why, http.client.BadStatusLine | ConnectionResetError) and scheme == "http":
            raise _refused(base, f"it does not speak plain HTTP: is https://{netloc} meant?") from error
        told = why.strerror if isinstance(why, OSError) and why.strerror else type(why).__name__
        raise _refused(
            base, f"nobody answers there ({told}): is it the server's SERVER_BASE_URL, and does it run?"
        ) from error
    if not is_ours(body):
        raise _refused(base, _stranger("is not flowengine"))


def _stranger(what: str) -> str:
    return f"what is there {what}: give the server's SERVER_BASE_URL, {LIKE}"


def _is_here(text: str) -> bool:
    host = text.partition("/")[0].rpartition(":")[0] or text.partition("/")[0]
    return host.strip("[]") in HERE


def _refused(text: str, why: str) -> click.BadParameter:
    return click.BadParameter(f"{text!r}: {why}", param_hint="--server")
