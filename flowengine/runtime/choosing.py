"""The third tier of understanding: a model chooses which of a closed list of intents the caller meant, or none.

Asked is only what the flow's own phrases and the nearness of meaning have left open. What comes back is one of the
names, or nothing: whatever else a model says is as good as silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowengine.conversation.masking import masked
from flowengine.runtime.ports import FormField, FormRequest, FormValue

CHOICE_WITHIN_S = 1.5
"""The caller waits in silence meanwhile; "sorry?" after longer than that is worse than "sorry?" at once."""
FIELD = "intent"
NONE = "none of these"
"""No intent can be called so: names have no blanks."""

TASK = """You understand what a caller on the telephone means. The agent has just spoken; choose what the caller's last
words mean, out of the list and nothing else. Where they mean none of the list, or it is not clear which, choose
"none of these": to ask again costs little, a wrong guess much."""


def choice_form(
    said: str, question: str, choices: Iterable[tuple[str, str]], *, language: str = "en-GB", call_id: str = ""
) -> FormRequest:
    """What to ask. `said`: the caller's words as heard; `question`: what the agent said before; `choices`: the live
    intents, each with what it means.
    """
    listed = (*choices, (NONE, "something else, or it is not clear"))
    meanings = "\n".join(f'  "{name}": {" ".join(about.split())}' for name, about in listed)
    field = FormField(
        FIELD, f"what the caller's last words mean\n{meanings}", "choice", tuple(name for name, _ in listed)
    )
    agent = (("agent", masked(question)),) if question.strip() else ()
    return FormRequest(TASK, (field,), (*agent, ("caller", masked(said))), language, call_id, within_s=CHOICE_WITHIN_S)


def chosen(values: Mapping[str, FormValue]) -> str | None:
    """The name of the intent, or None where the model took none."""
    value = values.get(FIELD)
    return value if isinstance(value, str) and value != NONE else None
