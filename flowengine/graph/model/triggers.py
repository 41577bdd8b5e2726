"""What may happen while something waits: the left side of a branch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OnIntent:
    """The caller meant this intent."""

    name: str


@dataclass(frozen=True, slots=True)
class OnSilence:
    """The caller said nothing in time."""


@dataclass(frozen=True, slots=True)
class OnOtherwise:
    """The caller said something that fits no live intent."""


@dataclass(frozen=True, slots=True)
class OnPress:
    """The caller pressed these keys (`1`, `*`, `42`)."""

    keys: str


@dataclass(frozen=True, slots=True)
class OnHangup:
    """The caller hung up."""


@dataclass(frozen=True, slots=True)
class OnAfter:
    """So many seconds since the connection have passed (`anywhere` only)."""

    seconds: float


@dataclass(frozen=True, slots=True)
class OnTurns:
    """The caller has had so many turns (`anywhere` only): taken in place of opening the next one."""

    turns: int


@dataclass(frozen=True, slots=True)
class OnMachine:
    """The line was answered by a machine."""


@dataclass(frozen=True, slots=True)
class OnHeardSlot:
    """The caller's words held a value for this slot."""

    slot: str


@dataclass(frozen=True, slots=True)
class OnResult:
    """The waiting statement's own result.

    `done`, `failed` of a collect; `allowed`, `refused` of a guard; `ok`, `error`, `timeout` of an action; `answered`,
    `busy`, `no_answer`, `failed` of a transfer; an outcome of a subflow; an exit, `limit` or `fallback` of a model.
    """

    name: str


Trigger = (
    OnIntent | OnSilence | OnOtherwise | OnPress | OnHangup | OnAfter | OnTurns | OnMachine | OnHeardSlot | OnResult
)
