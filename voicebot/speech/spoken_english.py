"""How English is read aloud, about a German town's numbers: rules in the order in which they apply."""

import re
from collections.abc import Callable

from voicebot.speech.numerals import english, english_digits, english_ordinal, english_year

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
DAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
ABBREVIATIONS = {
    r"e\. ?g\.": "for example",
    r"i\. ?e\.": "that is",
    r"etc\.": "et cetera",
    r"approx\.": "approximately",
    r"incl\.": "including",
    r"max\.": "at most",
    r"min\.": "at least",
    r"No\.(?= ?\d)": "number",
    r"Tel\.": "telephone",
    r"Dr\.": "Doctor",
    r"Mr\.": "Mister",
    r"Mrs\.": "Missis",
}

_CLOCK = r"(?<![\d:])([01]?\d|2[0-4])[:.]([0-5]\d)(?![\d:])"
_HALF = r"(?:\s*([ap])\.?\s?m\b(?:\.(?!\s+[A-Z]|\s*$))?)"
_DAY = "(" + "|".join(DAYS) + r")\b\.?"
_MONTH = "(" + "|".join(MONTHS) + ")"
_AMOUNT = r"(\d{1,3}(?:,\d{3})+|\d{1,6})(?:[.](\d\d))?"
_WHOLE = r"\d{1,3}(?:,\d{3})+|\d+"
_NOT_COUNTED = r"(?!\s*(?:€|euros?|EUR|percent|%|cents?|pages|people|days|years)|[.,:/]?\d)"


def _phone(match: re.Match[str]) -> str:
    written, start = match[0].strip(), ""
    if written.startswith("+"):
        written, start = written[3:].strip(), f"plus {english_digits(written[1:3])}, "
    parts = re.split(r"\s*[/()–-]\s*", written) if re.search(r"[/()–-]", written) else written.split()
    groups = [re.sub(r"\D", "", part) for part in parts]
    return start + ", ".join(english_digits(group) for group in groups if group)


def _clock(match: re.Match[str]) -> str:
    """Half past eight in the evening is "eight thirty p m"."""
    hour, minute = int(match[1]), int(match[2])
    half = match[3].lower() if match[3] else ("p" if 12 <= hour < 24 else "a")
    minutes = f" {'oh ' if minute < 10 else ''}{english(minute)}" if minute else ""
    return f"{english(hour % 12 or 12)}{minutes} {half} m"


def _full_hour(match: re.Match[str]) -> str:
    return f"{english(int(match[1]) % 12 or 12)} {match[2].lower()} m"


def _euro(match: re.Match[str]) -> str:
    euro, cent = int(match[1].replace(",", "")), int(match[2] or 0)
    if not euro and cent:
        return f"{english(cent)} {'cent' if cent == 1 else 'cents'}"
    return f"{english(euro)} {'euro' if euro == 1 else 'euros'}{' ' + english(cent) if cent else ''}"


def _date(match: re.Match[str]) -> str:
    return f"the {english_ordinal(int(match[1]))} of {match[2]}{_year(match[3])}"


def _date_american(match: re.Match[str]) -> str:
    return f"{match[1]} the {english_ordinal(int(match[2]))}{',' if match[3] else ''}{_year(match[3])}"


def _year(written: str | None) -> str:
    return f" {english_year(int(written))}" if written else ""


def _address(match: re.Match[str]) -> str:
    said = match[0].removeprefix("https://").removeprefix("http://").rstrip("/")
    for sign, word in (("@", "at"), (".", "dot"), ("-", "dash"), ("_", "underscore")):
        said = said.replace(sign, f" {word} ")
    return re.sub(r"\bwww\b", "w w w", said)


def _decimal(match: re.Match[str]) -> str:
    return f"{english(int(match[1].replace(',', '')))} point {english_digits(match[2])}"


def _number(match: re.Match[str]) -> str:
    digits = match[0].replace(",", "")
    if len(digits) > 9 or (len(digits) > 1 and digits[0] == "0") or (len(digits) == 5 and "," not in match[0]):
        return english_digits(digits)
    return english(int(digits))


def _rule(pattern: str, said: str | Callable[[re.Match[str]], str], flags: int = 0) -> Rule:
    return re.compile(pattern, flags), said


RULES: tuple[Rule, ...] = (
    _rule(r"(?<![\w@.])(?:https?://)?www\.[\w.-]+\.\w{2,}\b/?|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _address),
    *(_rule(rf"(?<!\w){written}", said) for written, said in ABBREVIATIONS.items()),
    _rule(r"(?<=[a-zß])str\.", "straße"),
    _rule(r"\bSt\.(?= [A-Z])", "Saint"),
    _rule(r"(?<![\w.,])(?:\+\d\d|\(?0)(?: ?\d| ?[/()–-] ?(?=[\d(])){5,}(?!\w|[.,:]\d)", _phone),
    _rule(
        rf"(?<![\d.,:/-])\b(?:11[0256]|116 ?117|999|911)\b{_NOT_COUNTED}",
        lambda match: english_digits(match[0].replace(" ", "")),
    ),
    _rule(rf"\b{_DAY}\s*(?:[-–]|to)\s*{_DAY}(?!\w)", lambda match: f"{DAYS[match[1]]} to {DAYS[match[2]]}"),
    _rule(rf"\b{_DAY}(?=:?\s*(?:,|and)?\s*(?:{_DAY}:?\s*)?\d)", lambda match: DAYS[match[1]]),
    _rule(rf"(?<=\d)({_HALF})?\s*[-–]\s*(?=\d\d?(?::\d\d|{_HALF}))", lambda match: f"{match[1] or ''} to "),
    _rule(rf"{_CLOCK}{_HALF}?", _clock, re.IGNORECASE),
    _rule(rf"(?<![\d:])(\d|1[0-2]){_HALF}", _full_hour, re.IGNORECASE),
    _rule(rf"(?:€|\bEUR)\s*{_AMOUNT}(?!\d)", _euro),
    _rule(rf"(?<![\d.,]){_AMOUNT}\s*(?:€|euros?\b|EUR\b)", _euro),
    _rule(rf"\b(?:the )?(\d\d?)(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? (\d{{4}})\b)?", _date),
    _rule(rf"\b{_MONTH} (\d\d?)(?:st|nd|rd|th)?\b(?:,? (\d{{4}})\b)?", _date_american),
    _rule(r"\b(\d{1,3})(?:st|nd|rd|th)\b", lambda match: english_ordinal(int(match[1]))),
    _rule(
        r"\b(in|since|until|of|from) ((?:19|20)\d\d)\b",
        lambda match: f"{match[1]} {english_year(int(match[2]))}",
    ),
    _rule(r"(?<=\d)\s*[-–]\s*(?=\d)", " to "),
    _rule(r"(?<=\d)\s*%", " percent"),
    _rule(r"(?<=\d)\s*km\b", " kilometres"),
    _rule(r"(?<=\d)\s*m²", " square metres"),
    _rule(r"\s*&\s*", " and "),
    _rule(r"§+\s*", "section "),
    _rule(r"\band/or\b", "and or"),
    _rule(rf"(?<![\w.,])({_WHOLE})\.(\d+)(?!\w)", _decimal),
    _rule(rf"(?<![\w.,])(?:{_WHOLE})(?=([a-z])?\b)", lambda match: _number(match) + (" " if match[1] else "")),
)
"""Abbreviations come first, as some of them stand before a number; whole numbers last."""
