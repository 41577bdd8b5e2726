"""Which of the values in an answer is meant: corrections, refusals, limits and alternatives.

"Tuesday, no, Wednesday" means Wednesday; "not Tuesday", "any day but Tuesday", "after four", "between fifty and sixty"
and "Friday or Saturday" name values that are not the answer. What stays unclear is asked again: a wrong value in a
booking costs more than a second question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from flowengine.conversation.reading import TURNS, Found, Reader
from flowengine.words.normalise import FILLERS, word_set
from flowengine.words.number_words import SMALL

Measure = Literal["when", "amount", "name"]
"""What a value measures, and so what can limit it: "after" a time, "over" an amount; nothing a postcode."""

DENIES = word_set(
    "not isn't aren't wasn't don't doesn't can't cannot won't couldn't wouldn't never except nor bar used stopped"
)
CHANGES = TURNS | DENIES

REACHES = word_set(
    "call me ring phone visit using do make it come manage be want need have get think really the a an on at in "
    "for to by this that any about until free available around here home here's is too keen like good pay say "
    "said mean exactly"
)
"""Words through which a "not" reaches a value: "I can't make it on Friday"; but "I'm not sure, Friday" is Friday."""

AWAY = word_set("away busy work working finish unavailable booked out off")
"""Of days and times: "I'm away on Friday"."""

ON = word_set("on at from for in")

ALL = word_set("any anything anytime every everything all nothing whenever day days time")
FAILS = word_set("isn't doesn't won't wouldn't don't can't cannot couldn't")
TAGS = word_set("it you they that i we")
""" "Friday, isn't it?" denies nothing."""

LIMITS: dict[Measure, frozenset[str]] = {
    "when": word_set("after before between beyond towards toward near nearer every each since"),
    "amount": word_set(
        "after before until till over under above below between beyond exceeding nearly almost maximum minimum max min"
    ),
    "name": frozenset(),
}
LIMITS_OF_TWO = (
    *(("more", "than"), ("less", "than"), ("fewer", "than"), ("later", "than"), ("earlier", "than"), ("other", "than")),
    *(("at", "least"), ("at", "most"), ("up", "to"), ("apart", "from"), ("sooner", "than"), ("bigger", "than")),
)
LIMITS_AFTER = word_set("onwards onward plus odd something maximum minimum max min upwards tops")
LIMITS_AFTER_OR = word_set("half quarter more less later earlier after before over under fewer above below sooner")
HOURS = range(1, 13)
THROUGH = word_set("about around roughly the a an maybe say like approximately of")
HESITATIONS = word_set("um er erm oh well so yes probably maybe just not")
RANGE = word_set("to till until through")
BESIDE_OR = word_set("maybe either even perhaps possibly on at the about a an for in and it is that would i by else")


def find(read: Reader, said: Sequence[str], measure: Measure, *, several: bool = False) -> Found | None:
    """The value meant; None where there is none or it is unclear. `several`: more slots than one want such a value."""
    meant = candidates(read, said, measure, several=several)
    return meant[0] if len(meant) == 1 or (meant and several) else None


def candidates(read: Reader, said: Sequence[str], measure: Measure, *, several: bool = False) -> list[Found]:
    """The values that may be meant, each once; a correction leaves only the last."""
    found = mentioned(read, said)
    if not several:
        found = _without_alternatives(found, said)
    refused: list[bool] = []
    for index in range(len(found)):
        refused.append(_refused(found, index, said, measure, refused))
    kept = [each for each, out in zip(found, refused, strict=True) if not out]
    if not kept:
        return []
    turned = [each for each in found if not CHANGES.isdisjoint(said[kept[0].stop : each.start])]
    if turned:
        corrected = [each for each in turned if each in kept]
        # A correction that makes no value leaves nobody knowing what the value is.
        last = turned[-1] if turned[-1].value is None else corrected[-1] if corrected else kept[0]
        return [last] if last.value is not None else []
    distinct: list[Found] = []
    for each in kept:
        if each.value is not None and all(each.value != other.value for other in distinct):
            distinct.append(each)
    return distinct


def mentioned(read: Reader, said: Sequence[str]) -> list[Found]:
    """All that a reader reads, one after the other."""
    found: list[Found] = []
    index = 0
    while index < len(said):
        result = read(said[index:])
        if result is None:
            index += 1
            continue
        value, used = result
        found.append(Found(value, index, index + max(used, 1)))
        index += max(used, 1)
    return found


def _refused(
    found: Sequence[Found], index: int, said: Sequence[str], measure: Measure, earlier: Sequence[bool]
) -> bool:
    """Whether a value is named as one that is not meant; `earlier` tells it of those before."""
    each = found[index]
    begin = next((other.stop for other in reversed(found[:index]) if other.value is not None), 0)
    end = found[index + 1].start if index + 1 < len(found) else len(said)
    before = [word for word in said[begin : each.start] if word not in FILLERS]
    after = [word for word in said[each.stop : end] if word not in FILLERS]
    if _lead(before)[-1:] == ["than"] or (measure == "name" and {"old", "was"} <= set(before)):
        # "Monday rather than Tuesday", "my old number was …".
        return True
    if measure == "amount" and before[-1:] == ["at"] and each.value in HOURS and each.stop - each.start == 1:
        # "Call at nine" counts nothing.
        return True
    if _denied(before, measure) or _fails(after) or _limited(before, after, measure):
        return True
    if index and measure != "name" and before == ["and"]:
        # "Between two and four" limits four as well.
        first = found[index - 1]
        start = found[index - 2].stop if index > 1 else 0
        if said[max(start, first.start - 1) : first.start] == ["between"]:
            return True
    return bool(index) and before in (["or"], ["nor"], ["or", "on"]) and earlier[index - 1]


def _denied(before: Sequence[str], measure: Measure) -> bool:
    for back, word in enumerate(reversed(before)):
        place = len(before) - back
        if word in DENIES:
            # "Why don't we say Friday" proposes it.
            return "why" not in before[:place]
        if word in ("but", "from") and any(other in ALL or other == "apart" for other in before[:place]):
            return True
        if word in AWAY and measure == "when" and ON.issuperset(before[place:]):
            return True
        if word not in REACHES or back > 4:
            return False
    return False


def _fails(after: Sequence[str]) -> bool:
    """ "Friday's no good", "Friday doesn't work", "Friday I can't do"."""
    rest = [word for word in after[:5] if word not in ("is", "was", "are", "i", "we", "that", "morning", "afternoon")]
    if rest[:1] and rest[0] in FAILS:
        return len(rest) < 2 or rest[1] not in TAGS
    if rest[:2] in (["no", "good"], ["no", "use"]) or rest[:1] == ["out"]:
        return True
    return rest[:1] == ["not"] and list(after[:2]) in (["is", "not"], ["are", "not"])


def _limited(before: Sequence[str], after: Sequence[str], measure: Measure) -> bool:
    if measure == "name":
        return False
    lead = _lead(before)
    if len(lead) > 1 and lead[-1] in ("until", "till") and not HESITATIONS.issuperset(lead[:-1]):
        # "I'm out till four": the end of something else; "until Friday", alone, answers until when.
        return True
    if any(list(after[index : index + 2]) in (["after", "that"], ["before", "that"]) for index in range(3)):
        return True
    if lead and (lead[-1] in LIMITS[measure] or tuple(lead[-2:]) in LIMITS_OF_TWO):
        return True
    if len(lead) > 1 and lead[-1] in ("or", "to") and _numeric(lead[-2]):
        # "Two or three weeks": only the last has its unit.
        return True
    if lead[-1:] == ["and"] and "between" in lead:
        return True
    if after[:1] and after[0] in LIMITS_AFTER:
        return True
    if after[:1] == ["or"] and len(after) > 1:
        return after[1] in LIMITS_AFTER_OR or _numeric(after[1]) or list(after[1:3]) == ["a", "bit"]
    if after[:1] == ["maybe"] and len(after) > 1:
        after = after[1:]
    if list(after[:2]) in (["a", "bit"], ["a", "little"], ["bit", "more"], ["bit", "less"]):
        return True
    return list(after[:3]) in (["and", "a", "bit"], ["at", "the", "latest"], ["at", "the", "earliest"])


def _lead(before: Sequence[str]) -> list[str]:
    """What stands before a value, less the words that lead to any value."""
    lead = list(before)
    while lead and lead[-1] in THROUGH:
        lead.pop()
    return lead


def _without_alternatives(found: list[Found], said: Sequence[str]) -> list[Found]:
    """The values without those of a range ("Monday to Friday") or a choice ("Friday or Saturday") left open."""
    left_open: set[int] = set()
    for index in range(len(found) - 1):
        between = said[found[index].stop : found[index + 1].start]
        if (len(between) == 1 and between[0] in RANGE) or (
            "or" in between
            and BESIDE_OR.issuperset(word for word in between if word != "or")
            and found[index].value != found[index + 1].value
        ):
            left_open |= {index, index + 1}
    return [each for index, each in enumerate(found) if index not in left_open]


def _numeric(word: str) -> bool:
    return word in SMALL or word.isdigit()
