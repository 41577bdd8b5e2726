"""A machine's words, and a person's that come near."""

from __future__ import annotations

import pytest

from flowengine.conversation.greetings import is_answer, is_greeting

MACHINES = """
You've reached the voicemail of Dana Smith. Please leave a message.
Hi, you've reached Dave. Please leave a message after the tone.
Hello, this is Dave's voicemail.
Welcome to the O2 messaging service.
Welcome to the EE voicemail service. The person you are calling isn't available.
The person you are calling is unable to take your call. Please leave a message after the tone.
I'm sorry, but the person you've called is not available.
I'm sorry, I can't come to the phone right now.
We can't get to the phone at the moment.
Nobody is available to take your call at the moment.
Dave isn't available to take your call.
I'm unable to take your call right now.
I'm sorry I can't take your call at the moment.
Please record your message.
Please speak after the tone.
At the tone, please record your message. When you have finished recording, hang up or press one for more options.
The mailbox is full.
The mailbox belonging to oh seven seven double oh is full.
Sorry, this mailbox cannot accept any messages at this time.
The voicemail box of this customer has not been set up yet.
The number you have dialled has not been recognised. Please check and try again.
The number you are calling is not in use.
Sorry, the number you dialled is no longer in service.
The mobile phone you are calling may be switched off. Please try again later.
The subscriber you are trying to reach is unavailable.
Please hang up and try again.
We are unable to connect your call. Please try later.
Your call cannot be completed at this time.
Your call has been forwarded to voicemail.
Your call is being diverted.
The person you are calling does not accept withheld numbers.
This number does not accept anonymous calls.
Please state your name and why you're calling.
If you record your name and reason for calling, I'll see if this person is available.
Hi, the person you're calling is using a call screening service.
Please say your name after the tone and I will try to connect you.
To re-record your message press one.
Hi, you've reached Dave. I'm not available right now.
You've reached the Smiths. We're not in at the moment.
Thank you for calling Smith and Sons. Our office is now closed.
Thanks for calling Bright Boilers. One of our team will get back to you.
Hi this is Sarah, leave me a message and I'll call you back.
Leave your name and number and I'll get back to you as soon as I can.
I'm not here right now, please leave a message.
Sorry we missed your call, please leave a message.
You are through to the answerphone of J Patel.
This is the voice mail of oh seven seven hundred nine double oh one two three.
I'll get back to you, leave a message after the bleep.
you've reached dana leave a message after the beep
"""

PEOPLE = """
You can leave a message with me.
He's not available, can I take a message?
She can't come to the phone, she's in the bath.
He's not in at the moment, leave your number and I'll get him to ring you.
Would you like to leave a message?
Do you want to leave a message for him?
Shall I pass on a message?
I'm not available.
I'm busy right now, I'll ring you back.
I'm not available right now, call me later.
I can't talk at the moment.
I'm at work, you can't call me here.
Is this a voicemail?
Have I reached a machine?
What number have you dialled?
The number you have dialled is wrong, mate.
You've got the wrong number.
Hello, you've reached Smith's Plumbing, how can I help?
Thank you for calling Smith's, how can I help you?
Hello, this is Dana.
Dana speaking.
Please don't call me again.
Don't leave a message next time.
I don't want a message, just talk to me.
Did you leave me a message yesterday?
I got your message.
I listened to the voicemail you left.
Can I have your name and the reason for your call?
Say who you are.
Who's calling, please?
Can I leave a message?
My mailbox is outside the house.
I've got an answerphone, I don't use it.
She isn't here.
No, nobody's available on Tuesday.
I'll call you back.
We will get back to you.
Please try again later.
I'm recording this call.
Can you call later? I'm driving.
This is a bad line.
This is Dana, I'm busy right now.
Hello, this is Dana. I'm not available at the moment.
This is Dana, I'll call you back.
Welcome to the madhouse, I'm busy.
The person you want is my wife.
The person you're calling about is my mother.
"""

ANSWERS = """
Hello?
Hello? Hello?
Hello? Is anybody there?
Yes?
Who is this?
Hello, who's calling please?
Sorry, I'm here.
Can you hear me?
Yes, speaking.
Hi. Sorry. Who's that?
Are you still there?
"""

NO_ANSWERS = """
You've reached Dana.
Dana Smith
Leave a message.
Hello, this is Dana, I can't come to the phone.
Thank you, goodbye.
I'm not available.
Please stay on the line.
"""


def rows(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", rows(MACHINES))
def test_a_machine_is_known_by_its_words(text: str) -> None:
    assert is_greeting(text)


@pytest.mark.parametrize("text", [*rows(PEOPLE), *rows(ANSWERS)])
def test_a_person_is_taken_for_no_machine(text: str) -> None:
    assert not is_greeting(text)


@pytest.mark.parametrize("text", rows(ANSWERS))
def test_a_person_answers_into_the_quiet(text: str) -> None:
    assert is_answer(text)


@pytest.mark.parametrize("text", rows(NO_ANSWERS))
def test_what_a_machine_goes_on_with_is_no_answer(text: str) -> None:
    assert not is_answer(text)
