"""Signs in English, where they are said and not only seen."""

from voicebot.speech.spoken_rules import Rule, rule

_KEY = r"\b(?:[Kk]ey|[Pp]ress|[Tt]ype|[Dd]ial|with|or|and|the|an?)"
"""What a key of the telephone stands behind."""

RULES: tuple[Rule, ...] = (
    rule(r"\(m/f/d\)|\bm/f/d\b", "male, female, diverse", needs="/"),
    rule(r"\band/or\b", "and or", needs="/"),
    rule(r"(\d)\s?=\s?|(?<=\s)=(?=\s)", lambda match: f"{match[1] or ''} equals ", needs="="),
    rule(r"(?<=\d)\s?\+\s?(?=\d)|(?<=\w)\s\+\s(?=\w)|(?:^|(?<=\s))\+(?=\d)|(?<=\w)\+(?=\w)", " plus ", needs="+"),
    rule(r"(?<=\d)\s?\*\s?(?=\d)", " times ", needs="*"),
    rule(r"\*\s?(?=\d\d?[ .]|\d{4})", "born ", needs="*"),
    rule(r"†\s?", "died ", needs="†"),
    rule(rf"({_KEY} )\*(?!\w)", r"\1star", needs="*"),
    rule(rf"({_KEY} )#(?!\w)", r"\1hash", needs="#"),
    rule(r"#(?=\d)", "number ", needs="#"),
    rule(r"#(?=[^\W\d_])", "hashtag ", needs="#"),
    rule(r"(?<=\s)@(?=\s)", "at", needs="@"),
    rule(r"<\s?=\s?(?=\d)|≤\s?", "at most ", needs="<≤"),
    rule(r">\s?=\s?(?=\d)|≥\s?", "at least ", needs=">≥"),
    rule(r"<\s?(?=\d)", "under ", needs="<"),
    rule(r">\s?(?=\d)", "over ", needs=">"),
    rule(r"[~≈]\s?(?=\d)", "about ", needs="~≈"),
    rule(r"±\s?", "plus or minus ", needs="±"),
    rule(r"→|⇒|->", ", ", needs="→⇒>"),
    rule(r"№\s?", "number ", needs="№"),
    rule(r"\s*&\s*", " and ", needs="&"),
)
