"""Phrases for a flow, out of labels: words that it takes otherwise than they were meant.

Each is tried with the real matcher before it is proposed: its own words must be understood, and nothing that was
understood before may be taken for something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flowengine.conversation.supposing import supposed
from flowengine.conversation.understanding import Matcher
from flowengine.graph.model import Flow
from flowengine.testing.labelled.personal import may_be_personal
from flowengine.testing.labelled.reviewing import FURTHER, Reviewed
from flowengine.words.normalise import FILLERS, words

LONGEST_PHRASE = 8
"""Words. Nobody says a longer turn twice in the same words."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words that are no phrase for the intent, and why."""

    intent: str
    phrase: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """Phrases by intent, and what was left out."""

    phrases: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def proposals(flow: Flow, found: Sequence[Reviewed], *, personal: bool) -> Proposals:
    """What to add to the flow's intents. `personal`: words that may say who the caller is are proposed as well."""
    made = Proposals()
    now = flow
    for each in found:
        meant, line = each.meant, each.labelled.line
        if each.status not in ("open", "lost") or meant is None:
            continue
        phrase = " ".join(word for word in words(line.text) if word not in FILLERS)
        if phrase in made.phrases.get(meant, ()):
            continue
        why, changed = None, now
        values = (*each.contact.values(), *each.labelled.call.slots.values())
        if not personal and may_be_personal(line.text, values):
            phrase, why = f"turn {line.turn} of {each.labelled.label.call_id[:8]}", "its words may be personal"
        elif meant not in flow.intents:
            why = "the flow has no intent of this name to add it to"
        elif len(phrase.split()) > LONGEST_PHRASE:
            why = f"longer than {LONGEST_PHRASE} words: take the part that says it"
        else:
            changed = with_phrase(now, meant, phrase)
            why = _clash(now, changed, each, found)
        if why is not None:
            made.left_out.append(LeftOut(meant, phrase, why))
            continue
        now = changed
        made.phrases.setdefault(meant, []).append(phrase)
    return made


def with_phrase(flow: Flow, intent: str, phrase: str) -> Flow:
    """The flow, with one phrase more."""
    changed = replace(flow.intents[intent], phrases=(*flow.intents[intent].phrases, phrase))
    return replace(flow, intents={**flow.intents, intent: changed})


def _clash(before: Flow, after: Flow, each: Reviewed, found: Sequence[Reviewed]) -> str | None:
    """Why the phrase that `after` has more would do harm, or no good."""
    old, new = Matcher(before.intents), Matcher(after.intents)
    line = each.labelled.line
    taken = supposed(after, new, line.text, line.state)
    if taken.intent != each.meant or taken.rival is not None:
        if taken.intent == each.meant:
            return f"the caller would still be asked whether {taken.rival} is meant, in {line.state!r}"
        return f"it would still be taken for {taken.intent or 'nothing'} in {line.state!r}"
    for other in found:
        said = other.labelled.line
        if other.status not in ("right", "mended") or other.now != other.meant or said.tier in ("slot", *FURTHER):
            continue
        changed = supposed(after, new, said.text, said.state)
        if changed.intent != other.meant or changed.rival is not None:
            return f"turn {said.turn} of {other.labelled.label.call_id[:8]}, labelled, would be taken for it too"
    for name, intent in before.intents.items():
        if name == each.meant:
            continue
        for phrase in intent.phrases:
            was = supposed(before, old, phrase, None)
            if was.intent == name and was != supposed(after, new, phrase, None):
                return f"it clashes with “{phrase}” of {name}"
    return None
