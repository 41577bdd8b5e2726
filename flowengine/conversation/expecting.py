"""What kind of answer the caller is about to give: tells the recogniser how patient to be."""

from __future__ import annotations

from collections.abc import Mapping

from flowengine.conversation.commands import Expecting
from flowengine.conversation.place import Stay, intents_of
from flowengine.graph.model import Collect, Flow, TypeKind

BY_TYPE: Mapping[TypeKind, Expecting] = {
    "text": "text",
    "number": "number",
    "money": "number",
    "boolean": "choice",
    "date": "date",
    "time": "time",
    "datetime": "date",
    "duration": "number",
    "phone": "digits",
    "email": "text",
    "uk_postcode": "postcode",
    "uk_name": "text",
    "digits": "digits",
    "one_of": "choice",
}


def expecting(flow: Flow, stay: Stay) -> Expecting:
    """By the open question: the slot asked for, else a choice where the state itself lists intents."""
    if stay.doubt is not None:
        return "choice"
    if isinstance(stay.waiting, Collect) and stay.collecting is not None:
        return "choice" if stay.collecting.confirming else BY_TYPE[flow.slots[stay.collecting.current].type.kind]
    branches = stay.waiting.branches if stay.waiting is not None else ()
    return "choice" if intents_of((branches,)) else "open"
