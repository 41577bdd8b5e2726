"""Addresses among the settings: of services, and our own. What is wrong with one is said without its credentials."""

from __future__ import annotations

from typing import Literal
from urllib.parse import SplitResult, urlsplit

from flowengine.errors import SettingsError
from flowengine.service.values import shown

Scheme = Literal["http", "https", "ws", "wss", "scripted"]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SCRIPTED = "scripted"
"""The engines of tests, which are nowhere."""


def address(name: str, value: str | None, *schemes: Scheme, instead: str | None = None) -> str | None:
    """The address of a service, checked; None stays None. `instead`: a word that would do as well, for the message.

    Raises SettingsError naming the setting, what is wrong and what would do.
    """
    if value is None:
        return None
    wanted = " or ".join(f"{scheme}://" for scheme in schemes if scheme != SCRIPTED)
    expected = f"expected {f'{instead!r}, or ' if instead else ''}an address that begins with {wanted}"
    parts, problem = _split(value)
    if parts is None:
        raise SettingsError(f"{name} is {shown(value)}: {problem}; {expected}")
    if parts.scheme not in schemes or not (parts.hostname or parts.scheme == SCRIPTED):
        raise SettingsError(f"{name} is {shown(value)}: {expected}")
    if parts.scheme.startswith("http") and (parts.query or parts.fragment):
        raise SettingsError(f"{name} is {shown(value)}: our own path follows it, so it can have no ? and no #")
    return value


def public_address(name: str, value: str | None) -> str | None:
    """Where Twilio finds this service, without a slash at its end. Raises SettingsError."""
    if value is None:
        return None
    parts, problem = _split(value)
    like = "expected the public address, like https://calls.example.com"
    if parts is None:
        raise SettingsError(f"{name} is {shown(value)}: {problem}; {like}")
    if not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"{name} is {shown(value)}: {like}")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError(f"{name} is {shown(value)}: Twilio streams over TLS only, so it must begin with https://")
    return value.rstrip("/")


def _split(url: str) -> tuple[SplitResult, None] | tuple[None, str]:
    """The parts of an address, or why it has none."""
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return None, "an address has no spaces in it"
    try:
        parts = urlsplit(url)
    except ValueError:
        return None, "its brackets do not match"
    try:
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        is_port = False
    return (parts, None) if is_port else (None, "its port is no number from 1 to 65535")
