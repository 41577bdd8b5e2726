"""A complaint: the word itself, who it would be taken to, how one was treated."""

from __future__ import annotations

from flowengine.compliance.heard.classes import CLASSES
from flowengine.compliance.heard.grammar import expressions, rules, written

COMPLAINT = (
    *written(
        r"\b(?:want|like|need|wish|going|got|have|how do i|who do i|i will|shall) (?:to )?(?:\w+ )?complain\b",
        r"\b(?:make|making|made|raise|lodge|file|log) (?:\w+ ){0,2}(?:complaint|grievance)\b",
        r"\bthis is a complaint\b",
        r"\b(?:report|reporting|reported) (?:you|your company|this call|this to|this company)\b",
        r"\bthis is (?:\w+ )?(?:harassment|disgraceful|disgusting|nuisance calling)\b",
        r"\b(?:trading standards|ombudsman|my solicitor)\b",
    ),
    *rules(
        (
            "(<wish>|<ask>|<lodge>|am|been|about|your|formal|official|this_is|my|our|there|is_it|a|the) ~3 <complain>",
            "^ (<complain>|<bad>|not_good_enough|complaints_department|shocking|this_will_not_do) $",
            "(i|we) (complained|complain|will_complain|am_complaining)",
            "(lodge|register|raise|log|file|record|note|put_in|make) ~3 (complain|grievance|dissatisfaction|"
            "objection|compliant)",
            "(report|reporting|reported) ~1 (you|your_\\w+|call|company|firm|caller|lot) [to] !(back)",
            "(ought|should|going|will|have|need) ~2 be (reported|struck_off|ashamed|sued|shut_down|prosecuted)",
            "(will|going_to|shall|would) (report|sue) (you|this|your|it_to|the_lot)",
            "(write|writing|go|going|gone|contact|contacting|report|reporting|ring|ringing|on|onto|tell|telling|"
            "speak|speaking|"
            "complain|inform|informing|refer|email|emailing|take|taking|getting|get|see|hear|hearing|involve) "
            "~5 <bodies>",
            "be in touch with ~1 <bodies>",
            "(legal_action|sue_you|suing_you|see_you_in_court|take_you_to_court|small_claims)",
            "(my|our|a) (solicitor|solicitors|lawyer|lawyers|barrister) ~4 (touch|contact|hear|onto|letter|"
            "letters|you|know)",
            "(hear|hearing|letter|onto|speak|speaking) ~3 (my|our) (solicitor|solicitors|lawyer|lawyers|barrister)",
            "(this|that|it|you|service|treatment|behaviour|attitude|way|company|conduct|carry_on|what_you_\\w+) ~3 "
            "(is|are|was|were) ~3 <bad>",
            "(absolutely|pure|utter|utterly|bloody|an_absolute|what_a|complete|total|such_a|simply) <bad>",
            "not (good|nearly_good|anywhere_near_good) enough",
            "(find|found|consider) ~4 <bad>",
            "(this|that|it) (will_not_do|is_not_on|is_bullshit|is_not_acceptable|is_an_outrage|is_a_liberty|"
            "is_an_insult)",
            "(am|are|feel|is|extremely|most) ~3 <cross> !(birds)",
            "(am|are|was|is) ~2 not ~3 (happy|satisfied|satisfy|pleased|impressed) !(being_recorded) "
            "(with|about|by|at) (this|that|it|you|your|the|all|how|what)",
            "(am|are) ~2 (sick|sick_and_tired|fed_up) of (you|your)",
            "<poor> ~2 (service|company|treatment|customer_service|firm|workmanship|experience)",
            "(service|company|firm|treatment|workmanship) ~3 (is|was|were|has_been|are|been|had_is|"
            "i_have_had_is) ~3 <poor>",
            "(worst|poorest) ~1 (service|company|firm|experience) ~2",
            "been (treated|spoken_to|dealt_with) ~3 (like|badly|terribly|appallingly|this_way|so_badly|disgracefully)",
            "(was|were|been|got) ~2 (treated|spoken_to|dealt_with) ~2 (badly|terribly|appallingly|disgracefully|"
            "like_dirt|"
            "like_that|rudely|shabbily)",
            "(way|how) ~3 (treated|treat|spoke_to|spoken_to|talked_to|handled|carry_on) ~1 (me|us|people|"
            "customers|this)",
            "(messed|mucked|buggered|pissed|fobbed|strung|jerked|led) ~2 (about|around|along|off) [something] "
            "~1 !(the_garden)",
            "(rude|abusive|aggressive|horrible|disrespectful|nasty|insulting) to (me|us|my)",
            "<worker> ~3 (lied|swore|shouted|insulted|conned|threatened|bullied|tricked|misled|robbed|pressured) ",
            "<worker> ~2 (was|were|been) ~2 (rude|abusive|horrible|aggressive|disgusting|insulting)",
            "(you|company|lot|people|been|feel|got|was|were|me|being) ~3 "
            "(ripped|conned|cheated|overcharged|robbed|fleeced|lied|misled|mis_sold|missold|swindled|scammed|"
            "defrauded|diddled) "
            "!(calls)",
            "(want|demand|owe|expect|deserve|owed|like) ~2 (apology|compensation|compensating)",
            "(escalate|escalating) (this|it|the|my)",
            "want ~3 (escalated|investigated|looking_into|looked_into)",
            "(bad|negative|one_star|terrible|awful|damning|stinking) review",
            "(put|putting|post|posting|share|plaster|plastering) ~4 (facebook|twitter|social_media|trustpilot|"
            "internet|tiktok)",
            "you are harassing (me|us)",
            "(harassing|intimidating|bullying|threatening|abusing|exploiting) (a|an|old|elderly|pensioners|"
            "vulnerable|people)",
            "(taking|take|took) (this|it|the_matter|you) (further|higher|to_court|all_the_way|to_the_top)",
            "(ashamed_of_yourself|ashamed_of_yourselves|should_be_ashamed|ought_to_be_ashamed|shame_on_you)",
            "(no|any) (right|business) (treating|to_treat|talking_to|speaking_to|to_talk|to_speak)",
            "(blind_bit|slightest_bit|bit) of notice",
            "(you|you_lot|you_people|company) (are|is) ~2 (crooks|cowboys|liars|thieves|robbers|shower|joke|"
            "useless|parasites|"
            "scammers|conmen|con_men)",
            "(let|letting) (me|us) down !(gently)",
            "(this|it) is (intimidation|harassment|discrimination|fraud|bullying|daylight_robbery)",
            "never been ~2 (treated|spoken_to|talked_to|so_insulted|insulted)",
            "never ~2 (such|so) ~2 (rudeness|cheek|poor_service|bad_service|insulted|disgusted)",
            "(ringing|getting|seeing|instructing|speaking_to|on_to|have) [a|my] (lawyer|solicitor|barrister)",
            "this is a (nuisance_call|joke|scam|con)",
            "(you|this|that|it) (are|is) ~2 (scam|illegal|breaking_the_law|against_the_law)",
            "(am|are) ~2 (sick|fed_up|tired) (of|with) this $",
            "(am|are|feel) ~3 (upset|disappointed|let_down|insulted|offended) (with|about|at|by) (how|you|your|"
            "the|this|what)",
            "(disgusting|disgraceful|appalling|shocking|outrageous) (behaviour|attitude|manners|conduct)",
            "how dare you",
            "(staff|people|callers|lot|team) (are|is|were|was) ~2 (rude|useless|abusive|horrible|incompetent)",
            "(took|taken|stole|stolen) ~1 money (from|out_of) (my|our)",
            "been let down",
            "(something|nothing|anything) done about (this|it|that)",
            "going to do about (it|this|that) ~1",
            "(expect|expected|deserve|deserved|used_to) better (than|from)",
            "(no|not_a|some|hell_of_a) way to (treat|run|speak|talk|behave|do_business)",
            "(treat|treating|treated) ~3 (dirt|rubbish|idiots|an_idiot|a_fool|fools|muck|badly)",
            "(lost|losing|run_out_of|out_of) (all_)?(patience|faith|confidence) (with|in)",
            "(waiting|waited|been_waiting) ~3 (weeks|months|days|ages) ~6 (nothing|nowhere|nobody|no_one|still|not)",
            "(nobody|no_one|not_anyone|none_of_you) ~2 (gets_back|got_back|get_back|listens|listening|cares|"
            "came|turned_up|showed_up|helps|rang_back|"
            "sorted_it|fixed_it|takes_a_blind) ~3",
            "(fobbing|fobbed|palming|palmed|brushing|brushed) (me|us|people)? off",
            "pillar to post",
            "(broke|broken|break) (your|his|her|their|a) (promise|promises|word)",
            "you never did what you",
            "(man|woman|engineer|fitter|plumber|people|lad|bloke) (you|they) sent ~2 (was|were) ~2 (useless|"
            "hopeless|rude|late|drunk|rubbish|a_disgrace)",
            "(work|job|installation|repair|fitting) (was|is|he_did_was|you_did_was) ~2 (shoddy|rubbish|terrible|"
            "awful|appalling|a_mess|botched|dreadful)",
            "(rip_off|rip_offs|daylight_robbery|con_artists|con_merchants)",
            "(taking|take) my (business|custom) elsewhere",
            "(report|reporting) (a|one|that|your|him|her|them) ~4 (staff|engineer|caller|colleague|employee|"
            "salesman|person|firm|company|police|ofcom)",
            "(not|far|nowhere_near|anything_but|less_than) ~1 (from|near)? (happy|satisfied|pleased|impressed|"
            "best_pleased) (at_all|about|with|by|one_bit|$)?",
            "(hopeless|useless|incompetent|pathetic|clueless) (lot|company|people|service|shower|outfit|$)",
            "tell watchdog",
            "write to (my_mp|your_boss|your_manager|the_papers|the_boss|your_head_office)",
            "writing to (my_mp|your_boss|your_manager|the_papers|the_boss)",
        ),
        {
            **CLASSES,
            "complain": "complain complaint complaints complaining complane complained grievance complaining_about",
            "lodge": "make making made raise lodge file log put register submit send record handles handle have",
            "ask": "how who where what can could may is_there",
            "wish": "want like wish going need got intend plan ringing calling will shall would have must wanting",
            "worker": "engineer salesman saleswoman adviser advisor driver agent staff colleague caller lady "
            "woman man "
            "receptionist plumber fella bloke chap technician manager rep",
        },
    ),
)
NOT_COMPLAINT = expressions(
    (
        "not ~2 (happy|pleased) ~2 (recorded|recording)",
        "complaint about (his|her|my) (back|knee|leg|heart|chest|hip)",
        "(no|any|without) (complaint|complaints|complaining)",
        "(not|never|hardly) [really|usually|normally|even|actually] (complain|complaining|complained)",
        "nothing to complain",
        "not (one|going|here|want|wish|mean|ringing|like|trying|wishing|wanting) to (complain|make_a_complaint)",
        "not [making|got|have] (a|any) complaint",
        "(he|she|they|<lost_kin>|neighbours|customers|clients|guests|tenants|patients) ~2 "
        "(complain|complains|complained|complaining)",
        "not (report|sue|reporting)",
        "weather ~3 <bad>",
        "(line|signal|reception|connection) ~3 (<bad>|<poor>)",
        "not ~3 (apology|compensation|<cross>|ripped|conned)",
        "(no|any) (harassment|disgrace)",
    ),
    CLASSES,
)
