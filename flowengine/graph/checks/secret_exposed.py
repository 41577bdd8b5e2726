"""A secret would be spoken, written down, or shown to the model.

A slot marked `secret` is taken by keypad alone and reaches no recogniser, transcript or log. That is worth nothing when
a prompt reads it aloud, a note keeps it, or the model is told. The same goes for a variable that is made of it. It may
be given to an action, be compared, and be typed on the keys of another telephone service (`keys`).

Bad:

    slot pin: digits(4) secret
      ask "Please type in your four digits."

    state first
      collect pin
        done
          note "The caller typed {{ pin }}."
          -> goodbye
        failed -> goodbye

Good:

    slot pin: digits(4) secret
      ask "Please type in your four digits."

    action verify(pin: digits(4))
      python "acme.pins:verify"
      timeout 2s

    state first
      collect pin
        done -> check_it
        failed -> goodbye

    state check_it
      do verify(pin)
        ok or error -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from jinja2 import nodes

from flowengine.graph import model
from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import Word, place, read
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL412", "secret-exposed", "error")

Text = model.Template | model.Expression
_ALLOWED = "it may be given to an action, typed with 'keys', or compared; take it out here"


def check(draft: Draft) -> Iterator[Diagnostic]:
    secrets = _secrets(draft.flow)
    for text, how in _shown(draft.flow) if secrets else ():
        source = draft.sources.get(text.span.path)
        for word in read(text).words:
            name = word.attribute if word.name == "slots" else word.name
            if name in secrets:
                span = place(text, source, _start(text.text, word, name), len(name))
                yield RULE.at(span, f"{name!r} is secret, and would be {how} here", _ALLOWED)


def _secrets(flow: model.Flow) -> frozenset[str]:
    """The secret slots, and the variables that a `set` makes of them; a yes or no about a secret is none."""
    found = {slot.name for slot in flow.slots.values() if slot.secret}
    settings = [each for each in every_statement(flow) if isinstance(each, model.Set)]
    for _ in settings if found else ():
        before = len(found)
        for each in settings:
            reading = read(each.value)
            words = {word.attribute if word.name == "slots" else word.name for word in reading.words}
            if words & found and not _only_asks(reading.tree):
                found.add(each.name)
        if len(found) == before:
            break
    return frozenset(found)


def _start(text: str, word: Word, name: str) -> int:
    """Where the name begins, when the word's place is that of an attribute of it."""
    return word.offset if word.attribute in (None, name) else max(0, text.rfind(name, 0, word.offset))


def _shown(flow: model.Flow) -> Iterator[tuple[Text, str]]:
    """Every text that somebody, or something, gets to hear or read."""
    for line in flow.lines.values():
        yield from ((sentence, "spoken") for sentence in line.sentences)
    for slot in flow.slots.values():
        prompts = (slot.ask, slot.again, slot.confirm, slot.invalid)
        yield from ((prompt, "spoken") for prompt in prompts if prompt is not None)
    yield from ((field.value, "kept in the summary") for field in flow.summary.values() if field.value is not None)
    yield from ((action.filler, "spoken") for action in flow.actions.values() if action.filler is not None)
    for statement in every_statement(flow):
        yield from _of(statement)


def _of(statement: model.Statement) -> Iterator[tuple[Text, str]]:
    match statement:
        case model.Say(line=None, sentences=sentences):
            yield from ((sentence, "spoken") for sentence in sentences)
        case model.Again(text=model.Template() as text):
            yield text, "spoken"
        case model.Note(text=text):
            yield text, "noted in the record"
        case model.Transfer(target=target, briefing=briefing, filler=filler):
            yield target, "dialled"
            yield from ((briefing, "told to a colleague") for _ in "1" if briefing is not None)
            yield from ((filler, "spoken") for _ in "1" if filler is not None)
        case model.Llm(task=task, facts=facts, filler=filler, fallback=fallback):
            yield from ((text, "told to the model") for text in (task, *facts))
            yield from ((text, "spoken") for text in (filler, fallback) if text is not None)
        case (
            model.Say()
            | model.Again()
            | model.Set()
            | model.If()
            | model.Split()
            | model.Wait()
            | model.Keys()
            | model.Record()
            | model.Goto()
        ):
            pass
        case model.Resume() | model.End() | model.Return() | model.Listen() | model.Collect() | model.Guard():
            pass
        case model.Do() | model.Run():
            pass
        case _:
            assert_never(statement)


def _only_asks(tree: nodes.Node | None) -> bool:
    """Whether an expression gives no more than a yes or no, or one of two other things by it."""
    match tree:
        case nodes.Compare() | nodes.Not() | nodes.Test():
            return True
        case nodes.CondExpr():
            branches = [each for each in (tree.expr1, tree.expr2) if each is not None]
            return all(isinstance(each, nodes.Const) or _only_asks(each) for each in branches)
        case nodes.And() | nodes.Or():
            return _only_asks(tree.left) and _only_asks(tree.right)
        case _:
            return False
