"""What the simulated model does with one request: a turn, as a test or a script file writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from flowengine.errors import UNREADABLE_JSON, FlowEngineError

Ending = Literal["stop", "length", "content_filter", "quiet", "cut", "hangs", "endless", "garbage"]
"""How a stream ends. stop, length, content_filter: the protocol's reasons, then [DONE]. quiet: it just ends. cut: the
connection breaks. hangs: nothing comes any more. endless: the text again and again. garbage: half a JSON object.
"""
Kind = Literal["stream", "html", "json", "refusal"]
Form = dict[str, str | float | bool | None]


class ScriptRefused(FlowEngineError):
    """A script of turns cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer. `exit` is the tool that it calls, with `arguments` as they stand on the wire; `also`: further tools.

    `first_s` passes before the first token, `token_s` before each further one. A `status` other than 200 is answered at
    once, with `retry_after` and `location` as its headers; `about` is the field of the request that it complains of.
    `kind`: html and json answer in another content type, refusal refuses.

    With a `form` it answers the next request that wants a form filled in, and no other: fields with their values, or a
    text as it stands on the wire, right or wrong.
    """

    text: str = ""
    form: Form | str | None = None
    exit: str | None = None
    arguments: str = "{}"
    also: tuple[str, ...] = ()
    first_s: float = 0.0
    token_s: float = 0.0
    status: int = 200
    retry_after: float | None = None
    location: str | None = None
    about: str | None = None
    kind: Kind = "stream"
    ends: Ending = "stop"

    @property
    def tools(self) -> tuple[str, ...]:
        return (*([self.exit] if self.exit is not None else ()), *self.also)

    @property
    def written(self) -> Turn:
        """With its form as the text that it is on the wire."""
        if self.form is None:
            return self
        text = self.form if isinstance(self.form, str) else json.dumps(self.form, ensure_ascii=False)
        return replace(self, text=text)


def tokens(text: str) -> Iterator[str]:
    """A text in pieces as models give it: a word each, with the space before it."""
    return iter(re.findall(r"\s*\S+|\s+$", text))


def read_turns(text: str) -> list[Turn]:
    """Turns from JSON: `[{"text": "It covers old boilers.", "first_s": 2}, {"form": {"intent": "book"}}]`.

    Raises ScriptRefused.
    """
    try:
        return msgspec.json.decode(text.encode(), type=list[Turn])
    except UNREADABLE_JSON as error:
        raise ScriptRefused(f"these turns cannot be read: {error}") from error
