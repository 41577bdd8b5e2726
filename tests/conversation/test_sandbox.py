"""What a template can do to the one who runs it: nothing. Every attack is refused when compiled, or stops when run."""

from __future__ import annotations

import tracemalloc
from datetime import date
from types import SimpleNamespace

import pytest
from jinja2.exceptions import TemplateError, UndefinedError

from flowengine.conversation.evaluate import environment
from flowengine.graph import allowed
from flowengine.graph.compile import compile_text
from tests.conversation.talk import HEAD, INTENTS

NAMES: dict[str, object] = {
    "day": date(2026, 11, 24),
    "text": "a" * 500,
    "number": 10**29,
    "contact": SimpleNamespace(name="Sam", plan="basic"),
    "listed": [1, 2, 3],
    "items": ["a" * 500] * 1000,
}
DOUBLED = "{% set x = text %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}"

ATTACKS = [
    "{{ 'a' * 10**9 }}",
    "{{ text * 999999999 }}",
    "{{ 999999999 * text }}",
    "{{ [1] * 999999999 }}",
    "{{ listed * 999999999 }}",
    "{{ 10**10**8 }}",
    "{{ number * number }}",
    "{% for i in range(99999999) %}x{% endfor %}",
    "{% for a in text %}{% for b in text %}x{% endfor %}{% endfor %}",
    "{% for a in text recursive %}{{ loop(text) }}{% endfor %}",
    "{{ text | replace('a', text) }}",
    "{{ text | replace('', text) }}",
    "{{ '%999999999d' % 1 }}",
    "{{ text % 1 }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ '{x:>999999999}'.format_map({'x': 1}) }}",
    "{{ text.center(10**9) }}",
    "{{ text['center'](999999999) }}",
    "{{ text.ljust(999999999) }}",
    "{{ text.zfill(999999999) }}",
    "{{ text.join(text) }}",
    "{{ text.replace('a', text) }}",
    "{{ text.encode() }}",
    "{{ day.strftime('%999999999d') }}{{ gone }}",
    "{{ day.replace(year=2000) }}",
    "{{ text | center(999999999) }}",
    "{{ text | indent(999999999) }}",
    "{{ text | attr('upper') }}",
    "{{ listed | map('string') | join }}",
    "{{ listed | join(attribute='real') }}",
    "{{ items | join(text) }}",
    "{{ items | upper }}",
    "{{ 1.5 | round(999999999, 'ceil') }}",
    "{{ range(3) }}",
    "{{ dict(a=1) }}",
    "{{ lipsum() }}",
    "{{ cycler('a') }}",
    "{{ joiner() }}",
    "{{ namespace(a=1) }}",
    "{{ self }}",
    "{{ contact.__class__.__init__.__globals__ }}",
    "{{ contact['__class__'] }}",
    "{{ text.__class__.__mro__ }}",
    "{{ listed.append(1) }}",
    "{{ [[1], [2]] }}",
    "{{ {'a': [1]} }}",
    "{{ listed }}",
    "{{ contact }}",
    "{{ None }}",
    "{{ text.upper }}",
    DOUBLED,
    DOUBLED.replace("~", "+"),
    "{% set x = listed %}" + "{% set x = [x, x] %}" * 60 + "{{ x }}",
    "{% set x = listed %}" + "{% set x = x + x %}" * 60 + "{{ x | length }}",
    "{% set x = number %}" + "{% set x = x * x %}" * 60 + "{{ x }}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}",
    "{{ " + "[" * 300 + "]" * 300 + " }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% include 'x' %}",
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:40])
def test_an_attack_stops_when_run_and_takes_little(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises((TemplateError, TypeError, RecursionError, SyntaxError)):
            environment().from_string(text).render(NAMES)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{{ 2 ** 10 }}", "FL517"),
        ("{{ 'a' * 9 }}", "FL517"),
        ("{{ [1] * turns }}", "FL517"),
        ("{{ '%9d' % turns }}", "FL517"),
        ("{% for a in daypart recursive %}x{% endfor %}", "FL517"),
        ("{% for a in 'a' %}{% for b in 'a' %}{% for c in 'a' %}x{% endfor %}{% endfor %}{% endfor %}", "FL517"),
        ("{{ [['a'], 'b'] | first }}", "FL517"),
        ("{{ 1" + "0" * 40 + " }}", "FL517"),
        ("{{ 1e999 }}", "FL517"),
        ("{{ 'a'.center(9) }}", "FL523"),
        ("{{ '{}'.format(1) }}", "FL523"),
        ("{{ daypart.__class__.__mro__[1] }}", "FL523"),
        ("{{ daypart['__class__'] }}", "FL523"),
        ("{{ turns() }}", "FL523"),
        ("{{ now.hour() }}", "FL523"),
        ("{{ now.utcoffset() }}", "FL523"),
        ("{% for a in daypart %}{{ loop.cycle('a', 'b') }}{% endfor %}", "FL523"),
        ("{{ range(3) }}", "FL502"),
        ("{{ lipsum() }}", "FL502"),
        ("{{ namespace }}", "FL502"),
        ("{{ daypart | attr('upper') }}", "FL503"),
        ("{{ daypart | center(9) }}", "FL503"),
        ("{{ [1] | upper }}", "FL405"),
        ("{{ turns is sameas 3 }}", "FL503"),
        ("{{ " + "-" * 60 + "1 }}", "FL501"),
        ("{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}", "FL501"),
        ("{{ 1" + " + 1" * 60 + " }}", "FL501"),
        ("{{ " + "9" * 5000 + " }}", "FL118"),
        ("{% macro f() %}{% endmacro %}", "FL501"),
    ],
)
def test_what_has_no_bound_or_is_out_of_reach_is_refused_once_when_compiled(template: str, code: str) -> None:
    found = compile_text(f'{HEAD}\n{INTENTS}\nstate first\n  say "{template}"\n  end good\n')
    assert [problem.code for problem in found.errors] == [code], found.errors


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ contact.name ~ ' of ' ~ contact.plan }}", "Sam of basic"),
        ("{{ contact.name.upper() }} {{ 'a b'.split() | join(', ') }}", "SAM a, b"),
        ("{% for each in listed %}{{ each }}{{ ', ' if not loop.last }}{% endfor %}", "1, 2, 3"),
        ("{% for a in listed if a > 1 %}{{ a }}{% else %}none{% endfor %}", "23"),
        ("{% for a, b in {'x': 1} %}{{ a }}{% endfor %}", None),
        ("{{ {'basic': 5}[contact.plan] + 2 }}", "7"),
        ("{{ 2.345 | round(2) }} {{ 2.1 | round(0, 'ceil') }}", "2.35 3.0"),
        ("{{ nothing | default('x') }} {{ 'aa' | replace('a', 'b', 1) }}", "x ba"),
        ("{{ 7 // 2 }} {{ 7 % 2 }} {{ 7 / 2 }} {{ -7 }} {{ 'a' in 'abc' }}", "3 1 3.5 -7 True"),
        ("{{ day.strftime('%A') }} {{ day.weekday() }} {{ day.month }}", "Tuesday 1 11"),
        ("{{ listed[0:2] | join }} {{ (1, 2) | last }} {{ 4 is divisibleby 2 }}", "12 2 True"),
    ],
)
def test_what_flows_need_goes_on_working(template: str, expected: str | None) -> None:
    made = environment().from_string(template)
    if expected is None:
        with pytest.raises(ValueError, match="unpack"):
            made.render(NAMES)
    else:
        assert made.render(NAMES) == expected


def test_an_undefined_name_is_named_wherever_it_stands() -> None:
    for text in ("{{ gone }}", "{{ 'a' ~ gone }}", "{{ [gone] | first }}", "{% for a in gone %}{% endfor %}"):
        with pytest.raises(UndefinedError, match="'gone' is undefined"):
            environment().from_string(text).render()


def test_the_bound_is_the_same_each_time() -> None:
    turns = environment().from_string("{% for a in text %}{% for b in text[:many] %}{% endfor %}{% endfor %}done")
    most = allowed.MOST_STEPS // 500 - 3  # each turn of the outer loop is a step, and so is the beginning of the inner
    for _ in range(3):
        assert turns.render(text="a" * 500, many=most) == "done"
        with pytest.raises(TemplateError, match="too many steps"):
            turns.render(text="a" * 500, many=most + 1)
