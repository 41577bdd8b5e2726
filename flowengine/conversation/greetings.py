"""Words of an answering machine, a network's announcement or a call screen, told from a person's.

`is_greeting` holds for what nobody on the line would say: one unmistakable phrase ("after the tone", "the number you
have dialled"), or two that a greeting has together ("you've reached Dana" and "I'm not in at the moment"). A person who
answers for somebody else says such things singly ("he's not available, can I take a message?"): that is none.
`is_answer` holds for what a person says into a silent line ("hello? who's there?").

The wordings are those of UK networks' announcements, of mobile operators' mailboxes, of call screening on telephones,
and of greetings that people record; the rows of the test show each.
"""

from __future__ import annotations

import re

from flowengine.words.normalise import normalise

_TONE = r"(?:tone|beep|bleep|pip|signal)"
_MAILBOX = (
    r"(?:voicemail|voice mail|voice mailbox|mailbox|answer ?phone|answering (?:machine|service)|messaging service"
    r"|message service|voice messaging)"
)
_REACHED = r"you have (?:reached|got through to|come through to|called)|you are (?:through|connected) to"
_THANKS = r"welcome to|thanks for calling|thank you for (?:calling|ringing)"
_NAMED = r"(?<!is )this is"
_NOW = r"(?:(?:right now|just now|at the moment|at this time|at present|currently|today|presently) )?"
_TAKE = r"(?:take|answer|accept) (?:your|the|this) (?:phone )?call"
_CALLED = (
    r"(?:person|customer|mobile|phone|telephone|number|subscriber|party|extension|user) (?:that |which |whom )?you "
    r"(?:are (?:calling|ringing|phoning|trying to (?:call|reach|contact))|have (?:called|dialled|dialed|rung|reached)"
    r"|called|dialled|dialed|rang)"
)
_ASKED = r"(?<!want to )(?<!like to )(?<!wish to )(?<!can i )(?<!shall i )(?<!should i )(?<!do i )(?<!could i )"

UNMISTAKABLE = re.compile(
    "|".join(
        (
            rf"\b(?<!heard )(?<!before )(?:after|at|following|hear) (?:the|a) (?:\w+ )?{_TONE}\b",
            rf"\b(?:{_REACHED}|{_THANKS}|{_NAMED}) (?!not\b)(?:(?!not\b)\w+ ){{0,6}}?{_MAILBOX}\b",
            rf"\b{_MAILBOX} (?:\w+ ){{0,6}}?(?:is|are) (?:now |currently )?full\b",
            rf"\b{_MAILBOX} (?:\w+ ){{0,6}}?(?:has not been set up|is not set up|is not accepting)\b",
            r"\bcan not (?:accept|take) any (?:more |new )?messages\b",
            rf"\b(?:not available|unavailable|unable|not able|(?<!he )(?<!she )can not|nobody|no one)(?: is)?"
            rf"(?: available| free| here)? {_NOW}(?:to )?{_TAKE}\b",
            r"\b(?:i|we|nobody|no one) can(?: not)? (?:come|get) to the phone\b",
            rf"\b{_CALLED}\b(?! (?:about|for|is (?:the )?wrong|mate|from))",
            r"\bplease (?:now )?record (?:your|a) (?:\w+ )?message\b",
            r"\b(?:state|record|announce|(?<!you )say) your (?:full )?name (?:and|then|after|so)\b",
            r"\bif you record your name\b|\bcall (?:is being )?screen(?:ed|ing)(?: service)?\b",
            r"\byour call (?:has been|is being) (?:forwarded|diverted|screened|redirected)\b",
            r"\b(?:has|have) not been recogni[sz]ed\b|\bis (?:not|no longer) in (?:service|use)\b",
            r"\bplease (?:hang up|replace the (?:handset|receiver)) and (?:try|dial)\b",
            r"\bcheck the number and (?:try|dial)\b|\bunable to connect (?:your|this|the) call\b",
            r"\bnot (?:connect|complete) (?:your|this|the) call\b|\bcall can not be (?:connected|completed)\b",
            r"\bdo(?:es)? not (?:accept|take) (?:calls from )?(?:anonymous|withheld|unknown|incoming|unidentified)\b",
            r"\b(?:re ?record|rerecord) (?:your|the|this) message\b|\bfinished recording\b",
            r"\b(?:is|may be) (?:currently )?(?:switched off|unavailable|unreachable) (?:\w+ ){0,6}?"
            r"(?:try|call)(?: again)? later\b",
        )
    )
)

_LEAVE = (
    rf"\b{_ASKED}(?<!can )(?<!could )leave (?:me |us )?(?:a|your|any) (?:(?:short|brief|quick|detailed|full) )?"
    r"(?:message|name)\b(?! with (?:me|us|him|her|them))"
)
_ABSENT = (
    rf"\b(?:i am|we are|nobody is|no one is|there is nobody|there is no one) {_NOW}(?:not |un)?"
    r"(?:available|around|here|in|at home|home|able to)\b|\b(?:i|we) (?:have )?missed (?:you|your call)\b"
    r"|\bsorry (?:i|we) missed\b|\b(?:i am|we are) (?:away|out|unavailable|busy)\b"
    r"|\b(?:i|we) can not (?:talk|answer|pick up)\b"
)
_BACK = (
    r"\b(?:i|we|someone|somebody|one of (?:us|our team)|a member of (?:our|the) (?:team|staff)) (?:will|shall) "
    r"(?:\w+ )?(?:get|call|ring|phone|come|return)(?: \w+){0,3}? (?:you|your call|back)\b"
)
_CLOSED = (
    r"\b(?:our|the) (?:\w+ )?(?:office|offices|lines|reception|surgery|shop) (?:is|are) (?:now |currently )?closed\b"
)
_HINTS = {
    "reached": re.compile(rf"\b(?:{_REACHED})\b"),
    "thanks": re.compile(rf"\b(?:{_THANKS})\b"),
    "named": re.compile(rf"\b(?:{_NAMED})\b"),
    "closed": re.compile(_CLOSED),
    "leave": re.compile(_LEAVE),
    "absent": re.compile(_ABSENT),
    "back": re.compile(_BACK),
}
TOGETHER = (
    frozenset({"reached", "leave"}),
    frozenset({"reached", "absent"}),
    frozenset({"reached", "back"}),
    frozenset({"reached", "closed"}),
    frozenset({"thanks", "leave"}),
    frozenset({"thanks", "back"}),
    frozenset({"thanks", "closed"}),
    frozenset({"named", "leave"}),
    frozenset({"leave", "absent"}),
    frozenset({"leave", "back"}),
)
"""Not "absent" with "back" or "named": "this is Dana, I'm busy, I'll ring you back" is what people say."""

_ANSWER = (
    r"hello|hi|hiya|hey|yes|speaking|good (?:morning|afternoon|evening)"
    r"|(?:is )?(?:anyone|anybody|someone|somebody) there"
    r"|(?:are )?you (?:still )?there|who is (?:this|it|that|there|calling|speaking)|(?:can|do) you hear me"
    r"|i can(?: not)? hear you|i am (?:still )?(?:here|listening|on the line)|(?:can|how can|how may) i help(?: you)?"
    r"|what (?:do you want|is it)|pardon|sorry|go (?:on|ahead)|carry on|(?:do not|please do not) hang up"
    r"|(?:this|it) is (?:me|he|she|him|her)|do not go|wait|hold on|i am back|i have picked up|what"
)
ANSWER = re.compile(rf"(?:(?:{_ANSWER})(?: (?:there|please|then|now|mate|love|again|just|so|and|are))* ?)+")


def is_greeting(text: str) -> bool:
    """Whether these words, of one utterance or of several in a row, are surely a machine's."""
    said = " ".join(normalise(text).words)
    if UNMISTAKABLE.search(said):
        return True
    found = {name for name, pattern in _HINTS.items() if pattern.search(said)}
    return any(pair <= found for pair in TOGETHER) and "?" not in text


def is_answer(text: str) -> bool:
    """Whether these words, and no others, are what a person says who is there."""
    return ANSWER.fullmatch(" ".join(normalise(text).words)) is not None
