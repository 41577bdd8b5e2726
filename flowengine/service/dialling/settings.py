"""How calls are made: how many, how soon again, from which number. Read from the environment, each checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Literal, TypeVar

from flowengine.errors import SettingsError
from flowengine.service.dialling.outcomes import Retries
from flowengine.service.values import shown, whole

T = TypeVar("T", bound=str)

MachineDetection = Literal["on", "off", "message-end"]

PACE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
DURATION = re.compile(r"([0-9]{1,6})([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
RETRY_SETTINGS = {
    "busy": "FLOWENGINE_RETRY_BUSY",
    "no_answer": "FLOWENGINE_RETRY_NO_ANSWER",
    "machine": "FLOWENGINE_RETRY_MACHINE",
    "failed": "FLOWENGINE_RETRY_FAILED",
    "asked": "FLOWENGINE_RETRY_ASKED",
}
SHORTEST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DiallingSettings:
    """`on` False: a process that only answers. `caller_id`: what is shown where a call asks for no other number."""

    on: bool = True
    calls_per_second: float = 1.0
    at_once: int = 10
    machine_detection: MachineDetection = "on"
    retries: Retries = field(default_factory=Retries)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> DiallingSettings:
        """Raises SettingsError naming the setting, what is wrong and what would do."""

        def text(name: str) -> str | None:
            return env.get(name, "").strip() or None

        defaults = Retries()
        pauses = {
            each.name: _duration(
                RETRY_SETTINGS[each.name], text(RETRY_SETTINGS[each.name]), getattr(defaults, each.name)
            )
            for each in fields(Retries)
            if each.name in RETRY_SETTINGS
        }
        return cls(
            on=_one_of("FLOWENGINE_DIALLING", text("FLOWENGINE_DIALLING"), ("on", "off")) == "on",
            calls_per_second=_pace("FLOWENGINE_CALLS_PER_SECOND", text("FLOWENGINE_CALLS_PER_SECOND")),
            at_once=_whole("FLOWENGINE_DIAL_AT_ONCE", text("FLOWENGINE_DIAL_AT_ONCE"), 10, 1, 10_000),
            machine_detection=_one_of(
                "FLOWENGINE_MACHINE_DETECTION", text("FLOWENGINE_MACHINE_DETECTION"), ("on", "off", "message-end")
            ),
            retries=Retries(
                **pauses, tries=_whole("FLOWENGINE_MAX_TRIES", text("FLOWENGINE_MAX_TRIES"), defaults.tries, 1, 100)
            ),
        )

    @property
    def interval(self) -> timedelta:
        """From one call to the next."""
        return timedelta(seconds=1 / self.calls_per_second)

    def described(self) -> str:
        """What `serve` prints."""
        if not self.on:
            return "off: this process only answers"
        return f"{self.calls_per_second:g} a second, {self.at_once} at once, machine detection {self.machine_detection}"


def _pace(name: str, value: str | None) -> float:
    if value is None:
        return 1.0
    if not PACE.fullmatch(value) or not 0.01 <= float(value) <= 100:
        raise SettingsError(f"{name} is {shown(value)}: expected a number from 0.01 to 100, like 1 or 0.5")
    return float(value)


def _whole(name: str, value: str | None, default: int, low: int, high: int) -> int:
    return default if value is None else whole(name, value, low, high)


def _duration(name: str, value: str | None, default: timedelta) -> timedelta:
    if value is None:
        return default
    match = DURATION.fullmatch(value)
    length = None if match is None else timedelta(**{UNITS[match[2]]: int(match[1])})
    if length is None or not SHORTEST_RETRY <= length <= LONGEST_RETRY:
        raise SettingsError(f"{name} is {shown(value)}: expected a time from 1m to 30d, like 30m, 4h or 1d")
    return length


def _one_of(name: str, value: str | None, choices: tuple[T, ...]) -> T:
    """The first choice is the default."""
    if value is None:
        return choices[0]
    for choice in choices:
        if value == choice:
            return choice
    raise SettingsError(f"{name} is {shown(value)}: expected {', '.join(choices[:-1])} or {choices[-1]}")
