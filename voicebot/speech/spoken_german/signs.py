"""Signs in German, where they are said and not only seen."""

from voicebot.speech.spoken_rules import Rule, rule

_KEY = r"\b(?:[Tt]aste|Sie|sie|[Mm]it|oder|und|die|der|auf)"
"""What a key of the telephone stands behind."""

RULES: tuple[Rule, ...] = (
    rule(r"\(m/w/d\)|\bm/w/d\b", "männlich, weiblich, divers", needs="/"),
    rule(r"(?<=[a-zäöü])(?:[:*_]|/-?)(?=innen\b|in\b)", "", needs=":*_/"),
    rule(r"(\d)\s?=\s?|(?<=\s)=(?=\s)", lambda match: f"{match[1] or ''} gleich ", needs="="),
    rule(r"(?<=\d)\s?\+\s?(?=\d)|(?<=\w)\s\+\s(?=\w)|(?:^|(?<=\s))\+(?=\d)", " plus ", needs="+"),
    rule(r"(?<=\w)\+(?=\w)", " plus ", needs="+"),
    rule(r"(?<=\d)\s?[*×]\s?(?=\d)", " mal ", needs="*×"),
    rule(r"\*\s?(?=\d\d?\.|\d{4})", "geboren ", needs="*"),
    rule(r"†\s?", "gestorben ", needs="†"),
    rule(rf"({_KEY} )\*(?!\w)", r"\1Stern", needs="*"),
    rule(rf"({_KEY} )#(?!\w)", r"\1Raute", needs="#"),
    rule(r"#(?=\d)", "Nummer ", needs="#"),
    rule(r"#(?=[^\W\d_])", "Hashtag ", needs="#"),
    rule(r"(?<=\s)@(?=\s)", "ät", needs="@"),
    rule(r"<\s?=\s?(?=\d)|≤\s?", "höchstens ", needs="<≤"),
    rule(r">\s?=\s?(?=\d)|≥\s?", "mindestens ", needs=">≥"),
    rule(r"<\s?(?=\d)", "unter ", needs="<"),
    rule(r">\s?(?=\d)", "über ", needs=">"),
    rule(r"[~≈]\s?(?=\d)", "etwa ", needs="~≈"),
    rule(r"±\s?", "plus minus ", needs="±"),
    rule(r"→|⇒|->", ", ", needs="→⇒>"),
    rule(r"№\s?", "Nummer ", needs="№"),
    rule(r"\s*&\s*", " und ", needs="&"),
)
