"""What `kinds` says of filters is what the run time does."""

from __future__ import annotations

import pytest

from flowengine.conversation.evaluate import environment
from flowengine.graph.allowed import JINJA_FILTERS, SPOKEN_FILTERS
from flowengine.graph.kinds import SAMPLES, TYPES, filtered, refuses, type_of

ARGUMENTS = {"plural": "('visit')", "replace": "('a', 'b')", "default": "(1)"}


@pytest.mark.parametrize("name", [*SPOKEN_FILTERS, *JINJA_FILTERS])
def test_a_filter_refuses_the_kinds_that_fail_on_a_call(name: str) -> None:
    run = environment().compile_expression(f"value | {name}{ARGUMENTS.get(name, '')}", undefined_to_none=False)
    for samples in SAMPLES.values():
        results: list[object] = []
        for sample in samples:
            try:
                results.append(run(value=sample))
            except TypeError:
                continue
            except ValueError:
                results.append(None)
        assert refuses(name, type_of(samples[0])) is not bool(results), (name, samples)


@pytest.mark.parametrize("name", [*SPOKEN_FILTERS, *JINJA_FILTERS])
def test_what_comes_out_of_a_filter_is_of_the_type_that_is_said(name: str) -> None:
    run = environment().compile_expression(f"value | {name}{ARGUMENTS.get(name, '')}", undefined_to_none=False)
    for samples in SAMPLES.values():
        given = type_of(samples[0])
        said = filtered(name, given)
        if said is not None and not refuses(name, given) and given is not TYPES["duration"]:
            found = type_of(run(value=samples[0]))
            assert found is not None
            assert found.kind == said.kind or {found.kind, said.kind} == {"number", "boolean"}
