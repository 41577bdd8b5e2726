"""Names of people, as spoken: "it's Priya, P R I Y A", "double-barrelled, Smith hyphen Jones", "John, no, Jonathan".

A sentence is no name: words that no name is made of ("the", "didn't", "what") make the answer none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flowengine.conversation.numbers import REPEATS
from flowengine.conversation.phones import SINGLE
from flowengine.conversation.spelled import spelled
from flowengine.words.normalise import FILLERS, plain, word_set

CLAUSE = re.compile(
    r"\s*(?:[,;:!?]|(?<!\b[a-z])(?<!\b[dm]r)(?<!\bms)(?<!\bmrs)(?<!\bst)\.(?=\s|$)|\.\.+|…|\s[-–—]+\s"
    r"|\s(?:and )?(?=my (?:number|phone|mobile|postcode|e-?mail|address)(?: is|'s)\b)|\sand (?=it's|i'm|i live)\b)+\s*",
    re.IGNORECASE,
)
COURTESY = re.compile(
    r"^(?:(?:yes|yeah|yep|ok|okay|sure|well|right|so|hello|hi|hiya|good (?:morning|afternoon|evening)|thanks|please|"
    r"of course|certainly)\b\s*)+",
    re.IGNORECASE,
)
TURN = re.compile(
    r"^(?:(?:no|nope|sorry|actually|wait|hang on|i mean|i meant|rather|or rather|make that)\b\s*)+", re.IGNORECASE
)
DENIED = re.compile(r"(?:^|(?<=\s))not .*$", re.IGNORECASE)
""" "Ben, not Len"."""

LEAD_IN = re.compile(
    r"^(?:(?:my|the) (?:full |first |last |family |second )?(?:sur|fore)?name(?: is|'?s) "
    r"|(?:it|this|that)(?: is|'s) |its |i'm (?:called )?|i am (?:called )?"
    r"|they call me |(?:just |you can |people )?call me |i said |(?:you can )?put (?:me )?down as "
    r"|you(?:'re| are) speaking (?:to|with) |name's |name |speaking to )+",
    re.IGNORECASE,
)
CLOSING = re.compile(r"\s(?:speaking|here|thanks|thank you|please|is my name|is the name|love|mate|by the way)$")
BARRELLED = re.compile(r"\b(?:that's |it's )?double[ -]barrell?ed\b")
WITH_LETTERS = re.compile(
    r"\s(?:spelt |spelled )?with (?:an? |two |double |the )?((?:\w\b ?)+)(?:'?s)?(?: (?:in it|at the end))?$"
)
FIRST = r"(?:my )?(?:first|christian|given|fore) ?name(?: is|'s)?"
LAST = r"(?:my )?(?:surname|(?:last|family|second) name)(?: is|'s)?"
FIRST_THEN_LAST = re.compile(rf"{FIRST} (.+?) (?:and )?{LAST} (.+)")
LAST_THEN_FIRST = re.compile(rf"{LAST} (.+?) (?:and )?{FIRST} (.+)")
DOING = re.compile(r"[a-z]{3,}ing")
""" "I'm driving": a name would have its capital."""

PARTICLES = word_set("de da di del della der den la le van von bin ibn al el y du dos das ten ter")
NO_NAME = word_set(
    "a an the i you he she it we they me him us them my your his her our their this that these those who whom "
    "whose what which where when why how is am are was were be been being do does did done have has had having "
    "can could shall should would must might not no yes nor or and but if because so than then there here to at "
    "from with without about for in on up down off out over by as into just very too really please thanks thank "
    "sorry pardon hello hi hey okay ok yeah yep nope maybe perhaps sure fine right again say said tell told give "
    "call know think want need like please name number address speaking asking nothing something anything "
    "everything nobody somebody anybody someone anyone later now today tomorrow never always already still also "
    "only don't didn't doesn't isn't wasn't can't couldn't won't wouldn't shouldn't haven't hasn't aren't i'd "
    "i'll i've i'm you're you've you'll that's it's what's who's where's how's let's there's boiler dot com email "
    "phone postcode private secret course one bye goodbye go away get lost leave stop take look listen hold wait "
    "hang after before back more less calls calling called cold sales kindly remove delete registered of any time "
    "we're they're"
)
SURNAMES = word_set("an do so can my than like call still down over right fine want to on no may will")
MOST_WORDS = 5
"""Of a name."""

LONGEST = 250
"""Signs of an answer that gives a name, spelled too; a longer one is about something else."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A name in a clause: as written there, whether words led up to it, whether it takes back what was said before."""

    words: tuple[str, ...]
    led: bool
    turned: bool


def read_name(text: str) -> str | None:
    """A person's name, without what leads up to it; after a correction the last; None where there is none."""
    written = BARRELLED.sub(" ", re.sub("[‘’ʼ`´]", "'", text))
    written = re.sub(r"\s+", " ", written).strip(" .,!?")
    both = _first_and_surname(written)
    if both is not None:
        return both
    if len(written) > LONGEST:
        return None
    heard: list[Heard] = []
    letters: str | None = None
    turned = False
    for clause in _clauses(written):
        rest, led, turns = _without_lead(clause)
        turned = turned or turns
        if not rest:
            continue
        row = spelled(rest.lower().split())
        if row is not None and row[1] == len(rest.split()):
            letters = row[0]
            continue
        words = _words(rest, led=led)
        if (
            words is not None
            and letters is not None
            and heard
            and not (led or turned or _holds(words, heard[-1].words))
        ):
            # "Priya, P R I Y A, Patel": the name goes on after the spelling.
            heard[-1] = Heard((*heard[-1].words, *words), heard[-1].led, heard[-1].turned)
        elif words is not None:
            heard.append(Heard(words, led, turned))
            turned = False
        elif led or turned:
            # "It's … ": what was meant to be the name is none.
            return None
    chosen = _chosen(heard)
    if letters is not None and not (chosen is None and heard):
        return _mended(chosen, letters)
    return _joined(chosen) if chosen is not None and letters is None else None


def _without_lead(clause: str) -> tuple[str, bool, bool]:
    """A clause without what leads up to a name and without what it denies; whether words led up, and took back."""
    rest = clause[_end(COURTESY, clause) :].strip()
    rest = DENIED.sub("", rest).strip()
    turns = _end(TURN, rest)
    rest = rest[turns:].strip()
    led = min(_end(LEAD_IN, f"{rest} "), len(rest))
    return rest[led:].strip(), led > 0, turns > 0


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match is not None else 0


def _clauses(text: str) -> list[str]:
    """What stands between pauses; letters that are spelled aloud stay together."""
    clauses: list[str] = []
    for clause in CLAUSE.split(text):
        words = [word for word in clause.split() if word.lower() not in FILLERS - {"oh"}]
        kept = " ".join(words)
        if not kept:
            continue
        row = spelled(kept.lower().split(), least=1)
        if clauses and row is not None and row[1] == len(words):
            before = spelled(clauses[-1].lower().split(), least=1)
            if before is not None and before[1] == len(clauses[-1].split()):
                clauses[-1] += f" {kept}"
                continue
        clauses.append(kept)
    return clauses


def _words(clause: str, *, led: bool = False) -> tuple[str, ...] | None:
    """The words of a clause that can be a name; None when it can't be one."""
    with_letters = WITH_LETTERS.search(clause.lower())
    if with_letters is not None:
        clause = clause[: with_letters.start()]
        if not set(with_letters[1].replace(" ", "")) <= set(clause.lower()):
            # "Steven with a P H" is no Steven: how it is written is not known.
            return None
    while (closing := CLOSING.search(clause.lower())) is not None:
        clause = clause[: closing.start()]
    clause = re.sub(r"\s(?:hyphen|dash)\s", "-", clause, flags=re.IGNORECASE)
    clause = re.sub(r"\bO[' ](?:apostrophe )?(?=[A-Z])|\bo apostrophe (?=[a-z])", "O'", clause)
    words = clause.split()
    if len(words) == 1 and led and DOING.fullmatch(words[0]) is not None:
        return None
    plain_words = [plain(word) for word in words]
    for index, word in enumerate(plain_words):
        if word in SINGLE or word in REPEATS or word[0].isdigit():
            # A telephone number, or another, follows the name.
            words, plain_words = words[:index], plain_words[:index]
            break
    if not 1 <= len(words) <= MOST_WORDS or not all(map(_may_be_name, words, plain_words, range(len(words)))):
        return None
    if plain_words[0] in PARTICLES and len(words) == 1:
        return None
    return tuple(words)


def _may_be_name(word: str, low: str, index: int) -> bool:
    if re.fullmatch(r"[a-z]+(?:['-][a-z]+)*\.?", low) is None:
        return False
    # "Anh Do": the recogniser's capital, within a clause, says that it is a name.
    return low not in NO_NAME or (index > 0 and low in SURNAMES and word[0].isupper() and not word[1:].isupper())


def _chosen(heard: Sequence[Heard]) -> tuple[str, ...] | None:
    """The name meant: the last after a correction, the fullest of several tellings, the one that words led up to."""
    if not heard:
        return None
    start = max((index for index, each in enumerate(heard) if each.turned), default=0)
    meant = heard[start:]
    best = meant[0]
    for each in meant[1:]:
        if _holds(each.words, best.words):
            best = Heard(each.words, best.led or each.led, False)
        elif not _holds(best.words, each.words) and not best.led:
            if not each.led:
                return None
            best = each
    return best.words


def _holds(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    return {each.lower() for each in shorter} <= {each.lower() for each in longer}


def _mended(name: tuple[str, ...] | None, letters: str) -> str:
    """The name with the word that was spelled written as it was spelled."""
    if name is None:
        return _joined((letters,))
    near = max(name, key=lambda word: _likeness(plain(word).replace("'", ""), letters.replace("'", "")))
    if "".join(name).lower().replace("'", "") == letters.replace("'", ""):
        return _joined((letters,)) if "'" in letters else _joined(name)
    return _joined(tuple(letters if word == near else word for word in name))


def _likeness(word: str, letters: str) -> int:
    return 2 * (word[:1] == letters[:1]) + len(set(word) & set(letters)) - len(set(word) ^ set(letters))


def _first_and_surname(text: str) -> str | None:
    """ "First name Sam, surname Jones", in either order."""
    low = re.sub(r"\s*[,.;]\s*", " ", text.lower())
    both = FIRST_THEN_LAST.search(low)
    turned = LAST_THEN_FIRST.search(low) if both is None else None
    if both is not None:
        first, last = both[1], both[2]
    elif turned is not None:
        first, last = turned[2], turned[1]
    else:
        return None
    halves = [_words(each.strip()) for each in (first, last)]
    if halves[0] is None or halves[1] is None:
        return None
    return _joined((*halves[0], *halves[1]))


def _joined(words: Sequence[str]) -> str:
    return " ".join(_written(word, index) for index, word in enumerate(words))


def _written(word: str, index: int) -> str:
    """With capitals where they belong: McDonald, O'Neill, Anne-Marie; a particle within a name keeps none."""
    if word.islower() and not (word in PARTICLES and index):
        word = re.sub(r"(^|-|(?<=\b[od])')([a-z])", lambda found: found[1] + found[2].upper(), word)
    return re.sub(r"\bMc([a-z])", lambda found: f"Mc{found[1].upper()}", word).rstrip(".")
