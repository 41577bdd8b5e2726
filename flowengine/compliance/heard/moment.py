"""Not at the wheel, and not on tape."""

from __future__ import annotations

from flowengine.compliance.heard.classes import CLASSES
from flowengine.compliance.heard.grammar import expressions, rules, written

DRIVING = (
    *written(
        r"\bi am (?:just |still |actually |currently )?(?:driving|at the wheel|behind the wheel|on the motorway)\b",
        r"^(?:yes |sorry |no |hello )*(?:just |still )?driving(?: (?:now|at the moment|right now|sorry|mate))*$",
    ),
    *rules(
        (
            "(am|are|was) ~3 (driving|at_the_wheel|behind_the_wheel|at_the_lights|at_traffic_lights|in_traffic|"
            "on_the_motorway|"
            "in_the_middle_of_traffic|in_the_fast_lane|in_the_middle_lane|on_hands_free|on_the_hands_free|"
            "handsfree) !(licence|test|lessons)",
            "(am|are) (just_|out_|still_|currently_)?(on|in) (the|my|a) (road|car|van|lorry|truck|cab|bike|"
            "motorbike|bypass|dual_carriageway|"
            "fast_lane) [driving|on|now|just_now|pal|mate|at|here|sorry] [the|at|moment|can_not] $",
            "on the (m|a)\\d+",
            "on the (m|a) (\\d+|one|two|three|four|five|six|twenty_five|sixty_two|forty) [doing|driving|now|and|"
            "heading]",
            "(in|on) (the|my|a) (car|van|lorry|truck|cab|wagon) ~2 (driving|can_not_talk|on_the_(a|m)\\d+|on_the_road)",
            "(caught|got|rung|ringing|called) ~2 (while|when|whilst) ~3 driving",
            "(not|never) ~2 (while|when|whilst) ~3 (driving|drive)",
            "(on_the_phone|talk|speak|safe) ~4 (driving|while_i_drive|when_i_drive)",
            "(pull_over|pull_in) $",
            "(find|let_me_find) ~2 (somewhere|place) to (park|pull|stop)",
            "(stuck|sat|sitting) (in|at) (traffic|traffic_lights|the_traffic|the_lights|a_traffic_jam)",
            "coming up to (a_|the_)?(roundabout|junction|lights|motorway)",
            "^ [sorry|i_am|i] (driving|drive_now|drive_in|drive_in_now) [sorry|now|here|no_talk|can_not_talk] $",
            "i drive now",
            "in the middle of driving",
            "(pull|pulling) (off|away|out) at the lights",
            "(got_you|have_you|you_are) on ~1 hands free",
        ),
        CLASSES,
    ),
)
NOT_DRIVING = expressions(
    (
        "not driving",
        "(passenger|being_driven)",
        "driving me (mad|crazy|up|round|nuts|insane)",
        "driving (lesson|lessons|test|licence|instructor|school)",
    ),
    CLASSES,
)

DONT_RECORD = (
    *written(
        r"\b(?:not|stop|never)(?: \w+){0,5} (?:record|recording|recorded)\b(?! (?:deal|label|player|shop))",
        r"\b(?:turn|switch|take) (?:the |that |your )?record(?:ing|er) off\b",
        r"\b(?:turn|switch) off (?:the |that |your )?record",
        r"\b(?:are you|is this|is it|am i|is the call|is this call) (?:being )?record(?:ing|ed)\b(?! message)",
    ),
    *rules(
        (
            "(not|no|stop|never|object|quit|without|cease|refuse) ~5 (taping|tape|taped|recordings) !(measure|"
            "worm|recorder)",
            "(no|without) [the|any|being] (record|recording|recorded|recordings)",
            "object ~4 (record|recording|recorded)",
            "(turn|switch|shut) (it|that|this|the) [off] ~1 (recording|recorder) [off]",
            "(turn|switch) (it|that) off ~1 (recording|recorder)",
            "(is|are|am|was|will|do|does|has) (you|this|it|we|i|they|the_call|this_call|call|the_line|this_line|"
            "these_calls|calls|anybody|"
            "anyone|somebody|our_call|that|this_conversation|everything|your_calls|all_calls) ~2 (recorded|"
            "recording_(this|me|us|the|it|my|"
            "everything|calls)|record|taped|taping|recording) !(message|or|studio|artist)",
            "(is|are) (there|you) [a|any] recording (being|of|this|me|made|going)",
            "(who|where|what|why|how_long) ~4 recordings",
            "(delete|erase|wipe|destroy|scrap) ~2 recording",
            "off the record",
            "do you ~2 (tape|record) (these|this|the|all|your|my|people|calls|us|me)",
            "who is (recording|taping) ~1",
            "(delete|deleted|erased|wiped|destroyed) ~2 (the|this|that) recording",
            "(take|turn|switch|shut|put) ~2 recording off",
            "(not|never) (told|tell|said|say|mentioned) ~4 (recorded|recording)",
            "you a recording (this|me)",
            "not (happy|comfortable|keen|pleased) ~2 being recorded",
            "(consent|permission|agree|happy|comfortable|want|like|allowed|right) ~4 (recorded|taped|record_me|"
            "record_this|tape_me)",
        ),
        CLASSES,
    ),
)
NOT_DONT_RECORD = expressions(
    (
        "(is|are|am|sound|sounds|talking|speaking) ~4 (a|the) (recording|recorder|recorded_message|tape) "
        "!(being|made|this|me|of)",
        "(is|are) (this|that|it|you) ~2 (recorded_message|recorded_voice|recorded_call|recorded_people|"
        "recording_or|a_recording) !(this|me)",
        "pre recorded",
        "recorded (anywhere|on_my|on_the)",
        "not mind ~2 recorded",
        "(broken|criminal|medical|my|your|our|track|for_the|on|world) record",
        "not on (the_)?record",
        "(am|are|be|is) (happy|fine|ok) ~3 (recorded|recording)",
        "not (a|the) (recording|recorded)",
        "not one of ~2 recorded",
    ),
    CLASSES,
)
