"""One answer as it streams in: sentences out of tokens, an exit out of tool calls. Pure: pieces in, sentences out.

Whatever is not a sentence of words or one of the exits is refused; what was refused is told in our own words.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from flowengine.adapters.openai.speakable import speakable
from flowengine.conversation.modelling import whole_sentences
from flowengine.errors import UNREADABLE_JSON, ModelError
from flowengine.runtime.ports import ModelReply

MOST_SENTENCES = 6
LONGEST_SENTENCE = 400
LONGEST_ARGUMENTS = 2000
MOST_CALLS = 8
UNKNOWN = "(unknown)"
"""Stands for the name of a tool that there is not: what the model made up is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Call:
    """A part of a tool call: its place among them, and what was added to its name and arguments."""

    index: int
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one message of the stream adds. `tokens`: of the prompt and of the answer, where the service counts."""

    text: str = ""
    refused: bool = False
    calls: tuple[Call, ...] = ()
    finish: str | None = None
    tokens: tuple[int, int] | None = None


class Reading:
    """Reads one answer. `exits`: the exit that each tool stands for; `say` is given each sentence once it is whole."""

    def __init__(self, exits: dict[str, str], language: str, say: Callable[[str], None]) -> None:
        self._exits = exits
        self._language = language
        self._say = say
        self._rest = ""
        self._sentences = 0
        self._refused = False
        self._finish: str | None = None
        self._calls: dict[int, Call] = {}
        self._remarks: list[str] = []
        self.started = False
        """Some of the answer has come."""
        self.tokens: tuple[int, int] | None = None
        self.characters = 0
        """Of the answer so far, whatever became of them: for a service that does not count tokens."""

    @property
    def enough(self) -> bool:
        """It has said as much as a turn may hold: nothing more is read."""
        return self._sentences >= MOST_SENTENCES

    @property
    def is_broken_off(self) -> bool:
        """The stream has not said why it ends."""
        return self._finish is None and not self.enough

    def take(self, piece: Piece) -> None:
        """A message has come. Raises ModelError for what cannot be spoken."""
        self.started = True
        self.characters += len(piece.text) + sum(len(call.name) + len(call.arguments) for call in piece.calls)
        self.tokens = piece.tokens or self.tokens
        self._finish = piece.finish or self._finish
        self._refused = self._refused or piece.refused
        for call in piece.calls:
            self._call(call)
        if piece.text:
            whole, self._rest = whole_sentences(self._rest + piece.text)
            for sentence in whole:
                self._speak(sentence)
            if len(self._rest) > LONGEST_SENTENCE:
                raise ModelError("it began a sentence without an end")

    def end(self) -> ModelReply:
        """The stream has ended. Raises ModelError when the answer is none, or not whole."""
        if self._refused:
            raise ModelError("it refused to answer")
        if self.enough:
            self._remarks.append(f"the model was stopped after {MOST_SENTENCES} sentences")
            return ModelReply("", None, tuple(self._remarks))
        match self._finish:
            case "content_filter":
                raise ModelError("the service's own filter stopped it")
            case "length":
                return self._cut_short()
            case _:
                pass
        if self._rest.strip():
            self._speak(self._rest.strip())
        chosen = self._exit()
        if not self._sentences and chosen is None:
            raise ModelError("the answer was empty")
        return ModelReply("", chosen, tuple(self._remarks))

    def _speak(self, sentence: str) -> None:
        words = speakable(sentence, self._language)
        if words and not self.enough:
            self._sentences += 1
            self._say(words)

    def _cut_short(self) -> ModelReply:
        """Out of tokens: a sentence that happens to be whole is one, and no exit was chosen for sure."""
        if self._rest.rstrip().endswith((".", "!", "?")):
            self._speak(self._rest.strip())
        self._remarks.append("the model's answer was cut at its limit of tokens")
        if not self._sentences:
            raise ModelError("the answer had no whole sentence within its limit of tokens")
        return ModelReply("", None, tuple(self._remarks))

    def _call(self, call: Call) -> None:
        known = self._calls.get(call.index, Call(call.index))
        if call.index not in self._calls and len(self._calls) >= MOST_CALLS:
            raise ModelError("it called too many tools")
        arguments = known.arguments + call.arguments
        if len(arguments) > LONGEST_ARGUMENTS:
            raise ModelError("it called a tool with arguments without an end")
        # Some services send the whole name with every part.
        name = known.name if call.name == known.name else known.name + call.name
        self._calls[call.index] = Call(call.index, name, arguments)

    def _exit(self) -> str | None:
        """The one exit that was called, and called soundly."""
        named = list(dict.fromkeys(call.name for call in self._calls.values()))
        if len(named) > 1:
            self._remarks.append("the model called several exits at once: none is taken")
            return None
        for call in self._calls.values():
            if call.name not in self._exits:
                # The conversation says that there is no such exit.
                return UNKNOWN
            try:
                given = json.loads(call.arguments or "{}")
            except UNREADABLE_JSON:
                self._remarks.append("the model's call of an exit was malformed: it is not taken")
                return None
            if given not in ({}, None):
                self._remarks.append("the model gave an exit values that it does not take: they are dropped")
            return self._exits[call.name]
        return None
