"""Small words: those that weigh little in what is said, and those that may be left out of it."""

from __future__ import annotations

from flowengine.words.normalise import word_set

SMALL = word_set(
    "a an the your my our this that these those really just please to of some any very actually exactly now "
    "you it is am are be do does did i me we us so but and for with at on in oh then there would could"
)
LEFT_OUT = word_set(
    "a an the your my our this that these those really just please to of some any very actually exactly now then"
)
