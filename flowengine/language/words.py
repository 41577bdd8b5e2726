"""What the words and signs of the grammar are called to an author, and where they belong."""

from __future__ import annotations

TERMINALS = {
    "NAME": "a name",
    "STRING": "a text in quotes",
    "QUOTED": "a text in quotes",
    "NUMBER": "a number",
    "DURATION": "a time such as 6s",
    "PERCENT": "a percentage",
    "PATTERN": "a /pattern/",
    "ARROW": "'->'",
    "COLON": "':'",
    "COMMA": "','",
    "EQUAL": "'='",
    "LPAR": "'('",
    "RPAR": "')'",
    "RSQB": "']'",
    "RBRACE": "'}'",
    "STAR": "'*'",
    "HASH": "'#'",
    "_NEWLINE": "the end of the line",
}

FOREIGN_WORDS = {
    "goto": "-> STATE",
    "go": "-> STATE",
    "jump": "-> STATE",
    "next": "-> STATE",
    "speak": "say",
    "print": "say",
    "tell": "say",
    "play": "say",
    "ask": "say, then listen",
    "hear": "listen",
    "gather": "listen or collect",
    "let": "set",
    "var": "set",
    "log": "note",
    "sleep": "wait",
    "pause": "wait",
    "finish": "end",
    "exit": "end",
    "stop": "end",
    "repeat": "again",
    "return": "resume",
    "elseif": "elif",
    "elsif": "elif",
    "when": "if",
}
"""Words that other languages use, and what this one calls the same thing."""

TRANSFER_PARTS = {
    **dict.fromkeys(("briefing", "brief", "whisper", "announce", "introduce", "introduction"), "briefing"),
    **dict.fromkeys(("filler", "hold", "music"), "filler"),
}
"""What other systems call the texts of a transfer, and what they are called here."""

MACHINES = frozenset({"voicemail", "voice_mail", "mailbox", "answering_machine", "answerphone", "answer_phone", "amd"})
"""What the event `machine` is called elsewhere."""

TRANSFER_RESULTS = {
    **dict.fromkeys(("decline", "declined", "reject", "rejected", "refuse", "refused", "engaged"), "busy"),
    **dict.fromkeys(("no_reply", "noreply", "unanswered", "not_answered", "timeout", "timed_out"), "no_answer"),
    **dict.fromkeys(("connected", "accepted", "ok", "done"), "answered"),
}
"""What elsewhere the results of a transfer are called; a colleague who declines counts as busy."""

_HOMES: tuple[tuple[str, str], ...] = (
    (
        "FLOW CONTACT OUTCOME LINE INTENT SLOT ACTION POLICY SUMMARY STATE ANYWHERE",
        "it stands at the left edge, outside any block",
    ),
    ("USE", "it stands under 'flow', or at the left edge of a library"),
    ("LANGUAGE VOICE AGENT", "it stands under 'flow'"),
    ("BARGE_IN", "it stands under 'flow', after a line's name, or first of all in a state"),
    (
        "SAY SET NOTE WAIT RESUME END RECORD IF LISTEN COLLECT GUARD DO TRANSFER RUN SPLIT LLM",
        "it stands in a state, or under a branch; under 'listen' itself stand only branches",
    ),
    ("AGAIN", "it stands under a branch, or in a slot"),
    ("SILENCE OTHERWISE PRESS HEARD MACHINE HANGUP", "it begins a branch: put it under 'listen' or 'anywhere'"),
    ("AFTER", "it stands under 'anywhere', or in a policy"),
    ("ASK CONFIRM VALID TRIES", "it stands under 'slot'"),
    ("REQUIRE ALWAYS AT", "it stands under 'policy'"),
    ("FACTS LIMIT FALLBACK", "it stands under 'llm'"),
    ("FILLER", "it stands under 'llm', 'action' or 'transfer'"),
    ("BRIEFING", "it stands under 'transfer'"),
    ("NEVER", "it stands under 'llm' or 'policy'"),
)


def home(kind: str) -> str | None:
    """Where a keyword belongs, as a remedy."""
    return next((place for kinds, place in _HOMES if kind in kinds.split()), None)
