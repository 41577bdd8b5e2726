"""The text that Prometheus reads."""

from __future__ import annotations

import re

import pytest

from flowengine.service.metrics.exposition import Counter, Histogram, Read, exposition
from tests import metrics_reference

NAME = re.compile(r"(flowengine|process)_[a-z_]+")
FORBIDDEN = frozenset({"call_id", "call_sid", "number", "flow", "state", "intent", "name"})
"""As labels: personal, or as many as there are calls or flows."""


def test_a_counter_counts_by_its_labels() -> None:
    counter = Counter("x_total", "What x is.", ["why"])
    counter.add("late")
    counter.add("late", by=2)
    counter.add('a "quoted"\\word')
    assert exposition([counter]) == (
        "# HELP x_total What x is.\n"
        "# TYPE x_total counter\n"
        'x_total{why="a \\"quoted\\"\\\\word"} 1\n'
        'x_total{why="late"} 3\n'
    )


def test_what_has_no_labels_is_shown_from_the_beginning() -> None:
    shown = exposition([Counter("x_total", "X."), Histogram("y", "Y.", (0.5,))])
    assert "x_total 0\n" in shown
    assert 'y_bucket{le="+Inf"} 0\n' in shown


def test_buckets_hold_all_that_is_no_greater() -> None:
    histogram = Histogram("y_seconds", "Y.", (0.005, 1), ["part"])
    for value in (0.001, 0.005, 0.3, 7):
        histogram.observe(value, "voicing")
    assert exposition([histogram]).splitlines()[2:] == [
        'y_seconds_bucket{part="voicing",le="0.005"} 2',
        'y_seconds_bucket{part="voicing",le="1"} 3',
        'y_seconds_bucket{part="voicing",le="+Inf"} 4',
        'y_seconds_sum{part="voicing"} 7.306',
        'y_seconds_count{part="voicing"} 4',
    ]


def test_a_gauge_is_read_when_it_is_asked_for() -> None:
    depth = 3
    gauge = Read("gauge", "depth", "Depth.", lambda: {("record",): depth}, ["queue"])
    depth = 5
    assert 'depth{queue="record"} 5\n' in exposition([gauge])


def test_a_value_too_few_or_too_many_is_a_defect() -> None:
    counter = Counter("x_total", "X.", ["why"])
    counter.add()
    with pytest.raises(ValueError, match="zip"):
        exposition([counter])


def test_names_and_labels_are_as_they_should_be() -> None:
    families = metrics_reference.families()
    names = [each.name for each in families]
    assert len(set(names)) == len(names)
    for each in families:
        assert NAME.fullmatch(each.name)
        assert each.name.endswith("_total") == (each.kind == "counter")
        assert not FORBIDDEN & set(each.labels)
        assert each.help.endswith(".")


def test_the_page_has_every_metric() -> None:
    """Else: python -m tests.metrics_reference"""
    assert metrics_reference.PAGE.read_text("utf-8") == metrics_reference.page()
