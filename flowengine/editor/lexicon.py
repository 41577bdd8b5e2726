"""The words of the language for hovers and completion: keywords, filters, and what is built in, a sentence each.

A test holds the tables against the grammar, the filters and the built-in variables, and parses every example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EXAMPLES: Mapping[str, str] = {
    "flow": """\
flow renewal "Boiler cover renewal" outbound
  language en-GB
  voice amelia
  agent "Amy" of "Hearth & Home"
  use uk_telesales
""",
    "barge_in": """\
flow renewal "Boiler cover renewal" outbound
  barge-in after identity

line identity "This is an automated call from Hearth & Home."
line price barge-in never "It is {{ monthly | money }} a month."

state terms
  barge-in never
  say "It runs for a year, and you can leave at any time."
  -> offer
""",
    "inbound": """\
flow reception "The front desk" inbound
  agent "Amy" of "Hearth & Home"
""",
    "contact": """\
contact
  name: text
  plan: one of (basic, full) = basic
""",
    "outcome": """\
outcome booked success
outcome callback retry
outcome removed suppress
""",
    "line": """\
line price "It is {{ monthly | money }} a month."
""",
    "intent": """\
intent stop_now protective "the caller wants no more calls"
  "stop calling me" /take me off .* list/
""",
    "slot": """\
slot visit_day: date
  ask "Which day would suit you?"
  again "Sorry, which day?"
  confirm "{{ visit_day | spoken }}, is that right?"
  valid visit_day > today else "That day has gone."
  tries 3
""",
    "secret": """\
slot pin: digits(4) secret
  ask "Please key in your four digits."
""",
    "action": """\
action book_visit(day: date, name: text) -> reference: text
  python "acme.bookings:book_visit"
  timeout 4s

state book
  do book_visit(visit_day, contact.name)
    ok -> booked
    error or timeout -> arrange_callback
""",
    "policy": """\
policy fair_selling
  require heard(identity) before pitch
  never pitch after refuse
  always opt_out -> removed
  at most 20 turns
""",
    "summary": """\
summary
  booked: boolean = call.outcome == "booked"
  day: date = visit_day
  reason: text "why the caller said no, in their own words"
""",
    "state": """\
state offer is pitch
  say "Shall I go on?"
  listen 6s
    agree -> terms
    refuse or otherwise -> goodbye
""",
    "listen": """\
state offer
  say "Shall I go on?"
  listen 6s
    agree -> terms
    press 1 -> terms
    silence: again "Are you still there?"
    otherwise: again "Sorry, shall I go on?"
    silence or otherwise 3 -> goodbye
""",
    "events": """\
state offer
  listen
    heard visit_day -> book
    machine -> leave_message
    silence or otherwise -> goodbye
""",
    "collect": """\
state details
  collect visit_day, postcode
    done -> book
    failed -> arrange_callback
""",
    "guard": """\
state start
  guard uk_outbound
    allowed -> greeting
    refused: end not_permitted
""",
    "anywhere": """\
anywhere
  robot_question
    say "I'm an automated assistant."
    resume
  hangup: end hung_up
  after 8m -> goodbye
""",
    "if": """\
state decide
  if contact.plan == "basic" and turns < 5
    say "You are on the basic plan."
  elif contact.plan == "full": say "You have full cover."
  else -> goodbye
  -> offer
""",
    "simple": """\
state tell
  set monthly = 14.50 if contact.plan == "basic" else 22.00
  note "offered {{ monthly }}"
  wait 500ms
  keys "1ww2#"
  say "It is {{ monthly | money }} a month."
  end booked
""",
    "llm": """\
state worry
  llm "Answer the caller's worry in one or two short sentences."
    facts
      "The caller can leave at any time."
    never "discounts, guarantees"
    convinced "the caller agrees to go ahead" -> terms
    limit 3 turns 45s -> goodbye
    filler "Let me think."
    fallback "I understand." -> goodbye
""",
    "split": """\
state open
  split opening
    warm 50% -> warm_greeting
    direct 50% -> greeting
""",
    "transfer": """\
state hand_over
  transfer "+442079460000"
    briefing "{{ contact.name }} would like to move a visit."
    filler "I'm still trying to reach a colleague."
    answered: end booked
    busy or no_answer or failed -> arrange_callback
""",
    "run": """\
state identify
  run identity_check
    confirmed -> offer
    failed -> goodbye
""",
    "record": """\
state start_recording
  say "This call is recorded from now on."
  record start
  -> offer

state stop_recording
  record stop
  -> offer
""",
}
"""Fragments of flows, each free of mistakes of syntax."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword: one sentence, and the example that shows it."""

    sentence: str
    example: str


KEYWORDS: Mapping[str, Keyword] = {
    "FLOW": Keyword("Begins a call that can be run: its name, its title, and who calls whom.", "flow"),
    "OUTBOUND": Keyword("We call the contact.", "flow"),
    "INBOUND": Keyword("The caller calls us.", "inbound"),
    "LANGUAGE": Keyword("The language of recognition and synthesis; en-GB when left out.", "flow"),
    "VOICE": Keyword("The voice that speaks; the engine's own choice when left out.", "flow"),
    "AGENT": Keyword("Who speaks, and for whom.", "flow"),
    "OF": Keyword("Between the agent's name and the company; in 'one of', before the choices.", "flow"),
    "USE": Keyword("Brings in a library: its intents, lines, slots, states and handlers.", "flow"),
    "BARGE_IN": Keyword(
        "When the caller may cut speech short: always, after a line was heard, never; the nearest one counts.",
        "barge_in",
    ),
    "CONTACT": Keyword("The call's inputs, which the dialler must supply, with types and defaults.", "contact"),
    "ONE": Keyword("'one of (a, b)': a type with a closed list of values.", "contact"),
    "OUTCOME": Keyword("How a call may end.", "outcome"),
    "SUCCESS": Keyword("An outcome that counts as success.", "outcome"),
    "RETRY": Keyword("An outcome after which the dialler may call again.", "outcome"),
    "SUPPRESS": Keyword("An outcome that puts the number on the do-not-call list.", "outcome"),
    "LINE": Keyword("A named prompt, spoken sentence by sentence.", "line"),
    "INTENT": Keyword("What a caller may mean: phrases, /patterns/ and one plain description.", "intent"),
    "PROTECTIVE": Keyword("An intent that is matched first, in every state.", "intent"),
    "SLOT": Keyword("A typed value that the caller gives.", "slot"),
    "ASK": Keyword("The question that a slot asks.", "slot"),
    "CONFIRM": Keyword("The read-back of a slot, before its value counts.", "slot"),
    "VALID": Keyword("What must hold for a slot's value, and what is said if it does not.", "slot"),
    "TRIES": Keyword("How often a slot is asked before 'failed'; 3 when left out.", "slot"),
    "SECRET": Keyword("A slot taken by keypad alone, which never reaches recognition, logs or a model.", "secret"),
    "ACTION": Keyword("Something done outside the call, with typed arguments and results.", "action"),
    "DO": Keyword("Runs an action and waits for its result.", "action"),
    "POLICY": Keyword("Promises about the flow: proved when it is compiled, held when it runs.", "policy"),
    "REQUIRE": Keyword("A fact that must hold before a place is reached.", "policy"),
    "BEFORE": Keyword("Between a fact and the place it must come before.", "policy"),
    "NEVER": Keyword(
        "In a policy: a place that is closed after a fact. In 'llm': what must not be said. "
        "After 'barge-in': nothing may be cut short.",
        "policy",
    ),
    "AFTER": Keyword(
        "In a policy: since a fact. In 'anywhere': that long after the connection. After 'barge-in': once a line was "
        "heard.",
        "anywhere",
    ),
    "ALWAYS": Keyword(
        "An event that leads to a state from everywhere. After 'barge-in': whatever is said may be cut short.", "policy"
    ),
    "AT": Keyword("'at most': the longest a call may take, in time or turns.", "policy"),
    "MOST": Keyword("'at most': the longest a call may take, in time or turns.", "policy"),
    "TURNS": Keyword("Counts what the caller has said.", "policy"),
    "SUMMARY": Keyword("What is kept of the call when it is over: reckoned, or filled in by a model.", "summary"),
    "STATE": Keyword("A place in the call: statements, then one thing that waits, moves on or ends.", "state"),
    "IS": Keyword("Before a state's tags, which policies speak of.", "state"),
    "SAY": Keyword("Speaks a line by its name, or text.", "simple"),
    "SET": Keyword("Sets a variable.", "simple"),
    "NOTE": Keyword("Writes a remark into the call's record.", "simple"),
    "WAIT": Keyword("A pause in the agent's speech.", "simple"),
    "KEYS": Keyword("Sends telephone keys as tones: digits, * and #; w is half a second of nothing.", "simple"),
    "END": Keyword("Ends the call with an outcome, once everything has been said.", "simple"),
    "IF": Keyword("Does what follows only when a condition holds.", "if"),
    "ELIF": Keyword("Another condition, when none above held.", "if"),
    "ELSE": Keyword("When no condition above held; after 'valid', what is said then.", "if"),
    "LISTEN": Keyword("Waits for the caller; 6 s of silence when no time is given.", "listen"),
    "SILENCE": Keyword("The caller said nothing in time.", "listen"),
    "OTHERWISE": Keyword("The caller said something that fits no live intent.", "listen"),
    "PRESS": Keyword("These keys were pressed.", "listen"),
    "OR": Keyword("Joins events: either of them; a number after them counts both together.", "listen"),
    "AGAIN": Keyword("Stays and repeats the last question, or says this text; in a slot, the re-ask.", "listen"),
    "HEARD": Keyword("The caller gave this slot's value; in a policy, a line was heard to its end.", "events"),
    "MACHINE": Keyword("A voicemail or another machine answered.", "events"),
    "HANGUP": Keyword("The caller hung up.", "anywhere"),
    "RESUME": Keyword("Returns to the place that was interrupted, and asks its open question again.", "anywhere"),
    "ANYWHERE": Keyword("Handlers for every state; a state's own branch wins.", "anywhere"),
    "COLLECT": Keyword("Fills slots in order; 'done' and 'failed' are its results.", "collect"),
    "GUARD": Keyword("Asks the compliance guard; 'allowed' and 'refused' are its results.", "guard"),
    "LLM": Keyword("The model speaks inside a fence, and chooses among named exits.", "llm"),
    "FACTS": Keyword("What the model may say.", "llm"),
    "LIMIT": Keyword("How many turns, and how long, the model may speak.", "llm"),
    "FILLER": Keyword("What is said while an action runs, the model thinks, or a colleague is rung.", "llm"),
    "FALLBACK": Keyword("What is said when there is no model, or it fails.", "llm"),
    "SPLIT": Keyword("Shares calls out among variants, the same one for a contact each time.", "split"),
    "TRANSFER": Keyword("Connects the caller to another number.", "transfer"),
    "BRIEFING": Keyword(
        "What the colleague is told while the caller waits; they take the call with a key.", "transfer"
    ),
    "RUN": Keyword("Runs another flow inside this one; its outcomes are the branches.", "run"),
    "RECORD": Keyword("Starts or stops the recording of the call.", "record"),
    "START": Keyword("'record start': the recording begins.", "record"),
    "STOP": Keyword("'record stop': the recording ends.", "record"),
}
"""By the names of their terminals in flow.lark."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: one sentence, an example as written, and what the caller hears then."""

    sentence: str
    written: str
    heard: str


FILTERS: Mapping[str, Filter] = {
    "spoken": Filter(
        "A date, time, number, telephone number, postcode or e-mail address as it is said.",
        '"SW1A 1AA" | spoken',
        "S W one A, one A A",
    ),
    "money": Filter("An amount in pounds and pence.", "14.5 | money", "fourteen pounds fifty"),
    "spelled": Filter("Text, sign by sign.", '"BX-204" | spelled', "B X, two zero four"),
    "ordinal": Filter("A whole number's place in a row.", "3 | ordinal", "third"),
    "plural": Filter("A number with its noun, and the noun's plural.", '2 | plural("visit")', "two visits"),
    "abs": Filter("A number without its sign.", "-3 | abs", "3"),
    "capitalize": Filter("Text with a capital first letter.", '"full cover" | capitalize', "Full cover"),
    "default": Filter("Another value in place of an undefined one.", '3 | default("none")', "3"),
    "first": Filter("The first of several.", '["a", "b"] | first', "a"),
    "float": Filter("A number with decimals.", '"14.5" | float', "14.5"),
    "int": Filter("A whole number.", '"14" | int', "14"),
    "join": Filter("Several values as one text.", '["a", "b"] | join(" and ")', "a and b"),
    "last": Filter("The last of several.", '["a", "b"] | last', "b"),
    "length": Filter("How many there are.", '"abc" | length', "3"),
    "lower": Filter("Text in small letters.", '"YES" | lower', "yes"),
    "replace": Filter("Text with a part replaced.", '"a-b" | replace("-", " ")', "a b"),
    "round": Filter("A number, rounded.", "14.256 | round(2)", "14.26"),
    "title": Filter("Text with a capital at each word.", '"full cover" | title', "Full Cover"),
    "trim": Filter("Text without blanks at its ends.", '"  yes " | trim', "yes"),
    "upper": Filter("Text in capitals.", '"yes" | upper', "YES"),
}

VARIABLES: Mapping[str, str] = {
    "contact": "the call's inputs: contact.FIELD",
    "agent": "who speaks: agent.name, agent.company",
    "call": "the call itself: call.direction, call.flow",
    "today": "today's date",
    "now": "date and time of this moment",
    "daypart": "morning, afternoon or evening",
    "turns": "how often the caller has spoken",
    "last_heard": "what the caller said last",
    "sentiment": "how the caller felt in the last turn, -1 to 1",
    "mood": "how the caller has felt lately, -1 to 1",
}

ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "agent": {"name": "who speaks", "company": "for whom the agent speaks"},
    "call": {
        "direction": "outbound or inbound",
        "flow": "the flow's name",
        "outcome": "how the call ended; in 'summary' alone",
    },
}
