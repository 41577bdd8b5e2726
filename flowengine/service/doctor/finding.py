"""What a check finds, and what the checks are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flowengine.service.settings import Settings

Verdict = Literal["ok", "note", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. A warning and a problem have a remedy; a note is worth knowing and no fault."""

    subject: str
    verdict: Verdict
    says: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What the doctor is given: the settings, the environment they came from, the moment, and how deep to look.

    `speaks`: load the speech models and have them say and hear a sentence. `reaches`: ask Twilio, the public
    address and the language model.
    """

    settings: Settings
    env: Mapping[str, str] = field(repr=False)
    now: datetime
    speaks: bool = True
    reaches: bool = True


Check = Callable[[Case], Iterator[Finding]]
