"""The longest way through the flow takes more time, turns or model's answers than a call should.

The limit is what a policy says (`at most 8m`, `at most 20 turns`), else 15 minutes; the model's answers, of which each
costs money and patience, should not be more than 20. The time is an estimate, and its arithmetic is shown: what is said
at 15 characters a second, 2 s for each answer of the caller and 0.8 s until the agent replies, and what is waited for.

Bad:

    policy short
      at most 1m

    slot day: date
      ask "Which day would suit you?"
      again "Sorry, which day would suit you?"
      tries 9

    slot hour: time
      ask "And at what time should we come?"
      again "Sorry, at what time should we come?"
      tries 9

    state first
      collect day, hour
        done or failed -> goodbye

    anywhere
      after 1m: end declined

Good:

    policy short
      at most 3m

    slot day: date
      ask "Which day would suit you?"
      again "Sorry, which day would suit you?"
      tries 3

    slot hour: time
      ask "And at what time should we come?"
      again "Sorry, at what time should we come?"
      tries 3

    state first
      collect day, hour
        done or failed -> goodbye

    anywhere
      hangup: end hung_up
      after 3m: end declined
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.length import ANSWER_S, CHARACTERS_A_SECOND, REPLY_S, Length, Longest, longest
from flowengine.graph.model import AtMost, Flow
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL804", "path-too-long", "info")

MOST_SECONDS = 15 * 60.0
MOST_MODEL_CALLS = 20
MOST_SHOWN = 8
"""States of the path that are named."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if draft.library_alone or draft.lost_lines or draft.lost_names or flow.start not in flow.states:
        return
    found = longest(flow)
    length = found.length
    seconds, turns = _limits(flow)
    if length.seconds > seconds:
        message = f"the longest way takes about {_time(length.seconds)}, and {_time(seconds)} is the limit"
        help_ = "shorten it, or allow more in a policy: at most 20m"
    elif turns is not None and length.turns > turns:
        message = f"the longest way has {length.turns} turns of the caller, and {turns} is the limit"
        help_ = f"shorten it, or allow more in the policy: at most {length.turns} turns"
    elif length.model_calls > MOST_MODEL_CALLS:
        message = f"the longest way asks the model {length.model_calls} times, and {MOST_MODEL_CALLS} is the limit"
        help_ = "lower the limits of its talks"
    else:
        return
    yield RULE.at(flow.span, f"{message} ({_arithmetic(length)}): {_shown(found)}", help_)


def _limits(flow: Flow) -> tuple[float, int | None]:
    rules = [rule for policy in flow.policies for rule in policy.rules if isinstance(rule, AtMost)]
    seconds = [rule.seconds for rule in rules if rule.seconds is not None]
    turns = [rule.turns for rule in rules if rule.turns is not None]
    return min(seconds, default=MOST_SECONDS), min(turns, default=None)


def _arithmetic(length: Length) -> str:
    a_turn = ANSWER_S + REPLY_S
    turns = "1 turn" if length.turns == 1 else f"{length.turns} turns"
    parts = [
        f"{length.characters} characters / {CHARACTERS_A_SECOND:g} = {length.characters / CHARACTERS_A_SECOND:.0f} s",
        f"{turns} × {a_turn:g} s = {length.turns * a_turn:.0f} s",
        f"{length.waits:.0f} s of waiting",
    ]
    return " + ".join(parts)


def _shown(found: Longest) -> str:
    names = list(found.states)
    if len(names) > MOST_SHOWN:
        names = [*names[: MOST_SHOWN - 2], "…", names[-1]]
    return " → ".join(names)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes and rest else f"{minutes} min" if minutes else f"{rest} s"
