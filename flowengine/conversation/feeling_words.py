"""How callers on British telephones say that they are pleased or not: words, each with its strength.

Words as `normalise` leaves them: "I'm" is "i am", "can't" is "can not", "cheers" is "thanks", "oh" and "um" are gone.
Strengths: 3 outspoken, 2 plain, 1 mild; the sign is the feeling's. Mere politeness ("thanks", "sorry") has none.
"""

from __future__ import annotations

from collections.abc import Mapping

from flowengine.words.normalise import word_set

_WORDS: tuple[tuple[float, str], ...] = (
    (
        3,
        "amazing angel astounding blinding brill brilliant delighted delightful ecstatic excellent exceptional "
        "fab fabulous fantastic faultless flawless gem incredible legend lifesaver magnificent marvellous "
        "outstanding perfect phenomenal stunning superb terrific thrilled tremendous wonderful wonderfully "
        "magical sublime unbeatable priceless impeccable exemplary",
    ),
    (
        2,
        "ace magic awesome beautiful beautifully belting bargain champion chuffed corker cracking delight excited "
        "glad gorgeous grateful great happy impressed impressive lovely overjoyed pleased pleasure reassured "
        "reassuring relieved smashing spotless stellar super superbly thoughtful triumph wicked yay hooray hurrah "
        "appreciate appreciated adore adored happier happiest recommend recommended recommending pleasing "
        "heavenly scrumptious dandy cushty peachy banging sterling painless touched heartened elated grinning "
        "smile smiling smiled glowing bless blessed treasure amazed astonished ideal sensational cheering "
        "delights loved loving spectacular",
    ),
    (
        1,
        "belter brightened cheerful comfortable courteous decent easy efficient enjoy enjoyed enjoying friendly "
        "good handy helpful hopeful impartial improved improvement joy keen nice nicer obliging polite "
        "professional prompt promptly reliable satisfied satisfying smooth smoothly sorted splendid supportive "
        "sympathetic tidy thorough useful welcoming speedy swift cheaper comfy cosy toasty considerate "
        "accommodating approachable attentive knowledgeable generous cheery chatty clearer worthwhile convenient "
        "enjoyable encouraging enthusiastic glorious proud refreshing straightforward trusted trustworthy "
        "hospitable gracious jolly pleasant pleasantly interested respectful happily lucky thankful neat "
        "brighter uncomplicated effortless effortlessly",
    ),
    (
        -3,
        "abysmal appalled appalling atrocious bastard bastards bollocks bullshit crap crooks cowboys despicable "
        "diabolical disgrace disgraceful disgusted disgusting fraud fraudsters fuck fucking fuming furious "
        "horrendous incensed infuriated infuriating idiot idiots incompetent laughable liar liars livid loathe "
        "ludicrous moron morons muppets outrage outraged outrageous pathetic raging rubbish scam scammers "
        "scandalous shambles shambolic shameful shit shite shocking thieves unacceptable useless vile wankers "
        "tripe bilge bollocking drivel claptrap shameless twats arseholes arsehole prick pricks tossers tosser "
        "git gits pillock pillocks numpties numpty spitting seething enraged apoplectic incandescent sharks "
        "parasites vultures thief robbers crooked theft criminal lunatics imbeciles cretins damnable scumbags "
        "scum",
    ),
    (
        -2,
        "abusive aggravating aggressive angry annoyed annoying appal atrociously awful awfully bad badly botched "
        "bodged cheated clueless complain complaining complaint conned cruel depressed depressing deceived "
        "desperate devastated disaster dishonest disappointed disappointing disappointment dismal distressed "
        "distressing dreadful farce farcical frustrated frustrating frustration gutted harassed harassing "
        "harassment hassle hate hated heartbroken hideous hopeless horrible horrid horrified ignorant ignored "
        "insult insulted insulting intolerable irate irritated irritating lied lying misled miserable misery "
        "nightmare nonsense nuisance offended offensive overcharged painful pestered pestering poor regret "
        "ridiculous robbed robbery rude ruined scandal shabby shame sickening sloppy stupid stressful swindle "
        "swindled terrible terribly threatened tricked unbelievable unfair unhappy unhelpful unprofessional "
        "unreasonable unreliable upset upsetting wasted worse worst wretched disrespectful extortionate "
        "patronising fobbed fobs fobbing mugged rinsed stung diddled fleeced robbing greedy grotty grim ghastly "
        "dire woeful lousy naff rotten duff tatty pitiful unimpressed displeased dissatisfying unforgivable "
        "inexcusable shirty stroppy arrogant condescending dismissive patronise patronised obnoxious threatening "
        "bullying bullied intimidating intimidated mortified humiliated humiliating embarrassed embarrassing "
        "betrayed resent resentful hurtful traumatic hell hellish dodgy unbearable unjust unjustified "
        "unsatisfactory inadequate substandard slapdash cowboy botch bodge blunder blunders bungled mishandled "
        "mistreated dread dreading dreaded agony despair grief grieving lies cheats cheating rudely rudeness "
        "arrogance ignorance incompetence negligence negligent sarcastic disgraced cheek furiously angrily mess",
    ),
    (
        -1,
        "afterthought alarmed anxious awkward baffled bewildered bother bothered broke broken bust concerned "
        "confused confusing crying damaged damp dangerous delayed delays died difficult dissatisfied doubtful "
        "exhausted exhausting expensive fail failed failing failure fault faulty flooded forgotten freezing "
        "frightened inconvenience inconvenient incorrect lonely lost messed messy missed misleading mould muddle "
        "muddled nervous neglected overpriced panicking pain pricey problem problems pushy ripped ruddy sad "
        "scared shoddy slow sneaky struggle struggling stress stressed struggled suspicious trouble troubles "
        "unclear uncomfortable uneasy unsafe unwell vague worried worry worrying wrong bloody flipping damn stuck "
        "bereaved mistake mistakes delay noisy smelly filthy grubby dirty rusty wonky impossible unfortunate "
        "sadly disturbed disturbing fuss grumble grumbles moan moaning moaned nagging unanswered unresolved "
        "unsettled uncertain unwanted unnecessary unheard wary weary sceptical shaky risky panicked panic palaver "
        "rigmarole faff shattered drained overwhelmed helpless skint penniless grumpy tearful upheaval chaos "
        "chaotic mayhem carnage cramped hurts cowering starving unlucky unpleasant untidy misunderstanding "
        "misunderstood mistaken ignoring blamed blame accused threaten threats ruin ruining scratched cracked "
        "collapse collapsed excuses overwhelming doubled tripled hiked unaffordable baffling dragging dragged "
        "shouting shouted snapped abrupt curt moody",
    ),
)

INTENSIFIERS: Mapping[str, float] = {
    **dict.fromkeys(
        word_set(
            "absolutely bloody completely dead deeply downright entirely extremely flipping genuinely highly "
            "incredibly massively proper properly really seriously so terribly thoroughly too totally truly utterly "
            "very well awfully ever most"
        ),
        1.35,
    ),
    **dict.fromkeys(word_set("bit fairly little pretty quite rather slightly somewhat sort kinda"), 0.75),
}
"""What a word before a feeling makes of it."""

DOUBTED: Mapping[str, float] = {
    **dict.fromkeys(word_set("like trust believe afford fair works work worked working acceptable"), -1.5),
    **dict.fromkeys(
        word_set(
            "help helped helps listen listened explained bothered respect respected care cares clear fixed mended "
            "turned arrived replied answered honest true safe straight"
        ),
        -1.2,
    ),
}
"""Words that say nothing of a feeling, unless it is denied: "it doesn't work", "I don't like it"."""

ABSENT = word_set(
    "answers answered bothers called calls came comes cares explained helped knows listens phoned replied rang rings "
    "showed tells told turned turns wants"
)
"""After "nobody": what was left undone."""

DENIALS: Mapping[str, int] = {
    "not": 4,
    "never": 4,
    "without": 2,
    "hardly": 3,
    "barely": 3,
    "scarcely": 3,
    "no": 2,
    "nothing": 3,
    "nobody": 4,
    "neither": 3,
    "nor": 3,
}
"""What turns a feeling round, and over how many words it does: "not at all very happy"."""

PRAISE = word_set(
    "brilliant great lovely fantastic marvellous wonderful perfect excellent super terrific charming superb smashing"
)
"""What begins a turn and may be meant the other way round: "brilliant, it's broken again"."""

TROUBLES = word_set("another still yet again now no not nobody never")
"""What shows, after such praise, that it was."""


WORDS: Mapping[str, float] = {word: strength for strength, words in _WORDS for word in words.split()}
