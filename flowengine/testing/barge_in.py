"""Why something that the agent says may not be cut short, in words for whoever wrote a test."""

from __future__ import annotations

from flowengine.conversation.commands import SendKeys, Speak
from flowengine.graph.barge_in import in_words
from flowengine.graph.model import BargeIn, Flow
from flowengine.graph.proof.policies import promised_lines


def why_firm(flow: Flow, speech: Speak | SendKeys) -> str:
    """Of a speech that may not be cut short: what says so, and where."""
    if isinstance(speech, SendKeys):
        return "keys are sent whole"
    line = flow.lines.get(speech.line) if speech.line is not None else None
    what = f"line {speech.line!r}" if line is not None else f'"{speech.text}"'
    if line is not None and line.barge_in is not None:
        return f"{what} is {_at(line.barge_in)}"
    if speech.line in promised_lines(flow):
        return f"a policy requires {what} to be heard"
    if speech.after is not None:
        return f"{what} is to be cut short only after {speech.after!r} was heard (barge-in after {speech.after})"
    written = [state.barge_in for state in flow.states.values()] + [flow.barge_in]
    firm = dict.fromkeys(each for each in written if each is not None and each.mode == "never")
    if len(firm) == 1:
        return f"{what} is said where it is {_at(next(iter(firm)))}"
    return f"{what} is said where it is barge-in never, or is a farewell"


def _at(written: BargeIn) -> str:
    return f"{in_words(written)} ({written.span.path}:{written.span.line})"
