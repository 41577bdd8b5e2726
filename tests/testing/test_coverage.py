from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.graph.compile import compile_file, find_flows
from flowengine.testing.coverage import Visits, coverage, instrument
from flowengine.testing.player import Player
from tests.testing.made_flows import BOOKING, compiled

FLOWS = Path(__file__).parent.parent.parent / "flows"


def visits_of(*words: str) -> Visits:
    player = Player(instrument(compiled(BOOKING)).flow, {"name": "Sam"})
    for each in words:
        player.say(each)
    player.listen()
    return Visits({entered.state for turn in player.turns for entered in turn.entered}, player.probes)


def test_states_and_branches_that_no_test_takes_are_named_with_their_lines() -> None:
    found = coverage(instrument(compiled(BOOKING)), visits_of("what", "no thanks"))
    assert [state.name for state in found.missing_states] == ["choose", "booked_goodbye"]
    assert [(probe.state, probe.label) for probe in found.missing_branches] == [
        ("greeting", "agree"),
        ("greeting", "press 1"),
        ("greeting", "silence"),
        ("greeting", "if turns > 5"),
        ("greeting", "silence or otherwise 3"),
        ("choose", "done"),
        ("choose", "failed"),
        (None, "hangup"),
        (None, "after 240s"),
    ]
    assert len(found.branches) == 12
    lines = BOOKING.splitlines()
    agree = found.missing_branches[0]
    assert lines[agree.span.line - 1].strip() == "agree -> choose"


def test_a_branch_that_only_speaks_is_counted() -> None:
    taken = coverage(instrument(compiled(BOOKING)), visits_of("what"))
    assert ("greeting", "otherwise") not in [(probe.state, probe.label) for probe in taken.missing_branches]


@pytest.mark.parametrize("path", find_flows([FLOWS]), ids=lambda path: path.stem)
def test_probes_change_nothing_in_a_call(path: Path) -> None:
    flow = compile_file(path).flow
    assert flow is not None
    contact = {
        field.name: "2026-12-01" if field.type.kind == "date" else "Sam"
        for field in flow.contact.values()
        if field.default is None
    }
    plain, probed = Player(flow, contact), Player(instrument(flow).flow, contact)
    for player in (plain, probed):
        for words in ("yes", "er what", "how much is it", "next tuesday", "are you a robot", "", "at three", "no"):
            if not player.over:
                player.say(words) if words else player.silence()
                player.listen()
    assert plain.turns == probed.turns
    assert probed.probes
