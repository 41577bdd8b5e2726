"""Texts made to be slow, or to break what reads them: each is a shape that grows with a number.

Shapes are of two kinds: flows that are right, only large, and texts that no one would write. `LIBRARIES` are shapes
whose size is in the files that they use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

HEAD = 'flow hostile "A test" inbound\n  agent "Amy" of "Hearth & Home"\n\noutcome good success\n\n'
LAST = '\nstate last\n  say "Goodbye."\n  end good\n\nanywhere\n  hangup: end good\n'


def _flow(lines: Iterable[str]) -> str:
    return HEAD + "".join(lines) + LAST


def _first(lines: Iterable[str]) -> str:
    return _flow(["state first\n", *(f"  {line}\n" for line in lines), "  -> last\n"])


def _listening(branches: Iterable[str]) -> str:
    listen = ['  say "Well?"\n', "  listen 6s\n", *(f"    {branch}\n" for branch in branches)]
    return _flow(["state first\n", *listen, "    silence or otherwise -> last\n"])


def _connected(count: int) -> str:
    states = []
    for number in range(count):
        states.append(f'state s{number}\n  say "Number {number}?"\n  listen 6s\n')
        states += [f"    press {key} -> s{(number * 7 + key * 13) % count}\n" for key in range(1, 10)]
        states.append("    silence or otherwise -> last\n")
    return _flow(states)


def _ladder(count: int) -> str:
    return _listening(f'silence {rung}: again "Hello, {rung}?"' for rung in range(1, count + 1))


def _each(count: int, text: str) -> str:
    """The text so many times, # being the number and ~ a number that is far from those before."""
    return "".join(text.replace("#", str(n)).replace("~", str(n * 7919 % 10007)) for n in range(count))


def _begun(count: int, line: str = "") -> str:
    """A state that has the line so many times."""
    return "state first\n" + _each(count if line else 0, f"  {line}\n") + "  -> last\n"


def _intents(count: int) -> str:
    intent = 'intent i# "the caller says #"\n  "say # please" "number #" /say # .*now/\n'
    listen = 'state first\n  say "Well?"\n  listen 6s\n'
    return _flow([_each(count, intent), listen, _each(count, "    i# -> last\n")])


def _slots(count: int) -> str:
    slot = 'slot d#: date\n  ask "Which day, #?"\n  valid d# > today else "No."\n'
    names = ", ".join(f"d{n}" for n in range(min(count, 200)))
    return _flow([_each(count, slot), f"state first\n  collect {names}\n    done -> last\n    failed -> last\n"])


def _nested(count: int) -> str:
    return _first("  " * depth + "if turns > 1" for depth in range(count))


def _elifs(count: int) -> str:
    arms = [f'elif turns == {number}: say "Turn {number}."' for number in range(2, count + 2)]
    return _first(['if turns == 1: say "One."', *arms, 'else: say "Many."'])


def _backwards(count: int) -> str:
    return _first(f"set v{n} = v{n - 1} + 1" if n else "set v0 = 1" for n in reversed(range(count)))


def _staircase(count: int) -> str:
    return "state a\n" + "".join(" " * (40 - n % 39) + 'say "x"\n' for n in range(count))


def _circle(count: int) -> str:
    return _flow([_begun(0), "".join(f"state s{n}\n  -> s{(n + 1) % count}\n" for n in range(count))])


SHAPES: Mapping[str, Callable[[int], str]] = {
    "states": lambda count: _flow([_each(count, 'state s#\n  say "Number #."\n  listen 6s\n    otherwise -> last\n')]),
    "states that lead to each other": _connected,
    "branches": lambda count: _listening(f"press {number} -> last" for number in range(count)),
    "rungs": _ladder,
    "intents": _intents,
    "slots": _slots,
    "lines": lambda count: _flow([_each(count, 'line l# "This is line #."\n'), _begun(count, "say l#")]),
    "contact fields": lambda count: _flow(["contact\n", _each(count, '  f#: text = "x#"\n'), _begun(0)]),
    "outcomes": lambda count: _flow([_each(count, "outcome o#\n"), _begun(0)]),
    "variables set from one another": lambda count: _first(
        f"set v{n} = v{n - 1} + 1" if n else "set v0 = 1" for n in range(count)
    ),
    "variables, the last first": _backwards,
    "sentences": lambda count: _flow([_begun(count, 'say "This is sentence #, {{ daypart }}."')]),
    "conditions": lambda count: _flow([_begun(count, 'if turns > # and daypart == "morning": say "Yes, #."')]),
    "elifs": _elifs,
    "handlers": lambda count: _flow([_begun(0), _each(count, "anywhere\n  press # -> last\n")]),
    "policies": lambda count: _flow([_begun(0), _each(count, "policy p#\n  never first after heard(gone_~)\n")]),
    "states of one name": lambda count: _flow([_each(count, 'state first\n  say "Hello."\n  -> last\n')]),
    "states that are not there": lambda count: _flow([_each(count, "state s#\n  -> gone_~\n")]),
    "variables that are not there": lambda count: _flow([_begun(count, 'say "Hello {{ gone_~ }}."')]),
    "unused": lambda count: _flow([_each(count, 'intent unused_# "x #"\n  "word #"\n'), _begun(0)]),
    "unreachable states": _circle,
    "statements that are none": lambda count: _flow([_begun(count, 'sya "Hello #."')]),
    "unclosed strings": lambda count: _flow([_begun(count, 'say "Hello #')]),
    "stray ends": lambda count: "state\n" * count,
    "tiny lines": lambda count: "x\n" * count,
    "blank lines": lambda count: "\n" * count + "x\n",
    "comments": lambda count: "# x\n" * count,
    "arrows": lambda count: _flow([_begun(count, "->")]),
    "colons": lambda count: "a: b: c:\n" * count,
    "brackets": lambda count: _first(["set x = " + "(" * min(count, 1900) + "1" + ")" * min(count, 1900)]),
    "minus signs": lambda count: _first(["set x = " + "-" * min(count, 3900) + "1"]),
    "braces": lambda count: _first([f'say "{"{{" * min(count, 1900)}"']),
    "filters": lambda count: _first([f'say "{{{{ daypart{" | upper" * min(count, 400)} }}}}"']),
    "open brackets on every line": lambda count: _flow([_begun(count, "set x = (1 +")]),
    "nested ifs": _nested,
    "a staircase of bad dedents": _staircase,
    "tabs": lambda count: "state a\n" + '\tsay "x"\n' * count,
    "a long line": lambda count: _first([f'say "{"a" * count}"']),
    "one word": lambda count: "a" * count,
    "quotes": lambda count: '"' * count,
    "backslashes": lambda count: 'state a\n  say "' + "\\" * count,
    "slashes": lambda count: "intent a\n  /" + "(/ " * min(count, 1300) + "\n",
    "marks of direction": lambda count: _each(count, "state a\u202e#\u2066\n"),
    "signs of other scripts": lambda count: _each(count, 'state дом#\n  сказать "Привет 🙂"\n'),
    "half characters": lambda count: _each(count, 'state a\n  say "\ud800 #"\n'),
    "bytes of nothing": lambda count: "\0" * count,
    "marks of byte order": lambda count: "\ufeff" * count + "flow",
    "line ends of other systems": lambda count: "state a\r\n\x0b\x0c\x1c\x85\u2028" * count,
}
"""Name of the shape → the text of that size."""


def chain(count: int) -> tuple[str, dict[str, str]]:
    """A flow that uses a library that uses a library …, so many in all."""
    flow = _flow([_begun(0)]).replace("\n\n", "\n  use l0\n\n", 1)
    last = count - 1
    return flow, {f"l{n}": (f"use l{n + 1}\n" if n < last else "") + f'line a{n} "Hello."\n' for n in range(count)}


def many(count: int) -> tuple[str, dict[str, str]]:
    """A flow that uses so many libraries, one beside the other."""
    flow = _flow([_begun(0)]).replace("\n\n", f"\n{_each(count, '  use l#' + chr(10))}\n", 1)
    return flow, {f"l{n}": f'line a{n} "Hello."\n' for n in range(count)}


LIBRARIES: Mapping[str, Callable[[int], tuple[str, dict[str, str]]]] = {
    "a chain of libraries": chain,
    "libraries": many,
}
