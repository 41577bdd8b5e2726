"""All checks, in the order in which one would look."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.service.doctor import clips, flows, meaning, model, record, rules, speech, surroundings, telephone
from flowengine.service.doctor.finding import Case, Check, Finding

CHECKS: tuple[Check, ...] = (
    surroundings.check,
    record.check,
    flows.check,
    rules.check,
    telephone.check,
    speech.check,
    clips.check,
    meaning.check,
    model.check,
)


def examine(case: Case) -> Iterator[Finding]:
    """Every finding, as it comes. A check that breaks is a finding too."""
    for check in CHECKS:
        try:
            yield from check(case)
        except Exception as error:
            # Whoever asks the doctor has trouble enough: one check that fails must not hide the others.
            name = check.__module__.rpartition(".")[2]
            yield Finding(name, "problem", f"this check broke ({type(error).__name__})", "please report it")
