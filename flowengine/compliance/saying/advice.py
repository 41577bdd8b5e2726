"""Personal financial, medical or legal advice: the agent knows neither the person nor the trade."""

from __future__ import annotations

from flowengine.compliance.saying.rule import Kind, pattern

_TOPIC = (
    r"(?:savings|invest\w*|pensions?|shares|stocks|bonds|isas?|(?:re)?mortgage|loans?|debts?|bankrupt\w*|crypto\w*"
    r"|tablets?|medic\w+|dose|doctors?|gp|prescription|treatment|surgery|insulin|pills?|sue|court|legal\w*|solicitors?"
    r"|compensation|tenancy)"
)
_COURSE = (
    r"(?:you (?:should|ought to|must|need to|had better)|you'd (?:better|be better off)|if i were you"
    r"|my advice (?:is|would be)"
    r"|(?:i|we)(?:'d| would)? (?:strongly )?(?:advise|recommend|suggest|urge)|the best (?:thing|place|use) for)"
)
_DRUGS = (
    *("ibuprofen", "paracetamol", "aspirin", "codeine", "warfarin", "apixaban", "rivaroxaban", "heparin", "statin"),
    *("metformin", "insulin", "antibiotic", "amoxicillin", "penicillin", "blood thinner", "painkiller", "steroid"),
    *("beta blocker", "beta-blocker", "antidepressant", "sertraline", "omeprazole", "naproxen", "diazepam"),
    *("morphine", "tramadol", "antihistamine", "sedative", "sleeping tablet", "laxative", "inhaler", "anticoagulant"),
    *(
        "blood pressure tablet",
        "lisinopril",
        "ramipril",
        "amlodipine",
        "prednisolone",
        "nurofen",
        "calpol",
        "anticonvulsant",
    ),
)
_REMEDY = rf"(?:(?:medicines?|medication|meds|tablets?|dose|pills?|capsules?|drops|{'|'.join(_DRUGS)})s?)(?!\w)"
_TAKES = (
    r"(?:take|stop|start|skip|double|halve|reduce|increase|change|swap|avoid|come off"
    r"|go on|use|miss out|try|swallow)"
)
_AMOUNT = (
    r"(?:(?:up to|about|at least|taking|using|a|an|one|two|three|four|half|\d+|some|any|all|your|the|those|more|less"
    r"|fewer|another|extra|both|couple|few|of|usual|normal|regular|daily|own|on) ){0,6}"
)
_NOT_ASKED = "".join(rf"(?<!{word} )" for word in ("you", "we", "they", "who", "i", "people", "ever", "should i"))

ADVICE = Kind(
    "advice",
    pattern(
        rf"\b{_COURSE}\b(?: [\w'-]+){{0,9}}? {_TOPIC}\b",
        rf"\b{_COURSE} (?:\w+ )?(?:sue|invest|remortgage)\b",
        r"\byou (?:don't|do not) need (?:to see )?(?:a|your|the) (?:doctor|gp|solicitor|prescription|lawyer)\b",
        r"\b(?:stop|double|halve|skip|increase|reduce|change) (?:taking )?(?:your|the) (?:\w+ )?treatment\b(?! plan)",
        rf"\b(?={_TAKES} ){_NOT_ASKED}{_TAKES} {_AMOUNT}(?:\w+ )?{_REMEDY}"
        r"(?! (?:with you|along|into account))",
        # "Don't" turns the advice round, and it is advice still.
        rf"\b(?<!i )(?<!we )(?:don't|do not|never) {_TAKES} {_AMOUNT}(?:\w+ )?{_REMEDY}(?! (?:with you|along))",
        rf"\b{_COURSE} (?:\w+ )?{_TAKES} {_AMOUNT}(?:\w+ )?{_REMEDY}",
        r"(?:\d|\b\w+) ?(?:mg|mcg|milligram(?:me)?s?|micrograms?)\b",
        rf"\bsafe to (?:take|stop|mix|use)\b(?: \w+){{0,4}} {_REMEDY}\b",
        r"\b(?:strong|good|clear) (?:legal )?case\b",
        r"\blegally entitled\b|\bentitled to (?:compensation|damages)\b",
        r"\byou(?:'d|'ll| would| will) win (?:in court|your case|the case|that case)\b",
        r"\b(?:the )?best (?:thing|place) for your (?:money|savings|pension)\b",
    ),
    "gives financial, medical or legal advice",
    "say that this cannot be advised on here, and who can",
    hints=(
        *(
            "saving",
            "invest",
            "pension",
            "share",
            "stock",
            "bond",
            "isa",
            "mortgage",
            "loan",
            "debt",
            "bankrupt",
            "crypto",
        ),
        *("tablet", "medic", "dose", "doctor", "gp", "prescription", "treatment", "surgery", "insulin", "pill", "sue"),
        *("court", "legal", "solicitor", "compensation", "tenancy", "lawyer", "case", "damages", "money"),
        *_DRUGS,
        *("meds", "capsule", "drops", "mg", "mcg", "gram"),
    ),
)
