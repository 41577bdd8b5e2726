"""A guarantee, or the promise that there is no risk. A product's own guarantee ("a two-year guarantee") is neither."""

from __future__ import annotations

from flowengine.compliance.saying.rule import Kind, pattern

_ADVERBS = r"(?:can |could |will |do |would |'ll |personally |absolutely |hereby |fully |even |also |certainly )*"
_GAINS = (
    r"(?:save|win|gain|profit|benefit|pay (?:you |for itself|less)|make money|earn|be better off|get (?:more|your))"
)

NO_RISK = Kind(
    "guarantee",
    pattern(
        r"\brisk[- ]free\b",
        r"\b(?:no|zero|without(?: any)?|free of(?: any)?) risks?\b",
        r"\b(?:can't|cannot|can not|couldn't) (?:possibly )?(?:lose|go wrong|fail)\b",
        r"\b(?:you(?:'ve| have)(?: got)? |there's |there is )?nothing to lose\b",
        r"\b(?:sure thing|foolproof|fail[- ]?safe|safe bet|no[- ]brainer)\b",
        r"\b(?:it|this|that) never (?:fails|goes wrong)\b",
    ),
    "promises that there is no risk",
    "say what the caller may lose, or nothing about it",
    hints=("risk", "lose", "wrong", "fail", "sure thing", "foolproof", "safe", "brainer"),
)
GUARANTEE = Kind(
    "guarantee",
    pattern(
        rf"\b(?:i|we)(?: |(?='))(?:'ll |'d |'m happy to )?{_ADVERBS}(?:guarantee|promise|swear|vow|assure you)\b"
        r"(?! (?:to|that we'll|that i'll|i'll|we'll) (?:ask|call|ring|check|note|look|pass))",
        r"^(?:guarantee|promise)\b|\bcast[- ]iron\b|\bpromise from (?:me|us)\b",
        r"\bguaranteed (?:to|savings?|returns?|income|results?|approval|acceptance|success|lower|cheaper|a|you)\b",
        r"\b(?:100|a hundred|one hundred) ?(?:%|per ?cent) guaranteed?\b",
        r"\b(?:is|are|you're|it's|that's|be|you'll be) (?:\w+ )?guaranteed\b(?! (?:for|by|against) )",
        r", guaranteed\b",
        r"\b(?:have|give you|got|on) my word\b",
        r"\b(?:that's|it's|this is) a (?:promise|guarantee)\b",
        r"\byou(?:'ll| will| would|'d) (?:\w+ )?(?:definitely|certainly|surely|always|absolutely|without fail) "
        + _GAINS
        + r"\b",
        r"\b(?:you're|you are|it's|it is) (?:\w+ )?(?:bound|sure|certain|guaranteed) to " + _GAINS + r"\b",
        r"\balways pays for itself\b",
    ),
    "gives a guarantee",
    "say what the offer is: 'most customers save', with the figures to prove it",
    hints=(
        *("iron", "guarant", "promise", "swear", "vow", "assure", "my word", "definitely", "certain", "sure", "always"),
        *("absolutely", "without fail", "bound"),
    ),
)
