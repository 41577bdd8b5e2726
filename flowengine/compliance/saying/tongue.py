"""Whether a sentence is in English, which the flows are written and the voices speak in. Cheap: by its common words."""

from __future__ import annotations

import re
import unicodedata

FEWEST = 4
"""Words of a sentence that is judged. Shorter ones are names, greetings, an answer."""
LONG = 6
"""Words of a sentence that is not English where none of them is, and most begin small: names begin large."""
STRANGE = 3
"""Letters of another script. One alone is a look-alike, which `heard` makes plain."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_COMMON = """
a about after afternoon again all also always am an and any anything april are aren't around as ask at august away
back be because been before best both but by bye call can can't cannot care could couldn't day days december did
didn't do does doesn't don't done down each eight eleven else email england english enough evening every everything
february fine first five for four free friday from get give go good goodbye great had happy has have haven't he
hello help her here hi him his home hour hours how hundred i i'd i'll i'm i've if in into is isn't it it's its
january july june just know last later let let's like line list little lovely madam made make many march may me mean
message might mind minute minutes miss moment monday month more morning most mr mrs much must my name need never new
next nice nine no none north not nothing november now number o'clock october of off office often oh ok okay old on
once one only open or other our out over past people per perhaps person phone please possible pounds quite ready
really right ring road safely same saturday saw say second see september service seven shall she should sir six so
some someone something soon sorry south speak still street such sunday sure take talk team tell ten than thank
thanks that that's the their them then there there's these they they're thing things think third this those thousand
three thursday time times to today together told tomorrow tonight too tuesday twelve twenty two under understand
until up upon us use usually very wait want was wasn't way we we'd we'll we're we've wednesday week weeks welcome
well were what what's when where which while who whole why will with without won't word work would wouldn't year
years yes yesterday you you'd you'll you're you've your yours
"""
_THEIRS = """
aber ar auf avec bitte bom bonjour bore buenos buongiorno che chi como con czy danke dans das dem den der dia dias
dla dobry dzien een ein eine el es est esta estou estoy etes fur geht gracias grazie guten haben hallo het heute
hola i'r ich ihnen ik ist je jest kann konnen kunt las les los mae mais merci mit mochten moge muy nao ne nicht nie
niet non nous obrigado ola oui para pas pero por pour prosze puedo que questo qui salut sie sind sono suis uma una
und une usted voce voor votre vous wenn wie wij wir yw
"""
_ENGLISH = frozenset(_COMMON.split())
_OTHERS = frozenset(_THEIRS.split())
"""Common words of German, French, Spanish, Italian, Polish, Dutch, Portuguese and Welsh, none of them English."""


def foreign(sentence: str) -> bool:
    """Whether one sentence, as it is written, is in another language."""
    if not sentence.isascii() and _strange(sentence):
        return True
    written = _WORD.findall(sentence)
    if len(written) < FEWEST:
        return False
    words = [_plain(each) for each in written]
    english = sum(each in _ENGLISH for each in words)
    others = sum(each in _OTHERS for each in words)
    if others >= 2 and others > english:
        return True
    if english:
        return False
    names = sum(each[0].isupper() for each in written)
    return others > 0 or (len(words) >= LONG and names * 2 < len(words))


def _plain(word: str) -> str:
    word = word.lower().replace("’", "'")
    if word.isascii():
        return word
    return "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))


def _strange(sentence: str) -> bool:
    letters = [each for each in sentence if each.isalpha()]
    strange = sum(not each.isascii() and "LATIN" not in unicodedata.name(each, "LATIN") for each in letters)
    return strange >= STRANGE and strange * 2 > len(letters)
