"""Calls as the service records them, driven by hand: what is said is heard to its end at once."""

from __future__ import annotations

import msgspec

from flowengine.conversation.commands import AskGuard, Pause, Speak
from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerPressed, CallerSaid, Connected, Event, GuardAnswered, SpeechHeard
from flowengine.conversation.record import command_to_json, event_to_json
from flowengine.graph.model import Flow
from flowengine.store.rows import CallEnd, CallStart, Entry
from flowengine.store.store import Store
from flowengine.testing.player import DEFAULT_NOW


def record(store: Store, flow: Flow, call_id: str, contact: dict[str, object], *said: str) -> None:
    """One call in which the caller says this, or presses one key (`press 1`)."""
    conversation = Conversation(flow, check_contact(flow, contact), started=DEFAULT_NOW)
    entries: list[Entry] = []

    def note(at: float, way: str, kind: str, payload: dict[str, object]) -> None:
        text = msgspec.json.encode(payload).decode()
        entries.append(Entry(call_id, len(entries), at, "in" if way == "in" else "out", kind, text))

    def send(event: Event) -> None:
        waiting: list[Event] = [event]
        while waiting:
            happened = waiting.pop(0)
            note(happened.at, "in", type(happened).__name__, event_to_json(happened))
            for command in conversation.send(happened):
                note(happened.at, "out", type(command).__name__, command_to_json(command))
                match command:
                    case Speak(speech_id=speech_id) | Pause(speech_id=speech_id):
                        waiting.append(SpeechHeard(happened.at, speech_id))
                    case AskGuard(request_id=request_id):
                        waiting.append(GuardAnswered(happened.at, request_id, allowed=True))
                    case _:
                        pass

    send(Connected(0.0))
    for number, words in enumerate(said, 1):
        if words.startswith("press "):
            send(CallerPressed(5.0 * number, words.removeprefix("press ")))
        else:
            send(CallerSaid(5.0 * number, words))
    start = CallStart(
        call_id, f"CA-{call_id}", flow.name, flow.version, flow.direction, DEFAULT_NOW,
        contact=msgspec.json.encode(contact).decode(),
    )  # fmt: skip
    store.write([start, *entries, CallEnd(call_id, DEFAULT_NOW, "booked", "flow ended", abnormal=False)])
