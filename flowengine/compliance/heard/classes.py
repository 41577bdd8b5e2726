"""The classes of words that the floor's rules are made of: `<name>` in a rule. `_` is a blank."""

from __future__ import annotations

from collections.abc import Mapping

_ROBOTS = (
    "robot robots bot bots chatbot chat_bot machine machines computer computers computerised computerized automated "
    "automatic automaton ai a_i ais artificial android recording recorder recorded pre_recorded tape taped "
    "answering_machine answerphone answer_phone software programme program algorithm virtual synthetic robotic "
    "mechanical siri alexa chatgpt chat_gpt gpt row_bot row_but computer_generated voice_assistant digital_assistant "
    "droid cyborg language_model simulated simulation fake pretend_person computerised_voice robo_call robocall "
    "robo_caller rowbot bought_machine hewman_machine"
)
_PERSONS = (
    "person human humans human_being human_beings people man woman lady gentleman lass lad girl fella bloke "
    "real alive "
    "living somebody_real someone_real flesh_and_blood purse_on hewman real_purse_on genuine actual_person "
    "live_person real_people proper_person"
)
_STRONG = (
    "person human humans human_being manager supervisor boss operator adviser advisor agent representative rep "
    "switchboard receptionist member_of_staff member_of_your_staff member_of_the_team customer_services "
    "customer_service live_agent line_manager purse_on human_voice real_voice human_contact person_in_charge gaffer "
    "hewman real_person"
)
_KIN = (
    "husband wife mother father mum mam mom mummy dad daddy da son daughter brother sister partner nan nana "
    "gran granny "
    "grandma grandad grandfather grandmother baby friend aunt auntie uncle fiance hubby missus boy girl child twin "
    "grandson granddaughter nephew niece cousin dog cat"
)

CLASSES: Mapping[str, str] = {
    "call": "call ring phone telephone contact fone",
    "calling": (
        "calls calling call_in ringing phoning telephoning contacting bothering pestering disturbing harassing "
        "hassling "
        "hounding bugging contact mithering mythering annoying plaguing badgering nagging spamming phone_calls "
        "cold_calling"
    ),
    "called": "called rung rang phoned telephoned contacted bothered disturbed pestered annoyed troubled",
    "me": (
        "me us here this_number this_house this_phone this_address my_number my_house my_phone my_home our_number "
        "our_house our_home our_phone my_mum my_mother my_dad my_father my_wife my_husband"
    ),
    "us": "me us my_name our_name my_number our_number my_details our_details this_number",
    "list": "list lists database data_base system book books record records file files computer register",
    "details": (
        "number numbers numb name names details data address information mobile_number phone_number telephone_number "
        "mobile landline"
    ),
    "robot": _ROBOTS,
    "human": _PERSONS,
    "staff": _STRONG,
    "anyone": (
        f"{_STRONG} someone somebody anyone anybody people colleague department whoever one_of_your "
        "one_of_the reception sales billing accounts staff team bloke lass lad lads fella owner consultant technician "
        "specialist expert body real_people boss_man higher_up employee"
    ),
    "kin": f"{_KIN} he she",
    "lost_kin": _KIN,
    "firm": "company firm organisation organization business outfit charity bank lot people crowd mob",
    "am": "is are am was were",
    "it": "this that it you he she there the_call this_call the_voice your_voice that_voice this_voice",
    "bodies": (
        "ofcom off_com the_ico i_c_o information_commissioner ombudsman trading_standards regulator regulators "
        "authorities authority head_office watchdog newspaper newspapers papers press bbc citizens_advice my_mp "
        "managing_director chief_executive ofgem fca financial_conduct consumer_rights directors"
    ),
    "bad": (
        "unacceptable not_acceptable disgrace disgraceful disgusting appalling outrageous shambles atrocious "
        "diabolical "
        "shameful abysmal scandalous scandal deplorable disgusted"
    ),
    "poor": (
        "terrible awful dreadful appalling shocking disgusting useless worst shoddy bad poor rubbish crap shit shite "
        "lousy pathetic abysmal diabolical rotten lazy"
    ),
    "cross": (
        "unhappy dissatisfied disgusted appalled furious livid fuming angry outraged scunnered seething raging "
        "incensed "
        "dismayed"
    ),
}
