"""Flows made at random, with all that a proof has to follow: digressions, subflows, conditions, rungs."""

from __future__ import annotations

from random import Random

HEAD = """\
flow made "A made flow" outbound
  agent "Amy" of "Hearth & Home"

contact
  known: boolean = false

outcome good success
outcome bad
outcome removed suppress

line identity "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."

line terms "It costs a pound a month."

intent agree "the caller says yes"
  "yes" "yes please"

intent refuse "the caller says no"
  "no" "no thanks"

intent price_question "the caller asks what it costs"
  "how much is it" "what does it cost"

intent opt_out protective "the caller wants no more calls"
  "stop calling me" "take me off your list"

intent robot_question protective "the caller asks whether this is a robot"
  "are you a robot" "is this a robot"

slot day: date
  ask "Which day?"
  tries 2

action book() -> reference: text
  python "acme.bookings:book"
  timeout 4s

state start
  guard uk_outbound
    allowed -> s0
    refused: end bad
"""

SUBFLOW = """\
flow ask "Asks" outbound
  agent "Amy" of "Hearth & Home"

outcome yes
outcome no

intent agree "the caller says yes"
  "yes"

intent refuse "the caller says no"
  "no"

line terms "It costs a pound a month."

state first
  say "Really?"
  listen
    agree -> second
    refuse: end no
    silence or otherwise 2: end no

state second{tag}
{said}  say "Really, really?"
  listen
    agree: end yes
    price_question -> aside
    silence or otherwise -> first
    silence or otherwise 3: end no

state aside
  say "It costs a pound."
  resume

{nested}
intent price_question "the caller asks what it costs"
  "how much is it"
{handlers}"""

NESTED = """\
state third
  run deeper
    yes: end yes
    no -> first
"""

DEEPER = """\
flow deeper "Asks deeper" outbound
  agent "Amy" of "Hearth & Home"

outcome yes
outcome no

intent agree "the caller says yes"
  "yes"

line identity "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."

state ask
  say identity
  say "Are you quite sure?"
  listen
    agree: end yes
    silence or otherwise: end no
"""

TAIL = """\
state removed
  say "I have taken you off our list. Goodbye."
  end removed

state goodbye
  say "Thank you. Goodbye."
  end bad

anywhere
  opt_out -> {opted_out}
  robot_question
    say "I'm an automated assistant."
    resume
  silence: again
  silence 3 -> goodbye
  otherwise: again "Sorry?"
  otherwise 3 -> goodbye
  hangup: end hung_up
  after {limit} -> goodbye
  after {turns} turns -> goodbye
"""

RULES = (
    "require heard(identity) before sales",
    "require said(terms) before good",
    "require heard(terms) before good",
    "require allowed(uk_outbound) before sales",
    "require agree before sales",
    "require agree before good",
    "require did(book) before good",
    "never sales after refuse",
    "never sales after did(book)",
    "never s3 after heard(terms)",
    "never sales after price_question",
    "always opt_out -> removed",
    "always agree -> goodbye",
    "at most 8m",
    "at most 12 turns",
)


class Maker:
    """Makes one flow."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._states = [f"s{number}" for number in range(random.randint(3, 6))]
        self._here = 0
        self._asides = [f"d{number}" for number in range(random.randint(0, 2))]

    def flow(self) -> str:
        """Its text, without a policy."""
        states = "\n".join(self._state(name) for name in self._states)
        asides = "\n".join(self._aside(name) for name in self._asides)
        choice = self._random.choice
        tail = TAIL.format(
            opted_out=choice(["removed"] * 4 + ["goodbye"]), limit=choice(["5m", "8m", "9m"]), turns=choice([8, 12, 15])
        )
        return f"{HEAD}\n{states}\n{asides}\n{tail}"

    def subflow(self) -> str:
        """The subflow that it may run, which may run another in turn."""
        choice = self._random.choice
        text = SUBFLOW.format(
            said=choice(("", "  say terms\n")),
            tag=choice(("", "", " is sales")),
            nested=(nested := choice(("", NESTED))),
            handlers=choice(
                (
                    "",
                    "anywhere\n  refuse: end no\n",
                    "anywhere\n  price_question\n    say terms\n    resume\n",
                    "anywhere\n  refuse -> first\n  price_question: end yes\n",
                )
            ),
        )
        return text.replace("silence or otherwise -> first", "silence or otherwise -> third") if nested else text

    def _state(self, name: str) -> str:
        tag = " is sales" if self._random.random() < 0.4 else ""
        self._here = self._states.index(name)
        return f"state {name}{tag}\n{self._speech()}{self._closing()}"

    def _aside(self, name: str) -> str:
        self._here = len(self._states)
        if self._random.random() < 0.4:
            return f"state {name}\n{self._speech()}{self._listen(without='refuse')}    refuse: resume\n"
        if self._random.random() < 0.3:
            run = f"  run ask\n    yes -> {self._target()}\n    no: resume\n"
            return f"state {name}\n{self._speech()}  if contact.known\n    resume\n{run}"
        again = self._random.choice(("", "  if not contact.known -> goodbye\n"))
        return f"state {name}\n{self._speech()}{again}  resume\n"

    def _speech(self) -> str:
        parts = (
            "  say identity\n",
            "  say terms\n",
            '  say "Hello."\n',
            "  set told = true\n",
            "  set told = false\n",
            "  if contact.known\n    say identity\n",
            "  if not contact.known\n    say identity\n    set told = true\n",
            f"  if told is defined and told -> {self._onward()}\n",
            f"  if turns > 3 -> {self._onward()}\n",
            f"  if mood < -0.3 -> {self._onward()}\n",
        )
        return "".join(self._random.choices(parts, k=self._random.randint(0, 3)))

    def _closing(self) -> str:
        target = self._onward
        kinds = (
            self._listen,
            self._listen,
            self._listen,
            self._listen,
            lambda: f"  -> {target()}\n",
            lambda: "  end good\n",
            lambda: f"  do book()\n    ok -> {target()}\n    error -> {target()}\n",
            lambda: f"  run ask\n    yes -> {target()}\n    no -> {target()}\n",
            lambda: f"  collect day\n    done -> {target()}\n    failed -> {target()}\n    refuse -> {target()}\n",
            lambda: (
                f'  transfer "+441134960999"\n    answered -> {target()}\n'
                f"    busy or no_answer or failed -> {target()}\n"
            ),
            lambda: f"  split path\n    one 50% -> {target()}\n    two 50%\n      say terms\n      -> {target()}\n",
            lambda: (
                '  llm "Answer."\n    facts "It is good."\n    never "prices"\n'
                f'    gone "the caller agrees" -> {target()}\n    limit 2 turns 30s -> goodbye\n'
                '    fallback "I see." -> goodbye\n'
            ),
        )
        return self._random.choice(kinds)()

    def _listen(self, without: str = "") -> str:
        branches = [
            f"    agree -> {self._target()}\n",
            f"    agree: end {self._random.choice(('good', 'bad'))}\n",
            f"    refuse -> {self._target()}\n",
            "    refuse: again\n",
            f"    refuse\n      say terms\n      -> {self._target()}\n",
            "    price_question\n      say terms\n      resume\n",
            f"    price_question -> {self._aside_or_state()}\n",
            f"    silence 2 -> {self._target()}\n",
            f"    otherwise -> {self._target()}\n",
            f"    press 1 -> {self._aside_or_state()}\n",
            f"    heard day -> {self._aside_or_state()}\n",
            f"    machine -> {self._target()}\n",
        ]
        chosen: dict[str, str] = {}
        for branch in self._random.sample(branches, k=self._random.randint(2, 5)):
            if (event := branch.split()[0].rstrip(":")) != without:
                chosen.setdefault(event, branch)
        return '  say "Well?"\n  listen\n' + "".join(chosen.values())

    def _target(self) -> str:
        return self._random.choice((*self._states, "goodbye"))

    def _onward(self) -> str:
        """Where a state may move without waiting, so that nothing goes round for ever."""
        return self._random.choice((*self._states[self._here + 1 :], "goodbye"))

    def _aside_or_state(self) -> str:
        return self._random.choice((*self._asides, *self._asides, *self._states))
