from __future__ import annotations

import pytest

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Source
from flowengine.testing.flowtest.bind import bind
from flowengine.testing.flowtest.parser import parse
from tests.testing.made_flows import BOOKING, GUARDED, compiled


def misfits(*lines: str, flow: str = BOOKING) -> tuple[Diagnostic, ...]:
    text = 'test "x"\n  flow y\n' + "".join(f"  {line}\n" for line in lines) + "  agent: *\n"
    file, problems = parse(Source("a.flowtest", text))
    assert problems == ()
    return bind(file.tests[0], compiled(flow))[1]


SAM = ("contact", '  name = "Sam"')


@pytest.mark.parametrize(
    ("lines", "code", "line", "help_"),
    [
        ((), "FL872", 1, "under a 'contact' line, add name = \"Sam\""),
        (("contact",), "FL872", 3, 'add name = "Sam"'),
        ((*SAM, "  nmae = Sam"), "FL871", 5, "did you mean 'name'?"),
        ((*SAM, "  name = Tom"), "FL857", 5, "keep one"),
        ((*SAM, "  since = yesterday"), "FL877", 5, None),
        ((*SAM, "guard uk_outbound allowed"), "FL876", 5, None),
        ((*SAM, "expect state = greting"), "FL874", 5, "did you mean 'greeting'?"),
        ((*SAM, "expect understood agre"), "FL868", 5, "did you mean 'agree'?"),
        ((*SAM, "expect dya = 2026-12-01"), "FL875", 5, "did you mean 'day'?"),
        ((*SAM, "expect contact.nmae = Sam"), "FL875", 5, "did you mean 'contact.name'?"),
    ],
)
def test_what_does_not_fit_the_flow_is_told_before_it_is_played(
    lines: tuple[str, ...], code: str, line: int, help_: str | None
) -> None:
    found = misfits(*lines)
    assert [(problem.code, problem.span.line) for problem in found] == [(code, line)]
    assert found[0].help == help_


def test_an_unknown_outcome_is_told() -> None:
    file, _ = parse(Source("a.flowtest", 'test "x"\n  flow y\n  ends don\n'))
    bound, found = bind(file.tests[0], compiled(GUARDED))
    assert bound is None
    assert (found[0].code, found[0].help) == ("FL873", "did you mean 'done'?")


def test_outcomes_that_every_flow_has_need_no_declaration() -> None:
    file, _ = parse(Source("a.flowtest", 'test "x"\n  flow y\n  caller: (hangs up)\n  ends hung_up\n'))
    bound, found = bind(file.tests[0], compiled(GUARDED))
    assert found == ()
    assert bound is not None


def test_contact_values_come_in_their_types() -> None:
    assert misfits(*SAM, "  since = 2021-02-03", "expect contact.since = 2021-02-03") == ()
