"""Texts made to be slow, or to break what reads them: each is answered, and twice the text costs twice the work."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from random import Random
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import judge, text_of
from benchmarks.hostile import LIBRARIES, SHAPES, chain
from benchmarks.mutations import derived, libraries, mutated
from flowengine.graph.compile import compile_text
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.reading import data_source

SIZES = (24, 48, 96)
MOST_GROWTH = 2.5
"""From one size to its double, in the part that grows. Work that grows with the square would be four times as much."""


def calls(text: str, libraries_of: Mapping[str, str]) -> int:
    """The calls made to compile a text: work counted, not timed."""
    count = 0

    def tick(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(tick)
    try:
        compile_text(text, libraries=libraries_of)
    finally:
        sys.setprofile(None)
    return count


def sized(name: str, size: int) -> tuple[str, Mapping[str, str]]:
    return LIBRARIES[name](size) if name in LIBRARIES else (SHAPES[name](size), {})


@pytest.mark.parametrize("name", [*SHAPES, *LIBRARIES])
def test_a_hostile_text_is_answered_and_its_cost_is_linear(name: str) -> None:
    judge(*sized(name, SIZES[0]))
    small, middle, large = (calls(*sized(name, size)) for size in SIZES)
    assert large - middle <= MOST_GROWTH * max(middle - small, small / 4), (small, middle, large)


def test_a_chain_of_a_thousand_libraries_is_followed() -> None:
    text, files = chain(1000)
    assert compile_text(text, libraries=files).errors == ()


@pytest.mark.parametrize("seed", range(1, 60))
def test_a_text_of_the_fuzzer_is_answered(seed: int) -> None:
    text = text_of(seed)
    if text is not None:
        judge(text, libraries())


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_a_derivation_of_the_grammar_is_answered(seed: int) -> None:
    judge(derived(Random(seed)), {})


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_a_shipped_flow_with_changes_is_answered(seed: int) -> None:
    judge(mutated(Random(seed)), libraries())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary())
def test_any_bytes_are_a_text_or_a_diagnostic(data: bytes) -> None:
    source = data_source(data, "any.flow")
    if isinstance(source, Diagnostic):
        assert source.code == "FL100"
    else:
        judge(source.text, {})
