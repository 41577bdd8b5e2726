"""Somebody is in danger, or in distress: help at once, bereavement, illness, confusion, a child."""

from __future__ import annotations

from flowengine.compliance.heard.classes import CLASSES
from flowengine.compliance.heard.grammar import expressions, rules, written

EMERGENCY = (
    *written(
        r"\b(?<!not )(?<!to )(?:call|ring|get|need|want|send)(?: me| us)? (?:an |the )?"
        r"(?:ambulance|fire brigade|999)\b",
        r"\b(?:need|call|ring|get) the police\b",
        r"\b(?:house|kitchen|flat|room|building|place) is on fire\b|\bthere is a fire\b(?! (?:alarm|place|door))",
        r"\b(?:i can|can) smell gas\b|\bgas (?:leak|is leaking)\b(?! (?:cover|check|detector|insurance))",
        r"\bheart attack\b(?! (?:last|years?|in|two|a))|\bhaving a stroke\b",
        r"\b(?:is|am|are|can) not (?:breathe|breathing)\b",
        r"\b(?:he|she|somebody|someone|mum|dad|my \w+) (?:has |is |have )?(?:collapsed|unconscious)\b",
        r"\b(?:someone|somebody) is (?:breaking in|in the house|attacking)\b",
        r"\b(?:this|it) is an emergency\b(?! (?:line|number|plumber|cover|service|call))",
        r"\bi (?:have |am )?(?:fallen|had a fall)\b(?! (?:out|behind|asleep|last|in|for))|\bi can not get up\b",
        r"\b(?:going|want) to (?:kill|hurt|harm) myself\b|\btaken an overdose\b",
    ),
    *rules(
        (
            "(need|send|fetch|get|want) ~2 (ambulance|fire_brigade|paramedic|paramedics|nine_nine_nine) !(cover|"
            "service)",
            "(ring|call|phone|dial) (nine_nine_nine|999|an_ambulance|the_fire_brigade) (for_me|please|quick|now|"
            "someone)",
            "(having|has|have|having_a_bit_of) [a|an] (seizure|fit|asthma_attack|anaphylactic) [now] $",
            "(is|am) having [a|an] (seizure|fit|asthma_attack|stroke|heart_attack)",
            "(pain|pains|tightness) in (my|his|her|the) chest",
            "chest (pain|pains|hurts|is_hurting|is_tight)",
            "(he|she|<lost_kin>|somebody|someone) [has|have|is] (just_)?(collapsed|passed_out|unconscious|"
            "choking|fainted)",
            "(he|she|<lost_kin>|somebody|someone|i) (is|am) (choking|bleeding|unconscious)",
            "(he|she|<lost_kin>) [has|is] (stopped|not|is_not|has_stopped) ~1 (breathe|breathing)",
            "will not wake up",
            "there has been (an|a_bad|a_terrible)? accident",
            "i (am|think_i_am|feel_i_am) dying $",
            "(break_in|burglary) ~4 (still_here|now|in_progress)",
            "there is (gas|smoke) ~4 (smell|coming|everywhere|filling)",
            "can not ~2 (get|stand) up [off] [the_floor] $",
            "i (am|have_been|was) ~2 on the (floor|ground) [and_i]",
            "(fallen|fell) ~2 (stairs|steps|over_and)",
            "(kitchen|house|flat|oven|chip_pan|cooker|boiler|loft|shed|garage|car) (is|has_gone) (on_fire|"
            "up_in_flames|alight)",
            "there is ~2 (smoke|flames) ~1 (everywhere|coming|in|all_over)",
            "there is a fire !(alarm|place|door|risk|safety|in_the_living|extinguisher|engine)",
            "(smell|smells|smelling|smelt) (of|like)? gas !(engineer|boiler)",
            "(awful|strong|terrible|bad|real) smell of gas",
            "i (smell|can_smell|could_smell) gas",
            "(someone|somebody|man|burglar|burglars|intruder|they) (is|are|has|have) ~1 "
            "(breaking_in|broken_in|broke_in|trying_to_get_in|trying_to_break_in|trying_to_get_into|attacking)",
            "there is ~1 (burglar|intruder|someone_in_my_house|somebody_in_my_house|somebody_in_the_house|"
            "someone_in_the_house)",
            "(took|taken|swallowed|had) (too_many|all_my|all_the|a_load_of|loads_of) (tablets|pills|painkillers|"
            "paracetamol)",
            "(took|taken) ~2 overdose",
            "(kill|hang|harm|hurt) myself",
            "(end|ending|take|taking) (my_life|it_all|my_own_life)",
            "not want to (live|be_alive|go_on_living|be_here_any_more) [any_more|anymore|no_more] $",
            "(been|got) (stabbed|shot|attacked|mugged|assaulted|beaten_up)",
            "(bleeding|bled) (badly|heavily|everywhere|to_death|a_lot)",
            "(hitting|attacking|strangling|beating|hurting) me !(with_charges)",
            "(waters_have|waters) broke",
            "^ (help|help_me|help_help|emergency|please_help_me|help_me_please) $",
            "please send (help|someone_quick|the_police|an_ambulance)",
            "(need|call|get|ring|fetch|send) ~1 police !(station|officer_who|number)",
        ),
        CLASSES,
    ),
)
NOT_EMERGENCY = expressions(
    (
        "fallen (behind|out|asleep|for|in_love|through|off)",
        "(took|taken|take) (my|the) (tablets|pills)",
        "(no|not|without) ~3 (call|need|ring|get|send|want) ~2 (ambulance|police|fire_brigade)",
        "(had|have_had|survived|after|his|her|my|a_previous) [a|last|first|second] heart attack !(now)",
        "i (am|work|worked|was) ~3 (ambulance|police|fire_brigade)",
        "(emergency|gas_leak|fire|police|ambulance) (cover|insurance|service|number|line|call_out|plumber)",
        "(place|phone|phones|shop|we|business) (is|are) on fire ~4 (that_busy|so_busy|flat_out|rammed|rushed_off)",
    ),
    CLASSES,
)

DISTRESS = (
    *written(
        r"\b(?:husband|wife|mother|father|mum|dad|son|daughter|brother|sister|partner|nan|gran|he|she|baby|friend)"
        r" (?:has |have |just |is |was |only |had ){0,2}(?:died|dead|dying|passed away|passed on|been killed)\b"
        r"(?! (?:set|against|easy|right|keen|good|sure|to|for|on the))",
        r"\bpassed away\b|\bbereave\w*\b|\bfunerals?\b(?! (?:plans?|cover|director))|\bthere has been a death\b",
        r"\b(?:in|at) (?:the )?(?:hospital|hospice)\b(?! (?:i work|is|job))"
        r"(?<!work in hospital)(?<!work at hospital)"
        r"(?<!work at the hospital)(?<!work in the hospital)",
        r"\b(?:i am|i have been|he is|she is) (?:very |really |seriously |terminally |too )"
        r"(?:ill|sick|poorly|unwell)\b",
        r"\b(?:got|have|has|with) (?:\w+ )?(?:cancer|dementia|alzheimer(?: is|s)?)\b(?! (?:patients|research|"
        r"charity|cover|care))",
        r"\bi (?:can not|am not) cop(?:e|ing)\b|\bi want to die\b|\bi am (?:so )?(?:scared|frightened)\b",
        r"\byou are (?:scaring|frightening) me\b",
        r"\bi am (?:only |just )?a (?:child|kid|little (?:girl|boy))\b",
        r"\b(?:my )?(?:mummy|daddy) is not\b|\bmy (?:mum|dad) is not (?:in|here|home)\b",
        r"\bi am (?:only |just )?(?:six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|[5-9]|1[0-5])"
        r"(?: years old)?$",
    ),
    *rules(
        (
            "<kin> ~2 (died|die|dead|dying|killed|stillborn) !(set|against|easy|right|keen|good|sure|to|for|"
            "on_the|down)",
            "<kin> [has|have|is|was] [just|only|recently] passed [away|on|over] [love|yesterday|today|last_\\w+|"
            "this_\\w+] $",
            "(lost|losing|buried|burying|bury|cremated|cremating|lose) (my|our|her|his)? <lost_kin> !(is|"
            "in_the_shop|number)",
            "(lost|buried|burying|cremated) (mum|dad|mam|mom|nan|gran|him|her|our_mum|grandad|my_wee) !(to|number|is)",
            "(death|deaths|bereavement|loss) in (the|our|my) family",
            "(am|are|is|still) (grieving|in_mourning|widowed|newly_widowed|heartbroken|in_tears|in_bits|in_pieces)",
            "(just|recently|been) (widowed|bereaved)",
            "(rushed|taken|took|admitted|gone|going|goes|brought) ~2 (to|in_to|into) ~1 (hospital|a_and_e|"
            "intensive_care|hospice)",
            "(just|only) ~2 (out_of|home_from|back_from) (the_)?hospital",
            "(in|at) (the_)?(a_and_e|a_n_e|casualty|intensive_care|icu|hospice)",
            "(in|is_in|am_in|at|into) a (hospice|hospital)",
            "(end_of_life|palliative) care",
            "(days|weeks|months|hours|not_long|not_got_long|not_have_long|long) (left|to_live) [to_live] $",
            "(doctor|doctors|hospital|they) ~4 (not|will_not) ~3 (long|pull_through|make_it|last)",
            "(i|he|she|<lost_kin>) (am|is|have_been|has_been) (very|really|seriously|terminally|too|awful|"
            "awfully|terribly|"
            "desperately|right|proper|gravely|that|so|pretty|quite|extremely) (ill|sick|poorly|unwell) !(of|"
            "and_tired)",
            "(am|is|been|are) (terminal|terminally_ill|dying) !(to|for)",
            "(got|get|have|has|had|with|for|fighting|battling) ~2 (cancer|dementia|alzheimers|alzheimer|"
            "leukaemia|tumour|"
            "parkinsons|motor_neurone) !(patients|research|charity|cover|insurance|policy|care)",
            "(having|on|start|starting|started|through|for) [my|his|her|the] (chemo|chemotherapy|radiotherapy)",
            "(have|has|had|just_had) (just_)?(had_)?a (stroke|miscarriage|breakdown|nervous_breakdown)",
            "having a (breakdown|nervous_breakdown|panic_attack)",
            "not know (where_i_am|what_day|who_i_am|what_is_happening|what_i_am_doing|where_he_is)",
            "(am|get|gets|is|gets_very) (all|awful|awfully|terribly|easily|very_easily|ever_so) (confused|"
            "muddled|mixed_up)",
            "(get|gets) (so|very|all|really)? (confused|muddled) [easily] !(by|about|with)",
            "i am (very|really|so|that|awful|just)? (frightened|terrified|scared) !(of_(spiders|heights))",
            "(you|this|it) (are|is) (scaring|frightening|upsetting) me",
            "(can|could) not (stop_crying|go_on|take_any_more|take_it_any_more|face_it|face_anything|cope) "
            "[any_more|like_this] $",
            "at the end of my tether",
            "(had|got|heard|just_had) [some] (terrible|awful|dreadful|bad|very_bad) news $",
            "(crematorium|the_cremation|her_wake|his_wake|the_wake|undertaker|undertakers|mortuary)",
            "(my|our) <lost_kin> (is|has) (gone|died|left_us) $",
            "not (well|feeling_well|well_enough|very_well) ~1 (enough)? (to_talk|at_all|to_speak|just_now)",
            "(recovering|recuperating) from ~2 (surgery|operation|stroke|heart_attack|illness)",
            "(in|is_in|on) a (coma|life_support)",
            "on (antidepressants|anti_depressants|suicide_watch|life_support|oxygen|dialysis)",
            "(in|such|a) a (terrible|bad|dreadful|right|awful)? state $",
            "i am (really|truly|badly)? struggling $",
            "not think straight",
            "had a (stroke|bad_fall|breakdown|heart_bypass)",
            "end of my (rope|tether)",
            "(having|had|on_the_verge_of) [a] (nervous_)?breakdown",
            "i am (suicidal|very_depressed|severely_depressed|in_a_bad_way|heartbroken|in_bits|not_coping)",
            "(am|are) (only|just)? (a_child|a_kid|a_little_girl|a_little_boy|a_wee_boy|a_wee_girl|a_wean)",
            "^ [no|yes|hello|sorry] i am (only_|just_)?(three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
            "thirteen|[4-9]) "
            "[years_old|and_a_half|year_old] $",
            "[my] (mummy|daddy) (is|says|said|has|will|and|went|not)",
            "my (mum_and_dad|mammy|ma_and_da|parents) (are|is) (not|out|asleep|away)",
            "not cope [with] ~2 [any_more|just_now|at_the_moment|now]",
        ),
        CLASSES,
    ),
)
NOT_DISTRESS = expressions(
    (
        "(cat|dog|goldfish|hamster|boiler|fire) ~2 (died|dead|dying|passed)",
        "ill (informed|advised|equipped|fitting)",
        "(took|taken|take) (my|the) (tablets|pills)",
        "(phone|battery|line|signal|internet|boiler|laptop|computer|it|car|radiator) (is|has|was|just) ~1 (dead|"
        "died|dying)",
        "(i|we|he|she) (work|works|worked|am_a_nurse|am_a_doctor|volunteer) ~4 (hospital|hospice|a_and_e|funerals?)",
        "funeral (plan|plans|cover|director|directors|insurance|policy)",
        "(passed|passes|past) (on_the|me_the|the_phone|the_message|on_your|on_my|on_this|this_on|it_on|the_test|"
        "her_test|his_test)",
        "not a (child|kid)",
        "(scared|frightened|terrified) [that] (it|this|that|the_\\w+) (is|will|would|might|may|could) ~3 "
        "(expensive|dear|much|cost|pricey|complicated|scam|con|rip_off)",
    ),
    CLASSES,
)
