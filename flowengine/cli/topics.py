"""What people look for by another word than the language has: the keywords that do it, and the page that tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """`names`: as they are asked for, words parted by `-`. `keywords`: the language's, the most telling first.

    `page`: in `docs/`.
    """

    names: tuple[str, ...]
    sentence: str
    keywords: tuple[str, ...]
    page: str


TOPICS = (
    Topic(
        ("voicemail", "answering-machine", "answerphone", "amd", "beep", "screening"),
        "Who answers is found out by the network's verdict, by the words of a greeting and by its beep. The `machine`"
        " branch leaves a message after the beep, or ends; without one the call hangs up.",
        ("machine",),
        "howto/answering-machines.md",
    ),
    Topic(
        (
            *("interruption", "interrupt", "interrupting", "turn-taking", "endpointing", "backchannel", "cough"),
            *("mm-hm", "mhm", "uh-huh", "early-yes", "early-answer", "noise"),
        ),
        "The agent falls silent for a voice, gives up its line for words, and goes on from the word where it was a"
        " cough or a yes before the question. `barge-in` says which lines may be cut short.",
        ("barge-in",),
        "explanation/turn-taking.md",
    ),
    Topic(
        ("taking-back", "taken-back", "take-back", "second-thought", "correction"),
        "Who goes on right after the agent has begun to answer, `yes` and then `but not today`, is understood by both"
        " together: the answer is broken off, and the call goes back to where it was before, unless something, an"
        " action say, has left it.",
        ("listen",),
        "explanation/turn-taking.md",
    ),
    Topic(
        ("postcode", "type", "address", "phone-number", "e-mail", "account-number", "digits", "slot-type"),
        "A slot asks for a value of a type, such as `uk_postcode`, `phone`, `email`, `date` or `digits(6)`, however it"
        " is said or typed.",
        ("slot", "collect", "confirm"),
        "reference/types.md",
    ),
    Topic(
        ("dtmf", "keypad", "touch-tone", "tones"),
        "Keys that a caller presses are taken by `press` branches and by `collect`; `keys` sends some.",
        ("press", "keys", "secret"),
        "reference/language.md#keys",
    ),
    Topic(
        ("hold", "on-hold", "music", "hold-music"),
        "A caller waits with music while a colleague is rung with a `briefing`, or an action takes longer than its"
        " `filler`. The music is a file of yours, or a soft tune.",
        ("briefing", "transfer", "filler"),
        "howto/put-a-caller-through.md",
    ),
    Topic(
        (
            "warm-transfer",
            "cold-transfer",
            "handover",
            "handoff",
            "hand-off",
            "hand-over",
            "colleague",
            "conference",
            "put-through",
        ),
        "`transfer` connects the caller to another number; with a `briefing` a colleague hears first what it is about,"
        " and takes the call with a key.",
        ("transfer", "briefing"),
        "howto/put-a-caller-through.md",
    ),
    Topic(
        ("recording", "record-start", "consent"),
        "`record start` begins once the caller has heard the notice that a policy requires before it.",
        ("record", "policy"),
        "reference/language.md#record",
    ),
    Topic(
        ("clips", "cache", "rendering", "prepared-speech"),
        "Lines that are the same in every call are spoken once, by `flowengine render`, and kept.",
        ("line",),
        "howto/clips.md",
    ),
)


def topic(key: str) -> Topic | None:
    """The topic of this name, in the singular or the plural, words parted by `-`."""
    singular = [key, *(key.removesuffix(ending) for ending in ("s", "es") if key.endswith(ending))]
    return next((each for name in singular for each in TOPICS if name in each.names), None)
