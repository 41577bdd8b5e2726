"""Two intents that are live at one place have a phrase in common, and lead to different things.

Who says it is asked "did you mean …?", every time. Branches that do no more than lead to the same state may share
phrases, and so may intents that never compete.

Bad:

    intent later "the caller wants to be called later"
      "not now" "some other time" "no thanks"

    state first
      say "Shall I book it?"
      listen
        refuse -> goodbye
        later: again "When would suit you?"
        silence or otherwise -> goodbye

Good:

    intent later "the caller wants to be called later"
      "not now" "some other time"

    state first
      say "Shall I book it?"
      listen
        refuse -> goodbye
        later: again "When would suit you?"
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import Draft
from flowengine.graph.rivals import Rivals, rivals
from flowengine.graph.walk import own
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.words.normalise import normalise

RULE = Rule("FL610", "shared-phrase", "warning")

Places = dict[tuple[str, ...], ast.Text]
"""The phrases of one intent: their words, and where they stand."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    places = phrases(draft)
    for pair in rivals(draft.flow):
        shared = shared_by(places, pair.first, pair.second)
        if shared and own(draft, pair.second_branch.span):
            yield _finding(pair, shared, places)


def phrases(draft: Draft) -> dict[str, Places]:
    """Every intent's phrases, as the matcher takes them."""
    found: dict[str, Places] = defaultdict(dict)
    for unit in draft.units:
        for item in unit.file.items:
            if isinstance(item, ast.Intent):
                for phrase in item.phrases:
                    said = normalise(phrase.value).words
                    if said:
                        found[item.name.text].setdefault(said, phrase)
    return found


def shared_by(places: dict[str, Places], first: str, second: str) -> list[tuple[str, ...]]:
    """The phrases that both have, in the first's order."""
    others = places.get(second, {})
    return [words for words in places.get(first, {}) if words in others]


def _finding(pair: Rivals, shared: list[tuple[str, ...]], places: dict[str, Places]) -> Diagnostic:
    first, second = places[pair.first][shared[0]], places[pair.second][shared[0]]
    more = f" (and {len(shared) - 1} more)" if len(shared) > 1 else ""
    message = f"{first.value!r}{more} is a phrase of {pair.first!r} and of {pair.second!r}, and both are live here"
    help_ = "take it out of one of them, or let both lead to the same state; else the caller is asked which they meant"
    return RULE.at(
        pair.second_branch.span,
        message,
        help_,
        Related(first.span, f"of {pair.first!r}"),
        Related(second.span, f"of {pair.second!r}"),
    )
