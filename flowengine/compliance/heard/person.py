"""A person rather than a machine: asked for, or asked about."""

from __future__ import annotations

from flowengine.compliance.heard.classes import CLASSES
from flowengine.compliance.heard.grammar import expressions, rules, written

_CLASSES = {
    **CLASSES,
    "some": "a an the your another some one_of any that actual real live living proper human someone",
    "real": "real live living actual proper human genuine",
    "bit": (
        "a an actual live one of those these them the they thae o some sort kind type talking speaking to with "
        "on onto through in only "
        "like possibly maybe bit big proper voice new another there somebody something call from or not never in_fact "
        "wan one_a load computer tae very quite all wee"
    ),
    "talk": "speak talk chat speaking talking have_a_word a_word word have_a_chat a_chat",
    "put": "put transfer connect pass switch hand patch direct refer putting transferring",
}

HUMAN_REQUEST = (
    *written(
        r"\b(?:speak|talk|chat|put me through|transfer me|connect me)(?: to| with)? "
        r"(?:an? |another |the |your |some)?"
        r"(?:real |actual |live |proper )*(?:person|human|human being|someone real|somebody real|manager|supervisor"
        r"|operator|adviser|advisor|agent|member of staff)\b",
        r"\b(?:speak|talk) to (?:someone|somebody)(?: else| please| there| in charge|$)",
        r"\b(?:want|need|get me|give me|like|prefer|rather have) a "
        r"(?:real |actual |live )?(?:person|human|human being)\b",
        r"\b(?:a |real )(?:human|person) please\b|^(?:human|real person|operator|agent)(?: please)?$",
        r"\bnot (?:\w+ )?(?:talk|talking|speak|speaking) to (?:a )?(?:machines?|robots?|computers?|bots?)\b(?! am i)",
        r"\bput me through\b",
    ),
    *rules(
        (
            "(pass|hand|switch) (me|us) (on|over)? to (someone|somebody|anyone|one)",
            "be (put_through|transferred|connected|passed) (to|on|over)",
            "(need|want|like) [to_speak_to|help_from] [a] (one_of_your|someone_from_your|real_person)",
            "(have|get|ask) [a] [<real>] (person|human|someone|somebody) [to] (ring|call|phone|come_on) !(back|later)",
            "you have [a] manager",
            "(someone|somebody) else take over",
            "(can|could|will|would) you (fetch|get) (someone|somebody) !(out|round|to_come|to_fix)",
            "(only|just) (deal|deal_with|talk_to|speak_to) [with|to] (people|humans|human_beings|real_people)",
            "(prefer|rather|like|want) (people|humans|a_person|a_human) (to|than|rather_than|not|over|"
            "instead_of) [a] <robot>",
            "^ [the] (front_desk|reception|switchboard) $",
            "(forward|redirect|escalate|route) (me|us|this|my_call) [through|over|on|straight] (to|on_to) ~2 <anyone>",
            "(helpline|line|department|number|option|way) ~2 (people|speak_to|talk_to|a_person|a_human)",
            "(you|this|it) (not_understand|is_not_working|not_understanding|is_no_use|are_no_use|is_hopeless) "
            "~6 (person|someone|somebody|human)",
            "<talk> (to|with|tae) ~3 <anyone> !(first|before|about_it_first|yesterday|last|next|i_know|at_home|"
            "at_work)",
            "(speak|talk|word|chat) ~3 (in_charge|whoever)",
            "(put|get) (me|us|this_call|the_call) (through|threw|thru|over|onto|on_to)",
            "(transfer|connect|redirect) (me|us|this_call|my_call|the_call)",
            "(pass|hand|switch|put) (me|us) (on|over|back) to",
            "(pass|hand|switch|transfer|connect|put|patch|direct) ~4 <staff>",
            "put (a|an|the|your|some|him|her|them|somebody|someone|another)? ~2 on [now|then|the_line|the_phone] $",
            "(get|give|find|fetch|bring) (me|us)? ~3 (<staff>|someone_real|somebody_real|real_person)",
            "(give|get|find|fetch) (me|us) (someone|somebody) !(out|round|else_to|to_fix)",
            "get (someone|somebody) (on|real|on_the_line|on_the_phone|human) !(site)",
            "^ get (someone|somebody) $",
            "(want|need|like|prefer|rather_have|sooner_have|demand|can_i_have|could_i_have|may_i_have|"
            "let_me_have|request) "
            "[to_have|to_get] [a|an|the|your|some] [<real>] <staff> !(who|that)",
            "(want|need|like|prefer|rather) [a|some] <real> (person|people|human|someone|somebody|one|man|woman|"
            "voice|adviser)",
            "(want|need) (someone|somebody) (real|human|proper|who_is_real|to_talk_to|to_speak_to|to_help_me|"
            "to_explain|in_person)",
            "(can|could|may) i (have|get) [a|an|the|your] [<real>] (<staff>|someone_real|somebody)",
            "^ [no|yes|just|hello|ok] [a|an|the|your|get|get_me|speak_to|talk_to|put_on] [<real>] <staff> [now|"
            "here|on_the_line] $",
            "^ (someone|somebody) (real|human|proper|else) $",
            "^ (real|proper|live) (one|person|human)",
            "(not|never|hate|refuse|refusing|rather_not|than|dislike|will_not|can_not|loathe|detest|stop) ~5 "
            "(talk|talking|speak|speaking|deal|dealing|discuss|discussing|converse|chatting) ~3 (to|with) ~2 "
            "<robot> !(am_i|or|is_it)",
            "not (do|abide|hold_with|like|trust|want|doing_with|be_doing_with|stand|use|deal_with) ~4 "
            "(machines|robots|computers|bots|ai|automated|a_machine|a_robot|a_computer|a_bot)",
            "(want|need|give|get|person|human|someone|somebody|people) ~5 (not_a|no|instead_of_a|rather_than_a) "
            "<robot>",
            "^ no (robots|machines|computers|bots)",
            "^ not a (robot|machine|computer|bot|recording) ~1 (person|human)",
            "is (there|that) ~3 (person|human|humans|someone|somebody|anyone|anybody|nobody|no_one|manager|"
            "supervisor|agent|"
            "adviser|human_being|one) ~3 (speak|talk|help_me|on_duty|available|in_charge|deal_with|chat)",
            "is there (no|any|not_a|not_any|a) [<real>] (human_being|human|humans|<staff>|people) [there|here|i_can] $",
            "(are|is) there (any|no|some) ~1 (humans|people|human_beings|person|persons|human_being) [there|i_can]",
            "any (humans|people|human_beings|real_people) (there|about|around)",
            "(nobody|no_one|no_human|not_anyone|not_anybody|no_people|anyone|anybody|someone|somebody) [there|"
            "else|human|real] "
            "~1 i (can|could|might|may) ~2 (speak|talk|chat|deal)",
            "have you (not_got|no|not|got) ~2 (people|humans|human_beings|person|staff|person_there) !(on_your|who)",
            "do (you|they) ~3 (employ|have) ~2 (people|humans|staff|a_human|real_people|a_person)",
            "(can|could|would|will|have|get|ask|let|may|might) ~1 (someone|somebody|a_person|a_human|a_manager|"
            "your_manager|"
            "a_colleague|an_adviser|an_advisor|a_human_being|one_of_your_\\w+|member_of_staff|your_supervisor|"
            "a_member_of_staff) "
            "~3 (call|ring|phone|contact|come_on|get_back_to) (me|us|instead) [a_person|instead|back] "
            "!(later|tomorrow|another|on|next|in|at|after|again|to_say|about_the)",
            "(someone|somebody|a_person|a_human) to (talk|speak|chat) (to|with)",
            "how (do|can|would) i (get|speak|talk|reach|contact) ~4 <staff>",
            "(press|dial|say|number|button) ~5 (operator|human|person|adviser|speak_to_someone|agent)",
            "(like|want|need|prefer|wish|ask|can_i|could_i|may_i|insist|rather|demand|asked) ~1 be "
            "(transferred|connected|put_through|passed|put_on|put_over)",
            "(prefer|rather|sooner|happier|better|comfortable|easier|like) ~4 (to|with|a|human) ~2 (person|"
            "human|humans|people|"
            "human_being|human_contact|someone_real|somebody_real) !(who_(live|lived))",
            "(who_is_your|get_your|want_your|fetch_your|want_the|get_the|your) (manager|supervisor|boss) !(said|"
            "told|rang|called)",
            "(i|only|just) ~3 (talk|speak) to ~2 (human|humans|person|people|real_people)",
            "(person|human) (please|now) $",
            "(let|allow) me (talk|speak) to (them|him|her|somebody|someone|one)",
            "(need|want|looking_for) [a|an] customer (service|services) ~1 (representative|rep|person|agent|adviser)",
            "(discuss|discussing) ~4 with (a|this) (machine|computer|robot|bot)",
            "(bugger|sod|stuff|forget|enough_of|no_more) (the|this|these) <robot> ~3 (person|human|someone|somebody)",
            "(can|could|may|might) i not ~1 (speak|talk) (to|with)",
            "<talk> (to|with) (one_of_the|one_of_your|someone_in|somebody_in|a_lass|a_lad|a_proper) ",
        ),
        _CLASSES,
    ),
)
NOT_HUMAN_REQUEST = expressions(
    (
        "(talk|speak|sound) (to_me_)?like a (person|human)",
        "(best|right|nearest|any) person for",
        "(am_i|whether_i_am|if_i_am|that_i_am) (speaking|talking) (to|with)",
        "sound [like] [a] [real] (person|human)",
        "(not|never) (want|wish|like|need|going) to (speak|talk) to (anyone|anybody|someone|somebody|people|you)",
        "(need|want|have|would_have|got|going) to (speak|talk) to (my|our|his|her)",
        "you ~3 (speak|talk) to (my|his|her|the_landlord)",
        "let me (talk|speak) to my",
        "(i_will|let_me|going_to|i_can|shall_i) (put|get|pass|fetch) (him|her|my|them|you|the_phone)",
        "(have|got) (someone|somebody|people|a_manager) (here|round|coming|with_me|at_the)",
        "(spoke|spoken|talked) (to|with)",
        "put me (down|off|in|on_hold)",
        "not [want_you_to] (put|transfer|connect|pass) (me|us)",
    ),
    _CLASSES,
)

ROBOT_QUESTION = (
    *written(
        r"\b(?:is|are|am) (?:this|that|it|you|i) (?:\w+ ){0,4}"
        r"(?:robot|bot|chatbot|machine|computer|ai|a i|android|automated)\b(?! shop)",
        r"\b(?:you are|you sound|this is|that is) (?:\w+ ){0,2}(?:robot|bot|chatbot|machine|computer|ai|a i)$",
        r"\bare you (?:\w+ )?(?:real|human|a person|a human|alive|a recording|a real person)\b",
        r"\b(?:is this|is that|am i (?:talking|speaking) to) (?:a )?(?:\w+ )?"
        r"(?:recording|recorded message|person|human)\b",
    ),
    *rules(
        (
            "<am> (<it>|i|we|yourself) [<bit>] [<bit>] [<bit>] [<bit>] [<bit>] <robot>",
            "(<it>|voice|we) (<am>|sound|sounds|seem|seems|must_be|could_be|might_be) [<bit>] [<bit>] [<bit>] "
            "[<bit>] <robot> "
            "!(shop|broke|repair|man|engineer)",
            "<am> (<it>|i|you|yourself) [<bit>] [<bit>] [<bit>] [<bit>] <human> !(i|who|that)",
            "^ [so|and] (you|this|that|it) [<bit>] [<bit>] (<robot>|human|a_human|real|real_person|real_people) "
            "[yes|or_what|or_not] $",
            "^ [a|is_it|it_is|it|is] <robot> [is_it|is_it_not|are_you|yes|or_what|then] $",
            "(<it>|voice|you) (are|is) (not|never|no) [<bit>] [<bit>] [<bit>] <human>",
            "not sound [<bit>] [<bit>] [<bit>] (real|human|person|natural|alive|right)",
            "(person|human|real|lady|alive|somebody|man) or ~2 (not|machine|robot|computer|recording|programme|"
            "fake|bot|tape|ai)",
            "(machine|robot|computer|recording|bot|ai|tape|programme|answerphone) or ~2 (person|human|real|"
            "somebody|not)",
            "(nobody|no_one) (really|actually|real) there",
            "(anyone|anybody|somebody|someone) (really|actually|real) there",
            "(have|has|got|had) [you|i|we] [got] [a|any] (pulse|heartbeat|body|soul|brain|heart|real_voice|face)",
            "do you [even] (breathe|bleed|eat|sleep|have_feelings|have_a_pulse|have_a_body|have_blood) ~1 $",
            "were you (born|built|made|programmed|manufactured)",
            "(blink|cough|breathe|laugh) ~1 if you are",
            "prove ~2 (you_are|are) ~2 (robot|human|person|real)",
            "how (do|can|would|could) i (know|tell) ~2 are ~3 (robot|real|human|person|machine)",
            "(who|what) (built|programmed|made|invented) you",
            "(talking|speaking|spoke|speak|talk) (to|with) [just|only|some|a|an|one_of_those|this] [<bit>] "
            "(robot|machine|software|computer|tape|"
            "recording|brick_wall|chatbot|bot|automaton) (or|am_i|are_we|yes|is_it|here|aren_t_i|is_that)",
            "(am|are|is|just|only|what|who) ~5 (talking|speaking) to [a|some|just|one_of_those|computer] "
            "[computer|automated] "
            "(software|<robot>) !(person)",
            "(through|on|onto) to [a|an|one_of_those|some|the] <robot>",
            "(have|had|got) i got ~2 (<robot>|human|person|real_human|real_person)",
            "is there [a|any] [<real>] (person|human|human_being) ~2 (talking|speaking|behind|there|or|on_the_line)",
            "(bet|think|reckon|admit|suspect|know|thought|swear|guess|sure) ~3 you are [<bit>] [<bit>] (<robot>|"
            "not_real|not_human)",
            "(your|the|that|this) voice ~4 (real|robot|fake|human|generated)",
            "is (that|this|it) [a] [<real>] (voice|human_voice) $",
            "is [this|that|it|call|voice] (computer|machine|ai|robot) (speaking|talking|generated|call|voice)",
            "is (real|this_real|machine|computer|robot|it_real) (human|voice|person|speaking|talking)",
            "(speak|talk) (with|to) (computer|machine|robot) or",
            "one of (those|these|them|they) ~2 <robot>",
            "(am_i|do_i|i_am) (hearing|hear) [a|another] <robot>",
            "^ [oh] not another <robot>",
            "(are|is) you one of (them|those) $",
            "(whether|if) (i_am|this_is|you_are|it_is) [<bit>] [<bit>] [<bit>] <human>",
            "[a] <robot> (is_it|are_you|is_it_not|am_i) $",
            "(talk|talks|speak|speaks|sound|sounds|acting|act|behave) like [a|an|that|one_of_those|some] "
            "[<bit>] <robot>",
            "not (talk|speak|sound|act|seem) like [a|an] [<real>] (person|human|human_being|people|woman|man)",
            "(can|could) not be [a|an] [<real>] (person|human|human_being)",
            "(can_not|not|hard_to|how_do_i|how_can_i) (tell|know|sure|certain|work_out) ~2 (you_are|this_is|it_is) ~3 "
            "(real|human|person|robot|machine|alive)",
            "[a] (robot|machine|computer|bot) (rung|ring|rang|called|phoned|call|answered|answer|talking|"
            "speaking|phone|ringing|calling)",
            "(rung|reached|got|called|phoned) [a] (robot|machine|computer|bot)",
            "(pretending|pretend) to be [a] [<real>] (person|human|woman|man)",
            "do you [really|actually|even] exist",
            "(man|woman) or machine",
            "never a real (woman|man|person|lady|human|voice)",
            "are you [actually|even] (real|alive|human|living|there) $",
            "i am not (talking|speaking) to ~3 <robot> am i",
        ),
        _CLASSES,
    ),
)
NOT_ROBOT_QUESTION = expressions(
    (
        "(automatic|automated|recorded|computer|robot|machine|fake) (boiler|timer|delivery|gate|door|gates|"
        "doors|arm|shop|room|desk|leather|payment|payments)",
        "is it [a] (person|people|man|woman) (or_two|that_comes|who_comes)",
        "real (company|firm|business|leather|wood|shame|nuisance|bargain|pain)",
        "genuine (company|firm|business|offer|reason|leather|call)",
        "(robot|robotic) (vacuum|vacuums|hoover|hoovers|mower|lawnmower|cleaner)",
        "(it|this|that) is ~2 recording of",
        "(my|our|the|his|her) (machine|computer|washing_machine|answering_machine|answerphone|software) (is|was|"
        "has|broke)",
        "is (it|this|that) ~1 (recorded|recording|taped) (for|on|anywhere)",
        "(is|are|am) ~4 (being|get|getting) (recorded|taped)",
        "(are|is) (you|this|it|the_call|this_call) (recording|recorded|taped|taping) !(message)",
        "(is|are) ~2 (call|line|calls|conversation) ~1 recorded",
        "recording (being_made|this|me)",
    ),
    _CLASSES,
)
