"""What a caller may always say and be heard, in every flow and every state, whatever the flow itself listens for.

Patterns over words as `normalise` leaves them ("don't" is "do not"), so that what a recogniser leaves out or doubles
changes nothing. "Don't stop, carry on" is none of these. A flow's own intents come first; this is the floor under them.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from flowengine.compliance.cards import CARD_HIDDEN
from flowengine.words.normalise import normalise

Honoured = Literal[
    "opt_out",
    "emergency",
    "distress",
    "complaint",
    "wrong_person",
    "driving",
    "dont_record",
    "human_request",
    "robot_question",
    "my_number",
    "who_are_you",
    "card_number",
]
"""In order of precedence. Most are called as the library's intents are."""

_CALL = r"(?:call|ring|phone|telephone|contact)"
_TROUBLE = r"(?:bother|pester|disturb|harass|hassle|hound|core|cool|coal|bring|wring|text|email)"
"""What needs "me" to be said of us; among it what a recogniser makes of "call" and "ring"."""
_CALLING = (
    r"(?:calls|calling|call in|ringing|phoning|telephoning|contacting|bothering|pestering|disturbing|harassing|hassling"
    r"|hounding|bugging|contact|cooling|bringing|wringing)"
)
_CALLED = r"(?:called|rung|rang|phoned|telephoned|contacted|bothered|disturbed|pestered)"
_ME = r"(?:me|us|here|(?:this|my|our) (?:\w+ ?)?(?:number|house|phone|home|address|mother|mum|dad|wife|husband))"
_ORDER = (
    r"\b(?<!did )(?<!does )(?<!has )(?<!i can )(?<!we can )(?<!if )(?<!is )(?<!are you )"
    r"(?<!he )(?<!she )(?<!they )(?<!it )"
)
"""Who does not call is not ordered not to: "why did he not call me back"."""
_WOULD = r"(?:you |ever |dare |to |please |be |go |keep |bother |even |allowed |supposed |you ever ){0,4}"
_LATER = (
    r"(?!(?: \w+){0,3} (?:now|right now|yet|today|tomorrow|tonight|before|after|until|till|unless|at|on|in(?! future)"
    r"|while|during|later|instead|between|early|late|first|this (?:morning|afternoon|evening|week)|by)\b)"
)
"""Only not then: "don't call me before nine"."""
_EVER = r"(?:again|a gain|any ?more|no more|any longer|ever|back|thank you|thanks|please|then|ok|and|or)"
_LIST = r"(?:list|lists|database|system|books?|records?|files?|computer|register)"
_DETAILS = r"(?:number|numbers|numb|details|name|data|information)"
_PATTERNS: tuple[tuple[Honoured, tuple[str, ...]], ...] = (
    (
        "opt_out",
        (
            r"\b(?<!not )(?<!not to )(?<!not want to )(?<!not want you to )(?<!not please )"
            rf"(?:stop|quit|cease|pack in|pack it in|give over|leave off|stop it) (?:\w+ ){{0,3}}{_CALLING}\b",
            rf"{_ORDER}not {_WOULD}{_CALL}(?:ing)?(?: back| up)?(?: {_ME})?(?: up)?(?: {_EVER}|$){_LATER}",
            rf"{_ORDER}not {_WOULD}(?:{_TROUBLE}|{_CALL})(?:ing)? {_ME}(?: up)?(?: {_EVER}|$){_LATER}",
            rf"\bnot (?:to be |ever be |be |get ){_CALLED}(?: {_ME})?(?: {_EVER}|$){_LATER}",
            rf"(?<!have )(?<!was )(?<!were )\bnot (?:called|rung|phoned|contacted)(?: {_ME})?(?: {_EVER}|$){_LATER}",
            rf"(?<!i )(?<!they )(?<!you )(?<!we )(?<!he )(?<!she )\bnever (?:ever )?{_CALL}\b(?: {_ME})?(?: {_EVER}|$)",
            rf"\bnot (?:ever |really )?(?:want|wish|like|agree|consent|need|consented|agreed)(?: \w+){{0,5}} "
            rf"(?:{_CALLING}|{_CALLED}){_LATER}(?! (?:back|from (?:customers|my)))",
            rf"\bnot (?:want|wish|like|need) (?:you|anyone|anybody|your \w+|them) to {_CALL}\b{_LATER}",
            r"\b(?:not|never) (?:ever )?want to (?:ever )?hear (?:\w+ ){0,2}from (?:you|your)\b",
            rf"\b(?:rather|sooner|prefer|appreciate|grateful|like)(?: \w+){{0,4}} (?:did|do|would) not {_CALL}\b"
            rf"{_LATER}",
            rf"\b(?:appreciate|grateful|like|prefer)(?: \w+){{0,4}} stop(?:ped)? {_CALLING}",
            rf"\b(?:{_CALLING}|{_CALL}s)(?: \w+){{0,4}} (?:to stop|stopped|must stop|should stop|need to stop)\b",
            rf"\b(?:take|get|remove|strike|cross|tick|scrub|wipe|delete|erase|taken|removed|struck|crossed|want|be) "
            rf"(?:\w+ ){{0,4}}(?:off|of|from|out of|out) (?:\w+ ){{0,3}}{_LIST}\b",
            rf"\b(?:take|taken|get) (?:me|us|(?:my|our) (?:\w+ and )?{_DETAILS}|this number) off\b(?! (?:\w+ ){{0,3}}"
            r"(?:tariff|plan|contract|deal|package|policy|hold|speaker))",
            rf"\b(?<!i )(?<!to )(?:delete|erase|wipe|scrub|forget|lose|bin|remove|get rid of|removed?|clear) "
            rf"(?:all (?:of )?)?(?:my|our|me|this|us)(?: (?:phone |telephone )?{_DETAILS})?(?: \w+){{0,4}}$",
            rf"\b(?:my|our|this) {_DETAILS} (?:is |be |to be )?(?:removed|taken off|deleted|wiped|off)\b",
            r"\b(?:want|like|ask|please can i) (?:\w+ )?(?:to )?be (?:removed|taken off|deleted)\b",
            r"\b(?:un ?subscribed?|opt(?:ing|ed)? (?:me |us )?out)\b",
            r"\b(?:do not|no) (?:call|contact)\b(?= (?:list|register)|$)|\bas do not (?:call|contact)\b",
            r"\b(?:tps|t p s|telephone preference|ex directory)\b",
            r"\b(?:no|any) (?:more|further) (?:(?!than\b)\w+ ){0,2}(?:calls?|calling|ringing|phoning|contact)\b"
            r"(?! (?:than|today|for now)\b)",
            r"\bno (?:cold|sales|marketing|nuisance) (?:calls|calling)\b|\bnever darken\b",
            r"\bnot (?:take|accept) (?:cold|sales|marketing|these|any) (?:\w+ )?calls\b",
            r"\bleave (?:me|us) (?:alone|be|in peace)\b",
            rf"\b(?:sick|tired|fed up|enough)(?: \w+){{0,2}} (?:of|with) (?:\w+ ){{0,3}}(?:{_CALLING}|{_CALLED})\b",
            rf"\b(?:you|they) (?:\w+ )?(?:keep|always|constantly|forever)(?: on)? {_CALLING}\b",
            rf"\byou (?:lot |people )?are (?:always|constantly|forever) {_CALLING}\b",
            r"\bhow many times (?:do|have|must|did) i\b(?: \w+){0,6} (?:stop|call|calling|ring|tell you$)",
            rf"\b(?:told|asked|said)(?: \w+){{0,4}} (?:not to|to stop) (?:{_CALL}|{_CALLING})\b",
            r"\b(?:withdraw|withdrawn|take back|revoke)(?: \w+){0,2} (?:consent|permission)\b",
            rf"\b(?:no|not|never|nobody|no one)(?: \w+){{0,4}} (?:permission|right|consent|business)(?: to)? (?:\w+ )?"
            rf"(?:{_CALL}|be {_CALLED}|{_CALLING})\b",
            rf"\bshould not be {_CALLING}\b(?! (?:now|today))",
            r"\bblock (?:this|my) number\b",
            r"\bnot (?:want )?another (?:\w+ ){0,3}calls?\b(?! (?:back|on|at))|\bhad your last call\b|\bknock it off\b",
            r"\b(?:stop|suppression|no calls?) list\b|\bsuppress (?:my|our|this) \w+\b|\bunlist (?:me|us|my|this)\b",
            r"\bget(?:ting)? (?:taken off|removed)$",
            r"\bcome off (?:your|the|this|that) (?:\w+ )?(?:list|database|books|system)\b",
            r"\bnot (?:want|wish|like|need) to be on (?:your|any|the|this|a) (?:\w+ )?(?:list|database|system|books)\b",
            r"\bno (?:cold|sales|marketing) callers\b",
            r"\bnot (?:do|deal with|take|want) (?:with )?cold call(?:s|ers|ing)\b",
            r"\b(?:told|tell|asked) you (?:\w+ ){0,2}to stop\b(?! (?:at|the|here|by|it leaking))",
            r"\b(?:this|it) (?:has|is) got to stop$|\bthis (?:must|has to|needs to) stop$",
            r"\byou are (?:pestering|harassing|hounding|hassling|bothering) (?:me|us|my)\b",
            r"\bnot want to (?:speak|talk) to (?:you|your) (?:\w+ )?(?:lot |people )?(?:ever )?again\b",
            rf"\bnot (?:really )?(?:appreciate|like|want|welcome) these {_CALLING}\b",
            rf"\bobject to (?:\w+ ){{0,3}}{_CALLING}\b|\bright to object\b",
            r"\b(?:delete|erase|wipe) (?:everything|all|anything) (?:\w+ )?(?:you )?(?:hold|have|got|about|on)\b",
            r"\bnot want you to have (?:my|our)\b|\bstop using (?:my|our|this) (?:number|phone|details|data)\b",
            r"\bleave (?:my \w+|him|her|them|this (?:house|number|family)) (?:alone|in peace|be)\b",
            r"\bnot let (?:me|us) hear from you\b",
            rf"\bif you (?:ever )?{_CALL}(?: \w+){{0,2}} again(?: \w+){{0,5}} (?:report|police|ofcom|block|sue)\b",
            r"\b(?:please|just|now|called) stop(?: (?:it|ok|thanks|thank|you|bye|now))*$|\bnot try (?:me|us) again\b",
            r"\bcease and desist\b",
            r"\b(?:withdraw|take back) (?:my|our|this) (?:phone |telephone )?(?:number|name|details)\b",
            r"\bnot (?:ever )?use (?:my|our|this) (?:phone |telephone )?(?:number|details)\b(?! for)",
            rf"\b(?:refrain|desist) from (?:\w+ ){{0,2}}{_CALLING}\b",
            rf"\bstop (?:sending|having|getting|letting|asking|telling) (?:\w+ ){{1,4}}{_CALL}\b",
            r"\b(?:asked|told|supposed|meant|want|wanted) to (?:be removed|remove (?:me|us)|be taken off)\b",
            r"\b(?:nobody|no one) (?:ever )?(?:calls|rings|phones|contacts|call|ring|phone) (?:me|us)"
            r" (?:again|any ?more)\b",
            r"^(?:(?:no|yes|hello|please|just|now|i|we|said|will|would|can|could|you|look|listen|right) )*stop"
            r"(?: (?:it|this|that|now|please|right|will|would|you|thanks|thank|bye|with|the|calls|calling|ok))*$",
            rf"\b(?:{_CALLED}|time|times) (?:\w+ ){{0,4}}stop (?:it|this)$",
            r"\bno need to (?:call|ring|phone|contact)(?: me| us)?(?: back)? (?:again|any ?more)\b",
        ),
    ),
    (
        "emergency",
        (
            r"\b(?<!not )(?<!to )(?:call|ring|get|need|want|send)(?: me| us)? (?:an |the )?"
            r"(?:ambulance|fire brigade|999)\b",
            r"\b(?:need|call|ring|get) the police\b",
            r"\b(?:house|kitchen|flat|room|building|place) is on fire\b|\bthere is a fire\b(?! (?:alarm|place|door))",
            r"\b(?:i can|can) smell gas\b|\bgas (?:leak|is leaking)\b(?! (?:cover|check|detector|insurance))",
            r"\bheart attack\b(?! (?:last|years?|in|two|a))|\bhaving a stroke\b",
            r"\b(?:is|am|are|can) not (?:breathe|breathing)\b",
            r"\b(?:he|she|somebody|someone|mum|dad|my \w+) (?:has |is |have )?(?:collapsed|unconscious)\b",
            r"\b(?:someone|somebody) is (?:breaking in|in the house|attacking)\b",
            r"\b(?:this|it) is an emergency\b",
            r"\bi (?:have |am )?(?:fallen|had a fall)\b(?! (?:out|behind|asleep|last|in|for))|\bi can not get up\b",
            r"\b(?:going|want) to (?:kill|hurt|harm) myself\b|\btaken an overdose\b",
        ),
    ),
    (
        "distress",
        (
            r"\b(?:husband|wife|mother|father|mum|dad|son|daughter|brother|sister|partner|nan|gran|he|she|baby|friend)"
            r" (?:has |have |just |is |was |only |had ){0,2}(?:died|dead|dying|passed away|passed on|been killed)\b",
            r"\bpassed away\b|\bbereave\w*\b|\bfunerals?\b(?! (?:plans?|cover|director))|\bthere has been a death\b",
            r"\b(?:in|at) (?:the )?(?:hospital|hospice)\b(?! (?:i work|is|job))"
            r"(?<!work in hospital)(?<!work at hospital)"
            r"(?<!work at the hospital)(?<!work in the hospital)",
            r"\b(?:i am|i have been|he is|she is) (?:very |really |seriously |terminally |too )"
            r"(?:ill|sick|poorly|unwell)\b",
            r"\b(?:got|have|has|with) (?:\w+ )?(?:cancer|dementia|alzheimer(?: is|s)?)\b",
            r"\bi (?:can not|am not) cop(?:e|ing)\b|\bi want to die\b|\bi am (?:so )?(?:scared|frightened)\b",
            r"\byou are (?:scaring|frightening) me\b",
            r"\bi am (?:only |just )?a (?:child|kid|little (?:girl|boy))\b",
            r"\b(?:my )?(?:mummy|daddy) is not\b|\bmy (?:mum|dad) is not (?:in|here|home)\b",
            r"\bi am (?:only |just )?(?:six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|[5-9]|1[0-5])"
            r"(?: years old)?$",
        ),
    ),
    (
        "complaint",
        (
            r"\b(?:want|like|need|wish|going|got|have|how do i|who do i|i will|shall) (?:to )?(?:\w+ )?complain\b",
            r"\b(?:make|making|made|raise|lodge|file|log) (?:\w+ ){0,2}(?:complaint|grievance)\b",
            r"\bthis is a complaint\b",
            r"\b(?:report|reporting|reported) (?:you|your company|this call|this to|this company)\b",
            r"\bthis is (?:\w+ )?(?:harassment|disgraceful|disgusting|nuisance calling)\b",
            r"\b(?:trading standards|ombudsman|my solicitor)\b",
        ),
    ),
    (
        "wrong_person",
        (
            r"\bwrong (?:number|person|house)\b",
            r"\b(?:no one|nobody|no \w+) (?:here )?(?:by|of|with) that name\b",
            r"\b(?:no one|nobody) (?:here )?called that\b",
            r"\b(?:he|she|they) (?:do|does) not (?:live|work) here\b|\bnever heard of (?:him|her|them|that person)\b",
        ),
    ),
    (
        "driving",
        (
            r"\bi am (?:just |still |actually |currently )?(?:driving|at the wheel|behind the wheel|on the motorway)\b",
            r"^(?:yes |sorry |no |hello )*(?:just |still )?driving(?: (?:now|at the moment|right now|sorry|mate))*$",
        ),
    ),
    (
        "dont_record",
        (
            r"\b(?:not|stop|never)(?: \w+){0,5} (?:record|recording|recorded)\b(?! (?:deal|label|player|shop))",
            r"\b(?:turn|switch|take) (?:the |that |your )?record(?:ing|er) off\b",
            r"\b(?:turn|switch) off (?:the |that |your )?record",
            r"\b(?:are you|is this|is it|am i|is the call|is this call) (?:being )?record(?:ing|ed)\b(?! message)",
        ),
    ),
    (
        "human_request",
        (
            r"\b(?:speak|talk|chat|put me through|transfer me|connect me)(?: to| with)? "
            r"(?:an? |another |the |your |some)?"
            r"(?:real |actual |live |proper )*(?:person|human|human being|someone real|somebody real|manager|supervisor"
            r"|operator|adviser|advisor|agent|member of staff)\b",
            r"\b(?:speak|talk) to (?:someone|somebody)(?: else| please| there| in charge|$)",
            r"\b(?:want|need|get me|give me|like|prefer|rather have) a "
            r"(?:real |actual |live )?(?:person|human|human being)\b",
            r"\b(?:a |real )(?:human|person) please\b|^(?:human|real person|operator|agent)(?: please)?$",
            r"\bnot (?:\w+ )?(?:talk|talking|speak|speaking) to (?:a )?(?:machines?|robots?|computers?|bots?)\b",
            r"\bput me through\b",
        ),
    ),
    (
        "robot_question",
        (
            r"\b(?:is|are|am) (?:this|that|it|you|i) (?:\w+ ){0,4}"
            r"(?:robot|bot|chatbot|machine|computer|ai|a i|android|automated)\b(?! shop)",
            r"\b(?:you are|you sound|this is|that is) (?:\w+ ){0,2}(?:robot|bot|chatbot|machine|computer|ai|a i)$",
            r"\bare you (?:\w+ )?(?:real|human|a person|a human|alive|a recording|a real person)\b",
            r"\b(?:is this|is that|am i (?:talking|speaking) to) (?:a )?(?:\w+ )?"
            r"(?:recording|recorded message|person|human)\b",
        ),
    ),
    (
        "my_number",
        (
            r"\b(?:where|how) (?:did|have|do) you (?:get|got|find|come by|have) (?:\w+ )?(?:number|details|name)\b",
            r"\bwho gave you (?:\w+ )?(?:number|details|name)\b",
        ),
    ),
    (
        "who_are_you",
        (
            r"\bwho (?:are you|is (?:this|that|it|calling|speaking|ringing)|am i (?:speaking|talking) (?:to|with))\b",
            r"\b(?:who|what company|which company|where) (?:are|do) you (?:calling|ringing|with|from|work|phoning)\b",
            r"\bwhat (?:is|was) your name\b|\b(?:which|what) company (?:is this|are you)\b",
            r"\bwhy are you (?:calling|ringing|phoning)\b|\bwhat is this (?:call )?(?:about|regarding)\b",
        ),
    ),
)
_OPT_OUT_HINTS = (
    *(
        "stop",
        "call",
        "ring",
        "phon",
        "contact",
        "bother",
        "pester",
        "disturb",
        "harass",
        "hassl",
        "hound",
        "core",
        "cool",
    ),
    *("coal", "text", "email", "list", "off", "out", "remove", "delete", "erase", "wipe", "scrub", "forget", "lose"),
    *(
        "bin",
        "subscribe",
        "tps",
        "t p s",
        "preference",
        "directory",
        "leave",
        "consent",
        "permission",
        "right",
        "block",
    ),
    *("hear", "cease", "use m", "use o", "use t", "refrain", "desist", "suppress", "again", "rung", "rang", "knock"),
    *("number", "details", "name", "object", "clear", "business", "darken", "bug", "told", "asked"),
)
"""Words without any of these are no opt-out, and need not be looked at by its fifty patterns."""

_COMPILED = tuple((kind, re.compile("|".join(patterns))) for kind, patterns in _PATTERNS)
assert {kind for kind, _ in _COMPILED} | {"card_number"} == set(get_args(Honoured))


def _hinted(said: str) -> bool:
    return any(hint in said for hint in _OPT_OUT_HINTS)


_CIVIL = re.compile(r"(?: (?:thank you|thanks|ok|right|bye|goodbye|cheerio))+$")
"""What is said at the end of anything."""


def _said(text: str) -> str:
    return _CIVIL.sub("", " ".join(normalise(text).words))


def honoured(text: str) -> Honoured | None:
    """What a caller's words ask for that is always honoured; the first, by precedence. None: nothing of the kind."""
    if CARD_HIDDEN in text:
        return "card_number"
    said = _said(text)
    start = 0 if _hinted(said) else 1
    return next((kind for kind, pattern in _COMPILED[start:] if pattern.search(said) is not None), None)


def opts_out(text: str) -> bool:
    """Whether a caller's words ask for no more calls."""
    said = _said(text)
    return _hinted(said) and _COMPILED[0][1].search(said) is not None


_DECLINES = re.compile(
    r"^no(?: |$)(?!problem|worries|doubt)|\b(?:no thanks|no thank you|not interested|not for me|not for us|not today"
    r"|i said no|leave it|count me out|rather not|give it a miss)\b|\bnot want (?:it|that|this|one|any|to)\b"
    r"|\bnot need (?:it|that|one|any)\b"
)


def declines(text: str) -> bool:
    """Whether a caller's words refuse what is offered, so that what follows may not argue."""
    return _DECLINES.search(_said(text)) is not None
