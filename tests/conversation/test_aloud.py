"""What a voice is given in place of figures, signs and abbreviations."""

from __future__ import annotations

import random
import time

import pytest

from flowengine.conversation.aloud import LONGEST, aloud

READ = {
    # Money.
    "It is £12.50 a month.": "It is twelve pounds fifty a month.",
    "It costs £1,250.": "It costs one thousand two hundred and fifty pounds.",
    "£5.00 and £0.99.": "five pounds and ninety-nine pence.",
    "It is 50p.": "It is fifty pence.",
    "It costs £5-£10.": "It costs five pounds to ten pounds.",
    "From £20k to £1.5m": "From twenty thousand pounds to one point five million pounds",
    "It is $12.50, €3 or $1.01.": "It is twelve dollars fifty, three euros or one dollar and one cent.",
    # Times of day.
    "Call me at 10:30.": "Call me at ten thirty.",
    "At 10:05, or 10:00.": "At ten oh five, or ten o'clock.",
    "From 9am to 5.30pm.": "From nine am to five thirty pm.",
    "Until 5 p.m. on Friday.": "Until five pm on Friday.",
    "It ends at 5 p.m. Then we go.": "It ends at five pm. Then we go.",
    "At 14:00 or 00:15.": "At two pm or twelve fifteen am.",
    "Open 9:30-17:00, 9am–5pm": "Open nine thirty to five pm, nine am to five pm",
    "Mon-Fri 9-5.": "Monday to Friday nine to five.",
    "We are open 24/7.": "We are open twenty-four seven.",
    # Dates: the day first.
    "On 12/05/2026.": "On the twelfth of May twenty twenty-six.",
    "On the 12/05/26, please.": "On the twelfth of May twenty twenty-six, please.",
    "On 12.05.2026 or 2026-05-12.": "On the twelfth of May twenty twenty-six or the twelfth of May twenty twenty-six.",
    "By 12/05.": "By the twelfth of May.",
    "The 3rd of May, or 4 May.": "The third of May, or the fourth of May.",
    "On 3rd May 1982.": "On the third of May nineteen eighty-two.",
    "Born on 3 Sept. 1990.": "Born on the third of September nineteen ninety.",
    "May 3rd": "May the third",
    "You are 21st in the queue.": "You are twenty-first in the queue.",
    "1990-1995": "1990 to 1995",
    # Numbers that are rows of digits.
    "Ring 07700 900123.": "Ring zero double seven double zero, nine double zero, one two three.",
    "Ring +44 113 496 0123 now": "Ring zero double one three, four nine six, zero one two three now",
    "(0113) 496 0123": "zero double one three, four nine six, zero one two three",
    "Call 999, dial 101.": "Call double nine nine, dial one zero one.",
    "Your PIN is 4096.": "Your PIN is four zero nine six.",
    "Number 0042 and 123456": "Number double zero four two and one two three four five six",
    "Your postcode is SW1A 1AA.": "Your postcode is S W one A, one A A.",
    "Your order BX-204 is here": "Your order B X, two zero four is here",
    "Your reference is AB12 3456.": "Your reference is A B, one two, three four five six.",
    # Other numbers.
    "It is 20% off.": "It is twenty per cent off.",
    "2-3 days": "two to three days",
    "1,000,000 people": "one million people",
    "4096 people": "four thousand and ninety-six people",
    "1,250.5 exactly": "one thousand two hundred and fifty point five exactly",
    "1/2 a pint, 3/4, ½.": "half a pint, three quarters, a half.",
    "He scored 9/10.": "He scored nine out of ten.",
    "5kg, 1 hr, 30 mins, 18°C": "five kilograms, one hour, thirty minutes, eighteen degrees Celsius",
    "No. 7 and #1": "Number 7 and number 1",
    # Signs, abbreviations, addresses.
    "B&Q, Marks & Spencer": "B and Q, Marks and Spencer",
    "Fruit, e.g. apples, i.e. food.": "Fruit, for example apples, that is food.",
    "Tools etc. are in. And etc.": "Tools et cetera are in. And et cetera.",
    "Mr Smith, Mrs. Jones and Dr Who": "Mister Smith, Missus Jones and Doctor Who",
    "St Mary's St.": "Saint Mary's Street.",
    "Mind Ltd, incl. VAT": "Mind Limited, incl. V A T",
    "Mail sam.smith@example.co.uk": "Mail sam dot smith at example dot co dot uk",
    "See www.example.co.uk/help.": "See example dot co dot uk slash help.",
}
AS_IT_IS = (
    "Hello there, how are you?",
    "It is in 2026, or in the 1990s.",
    "Any day in the next 30 days.",
    "Press 1, or 2.",
    "Take the M25, then the A1, for 3.5 miles.",
    "You may 3 times. I saw 3 Mars bars.",
    "On 31/02/2026 it fails.",
    "Version 1.2.3 is out.",
    "Yes. No. I mean no.",
    "It is minus five, and it's 5'10\".",
)


@pytest.mark.parametrize("text", READ)
def test_figures_signs_and_abbreviations_are_read_as_the_british_read_them(text: str) -> None:
    assert aloud(text) == READ[text]


@pytest.mark.parametrize("text", AS_IT_IS)
def test_what_a_voice_reads_well_is_left_alone(text: str) -> None:
    assert aloud(text) == text


def test_what_has_been_read_is_read_no_further() -> None:
    assert [aloud(said) for said in READ.values()] == list(READ.values())


def test_any_text_is_read_in_time_and_without_a_fault() -> None:
    chance = random.Random(6)
    signs = ["£", "1", "12", "/", "-", ":", ".", ",", " ", "pm", "A", "@", "%", "May", "code ", "(", "0", "²", "٣", "½"]
    for _ in range(2000):
        aloud("".join(chance.choices(signs, k=chance.randrange(40))))
    for piece in ("1-", "A1-", "12/", "£1,", "a.a", "code is ", "0 "):
        began = time.process_time()
        aloud((piece * LONGEST)[:LONGEST])
        # Hundredths on a machine of today; without end where a pattern tries everything.
        assert time.process_time() - began < 10
    assert aloud("1" * (LONGEST + 1)) == "1" * (LONGEST + 1)
