"""Colloquial answers, word for word as people give them, and where they lead in the telemarketing flow."""

from __future__ import annotations

import pytest

from flowengine.testing.player import Player
from tests.flows.test_shipped_flows import shipped

GREETING: dict[str, str] = {
    "introduction": "yeah go on | yes hello | make it quick love | I've only got a minute | yep fire away | suppose so "
    "| if you must | absolutely | no problem | yeah what is it",
    "arrange_callback": "not really no | no not really I'm just off out | I'm at work mate | he's at work can I take a "
    "message | can't talk right now I'm with a client | she's not available | mum's not here | this is his wife "
    "| let me speak to your manager | can I talk to someone real | I'd rather talk to a person",
    "callback_agreed": "could you ring me tomorrow afternoon | call me back at five",
    "farewell": "no ta | nah you're alright | you're all right thanks | bugger off | go away | I'm not interested "
    "thank you bye | I didn't ask for a call | what enquiry I never made an enquiry",
    "goodbye": "okay bye | goodbye | gotta go | I'm hanging up now",
    "greeting": "hello | hello hello | can you hear me | you're very quiet | speak up love | sorry say that again "
    "| one sec | bear with me a moment | how much is it | is it free | what do you want | who's this | who "
    "| yes speaking who's calling | what company did you say | how did you get this number | is this a sales call "
    "| are you trying to sell me something | it depends what it's about | am I speaking to a computer "
    "| are you a real person or one of those robots | stop recording me",
    "wrong_number": "you've rung the wrong number | never heard of him | no this is a care home",
    "removed": "stop bloody calling me | I've told you lot before take me off | don't call this number again | can you "
    "not call me again please | how many times do I have to tell you | I'm on the telephone preference service",
    "complaint_noted": "I'll be reporting you to the ICO | this is harassment",
    "let_go_gently": "he's dead | she passed away in March | we're in the middle of a funeral | I'm in hospital",
    "send_for_help": "help I've fallen | there's a fire",
}
INTRODUCTION: dict[str, str] = {
    "questions": "yes you may | yeah if it's quick | I suppose | ok then | carry on then | all right but quick",
    "farewell": "no | nope | not really | no we're happy as we are thanks",
    "introduction": "tell me more first | how does it work | what does it cost a month | yes how much | let me think",
    "objection_handling": "I've got a receptionist already | we use an answering service | I'd need to ask my boss "
    "| that's a lot of money | I'm retired",
    "information": "send me something | can you email it",
    "arrange_callback": "can someone call me | I'm not the owner",
}
ROWS = [
    (path, words.strip(), state)
    for path, table in (((), GREETING), (("yes",), INTRODUCTION))
    for state, said in table.items()
    for words in said.split("|")
]


@pytest.mark.parametrize(("path", "words", "state"), ROWS, ids=[words for _, words, _ in ROWS])
def test_what_a_caller_says_leads_where_it_should(path: tuple[str, ...], words: str, state: str) -> None:
    player = Player(shipped("telemarketing"))
    for said in path:
        player.say(said)
    player.say(words)
    assert player.listen().state == state
