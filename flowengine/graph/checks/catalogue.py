"""Diagnostics that are found before there is a graph: while reading, parsing, looking libraries up, lowering.

They need no check of their own; their explanations and examples stand here, so that the tests compile them and the
reference prints them beside the checks'.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.language.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Entry:
    """One diagnostic explained. `bad` and `good` are completed like a check's; None where a text cannot show it."""

    code: str
    name: str
    severity: Severity
    text: str
    bad: str | None = None
    good: str | None = None


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FL100",
        "unreadable-file",
        "error",
        "The file is missing, a folder, not UTF-8, or holds a NUL byte. Save it as plain text in UTF-8.",
    ),
    Entry(
        "FL101",
        "unexpected-token",
        "error",
        "A word or sign that does not fit where it stands. The remedy lists what could stand there.",
        'state first\n  if contact.plan == "full": end booked at once\n  -> goodbye\n',
        'state first\n  if contact.plan == "full": end booked\n  -> goodbye\n',
    ),
    Entry(
        "FL102",
        "unknown-keyword",
        "error",
        "A word that is no keyword where a keyword is needed, mostly a slip of the keyboard.",
        'state first\n  sya "Hello."\n  -> goodbye\n',
        'state first\n  say "Hello."\n  -> goodbye\n',
    ),
    Entry(
        "FL103",
        "missing-colon",
        "error",
        "A colon stands between an event and its statement, and between a name and its type.",
        'slot day date\n  ask "Which day?"\n\nstate first\n  collect day\n    done or failed -> goodbye\n',
        'slot day: date\n  ask "Which day?"\n\nstate first\n  collect day\n    done or failed -> goodbye\n',
    ),
    Entry(
        "FL104",
        "missing-name",
        "error",
        "A name is missing, or is none: names are letters, digits and `_`, begin with a letter, have no quotes.",
        "state first\n  ->\n",
        "state first\n  -> goodbye\n",
    ),
    Entry(
        "FL105",
        "missing-text",
        "error",
        "A text is missing, or stands without its straight double quotes.",
        "state first\n  say Hello.\n  -> goodbye\n",
        'state first\n  say "Hello."\n  -> goodbye\n',
    ),
    Entry(
        "FL106",
        "missing-arrow",
        "error",
        "Between an event and the state it leads to stands `->`.",
        'state first\n  say "Shall I?"\n  listen\n    agree goodbye\n    silence or otherwise -> goodbye\n',
        'state first\n  say "Shall I?"\n  listen\n    agree -> goodbye\n    silence or otherwise -> goodbye\n',
    ),
    Entry(
        "FL107",
        "assignment-for-comparison",
        "error",
        "`=` sets a value, `==` compares two.",
        'state first\n  if contact.plan = "basic" -> goodbye\n  end booked\n',
        'state first\n  if contact.plan == "basic" -> goodbye\n  end booked\n',
    ),
    Entry(
        "FL108",
        "tab-indentation",
        "error",
        "Lines are indented with spaces: a tab is as wide as the editor that shows it. Reported once for a file.",
        "state first\n\t-> goodbye\n",
        "state first\n  -> goodbye\n",
    ),
    Entry(
        "FL109",
        "bad-dedent",
        "error",
        "A line is indented less than the one above, but as no line before it. It is read as part of the deeper block.",
        'state first\n    say "Hello."\n  -> goodbye\n',
        'state first\n    say "Hello."\n    -> goodbye\n',
    ),
    Entry(
        "FL110",
        "empty-block",
        "error",
        "A line that opens a block has nothing under it.",
        "state first\n",
        "state first\n  -> goodbye\n",
    ),
    Entry(
        "FL111",
        "misplaced-statement",
        "error",
        "A word that the language has, in a place where it does not belong. The remedy says where it does.",
        'state first\n  -> goodbye\n\nsay "Hello."\n',
        'state first\n  say "Hello."\n  -> goodbye\n',
    ),
    Entry(
        "FL112",
        "unclosed-text",
        "error",
        "A text has no closing quote. A text ends on the line it begins on; several may stand under each other.",
        'state first\n  say "Hello.\n  -> goodbye\n',
        'state first\n  say "Hello."\n  -> goodbye\n',
    ),
    Entry(
        "FL113",
        "unexpected-indent",
        "error",
        "A line is indented under one that opens no block.",
        'state first\n  say "Hello."\n    -> goodbye\n',
        'state first\n  say "Hello."\n  -> goodbye\n',
    ),
    Entry(
        "FL114",
        "unbalanced-bracket",
        "error",
        "A bracket is not closed, or closes nothing.",
        "state first\n  if (turns > 3\n    -> goodbye\n  end booked\n",
        "state first\n  if (turns > 3)\n    -> goodbye\n  end booked\n",
    ),
    Entry(
        "FL115",
        "too-deep",
        "error",
        "Blocks or brackets stand in each other more than 24 deep. Nothing after that is read.",
    ),
    Entry(
        "FL116",
        "repeated-part",
        "error",
        "A part that can be written once is written twice: `voice`, `agent`, `language`, a slot's `ask`.",
        'slot day: date\n  ask "Which day?"\n  ask "What day?"\n\n'
        "state first\n  collect day\n    done or failed -> goodbye\n",
        'slot day: date\n  ask "Which day?"\n\nstate first\n  collect day\n    done or failed -> goodbye\n',
    ),
    Entry("FL117", "empty-file", "error", "There is nothing in the file but, perhaps, comments."),
    Entry("FL118", "too-long", "error", "A line has more than 4,000 characters, or a file more than 16,000,000."),
    Entry(
        "FL127",
        "too-many-problems",
        "error",
        "More than 1,000 problems; only so many are shown, errors first. A warning where only warnings are left out.",
    ),
    Entry(
        "FL119",
        "odd-character",
        "error",
        "A character that means nothing in the language, such as a curly quote outside a text.",
        "state first\n  -> goodbye;\n",
        "state first\n  -> goodbye\n",
    ),
    Entry(
        "FL120",
        "no-flow",
        "error",
        "A library was asked to run. `validate` checks libraries; only a file with a `flow` line can be called.",
    ),
    Entry(
        "FL121",
        "missing-unit",
        "error",
        "A time needs its unit: `ms`, `s`, `m` or `h`.",
        "state first\n  wait 2\n  -> goodbye\n",
        "state first\n  wait 2s\n  -> goodbye\n",
    ),
    Entry(
        "FL122",
        "number-too-long",
        "error",
        "A number of more than 20 signs.",
        'state first\n  set price = 123456789012345678901234567890\n  say "{{ price }} pounds."\n  -> goodbye\n',
        'state first\n  set price = 12\n  say "{{ price }} pounds."\n  -> goodbye\n',
    ),
    Entry(
        "FL123",
        "second-flow",
        "error",
        "A file holds one flow; a second `flow` line needs a file of its own.",
        'flow second "Another" inbound\n\nstate first\n  -> goodbye\n',
        "state first\n  -> goodbye\n",
    ),
    Entry(
        "FL124",
        "unknown-option",
        "error",
        "An option that an action does not have.",
        'action look_up() -> place: text\n  python "acme.places:look_up"\n  retry 2\n\n'
        "state first\n  do look_up()\n    ok or error -> goodbye\n",
        'action look_up() -> place: text\n  python "acme.places:look_up"\n  retries 2\n  timeout 2s\n  effect none\n\n'
        "state first\n  do look_up()\n    ok or error -> goodbye\n",
    ),
    Entry(
        "FL125",
        "option-misfit",
        "error",
        "An option of an action has a value that it cannot take: an address without https, a time that is too long.",
        'action look_up()\n  http "http://example.com/places"\n\n'
        "state first\n  do look_up()\n    ok or error -> goodbye\n",
        'action look_up()\n  http "https://example.com/places"\n  timeout 2s\n  effect none\n\n'
        "state first\n  do look_up()\n    ok or error -> goodbye\n",
    ),
    Entry(
        "FL126",
        "action-without-means",
        "error",
        "An action says neither which Python function nor which address carries it out, or it says both.",
        "action look_up()\n  timeout 4s\n\nstate first\n  do look_up()\n    ok or error -> goodbye\n",
        'action look_up()\n  python "acme.places:look_up"\n  timeout 2s\n  effect none\n\n'
        "state first\n  do look_up()\n    ok or error -> goodbye\n",
    ),
    Entry(
        "FL207",
        "unknown-type",
        "error",
        "A type that the language does not have.",
        'slot day: dat\n  ask "Which day?"\n\nstate first\n  collect day\n    done or failed -> goodbye\n',
        'slot day: date\n  ask "Which day?"\n\nstate first\n  collect day\n    done or failed -> goodbye\n',
    ),
    Entry(
        "FL208",
        "missing-library",
        "error",
        "`use` names a library that is neither beside the file, nor in `lib/` there, nor in `../lib/`. Nothing else is "
        "checked then, since what it defines is unknown.",
        'flow example "An example" inbound\n  use no_such_library\n\nstate start\n  end failed\n',
        'flow example "An example" inbound\n\nstate start\n  end failed\n',
    ),
    Entry("FL209", "cyclic-use", "error", "A library uses itself, perhaps through others. Take one `use` out."),
    Entry(
        "FL212",
        "not-a-library",
        "error",
        "`use` names a file that has a `flow` line. Move what both need to a file without one.",
    ),
    Entry(
        "FL216",
        "missing-subflow",
        "error",
        "`run` names a flow that is neither beside the file, nor in `lib/` there, nor in `../lib/`.",
        "state first\n  run no_such_flow\n    found -> goodbye\n",
        "state first\n  -> goodbye\n",
    ),
    Entry(
        "FL310",
        "misplaced-event",
        "error",
        "An event in a place where it cannot happen: a caller's words under `guard`, `after` outside `anywhere`, keys "
        "that no telephone has.",
        'state first\n  say "Shall I?"\n  listen\n    after 8m -> goodbye\n    silence or otherwise -> goodbye\n',
        'state first\n  say "Shall I?"\n  listen\n    silence or otherwise -> goodbye\n\n'
        "anywhere\n  after 8m -> goodbye\n  hangup: end hung_up\n",
    ),
    Entry(
        "FL404",
        "number-out-of-range",
        "error",
        "A rung (1 to 99), a slot's tries (1 to 9) or the number of digits (1 to 30) is out of range.",
        'slot pin: digits(0)\n  ask "Which?"\n\nstate first\n  collect pin\n    done or failed -> goodbye\n',
        'slot pin: digits(4)\n  ask "Which?"\n\nstate first\n  collect pin\n    done or failed -> goodbye\n',
    ),
    Entry(
        "FL710",
        "unknown-fact",
        "error",
        "A policy names a fact that does not exist. Facts are `heard(LINE)`, `said(LINE)`, `did(ACTION)`, "
        "`allowed(GUARD)`, and the name of an intent.",
        'line terms "It is free."\n\npolicy careful\n  require told(terms) before booked\n\n'
        "state first\n  say terms\n  -> goodbye\n",
        'line terms "It is free."\n\npolicy careful\n  require heard(terms) before booked\n\n'
        "state first\n  say terms\n  -> goodbye\n",
    ),
    Entry(
        "FL810",
        "shared-flow-name",
        "warning",
        "Two files of the folder hold a flow of the same name. A service knows its flows by name: nobody could tell "
        "which is meant, so it runs neither, and who calls hears that the number is not in use. Reported when a folder "
        "is checked, at the second of them.",
    ),
)
