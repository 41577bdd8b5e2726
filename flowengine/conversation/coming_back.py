"""A caller whose line was lost in the middle of the call, and is there again: told so, and asked the open question.

What was being spoken when the line was lost has been told as cut by then, so a line that has to be heard is on its way
again by itself, and nothing more is said than that.
"""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.place import OpenToCaller, is_away
from flowengine.conversation.prompt import Prompt
from flowengine.graph.model import Llm

CUT_OFF = "Sorry, we were cut off."


def come_back(call: Call, interpreter: Interpreter) -> None:
    """Go on where the call was. Keys that were typed before are forgotten: a number is typed anew."""
    stay = call.stay
    if stay is None or is_away(stay):
        return
    call.disarm_silence()
    call.disarm_keys()
    stay.keys = ""
    if not call.transcript.quiet:
        return
    unheard = tuple(call.transcript.broken_off)
    call.may_repeat()
    call.say(Prompt((CUT_OFF,)))
    call.transcript.asking.said_again()
    call.say_each(unheard)
    if not isinstance(stay.waiting, OpenToCaller) or call.is_weighing or _is_answering(call):
        # The answer that is waited for goes on from here.
        return
    if unheard:
        interpreter.listen()
    else:
        interpreter.ask_again()


def _is_answering(call: Call) -> bool:
    """The model has the word."""
    return call.stay is not None and isinstance(call.stay.waiting, Llm) and call.stay.request is not None
