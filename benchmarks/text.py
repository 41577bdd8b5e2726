"""The text path: a flow compiled, a call set up, an utterance understood, a turn taken. No audio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from statemachine import State, StateChart

from benchmarks.measure import Row, seconds_for
from flowengine.conversation.commands import AskGuard, Command, Speak
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerSaid, Connected, Event, GuardAnswered, SpeechHeard
from flowengine.conversation.prepared import prepare
from flowengine.conversation.slots import check_contact
from flowengine.graph.compile import compile_file, compile_text
from flowengine.graph.model import Flow
from flowengine.language.grammar import Feeder, raw_tokens
from flowengine.language.layout import lay_out
from flowengine.language.reading import read_source
from flowengine.language.source import Source
from flowengine.language.tokens import lex
from flowengine.testing.player import DEFAULT_NOW

FLOWS = Path(__file__).parent.parent / "flows"
FLOW = FLOWS / "telemarketing.flow"
TURNS = ("yes, go ahead", "how much is it?", "go on then", "about thirty", "evenings", "yes please", "Friday", "at two")
UTTERANCES = (
    *TURNS,
    "well I don't really know to be honest with you",
    "sorry I'm just driving can you ring me back later on",
    "please take me off your list",
    "purple monkey dishwasher",
)


def rows() -> Iterator[Row]:
    """All rows of the text path."""
    flow = compile_file(FLOW).flow
    assert flow is not None, "the shipped flow does not compile"
    yield compiling()
    yield setting_up(flow)
    yield understanding(flow)
    yield taking_turns(flow)


def compiling() -> Row:
    """The flow and its libraries, from text to the checked graph; its floor makes tokens and a tree of the same."""
    sources = [read_source(path) for path in (FLOW, *sorted((FLOWS / "lib").glob("*.flow")))]
    texts = [source for source in sources if isinstance(source, Source)]
    libraries = {Path(source.path).stem: source.text for source in texts[1:]}
    lines = sum(source.text.count("\n") for source in texts)
    seconds = seconds_for(lambda: compile_text(texts[0].text, str(FLOW), libraries))
    floor = seconds_for(lark_alone_for(texts))
    return Row("compile a flow and its libraries", f"{lines} lines", seconds, "tokens and tree", floor)


def lark_alone_for(texts: list[Source]) -> Callable[[], None]:
    """Nothing but tokens and lark's tree of these texts."""
    rows_of = [lay_out(source, lex(source)[0])[0] for source in texts]

    def lark_alone() -> None:
        for source, laid_out in zip(texts, rows_of, strict=True):
            for _ in raw_tokens(source.text):
                pass
            feeder = Feeder()
            for row in laid_out:
                feeder.move_to(row.depth)
                feeder.feed(row.tokens)
            feeder.end()

    return lark_alone


def setting_up(flow: Flow) -> Row:
    """A call's mind, ready for its first event; its state machine alone."""
    contact = check_contact(flow, {})
    machine = prepare(flow).plan.machine
    seconds = seconds_for(lambda: Conversation(flow, contact, started=DEFAULT_NOW))
    return Row("set a call up", f"{len(flow.states)} states", seconds, "its bare machine", seconds_for(machine))


def understanding(flow: Flow) -> Row:
    """What an utterance means, among all intents of the flow; whether it is word for word one of the phrases."""
    matcher = prepare(flow).matcher
    exact = {phrase: name for name, intent in flow.intents.items() for phrase in intent.phrases}
    names = tuple(flow.intents)

    def understand() -> None:
        for said in UTTERANCES:
            matcher.understand(said, names)

    def look_up() -> None:
        for said in UTTERANCES:
            exact.get(said.lower().rstrip("?"))

    what = f"{len(exact)} phrases"
    floor = seconds_for(look_up, units=len(UTTERANCES))
    return Row("understand an utterance", what, seconds_for(understand, units=len(UTTERANCES)), "a dictionary", floor)


class _Bare(StateChart[object]):
    """Two states and the move between them."""

    catch_errors_as_events = False
    here = State(initial=True)
    there = State()
    flip = here.to(there) | there.to(here)


def taking_turns(flow: Flow) -> Row:
    """A turn of a whole call, greeting to farewell, with all it says being heard; one bare transition."""
    bare = _Bare()
    floor = seconds_for(lambda: bare.send("flip"))
    contact = check_contact(flow, {})
    set_up = seconds_for(lambda: Conversation(flow, contact, started=DEFAULT_NOW))
    seconds = seconds_for(lambda: whole_call(flow, contact)) - set_up
    return Row("take a turn", "of a call", seconds / len(TURNS), "a bare transition", floor)


def whole_call(flow: Flow, contact: dict[str, object]) -> Conversation:
    """One call to its end. Raises AssertionError when it ends otherwise than with a demonstration agreed."""
    call = Conversation(flow, contact, started=DEFAULT_NOW)
    at = _heard(call, call.send(Connected(0.0)), 0.0)
    for said in TURNS:
        at += 2.0
        at = _heard(call, call.send(CallerSaid(at, said)), at)
    assert call.outcome == "demo_agreed", call.outcome
    return call


def _heard(call: Conversation, commands: tuple[Command, ...], at: float) -> float:
    """Everything that was ordered is carried out at once: the guard allows, each speech is heard to its end."""
    waiting = list(commands)
    while waiting:
        event: Event
        match waiting.pop(0):
            case Speak(speech_id=speech_id):
                at += 1.0
                event = SpeechHeard(at, speech_id)
            case AskGuard(request_id=request_id):
                event = GuardAnswered(at, request_id, allowed=True)
            case _:
                continue
        waiting.extend(call.send(event))
    return at
