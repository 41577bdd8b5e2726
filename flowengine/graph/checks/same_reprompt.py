"""The text for asking again is the question, word for word.

Who did not understand it, or gave an answer that did not fit, learns nothing. Say it another way, with an example.
`again` without a text repeats the question by itself, where that is wanted.

Bad:

    slot day: date
      ask "Which day would suit you?"
      again "Which day would suit you?"

    state first
      collect day
        done or failed -> goodbye

Good:

    slot day: date
      ask "Which day would suit you?"
      again "Sorry, which day? You could say next Tuesday."

    state first
      collect day
        done or failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import inner_blocks
from flowengine.graph.model import Again, Block, Do, Guard, If, Listen, Say, Split, Template
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.words.normalise import words

RULE = Rule("FL510", "same-reprompt", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for slot in draft.flow.slots.values():
        if slot.ask is not None and slot.again is not None and _same(slot.again, (slot.ask,)):
            message = "asking again, this says the question word for word"
            help_ = "say it another way, with an example of an answer, or take the line out"
            yield RULE.at(slot.again.span, message, help_, Related(slot.ask.span, "the question"))
    for state in draft.flow.states.values():
        yield from _block(state.body, None)


def _block(block: Block, question: Say | None) -> Iterator[Diagnostic]:
    """`question`: what was said last, in this state, before the block."""
    for statement in block:
        match statement:
            case Say():
                question = statement
            case If() | Split() | Guard() | Do():
                for inner in inner_blocks(statement):
                    yield from _block(inner, question)
            case Listen(branches=branches) if question is not None:
                for branch in branches:
                    for closing in branch.body:
                        if isinstance(closing, Again) and closing.text is not None:
                            yield from _again(closing.text, question)
            case _:
                pass


def _again(text: Template, question: Say) -> Iterator[Diagnostic]:
    if question.sentences and _same(text, question.sentences):
        message = "asking again, this says the question word for word"
        help_ = "say it another way; 'again' without a text repeats the question"
        asked = question.span if question.line is not None else question.sentences[-1].span
        yield RULE.at(text.span, message, help_, Related(asked, "the question"))


def _same(again: Template, question: tuple[Template, ...]) -> bool:
    """The question is all that was said, or its last sentence alone."""
    said = words(again.text)
    whole = tuple(word for sentence in question for word in words(sentence.text))
    return bool(said) and said in (whole, words(question[-1].text))
