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
_REMEDY = r"(?:medicines?|medication|tablets?|dose|pills?|insulin|treatment|inhaler)"

ADVICE = Kind(
    "advice",
    pattern(
        rf"\b{_COURSE}\b(?: [\w'-]+){{0,9}}? {_TOPIC}\b",
        rf"\b{_COURSE} (?:\w+ )?(?:sue|invest|remortgage)\b",
        r"\byou (?:don't|do not) need (?:to see )?(?:a|your|the) (?:doctor|gp|solicitor|prescription|lawyer)\b",
        rf"\b(?:stop|double|halve|skip|increase|reduce|change) (?:taking )?(?:your|the) (?:\w+ )?{_REMEDY}\b",
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
        *("court", "legal", "solicitor", "compensation", "tenancy", "lawyer", "inhaler", "case", "damages", "money"),
    ),
)
