"""`split`: which variant a contact gets.

The same contact gets the same variant of a split in every call, without anything being stored: the choice is a hash of
the flow, the split and the contact, and each variant has its share of the hash's range.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flowengine.conversation.call import Call, written
from flowengine.conversation.commands import Chose
from flowengine.graph.model import Split, Variant

_RANGE = 1 << 64


def contact_key(contact: Mapping[str, object]) -> str:
    """What stands for a contact that has no name of its own: all its values."""
    return "\n".join(f"{name}={written(value)}" for name, value in sorted(contact.items()))


def choose(flow: str, split: Split, key: str) -> Variant:
    """The variant for this contact. Percentages that don't make 100 are taken as shares of their sum."""
    digest = hashlib.sha256(f"{flow}\n{split.name}\n{key}".encode()).digest()
    point = int.from_bytes(digest[:8], "big") / _RANGE * sum(variant.percent for variant in split.variants)
    reached = 0.0
    for variant in split.variants:
        reached += variant.percent
        if point < reached:
            return variant
    return split.variants[-1]


def take_variant(call: Call, split: Split) -> Variant:
    """The variant of this call: the one that was settled by name, else the contact's."""
    forced = call.variants.get(split.name)
    variant = next((each for each in split.variants if each.name == forced), None)
    variant = variant or choose(call.flow.name, split, call.contact_key)
    call.trace.chose(variant)
    call.emit(Chose(split.name, variant.name))
    return variant
