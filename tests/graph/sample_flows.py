"""Flows made by hand, so that drawing is tested without the parser."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from flowengine.graph.model import (
    Again,
    Agent,
    Block,
    Branch,
    Collect,
    ContactField,
    End,
    Flow,
    Goto,
    Guard,
    HandlerLayer,
    Line,
    Listen,
    OnAfter,
    OnHangup,
    OnIntent,
    OnOtherwise,
    OnPress,
    OnResult,
    OnSilence,
    Outcome,
    Resume,
    Say,
    Slot,
    State,
    Statement,
    Template,
    Trigger,
    ValueType,
)
from flowengine.language.source import Span

HERE = Span("sample.flow", 1, 1, 1, 2)


def say(*sentences: str) -> Say:
    return Say(None, tuple(Template(sentence, HERE) for sentence in sentences), HERE)


def goto(state: str) -> Goto:
    return Goto(state, HERE)


def end(outcome: str) -> End:
    return End(outcome, HERE)


def again(text: str | None = None) -> Again:
    return Again(Template(text, HERE) if text is not None else None, HERE)


def resume() -> Resume:
    return Resume(HERE)


def on(triggers: str, *body: Statement, rung: int = 1) -> Branch:
    """A branch from its left side as an author writes it: `on("silence or otherwise", goto("bye"), rung=3)`."""
    return Branch(tuple(_trigger(word) for word in triggers.split(" or ")), rung, body, HERE)


def listen(*branches: Branch, seconds: float = 6.0) -> Listen:
    return Listen(seconds, branches, HERE)


def collect(slot: str, *branches: Branch) -> Collect:
    return Collect((slot,), branches, HERE)


def guard(name: str, *branches: Branch) -> Guard:
    return Guard(name, branches, HERE)


def state(name: str, *body: Statement, tags: tuple[str, ...] = (), library: str | None = None) -> State:
    return State(name, tags, body, library, HERE)


def flow(states: Iterable[State], *layers: HandlerLayer, title: str = "Boiler cover renewal") -> Flow:
    """A flow of these states, starting with the first."""
    listed = list(states)
    outcomes = [Outcome(name, kind, HERE) for name, kind in OUTCOMES.items()]  # type: ignore[arg-type]  # rows below
    return Flow(
        name="boiler_cover",
        title=title,
        direction="outbound",
        language="en-GB",
        voice="amelia",
        agent=Agent("Amy", "Hearth & Home"),
        contact={"name": ContactField("name", ValueType("text"), None, HERE)},
        outcomes={outcome.name: outcome for outcome in outcomes},
        lines={"price": Line("price", (Template("It's {{ monthly | money }} a month.", HERE),), HERE)},
        intents={},
        slots={"visit_day": _slot("visit_day", "Which day would suit you?")},
        states={one.name: one for one in listed},
        start=listed[0].name,
        anywhere=layers,
        version="3f2a9c01d4e5",
        span=HERE,
    )


OUTCOMES = {
    "booked": "success",
    "callback": "retry",
    "declined": None,
    "removed": "suppress",
    "wrong_number": None,
    "not_permitted": None,
    "hung_up": None,
}


def boiler_cover() -> Flow:
    """The flow of the language page, as far as it needs no model."""
    library = "uk_telesales"
    return flow(
        (
            state(
                "start", guard("uk_outbound", on("=allowed", goto("greeting")), on("=refused", end("not_permitted")))
            ),
            state(
                "greeting",
                say("Good day, this is Amy.", "Am I speaking with {{ contact.name }}?"),
                listen(
                    on("agree", goto("introduction")),
                    on("deny or wrong_person", goto("wrong_number")),
                    on("silence", again("Hello, is {{ contact.name }} there?")),
                    on("otherwise", again("Sorry, is that {{ contact.name }}?")),
                    on("silence or otherwise", goto("goodbye"), rung=3),
                ),
            ),
            state(
                "introduction",
                say("Your cover ends soon.", "Shall I book your annual service and carry it on?"),
                listen(
                    on("agree", goto("terms")),
                    on("refuse", goto("goodbye")),
                    on("price_question", say("It's {{ monthly | money }} a month."), resume()),
                    on("busy", goto("arrange_callback")),
                    on("otherwise", goto("worry")),
                ),
                tags=("pitch",),
            ),
            state(
                "worry",
                say("I understand.", "Would you like to hear what the cover does?"),
                listen(
                    on("agree", goto("terms")),
                    on("refuse", goto("goodbye")),
                    on("repeat_please", goto("introduction")),
                    on("more", goto("worry")),
                ),
                tags=("pitch",),
            ),
            state(
                "terms",
                Say("price", (), HERE),
                collect("visit_day", on("=done", goto("booked_goodbye")), on("=failed", goto("arrange_callback"))),
            ),
            state(
                "booked_goodbye",
                say("That's booked for {{ visit_day | spoken }}; your reference is {{ reference | spelled }}."),
                end("booked"),
            ),
            state("goodbye", say("Thank you for your time. Goodbye."), end("declined")),
            state(
                "arrange_callback",
                say("No problem.", "When would be a better time?"),
                listen(on("refuse", goto("goodbye")), on("otherwise", end("callback"))),
                library=library,
            ),
            state("wrong_number", say("I'm sorry to have troubled you."), end("wrong_number"), library=library),
            state("removed", say("I've taken your number off our list."), end("removed"), library=library),
            state("unused", say("Nobody comes here."), end("declined"), library=library),
        ),
        HandlerLayer(
            None,
            (
                on("robot_question", say("I'm an automated assistant."), resume()),
                on("hangup", end("hung_up")),
                on("after 480", goto("goodbye")),
            ),
        ),
        HandlerLayer(library, (on("opt_out", goto("removed")), on("press 9", goto("removed")))),
    )


def random_flow(states: int, seed: int) -> Flow:
    """A flow of so many states, each leading to one to four others; the same seed gives the same flow."""
    choose = Random(seed)
    names = [f"state_{number}" for number in range(states)]
    made: list[State] = []
    for number, name in enumerate(names):
        if number and choose.random() < 0.12:
            made.append(state(name, say("Goodbye."), end(choose.choice(list(OUTCOMES)))))
            continue
        near = names[max(0, number - 3) : number + 8]
        targets = dict.fromkeys([names[min(number + 1, states - 1)], *choose.choices(near, k=choose.randint(0, 3))])
        branches = tuple(on(f"intent_{target[6:]}", goto(target)) for target in targets)
        made.append(state(name, say(f"This is question number {number}, is it clear?"), listen(*branches)))
    return flow(made, title="Made by chance")


def _slot(name: str, ask: str) -> Slot:
    return Slot(name, ValueType("date"), Template(ask, HERE), None, None, None, None, 3, False, HERE)


def _trigger(word: str) -> Trigger:
    match word.split():
        case ["silence"]:
            return OnSilence()
        case ["otherwise"]:
            return OnOtherwise()
        case ["hangup"]:
            return OnHangup()
        case ["press", keys]:
            return OnPress(keys)
        case ["after", seconds]:
            return OnAfter(float(seconds))
        case [name] if name.startswith("="):
            return OnResult(name[1:])
        case [name]:
            return OnIntent(name)
        case _:
            raise ValueError(word)


__all__ = ["Block", "boiler_cover", "flow", "random_flow"]
