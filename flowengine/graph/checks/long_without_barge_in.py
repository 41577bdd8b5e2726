"""The caller hears more than twelve seconds that they cannot cut short.

Somebody who says "sorry, who is this?" and is talked on at for a quarter of a minute takes it for a recording, and
hangs up. Counted from the caller's last word to the end of the last line that may not be cut short: what is said before
such a line may not be either. More than twenty seconds in one go are FL507's. Reckoned as there.

Bad:

    line terms barge-in never
      "The cover begins on the first of the month and runs for a year from then on."
      "It renews by itself unless you tell us at least two weeks before it ends."
      "You can leave at any time in the first fourteen days, and pay nothing."

    state first
      say terms
      -> goodbye

Good:

    line terms barge-in never
      "The cover runs for a year, and you can leave in the first fourteen days."
    line renewal
      "It renews by itself unless you tell us at least two weeks before it ends."

    state first
      say terms
      say renewal
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flowengine.graph.barge_in import barge_in
from flowengine.graph.checks.rule import Rule
from flowengine.graph.checks.too_long_line import TALK_SECONDS, spoken_seconds
from flowengine.graph.names import Draft
from flowengine.graph.proof.policies import promised_lines
from flowengine.graph.talk import Said, Talk
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.source import Span

RULE = Rule("FL615", "long-without-barge-in", "warning")

MOST_SECONDS = 12


def check(draft: Draft) -> Iterator[Diagnostic]:
    yield from _Listener(draft, promised_lines(draft.flow)).findings()


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the caller has heard since they last spoke."""

    seconds: float = 0.0
    said: tuple[Said, ...] = ()


@dataclass(slots=True)
class _Listener:
    """Reports each place at which it becomes too much, once."""

    draft: Draft
    promised: frozenset[str]
    _found: dict[Span, Diagnostic] = field(default_factory=dict)

    def findings(self) -> list[Diagnostic]:
        Talk(self.draft.flow, _Heard(), self._hear, lambda one, other: one.seconds > other.seconds).follow()
        return list(self._found.values())

    def _hear(self, heard: _Heard, said: Said) -> _Heard:
        if said in heard.said:
            return heard  # a circle: talk without an end is FL305's
        now = _Heard(heard.seconds + spoken_seconds(said.text), (*heard.said, said))
        if now.seconds > TALK_SECONDS:
            # It is too long for anybody, and told of as that.
            for each in now.said:
                self._found.pop(each.at, None)
        elif now.seconds > MOST_SECONDS and self._is_firm(said):
            self._found.setdefault(said.at, self._finding(now, said))
        return now

    def _is_firm(self, said: Said) -> bool:
        held = barge_in(self.draft.flow, self.promised, said.line, said.state)
        # Whether a line was heard before is not known here; one that waits for itself is firm the first time.
        return held is not None and (held.mode == "never" or (held.line is not None and held.line == said.line))

    def _finding(self, heard: _Heard, said: Said) -> Diagnostic:
        message = f"the caller hears about {heard.seconds:.0f} s that they cannot cut short"
        if said.line in self.promised and self.draft.flow.lines[said.line].barge_in is None:
            message += f", since a policy requires {said.line!r} to be heard"
        help_ = f"say less, ask something before, or let the caller cut in: {MOST_SECONDS} s is the most"
        begins = () if heard.said[0].at == said.at else (Related(heard.said[0].at, "begins here"),)
        return RULE.at(said.at, message, help_, *begins)
