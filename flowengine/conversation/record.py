"""Events and commands as JSON objects, and back: what the store keeps, so that a call can be replayed.

{"kind": "CallerSaid", "at": 4.2, "text": "yes, speaking", "confidence": 0.93}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TypeVar, get_args

import msgspec

from flowengine.conversation.commands import Command, RunAction, SendKeys, Speak
from flowengine.conversation.events import ActionFinished, CallerPressed, CallerSaid, Event
from flowengine.conversation.hiding import HIDDEN, HIDDEN_KEY
from flowengine.errors import ProtocolError

KIND = "kind"
Entry = TypeVar("Entry")


def event_to_json(event: Event) -> dict[str, object]:
    """An event as plain data."""
    return _to_json(event)


def command_to_json(command: Command) -> dict[str, object]:
    """A command as plain data."""
    return _to_json(command)


def as_read(command: Command) -> dict[str, object]:
    """A command as it comes out of a record: the JSON object that was written of it."""
    read: dict[str, object] = msgspec.json.decode(msgspec.json.encode(command_to_json(command)))
    return read


def hidden(event: Event) -> Event:
    """The event as it may be kept while `Listen.private` holds: a key, but not which; words, but not what.

    A replay takes hidden keys for an entry that fits, and hidden words for no answer, as words to a secret are. It is
    the same call, but where the flow decides by the secret, or the words were an opt-out.
    """
    match event:
        case CallerPressed(key=key) if key.isdigit():
            return replace(event, key=HIDDEN_KEY)
        case CallerSaid():
            return replace(event, text=HIDDEN)
        case _:
            return event


def is_event(data: Mapping[str, object]) -> bool:
    """Whether this is an event's JSON, by its kind."""
    return data.get(KIND) in _event_types()


def is_command(data: Mapping[str, object]) -> bool:
    """Whether this is a command's JSON, by its kind."""
    return data.get(KIND) in _command_types()


def event_from_json(data: Mapping[str, object]) -> Event:
    """The event that was written. Raises ProtocolError when it is none."""
    return _from_json(data, _event_types())


def command_from_json(data: Mapping[str, object]) -> Command:
    """The command that was written. Raises ProtocolError when it is none."""
    return _from_json(data, _command_types())


def _to_json(entry: Event | Command) -> dict[str, object]:
    match entry:
        case RunAction(arguments=arguments, secret=secret):
            shown = ((name, HIDDEN if name in secret else _plain(value)) for name, value in arguments)
            entry = replace(entry, arguments=tuple(shown))
        case SendKeys(secret=True):
            entry = replace(entry, keys=HIDDEN)
        case ActionFinished(values=values):
            entry = replace(entry, values=tuple((name, _plain(value)) for name, value in values))
        case _:
            pass
    written = {KIND: type(entry).__name__, **msgspec.to_builtins(entry)}
    if isinstance(entry, Speak) and entry.after is None:
        # Records from before there was such a field are the same call still.
        del written["after"]
    if isinstance(entry, CallerSaid) and entry.reached is None:
        del written["reached"]
    if isinstance(entry, CallerSaid) and not entry.behind:
        del written["behind"]
    return written


def _from_json(data: Mapping[str, object], types: Mapping[str, type[Entry]]) -> Entry:
    kind = data.get(KIND)
    wanted = types.get(kind) if isinstance(kind, str) else None
    if wanted is None:
        raise ProtocolError(f"no entry of a record is called {kind!r}")
    try:
        return msgspec.convert({name: value for name, value in data.items() if name != KIND}, wanted)
    except msgspec.ValidationError as error:
        raise ProtocolError(f"a record's {kind} cannot be read: {error}") from error


def _plain(value: object) -> object:
    """A value of the language as JSON; what is none becomes null, and fits no type either."""
    match value:
        case str() | bool() | int() | float():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():g}s"
        case _:
            return None


@cache
def _event_types() -> dict[str, type[Event]]:
    return {each.__name__: each for each in get_args(Event)}


@cache
def _command_types() -> dict[str, type[Command]]:
    return {each.__name__: each for each in get_args(Command)}
