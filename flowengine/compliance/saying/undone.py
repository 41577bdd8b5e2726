"""That something was done. A model can only speak while it speaks: booking and sending are the flow's, afterwards."""

from __future__ import annotations

from flowengine.compliance.saying.rule import Kind, pattern

_LATER = "".join(
    rf"(?<!\b{word} )" for word in ("once", "when", "if", "as soon as", "after", "until", "till", "unless", "before")
)
"""What is said of a time that has not come claims nothing."""
_DONE = (
    r"(?:booked|rebooked|cancelled|canceled|rescheduled|refunded|reserved|deleted|emailed|texted|registered"
    r"|unsubscribed|scheduled|arranged (?:it|that|your|for|a|an|the)|transferred (?:it|the|your)"
    r"|(?:taken|removed) (?:you|it|that|your (?:\w+ )?(?:name|number|details))(?: \w+)? (?:off|from)"
    r"|(?:moved|changed|updated|confirmed|amended)"
    r" (?:it|that|you|your|the (?:appointment|booking|visit|order|date|time))"
    r"|sent (?:you|it|that|them|an?|the|your|over|off)|(?:put|signed|pencilled|marked) you (?:up|down|in)\b"
    r"|put (?:it|that) (?:down|in)\b|added you|ordered (?:it|that|you|your|a|an|the)|paid (?:it|that|the|your|you))"
)
_PAST = r"(?:booked|cancelled|canceled|rescheduled|refunded|sent|emailed|texted|moved|changed|deleted|removed)"
_STATE = r"(?:booked|rebooked|cancelled|canceled|rescheduled|refunded|sent|deleted|reserved|sorted|removed)"

UNDONE = Kind(
    "undone",
    pattern(
        rf"\b(?=i|we){_LATER}(?:i've|i have|we've|we have)"
        rf" (?:(?:just|now|already|also|gone ahead and|been and) )*{_DONE}",
        rf"\b(?=i ){_LATER}i (?:(?:just|already|also) )*{_PAST} (?:you|your|it|that|the|an?)\b",
        rf"\b(?:you're|you are|that's|that is|it's|it is|(?<=\w )is|has been|have been) (?:now|all|just|all now)"
        rf" {_STATE}\b",
        rf"\b(?:that's|that is) {_STATE}\b(?! (?:by|on|within|from|when|once|if|as soon|every))",
        r"\b(?:consider it done|it's (?:all )?done for you|that's (?:all )?done for you)\b",
    ),
    "says that something was done, which a model cannot do",
    "let the flow do it, and say so after",
    written=False,
    models=True,
    hints=(
        *("book", "cancel", "resched", "refund", "reserv", "delet", "email", "text", "regist", "subscri", "schedul"),
        *("arrang", "transfer", "taken", "remov", "mov", "chang", "updat", "confirm", "amend", "sent", "put", "signed"),
        *("pencil", "marked", "added", "order", "paid", "done", "sorted"),
    ),
)
