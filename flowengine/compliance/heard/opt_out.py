"""No more calls.

The first rules are regular expressions, since they look behind and ahead: who does not call is not ordered not to, and
"not before nine" is no "never". The others are lines of the floor's grammar.
"""

from __future__ import annotations

from flowengine.compliance.heard.classes import CLASSES
from flowengine.compliance.heard.grammar import expressions, rules, written

_CALL = r"(?:call|ring|phone|telephone|contact)"
_TROUBLE = (
    r"(?:bother|pester|disturb|harass|hassle|hound|mither|annoy|plague|badger|nag|core|cool|coal|bring|wring|text"
    r"|email)"
)
"""What needs "me" to be said of us; among it what a recogniser makes of "call" and "ring"."""
_CALLING = (
    r"(?:calls|calling|call in|ringing|phoning|telephoning|contacting|bothering|pestering|disturbing|harassing|"
    r"hassling"
    r"|hounding|bugging|mithering|annoying|plaguing|badgering|nagging|spamming|contact|cooling|bringing|wringing)"
)
_CALLED = r"(?:called|rung|rang|phoned|telephoned|contacted|bothered|disturbed|pestered)"
_ME = r"(?:me|us|here|(?:this|my|our) (?:\w+ ?)?(?:number|house|phone|home|address|mother|mum|dad|wife|husband))"
_ORDER = (
    r"\b(?<!did )(?<!does )(?<!has )(?<!i can )(?<!we can )(?<!if )(?<!is )(?<!are you )"
    r"(?<!he )(?<!she )(?<!they )(?<!it )"
)
"""Who does not call is not ordered not to: "why did he not call me back"."""
_OURS = (
    r"(?:(?:you|your|these|those|this|the|that|all|any|it|with|of|and|or|from|me|us|my \w+|our|cold|sales|marketing"
    r"|nuisance|robot|automated|phone|telephone|unwanted|daily|endless|silent|spam|constant|always|ever|even|just|now"
    r"|please|right|\w+ly|wasting|time|trying|to|company|machines?|robots?|computers?|system|man|woman|stupid|fecking"
    r"|flaming|frigging|goddamn|blasted|bloody|fucking|damn|blooming|flipping|bleeding|sodding|effing|having|getting"
    r"|receiving|keep|people from your \w+|bothering|pestering|harassing|hassling|lot|(?<=your )\w+"
    r"|(?<=you )(?:people|folk)|(?<=these )\w+|(?<=those )\w+|(?<=all )\w+) ){0,3}"
)
"""What may stand between "stop" and "calls" where the calls are ours: who stops missing calls has another trouble."""
_WOULD = r"(?:you |ever |dare |to |please |be |go |keep |bother |even |allowed |supposed |you ever ){0,4}"
_LATER = (
    r"(?!(?: \w+){0,3} (?:now|right now|yet|today|tomorrow|tonight|before|after|until|till|unless|at|on|in(?! future)"
    r"|while|during|later|instead|between|early|late|first|this (?:morning|afternoon|evening|week)|by)\b)"
)
"""Only not then: "don't call me before nine"."""
_EVER = r"(?:again|a gain|any ?more|no more|any longer|ever|back|thank you|thanks|please|then|ok|and|or)"
_LIST = r"(?:list|lists|database|system|books?|records?|files?|computer|register)"
_DETAILS = r"(?:number|numbers|numb|details|name|data|information)"
_EXPRESSIONS = (
    r"\b(?<!not )(?<!not to )(?<!not want to )(?<!not want you to )(?<!not please )"
    rf"(?:stop|quit|cease|pack in|pack it in|give over|leave off|stop it) {_OURS}{_CALLING}\b",
    rf"\b(?<!not )(?<!he )(?<!she )(?:stop|quit|cease|give up|give over) (?:trying|attempting|wanting) to {_CALL}"
    rf"(?: back| up)? {_ME}\b{_LATER}",
    rf"(?:\b(?:please|(?:can|could|will|would) you|just)|^) stop (?:people|folk|folks|anyone|anybody|everyone|them) "
    rf"{_CALLING} (?:me|us|here)\b{_LATER}",
    r"(?<!have )(?<!got )(?<!has )(?<!are )\bno more of (?:these|this|them)$",
    r"\blast time (?:\w+ )?(?:i|we) (?:ever )?hear from (?:you|your)\b(?! (?:before|until|today))",
    r"\b(?:i|we) (?:just )?want off$",
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
    r"(?:tariff|plan|contract|deal|package|policy|hold|speaker|speakerphone|loudspeaker|loud speaker|mute|hands))",
    rf"\b(?<!i )(?<!to )(?:delete|erase|wipe|scrub|forget|lose|bin|remove|get rid of|removed?|clear) "
    rf"(?:all (?:of )?)?(?:me|us|(?:my|our|this) (?:phone |telephone |mobile )?{_DETAILS})(?: \w+){{0,4}}$",
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
    r"\byou are (?:pestering|hounding|hassling|bothering) (?:me|us|my)\b",
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
)
_LINES = (
    "be left (alone|in_peace|be)",
    "(no|any) (further|more) (communication|communications|contact|correspondence|approaches|marketing|bother|hassle)",
    "(stop|end|cease) (this|that|it|all_this|all_contact|contact) (at_once|now|immediately|straight_away|today)",
    "(off|get_off) (my|our) (back|case|phone|phone_line)",
    "(take|withdraw|remove|revoke|cancel) (my|our|any|all) (consent|permission)",
    "not (give|gave|given|have|got) ~3 (leave|permission|consent|authority|authorisation) to <call>",
    "not (on_the_market|in_the_market|interested|here) for (cold_callers|cold_calls|sales_calls)",
    "(no|not|against) [a|any|to|having] cold (calling|callers|calls|call)",
    "never want ~4 (ring|call|hear|phone) ~6 (you|again)",
    "like (removing|deleting|taking_off|striking) (from|off) ~3 <list>",
    "(about|trying_to|want_to|like_to) (stop|stopping|end|ending|block|blocking) "
    "[all|getting|receiving|having] [of] [these|those|this|your|the|you|all] [cold|sales|nuisance|phone|marketing|"
    "people|lot] <calling>",
    "(rung|called|phoned|rang) ~4 (times|time) ~2 (stop|enough|give_it_up|give_up|pack_it_in)",
    "^ [please] not <call> (not|no|or|nor|do_not)",
    "not (ring|call|phone) not (text|write|email|call|ring)",
    "(no|not) want (call|calls|phone) (again|more|any_more|no_more)",
    "(number|details|name) (is|are) not (to_be|for) ~2 (used|marketing|called|sales|passed)",
    "^ never (ring|call|phone) (me|us|here|this_line|this_phone|this_number|my_phone) "
    "!(before|after|at|on|until|when|in|first)",
    "(number|line|phone|landline|mobile) ~1 not to be (used|called|rung|phoned|dialled)",
    "(get|want|take) (me|us|my_name|my_number|this_number) (out|off|away) [of|from] ~3 <list>",
    "want (out|off|away) (of|from)? ~2 <list>",
    "(make_it_so|arrange) ~4 not ~2 (calls|called|rung)",
    "<stop> (cold_in|call_in|bring_in|ring_in|phone_in) (me|us)",
    "(calls|calling|phoning|ringing) (cease|stop|end) $",
    "(remove|delete|take|strike|erase) (me|us) (from|off) ~4 <list>",
    "^; just stop",
    "not want to (be|stay|remain|appear) on ~2 <list>",
    "not want (me|us|my_number|my_name|our_number|this_number) (on|in|to_be_on) ~2 <list>",
    "(come|came|get|taken|got) off (it|this|your_list|the_list) $",
    "(still|be|me|us) on your list (at_all|when|after)? $",
    "should not be on ~2 <list>",
    "(last|final) (call|time_you) ~2 $",
    "(not|never) ~2 permission ~3 <call>",
    "sick of it ~3 (stop|pack_it_in)",
    "(nobody|no_one|none) ~4 (is|are|to) ~1 (to|be) (<call>|<calling>) (me|us|here) [again|any_more]",
    "(forget|wipe|lose) ~3 (had|got|have|hold) (my|our|this) <details>",
    "object to [being|your|you|these|the] (<called>|<calling>)",
    "<stop> [to] <call> (me|us|here)",
    "(put|have|see|want|make) an end to ~3 (<calling>|them)",
    "(see_to_it|make_sure|ensure|note|make_a_note|down|mark|marked) ~5 not ~3 <called>",
    "(prefer|rather|like|want|wish|need|ask|insist|expect|require) ~2 not to be <called> !(now|today|before|"
    "after|until|yet|at)",
    "not (want|wish|like|need|care|expect|ask|appreciate) ~2 to be <called> !(now|today|before|after|until|yet|"
    "at|by_name)",
    "not to be <called> (again|any_more|anymore|ever)",
    "not (want|wanting|like|need) ~2 (ringing|phoning|bothering|pestering) $",
    "(no|not) (wanting|having) ~3 (calls|calling|ringing|phoning)",
    "not (want|wanting|need|like) [any] (call|calls|cause|core) $",
    "not want no more (cause|cores|cools|course|calls|calling)",
    "no more (cause|cores|cools|coals) $",
    "^ no [more] (calls|calling|ringing|phoning|phone_calls|contact) !(after|before|at|on|in|until|between|from_you)",
    "[you] no <call> (me|us|here|this_number) !(back|when|because)",
    "<call> (no_more|never)",
    "you never <call> (me|us|here|this_number) again",
    "never <calling> (me|us|here|again|this_number)",
    "^ (take|get|cross|strike) (me|us) off $",
    "^ (off|from) (your|the) [calling|sales|mailing] (list|lists|database|system|books)",
    "(cross|strike|scratch|tick|scrub|knock|rub|score|blot) <us> off",
    "(my|our) (name|number|details) ~2 (struck|removed|taken|deleted|crossed|wiped|scrubbed|expunged)",
    "(exclude|excluded|omit|omitted|exempt|leave|keep) ~3 (from|off|out_of) ~4 (marketing|calls|calling|<list>|"
    "mailings)",
    "not (accept|take|do|deal_with|hold_with|entertain|answer|respond_to) ~3 "
    "(canvassing|canvassers|telesales|telemarketing|soliciting|sales_calls|cold_calls|cold_callers|cold_calling)",
    "(on|registered|registering|signed_up|joined) ~5 (preference|no_call|do_not_call)",
    "not (supposed|allowed|meant|permitted) to (<call>|be_<calling>)",
    "registered ~8 (could|can|would|do|did) not <call>",
    "(block|bar|ban) (me|us|my_number|our_number|this_number) from (your|the|any|all) ~2 "
    "(dialler|dialers|diallers|dialer|calls|calling|campaign|campaigns|<list>)",
    "(am|will|going_to|shall|be) ~1 (blocking|block) (this|your|the) number",
    "(make_sure|ensure|see_to_it|see) ~2 (nobody|no_one|none_of_you) ~3 "
    "(rings|calls|phones|contacts|ring|call|phone|contact|bothers) (me|us|here|this_number) !(before|after|at|today|"
    "on|during|until|while)",
    "(not|never) (under_any_circumstances|on_any_account|for_any_reason) ~2 <call> "
    "(me|us|here|again|this_number|this_house)",
    "(under_no_circumstances|on_no_account) ~4 (<call>|be_<called>) (me|us|here|again|this_number|this_house)",
    "(told|tell|telling|asked|please|you_can) ~4 knock (it|this|that|these) on the head",
    "if (this|my|our|the) (phone|number) (rings|goes) ~1 (from|because_of) (you|your_lot|you_lot|your_company) ~3 "
    "(again|more|once_more)",
    "no <call> (this|my|our) (phone|house|home|line|mobile|telephone) !(back|when|because)",
    "(go_away|get_lost|clear_off|sod_off|piss_off|bugger_off|naff_off|hop_it) ~2 (not|never) ~1 (come_back|bother_me|"
    "bother_us|return)",
    "(blacklist|black_list|blocklist|bar|block|ban) (me|us|my_number|our_number|this_number) !(from)",
    "(want|get|demand|expect) (them|these|this|all_this|these_calls) (stopped|to_stop|to_end|ended) $",
    "(it|this|that|they|these) (needs|need|has|have|must|ought|got|better|should) ~2 (stop|end|cease) "
    "[right_now|now] $",
    "(what|how) about ~2 (never|not|stop) ~1 <calling>",
    "no right to ~3 <calling>",
    "not (want|like|give|consent|agree) ~3 (my|our|this) <details> ~2 (used|kept|held|shared|sold|passed|stored)",
    "stop (receiving|getting|having|taking|making) ~4 (calls|contact|marketing)",
    "should not (be|have) (getting|receiving|received|had|got) ~3 (calls|call)",
    "still ~2 (getting|receiving) ~3 calls",
    "(done|finished|through|had_enough|enough|had_it) (of|with) ~4 (calls|calling|ringing|phoning)",
    "give it a rest ~5 <calling>",
    "can not ~3 take ~2 hint",
    "not be (annoying|bothering|ringing|calling|phoning|pestering|mithering|disturbing) (me|us|here|my_mum|my_mother)",
    "(cancel|end|cease|halt|discontinue) ~3 calls !(charges)",
    "^; stop [it|this|that|now|please|calling|ringing|phoning] $",
    "(call|calls|calling|number|name|record) ~2 (not_welcome|unwelcome|unwanted|unsolicited)",
    "(not|never) ~1 (asked|ask|signed_up|agreed|agree|consented) (for|to) ~3 (calls|calling|called)",
    "(tell|ask|get|have|instruct) ~4 (stop|to_stop|not_to) <calling>",
    "(last|final) (time|warning) ~6 (call|ring|phone|calling|ringing)",
    "not for (marketing|sales|cold_calls|sales_calls|telesales)",
)
_STOP = (
    "stop quit cease pack_in pack_it_in give_over leave_off stop_it knock_off cut_out give_up jack_in must_stop to_stop"
)

RULES = written(*_EXPRESSIONS) + rules(_LINES, {**CLASSES, "stop": _STOP})

INNOCENT = expressions(
    (
        "(can|could|does|will|would|do|did|may|might) (it|the_system|the_software|the_service) ~1 (stop|block|end) "
        "[the|these|those|all|any] [nuisance|spam|scam|unwanted|cold|sales|junk|robot|silent|missed] <calling>",
        "<mine> to (stop|end|quit|give_up) (missing|losing|answering|dropping|ignoring|fielding|chasing) ~3 calls",
        "<mine> to (stop|quit|give_up) (taking|making|getting|having|receiving) "
        "(so_many|too_many|as_many|our|my|business|customer|late|work) ~1 calls",
        "<mine> to (stop|quit|give_up) (taking|making) calls",
        "(sick|tired|fed_up) (of|with) (missing|losing|answering|chasing|dropping) ~2 calls",
        "<mine> to (stop|end|block) (people|customers|callers|folk|robots|patients|clients|(our|my)_\\w+) <calling>",
        "(can|could|will|would|does|do) (it|you|they|the_system|the_software) ~1 (remove|take|delete|wipe|strike) "
        "(callers|people|customers|contacts|numbers|duplicates|leads|names|entries|someone|somebody|anyone) "
        "(from|off|out_of) [the|a|our|my|any] <list>",
        "call (again|back) (on|at|in|tomorrow|later|next|monday|when)",
        "stop (the|this|it|a) (leak|water|noise|dripping|boiler|drip)",
        "(when|why|how_come) (did|have|has|would|will|do|does) (you|they|he|she|it|we) ~2 stop ~3 <calling>",
        "(did|have|has) (you|they|he|she) [ever|already] stop ~2 <calling>",
        "(they|he|she|it|we) (will|would|have|has|did|might|may) [not|never] stop ~2 <calling>",
        "(never|not) <want> [<anyone>] to (stop|quit|cease) ~3 <calling>",
        "(never|not) <want> [<anyone>] to <remove>",
        "(never|not) (say|said|saying) [to] (stop|quit|cease) ~2 <calling>",
        "(do|to|will|please) not (stop|quit|cease) ~3 <calling>",
        "never (stop|quit|cease) ~3 <calling>",
        "(do|to|will|never|please) not <remove>",
        "stop <calling> (me|us|him|her|it|them|yourself) (names|that|mr|mrs|miss|by)",
        "(no_need|not_have|not_need|not_got) to stop ~3 <calling>",
        "(never|not) <want> [my|our|your|the|these|those] calls to (stop|end|cease)",
        "(never|not) <want> to be (removed|taken|deleted|struck|unsubscribed|opted|wiped|crossed) ~4 [<list>]",
        "hate you to stop ~2 <calling>",
        "(before|until|unless|after|if|once) you stop ~2 <calling>",
        "why not (call|ring|phone|give)",
        r"(told|asked|advised|warned) (me|us|him|her|them|my_\w+) (not_to|to_stop) <calling>",
        r"(told|asked|advised|warned) (me|us|him|her|them|my_\w+) not to <call>",
        "not (call|ring|phone) (me|us) (back|if|when|unless) !(again)",
    ),
    {
        **CLASSES,
        "want": "want wanting like need ask asked asking mean meant tell told telling expect wish wanted",
        "mine": "want need like love hoping trying try wanting help_us help_me helps_us got have",
        "anyone": "you them anyone anybody people him her it this these your_lot you_lot",
        "remove": "remove_me remove_us remove_my take_me take_us take_my delete_me delete_my delete_us lose_my "
        "forget_my "
        "erase_my wipe_my bin_my leave_me leave_us opt_out opt_me unsubscribe block_me block_my",
    },
)
"""What sounds like it and is not: blanked out before anything is looked for."""
