"""Who calls and why, where the number is from, and that it is not the right one."""

from __future__ import annotations

from flowengine.compliance.heard.classes import CLASSES
from flowengine.compliance.heard.grammar import expressions, rules, written

_CLASSES = {
    **CLASSES,
    "ringing": "ringing calling phoning contacting",
    "which": "which what",
    "name": "name company firm business organisation organization",
    "get": (
        "get got gotten getting obtain obtained find found come_by came_by come_across have has had gave give given "
        "given_out giving_out sold sell pass passed passed_on supplied told hold_of get_hold_of got_hold_of "
        "take took pick "
        "picked acquire acquired buy bought leaked"
    ),
}

MY_NUMBER = (
    *written(
        r"\b(?:where|how) (?:did|have|do) you (?:get|got|find|come by|have) (?:\w+ )?(?:number|details|name)\b",
        r"\bwho gave you (?:\w+ )?(?:number|details|name)\b",
    ),
    *rules(
        (
            "(which|what) (website|company|list|firm|person|site|source) ~2 (gave|give|sold|passed|got) ~3 <details>",
            "(source|origin) (for|of) (my|our) <details>",
            "how ~2 you know to (ring|call|phone|contact) (me|us)",
            "(buy|bought|purchase) (a|my|the) (list|details|number|data) ~3 me",
            "not (have|got|supposed_to_have|meant_to_have) (my|our) <details> ~3 (where|how|who|from)",
            "(where|who|whom|where_from) ~5 <get> ~2 (my|our|this|me|us|ma|the) ~2 <details>",
            "how (did|do|have|has|come|is_it|come_you|on_earth|you|was|were|come_did) ~5 <get> ~2 (my|our|this|"
            "me|us|ma|it) [<details>|mobile]",
            "who (told|gave|sold|passed|give) ~2 (you|on|out) ~2 (my|our|me|this|about_me)",
            "who is ~2 (giving|passing|handing|selling) ~3 <details>",
            "(never|not) (gave|give|given|told|tell) you [my|our|any|this] <details> !(permission)",
            "how (do|did) you [even] (know|find) ~1 (me|who_i_am|where_i_live|about_me|my_\\w+|i_live|it_was_me)",
            "how is it ~1 you (know|have|got) ~3",
            "what ~3 (doing|do) with (my|our) <details>",
            "(my|our|this) <details> ~4 (from|end_up|get_to_you|come_from|come_to_you|get_into) [with_you|you|from]",
            "(buy|bought|sell|sold|leaked|purchased) (my|our|me) <details>",
            "(what|which) (data|information|details|list|database) (do|did|have|has|are) ~2 (hold|have|got|get|"
            "find|you_got) ~2 (on|about|me)",
            "why (do|have) you [got|have|hold|keep] [got] (my|our) <details>",
            "how come ~3 (my|our) <details>",
            "how (did|have|is|has|come) (i|my_name|my_number|our_number|we) ~4 (list|database|system|records|books)",
            "(somebody|someone|anybody) (give|gave|passed|sold) you ~2 <details>",
            "how (you|you_have|have_you|do_you) (get|got|have|know|find) (my|our|me|this) <details>",
            "(ex_directory|private_number|private|unlisted) ~5 (how|where|who) ~3 (get|got|have|found|gave)",
            "where ~4 (information|details|data|number) (from|about|come_from)",
        ),
        _CLASSES,
    ),
)
NOT_MY_NUMBER = expressions(
    (
        "(where|how) (do|can|would|should) i (get|find|have|change|give|pick)",
        "(have|has) (you|he|she) got (my|the) (number|name|details) (there|on|in_front|right|down|spelt)",
    ),
    _CLASSES,
)

WHO_ARE_YOU = (
    *written(
        r"\bwho (?:are you|is (?:this|that|it|calling|speaking|ringing)|am i (?:speaking|talking) (?:to|with))\b",
        r"\b(?:who|what company|which company|where) (?:are|do) you (?:calling|ringing|with|from|work|phoning)\b",
        r"\bwhat (?:is|was) your name\b|\b(?:which|what) company (?:is this|are you)\b",
        r"\bwhy are you (?:calling|ringing|phoning)\b|\bwhat is this (?:call )?(?:about|regarding)\b",
    ),
    *rules(
        (
            "(who|whom|hoo|wha|whae) (are|is|am|was|did|do|does|might|may|would|exactly) ~2 (you|u|ye|use|yous|"
            "this|that|it|i|calling|"
            "speaking|ringing|we|represent|phoning) !(think|want_to_speak|have_to|need_to)",
            "^ [and|sorry|hello|so] (whose|who|whos) (this|that|calling|speaking|ringing|phoning|it_is|you|"
            "you_are|you_with|now|sorry)",
            "^ [and|sorry|this_is|you_are|and_you_are|and_this_is|so_you_are|and_your] who [sorry|now|again|exactly] $",
            "(who|whom) (is|was) ~2 (asking|on_the_line|at_the_other_end|that_calling|wanting|enquiring)",
            "who wants to know",
            "(to|with|for|of) (who|whom) (am|are|is|do|does) ~1 (i|you|this)",
            "(who|what|where) (you|is_it_you|ye) (are|from|with|work|calling|represent|ringing)",
            "(who|which|what) ~1 <firm> (is|are|do|did|you|this|it|again|please|calling|called|name|was) !(recommend)",
            "^ [and|sorry|for|from] <which> (company|firm|organisation|organization|business|outfit|bank|"
            "charity) [now|sorry|is_it|again] $",
            "^ [and|sorry|your|the|state_your|full|company|give_me_your] (name|company_name|name_and_company) "
            "[is|again|sorry] $",
            "(what|and) [is|was] (your|the) ~2 <name> [of|called|again|you|name|sorry]",
            "who have (i|we) got",
            "do you have a name",
            "^ [and] (you_are|where_are_you|you_are_who) $",
            "^ i do not know (you|who_you_are) $",
            "what made you (ring|call|phone|pick)",
            "you are (selling|trying_to_sell) something",
            "(what|who) ~3 call (is|was) (regarding|about|concerning)",
            "what is it in ~1 (regard|relation|reference|connection)",
            "(introduce|introduced|introducing) yourself",
            "who (shall|should|may|do) i say",
            "(what|who) (was|is) it ~1 (wanted|want|wants|were_after)",
            "is it about ~4 you (are|were) (<ringing>)",
            "what (exactly|precisely)? are you (offering|after|selling)",
            "^ [and|hello|sorry] are you (from|with) (the|my|\\w+) ~2 $",
            "(which|what) (department|branch|office|team|section) (are|is|do|you)",
            "where is your (office|head_office|company|firm)",
            "are you [a] (local|genuine|real|legit|legitimate|proper|registered|bona_fide) [company|firm|"
            "business|caller|call] $",
            "never heard of (you|your_\\w+|them_lot) ~1",
            "not recognise (you|your|the) [company|name|number|voice]",
            "(have|do) (i|we) (have_an_account|dealt|got_an_account|deal|bank|been) ~1 with you",
            "(spell|repeat|say) ~1 (your|that) name ~2",
            "(give|tell) me [the|your] name ~3",
            "why (am|are) (i|we|you) (getting|receiving|got) ~2 (call|calls)",
            "what (has|have|is|does) (this|it|that) ~2 (got_)?to do with (me|us)",
            "name of (your|the|this) ~1 (company|firm|organisation|organization|business|outfit)",
            "(what|which) (company|firm|outfit|organisation|organization|business|bank) (from|call|calling|"
            "ringing|you)",
            "(not|never|not_even|you_have_not) ~2 (catch|hear|get|recognise|recognize|say|said|tell|told|given|"
            "know|explain|explained) ~3 "
            "(who_(you|this|it|is|was)|your_name|your_company|where_you_(are|were)|what_company|which_company|"
            "who_it|who_you)",
            "(tell|telling|give|ask|enquire|inquire|know|say|repeat|remind|confirm|clarify|explain|telt) ~4 "
            "(who_(you|this|it|is|am|are)|who_i_am_(talking|speaking)|what_company|which_company|your_name|"
            "what_firm|whom_i_am|"
            "where_you_are_(calling|ringing)|what_this_is|what_it_is_(about|regarding)|why_you_are|"
            "the_name_of_your|name_and_company)",
            "(purpose|nature|reason|point|object|meaning|subject) (of|for|behind|you_are) ~3 (call|<ringing>|"
            "telephone_call|enquiry)",
            "what is the (reason|purpose|nature) (you|for|of|behind)",
            "(state|what_is) your business",
            "^ [and|sorry|in] (about|regarding|concerning|in_regard_to|regard_to|in_relation_to|to_do_with|"
            "with_regard_to) what",
            "what (is|was|are) (this|it|that|the_call|your_call|you) ~2 (about|regarding|concerning|"
            "in_connection|in_relation|to_do_with|"
            "in_aid_of|in_reference|for) !(the_price)",
            "what (are|is|were) you ~1 (after|selling|wanting|<ringing>|offering|flogging|peddling|hawking|"
            "trying_to_sell)",
            "what ~1 you [now] (<ringing>|ring|call|phone|selling|want|after) ~2 [for|about] $",
            "what (do|did|is) (you|ye|it_you|is_it_you|it_is_you) ~1 (want|after|selling) [exactly|from_me|"
            "with_me|with_us|now] $",
            "^ (what|how) (can|may|could) i (do_for|help) you",
            "what is [it] you (want|are_after|are_selling|would_like|need|selling)",
            "why (are|do|did|have|is|would|you|has) ~3 (<ringing>|call|ring|phone|called|rung|rang|phoned) !(back)",
            "(for_what|what_for|for_why) [are] you ~1 (call|<ringing>|ring|phone)",
            "(are|is) ~2 (selling|trying_to_sell|flogging) ~3 $",
            "(is|are) (this|it|you) [just|only|another|one_of_those|some|a|an] [a|another] (sales|cold|"
            "marketing|scam|survey|nuisance|promotional|"
            "double_glazing|charity|junk|spam) (call|calls|thing|caller|company|$)?",
            "(are|is) (you|this|it) ~1 (<ringing>|calling) (from|for|on_behalf_of) !(the_price)",
            "are you (from|with) (the_)?(council|bank|british_gas|gas|electric|water|government|hospital|"
            "surgery|bt|sky|police|company|"
            "housing|energy|gas_board|insurance|\\w+_gas|\\w+_energy)",
            "are you (the|my) (gas|electric|water|energy|council|insurance) (people|company|board|man|supplier)",
            "where ~5 (<ringing>|you_(call|ring|phone)) ~1 from",
            "(<ringing>|call|ring|you|speaking|you_are) from (where|which|what|who)",
            "where (are|is|was) (you|this) (from|based|calling)",
            "(on|in) (whose|behalf_of_who|behalf_of_whom|behalf_of_which) ~1",
            "(do|should) (i|we) know (you|ye) [from_somewhere|at_all]",
            "have we (spoken|met|talked)",
            "to what do (i|we) owe",
            "what do they call you",
            "(can|could|may|might) i [just] (take|have|get|ask|know) ~2 (your_name|who_(you|this|is|i)|who_it|"
            "what_this|what_it|what_company|whose|"
            "whom|the_name_of)",
            "(remind|tell) me (who|what_you|your_name)",
            "who put you up",
            "who (sent|asked|told) you to (ring|call|phone)",
            "identify yourself",
            "(not|no) (know|idea|idea_of|clue) ~1 who (you|this|is|it) ~1",
            "who do (you|ye|youse) (work|represent|ring|call|think_you_are)",
            "(whose|what|which) (number|call|company) is (this|it|that)",
            "what have you (rung|called|phoned|rang) ~2 (for|about)",
            "(your|the) name [is|was] [again|sorry|what] $",
        ),
        _CLASSES,
    ),
)
NOT_WHO_ARE_YOU = expressions(
    (
        "what (do|did|would) you (want_to_know|need|want_from_me_now)",
        "what (company|firm|business) (makes|made|supplies|fits|fitted)",
        "who (fits|makes|made|pays|comes|would_be_coming|is_paying|is_coming|will_be_coming)",
        "what (do|did|would) you want for",
        "why (do|did|have|are|is) ~1 (not|keep|always|still|stop)",
        "who (do|should|can|would|must|will) i (speak|talk|ring|call|contact|complain|see|ask|pay|write)",
        "(my|his|her) name is",
        "what is it for my",
    ),
    _CLASSES,
)

WRONG_PERSON = (
    *written(
        r"\bwrong (?:number|person|house)\b(?! (?:plate|of))",
        r"\b(?:no one|nobody|no \w+) (?:here )?(?:by|of|with) that name\b",
        r"\b(?:no one|nobody) (?:here )?called that\b",
        r"\b(?:he|she|they) (?:do|does) not (?:live|work) here\b|\bnever heard of (?:him|her|them|that person)\b",
    ),
    *rules(
        (
            "(wrong|incorrect) (number|numb|person|household|man|woman|lady|fella|bloke|guy|party|chap|house) "
            "!(plate|of|for)",
            "(mis|miss) (dialled|dialed)",
            "i am not called (that|\\w+) $",
            "there is no \\w+ (in|at) this (house|number|address|phone|office)",
            "(not|no_longer) (his|her|their) (phone|number|house|mobile) ~2",
            "(misdialled|misdialed)",
            "there is no (mr|mrs|miss|ms|\\w+) (at_this|here|on_this|living_here|lives_here) !(time|moment)",
            "(he|she|they) (is|are) (not|no) (at|on) (this|that) (number|address) ~2",
            "(it|that) is my (neighbour|neighbours|neighbour_you)",
            "(no_one|nobody|no_body|not_anyone|not_anybody) ~1 (called|named|of_that_name|by_that_name|"
            "with_that_name|of_this_name|this_name) "
            "(that|here|at_this|in_this|lives|living|on_this|of)",
            "(nobody|no_one) (of_|by_|with_)?(that|this) name",
            "(nobody|no_one|no_person|not_anybody|not_anyone) called \\w+ (here|at|in|lives|living|works|on)",
            "(he|she|they) ~1 (not|no_longer) ~1 (live|living|work|working|lives|works|stay|reside) ~1 (here|"
            "there|at_this|any_more)",
            "not know (anybody|anyone|any_one|nobody) (called|named|by|of|with)",
            "(he|she|they) (has_|have_|had_)?(moved|flitted|moved_out|moved_away|sold_up) ~3 (ago|last_\\w+|"
            "back|before|away|out|house|on)",
            "(they|he|she) have (moved|left|gone) [away|out] $",
            "(<it>|i|we) (is|am|are) not (me|him|her|the_person|the_(man|woman|lady|one)|who_you|his_number|"
            "her_number|their_number|"
            "the_one_you|the_lady_you)",
            "(this|it) is not (his|her|their|\\w+_s) (number|phone|house|mobile)",
            "(before_us|before_me|lived_here_before|had_the_house_before|had_this_number|had_the_house|"
            "were_here_before)",
            "(previous|former|last|old) (owner|owners|tenant|tenants|occupant|occupants|occupier|resident|"
            "residents|people)",
            "(phone|number|mobile|it) used to (belong|be) ~3",
            "(got|given|have|had) this (number|phone) ~1 (new|last|recently|just)",
            "(mixed|mixing|muddled|confused|mistaken|confusing|mistaking) (me|us) (up|with|for)",
            "(it_is|want|after|for|looking_for|meant) (someone|somebody) else [you] (are|you|after|want|looking)?",
            "(someone|somebody) else you (are|want|were|need|have)",
            "no such (person|name|number)",
            "this is [a|the] (business|shop|office|surgery|school|care_home|company|hotel|pub|garage|work) "
            "[number|line|phone] !(owner|enquiry)",
            "rung a (shop|business|school|surgery|pub|garage|hotel|company|stranger)",
            "(not|never) know [a|an|any] (him|her|them|who_that_is|who_he_is|who_she_is|that_person) "
            "[i_am_afraid|sorry|at_all] $",
            "only just moved (in|here)",
            "(person|man|lady|woman) ~4 not at this (number|address)",
            "(he|she|they) (left|retired) ~3 (ago|company|firm|years)",
        ),
        _CLASSES,
    ),
)
NOT_WRONG_PERSON = expressions(
    (
        "(not|no) (the_)?wrong (number|person|house)",
        "(nobody|no_one) (called|rang|phoned) (me|us|back)",
        "not (my|your|his) (fault|problem|job)",
        "(is|have_i_got|did_i_dial|have_you_got) ~2 wrong number or",
    ),
    _CLASSES,
)
