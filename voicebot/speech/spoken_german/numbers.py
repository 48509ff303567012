"""Cardinals, decimals and ranges in German, and numbers grown together with words."""

# ruff: noqa: SIM905 - a row of words reads better than a column

import re

from voicebot.speech.numerals import LIMIT, german, german_before, german_digits, german_year
from voicebot.speech.spoken_german.abbreviations import OPENERS
from voicebot.speech.spoken_german.gender import gender
from voicebot.speech.spoken_rules import DIGITS, Rule, before, rule

WHOLE = r"(?:\d{1,3}(?:\.\d{3})+|\d+)"
NUMBER = rf"{WHOLE}(?:,\d+)?"

_LABELS = frozenset(
    "zimmer raum nummer pflegegrad stufe klasse paragraf absatz satz artikel haus gleis tor linie bus kapitel teil "
    "anlage seite gruppe phase zone platz ziffer buchstabe ebene eingang schalter gebäude block bereich variante "
    "taste".split()
)
"""What a number behind it only names: "Zimmer 1"."""
_NOUN = re.compile(r"\b([A-ZÄÖÜ][a-zäöüß]+) $")
_DATIVE = frozenset("in nach vor seit mit von bei aus zu ab".split())
_ACCUSATIVE = frozenset("für ohne um gegen pro je durch".split())
_ENDING = {"e": "e", "es": "", "er": "", "en": "en", "em": "em"}
"""Of "ein" before an adjective with these."""
_GROWN_ON = (
    r"(?:mal(?:ig\w*)?|fach\w*|ig\w*|(?:[Jj]ähr|monat|wöch|täg|stünd|minüt|köpf|seit|stell|teil|stöck|geschoss|spur"
    r"|prozent|rädr|stuf|zeil|sprach|motor|tür)ig\w*|wöchentlich\w*)"
)
_FIRST_YEAR, _LAST_YEAR = 1100, 1999
"""Four digits that are said in hundreds; what comes later is said as any number."""
_POSTAL_CODE = 5
_LONGEST = 9
"""Digits without full stops that are still a number and no code."""


def whole(written: str) -> int:
    """1.200 is 1200."""
    return int(written.replace(".", ""))


def cardinal(written: str) -> str:
    """A number in words; digit by digit what is too long for it, and what begins with a nought."""
    digits = written.replace(".", "")
    if int(digits) >= LIMIT or (len(digits) > 1 and digits[0] == "0"):
        return german_digits(digits)
    return german(int(digits))


def number(written: str) -> str:
    """A cardinal, "1.200", or a decimal, "3,5"."""
    full, _, decimals = written.partition(",")
    return f"{cardinal(full)} Komma {' '.join(map(german, map(int, decimals)))}" if decimals else cardinal(full)


def counted(written: str, one: str, more: str) -> str:
    """A number with what it counts: "eine Tonne", "ein Kilometer", "drei Komma fünf Tonnen"."""
    if written == "1":
        return f"ein{'e' if one[0].isupper() and gender(one.split()[0]) == 'f' else ''} {one}"
    if "," not in written and whole(written) < LIMIT:
        return f"{german_before(whole(written))} {more}"
    return f"{number(written)} {more}"


def _one(match: re.Match[str]) -> str:
    """ "1 Sache" is "eine Sache"; behind "Zimmer" and the like it is a number."""
    start, noun = match[1], match[2]
    word, kind = start.strip().lower(), gender(noun)
    if word in _LABELS or word.endswith(("zimmer", "nummer", "grad", "stufe", "klasse")):
        article = "eins"
    elif word in _DATIVE:
        article = "einer" if kind == "f" else "einem"
    elif kind == "f":
        article = "eine"
    else:
        article = "einen" if kind == "m" and word in _ACCUSATIVE else "ein"
    return f"{start}{article} {noun}"


def _one_to(match: re.Match[str]) -> str:
    """ "Ein bis zwei Wochen", but "Klassen eins bis vier"."""
    named = before(match, _NOUN)
    return f"{'eins' if named and named[1] not in OPENERS else 'ein'} {match[1]} "


def _one_with_adjective(match: re.Match[str]) -> str:
    return f"ein{_ENDING[match[1]]} "


def _grown_on(match: re.Match[str]) -> str:
    """ "16-jährig" is one word; as a noun it has the capital: "18-Jährige"."""
    said = german_before(whole(match[1])) + match[2].lower()
    return said.capitalize() if match[2][0].isupper() else said


def _decade(match: re.Match[str]) -> str:
    """ "1900er Jahre", and with a hyphen a noun: "Zehner-Karte"."""
    written = int(match[1])
    said = (german_year(written) if written >= 1100 else german(written)) + "er"
    return said.capitalize() if match[2] else said


def _hyphened(match: re.Match[str]) -> str:
    """ "3-Zimmer-Wohnung" is a noun from its beginning."""
    said = german_before(whole(match[1]))
    return f"{said.capitalize() if match[2].isupper() else said}-"


def _bounds(match: re.Match[str]) -> str:
    """A range goes up; what does not is two numbers, as in a telephone number."""
    first, last = match[1], match[2]
    goes_up = whole(first.partition(",")[0]) <= whole(last.partition(",")[0])
    if goes_up and not re.match(r"0\d", last):
        return f"{first} bis {last}"
    return ", ".join(german_digits(re.sub(r"\D", "", each)) for each in (first, last))


def _years(match: re.Match[str]) -> str:
    """ "2025/26"."""
    last = german_year(int(match[2])) if len(match[2]) == len(match[1]) else cardinal(match[2])
    return f"{german_year(int(match[1]))} {last}"


def _outline(match: re.Match[str]) -> str:
    return " Punkt ".join(cardinal(part) for part in match[0].split("."))


def _plain(match: re.Match[str]) -> str:
    digits = match[0].replace(".", "")
    if digits != match[0] or (len(digits) == _POSTAL_CODE and digits.endswith("000")):
        return cardinal(digits)
    if len(digits) == _POSTAL_CODE or len(digits) > _LONGEST:
        return german_digits(digits)
    return german_year(int(digits)) if _FIRST_YEAR <= int(digits) <= _LAST_YEAR else cardinal(digits)


RANGES: tuple[Rule, ...] = (
    rule(r"(?:(?<=\s)|(?<=^)|(?<=\())-(?=\d)(?<!\d -)", "minus ", needs="-"),
    rule(rf"(?<![\w.,/])({NUMBER})\s?[-–]\s?({NUMBER})(?![\d/-]|,-|,–)", _bounds, needs="-–"),
    rule(r"\b1 (bis|oder) (?=\d+ [^\W\d_])", _one_to, words=("1 ",)),
)
"""Before what is counted, which stands only behind the last number."""

BESIDE_WORDS: tuple[Rule, ...] = (
    rule(rf"(?<![\w.,])(\d{{1,9}})-?({_GROWN_ON})(?!\w)", _grown_on, needs=DIGITS),
    rule(r"(?<![\w.,])'?(\d{1,4})-?er(?![a-zäöü])(?=(-))?", _decade, needs=DIGITS),
    rule(r"(?<![\w.,])(\d{1,9})-(?=([^\W\d_]))", _hyphened, needs="-"),
    rule(r"(?<=[^\W\d_])-(?=\d)", " ", needs="-"),
    rule(r"(?<![\w.,:/-])((?:[^\W\d_]+ )?)1 ([A-ZÄÖÜ][a-zäöüß]+)", _one, words=("1 ",)),
    rule(r"(?<![\w.,])1 (?=[a-zäöüß]+(e[srnm]?) [A-ZÄÖÜ])", _one_with_adjective, words=("1 ",)),
    rule(r"(?<=\d)\+(?!\s?\d)", " plus", needs="+"),
)

RULES: tuple[Rule, ...] = (
    rule(r"(?<![\w./])((?:19|20)\d\d)\s?/\s?(\d\d(?:\d\d)?)(?![\w./])", _years, needs="/"),
    rule(r"(?<![\w/])24/7(?![\w/])", "vierundzwanzig sieben", needs="/"),
    rule(r"(?<=\d)\s?/\s?(?=\d)", " Schrägstrich ", needs="/"),
    rule(r"(?<=\d)\s?:\s?(?=\d)", " zu ", needs=":"),
    rule(r"(?<=\d),(?=\d+,\d)|(?<=,\d),(?=\d)", ", ", needs=","),
    rule(rf"(?<![\w.,]){WHOLE},\d+(?!\w)", lambda match: number(match[0]), needs=","),
    rule(r"(?<![\w,.])(?!\d{1,3}(?:\.\d{3})+(?![.\d]))\d+(?:\.\d+)+", _outline, needs="."),
    rule(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", needs=DIGITS),
    rule(rf"(?<![.,]){WHOLE}(?!\d)", _plain, needs=DIGITS),
    rule(r"\d+", lambda match: german_digits(match[0]), needs=DIGITS),
)
"""Whatever has been left."""
